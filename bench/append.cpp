// Durable appends: ours, with encoder, seal, tree, standing and head, beside a bare insert of the
// same bytes.
#include <libpq-fe.h>
#include <lmdb.h>

#include <atomic>
#include <bit>
#include <cstring>
#include <memory>
#include <optional>

#include "bench.hpp"
#include "consent/create.hpp"

namespace {

using namespace bench;

/// The same bytes for every peer: entries of our log, with their leaf hashes.
struct Row {
  std::string bytes;
  consent::Digest leaf;
};

struct Commits {
  Series rate, p50, p99, p999;
  /// `commit(i)` makes event i durable; as many as fit into `limit` seconds.
  template <typename Commit>
  void measure(double limit, Commit commit) {
    Series waits;
    const double begun = seconds();
    double last = begun;
    for (std::size_t i = 0; last - begun < limit; ++i) {
      commit(i);
      const double then = seconds();
      waits.push_back((then - last) * 1e6);
      last = then;
    }
    rate.push_back(static_cast<double>(waits.size()) / (last - begun));
    p50.push_back(quantile(waits, 0.5));
    p99.push_back(quantile(waits, 0.99));
    p999.push_back(quantile(waits, 0.999));
  }
};

class BareSqlite {
 public:
  explicit BareSqlite(const fs::path& file)
      : db_(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) {
    db_.run(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE entry(seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL, leaf BLOB NOT NULL)");
    insert_ = db_.prepare("INSERT INTO entry VALUES(?1,?2,?3)");
  }
  BareSqlite(const BareSqlite&) = delete;
  BareSqlite& operator=(const BareSqlite&) = delete;
  ~BareSqlite() { sqlite3_finalize(insert_); }
  void insert(const Row& row) {
    sqlite3_bind_int64(insert_, 1, seq_++);
    sqlite3_bind_blob(insert_, 2, row.bytes.data(), static_cast<int>(row.bytes.size()),
                      SQLITE_STATIC);
    sqlite3_bind_blob(insert_, 3, row.leaf.bytes.data(), 32, SQLITE_STATIC);
    must(sqlite3_step(insert_) == SQLITE_DONE, "SQLite cannot insert");
    sqlite3_reset(insert_);
  }
  void insert_group(std::span<const Row> rows) {
    db_.run("BEGIN IMMEDIATE");
    for (const Row& row : rows) insert(row);
    db_.run("COMMIT");
  }

 private:
  Sqlite db_;
  sqlite3_stmt* insert_ = nullptr;
  std::int64_t seq_ = 0;
};

class Lmdb {
 public:
  explicit Lmdb(const fs::path& file) {
    must(mdb_env_create(&env_) == 0, "LMDB has no environment");
    mdb_env_set_mapsize(env_, std::size_t{8} << 30);
    must(mdb_env_open(env_, file.c_str(), MDB_NOSUBDIR, 0644) == 0, "LMDB cannot open its file");
    MDB_txn* txn = nullptr;
    must(mdb_txn_begin(env_, nullptr, 0, &txn) == 0, "LMDB cannot begin");
    must(mdb_dbi_open(txn, nullptr, MDB_INTEGERKEY | MDB_CREATE, &table_) == 0, "LMDB: no table");
    must(mdb_txn_commit(txn) == 0, "LMDB cannot commit");
  }
  Lmdb(const Lmdb&) = delete;
  Lmdb& operator=(const Lmdb&) = delete;
  ~Lmdb() { mdb_env_close(env_); }
  void insert_group(std::span<const Row> rows) {
    MDB_txn* txn = nullptr;
    must(mdb_txn_begin(env_, nullptr, 0, &txn) == 0, "LMDB cannot begin");
    for (const Row& row : rows) {
      std::uint64_t seq = seq_++;
      MDB_val key{sizeof seq, &seq};
      MDB_val value{row.bytes.size() + 32, nullptr};
      must(mdb_put(txn, table_, &key, &value, MDB_APPEND | MDB_RESERVE) == 0, "LMDB cannot put");
      auto* const out = static_cast<char*>(value.mv_data);
      std::memcpy(out, row.leaf.bytes.data(), 32);
      std::memcpy(out + 32, row.bytes.data(), row.bytes.size());
    }
    must(mdb_txn_commit(txn) == 0, "LMDB cannot commit");
  }

 private:
  MDB_env* env_ = nullptr;
  MDB_dbi table_ = 0;
  std::uint64_t seq_ = 0;
};

class Postgres {
 public:
  explicit Postgres(const char* where) : link_(PQconnectdb(where)) {
    if (PQstatus(link_) != CONNECTION_OK) die(PQerrorMessage(link_));
  }
  Postgres(const Postgres&) = delete;
  Postgres& operator=(const Postgres&) = delete;
  ~Postgres() { PQfinish(link_); }
  void make_table() {
    run("SET client_min_messages=error");
    run("DROP TABLE IF EXISTS entry");
    run("CREATE TABLE entry(seq bigserial PRIMARY KEY, bytes bytea NOT NULL, leaf bytea NOT NULL)");
  }
  void prepare() {
    PGresult* const result =
        PQprepare(link_, "insert", "INSERT INTO entry(bytes,leaf) VALUES($1,$2)", 2, nullptr);
    done(result);
  }
  void insert(const Row& row) {
    done(PQexecPrepared(link_, "insert", 2, Values(row).at, Values(row).length, formats, 1));
  }
  /// Pipelined: with a round trip for each INSERT it would be ten times slower.
  void insert_group(std::span<const Row> rows) {
    run("BEGIN");
    must(PQenterPipelineMode(link_) == 1, "PostgreSQL: no pipeline");
    for (const Row& row : rows) {
      const Values values(row);
      must(PQsendQueryPrepared(link_, "insert", 2, values.at, values.length, formats, 1) == 1,
           "PostgreSQL cannot send");
    }
    must(PQpipelineSync(link_) == 1, "PostgreSQL cannot sync");
    for (;;) {
      PGresult* const result = PQgetResult(link_);
      if (result == nullptr) continue;
      const auto status = PQresultStatus(result);
      PQclear(result);
      if (status == PGRES_PIPELINE_SYNC) break;
      must(status == PGRES_COMMAND_OK, "PostgreSQL cannot insert");
    }
    must(PQexitPipelineMode(link_) == 1, "PostgreSQL: the pipeline does not end");
    run("COMMIT");
  }

 private:
  struct Values {
    explicit Values(const Row& row)
        : at{row.bytes.data(), reinterpret_cast<const char*>(row.leaf.bytes.data())},
          length{static_cast<int>(row.bytes.size()), 32} {}
    const char* at[2];
    int length[2];
  };
  static constexpr int formats[2] = {1, 1};
  void run(const char* sql) { done(PQexec(link_, sql)); }
  void done(PGresult* result) {
    if (PQresultStatus(result) != PGRES_COMMAND_OK) die(PQerrorMessage(link_));
    PQclear(result);
  }
  PGconn* link_;
};

/// Events a second that `producers` threads, each waiting for its own commit, bring in.
template <typename Commit>
double waiting_producers(unsigned producers, double limit, Commit commit) {
  std::atomic<std::uint64_t> count = 0;
  std::vector<std::thread> threads;
  const double begun = seconds();
  for (unsigned who = 0; who < producers; ++who) {
    threads.emplace_back([&, who] {
      std::uint64_t mine = 0;
      for (std::size_t i = who; seconds() - begun < limit; i += producers, ++mine) commit(who, i);
      count += mine;
    });
  }
  for (auto& thread : threads) thread.join();
  return static_cast<double>(count.load()) / (seconds() - begun);
}

}  // namespace

int main() {
  const Options options;
  const double limit = options.quick ? 0.3 : 1.0;
  const std::uint64_t known = options.quick ? 20'000 : 100'000;
  const std::uint64_t fresh = options.quick ? 10'000 : 50'000;
  constexpr std::size_t group = 1000;
  constexpr unsigned producers = 32;
  const char* const postgres = std::getenv("CONSENT_BENCH_POSTGRES");

  const fs::path folder = options.folder / "append";
  fs::remove_all(folder);
  fs::create_directories(folder);
  auto log = consent::create_log(folder / "log", identity(), now());
  append_in_groups(log, events(range(0, known), consent_of), 4096);
  // One event for each known subject, in an order that the log has not seen.
  const auto consents = events(shuffled(0, known), consent_of);
  const auto contacts = events(shuffled(0, known), contact_with);
  std::uint64_t next_subject = known;

  std::vector<Row> rows;
  log.for_each(1, 20'001, [&](const consent::Entry& entry) {
    rows.push_back({entry.bytes, entry.leaf});
  });
  double bytes = 0;
  for (const Row& row : rows) bytes += static_cast<double>(row.bytes.size());
  bytes /= static_cast<double>(rows.size());
  const auto groups = [&](auto& store) {
    return timed([&] {
      for (std::uint64_t done = 0; done < known; done += group)
        store.insert_group(std::span(rows).subspan(done % rows.size(), group));
    });
  };

  BareSqlite sqlite(folder / "sqlite.db");
  Lmdb lmdb(folder / "lmdb");
  std::vector<std::unique_ptr<Postgres>> connections;
  if (postgres != nullptr) {
    for (unsigned i = 0; i < producers; ++i)
      connections.push_back(std::make_unique<Postgres>(postgres));
    connections.front()->make_table();
    for (auto& connection : connections) connection->prepare();
  }

  Commits ours, by_sqlite, by_lmdb, by_postgres;
  Series ours_group, postgres_group, ours_known, ours_contacts, ours_new, sqlite_many, lmdb_many,
      postgres_many;
  for (int round = 0; round < options.rounds; ++round) {
    ours.measure(limit, [&](std::size_t i) { log.append(consents[i % consents.size()], now()); });
    by_sqlite.measure(limit, [&](std::size_t i) { sqlite.insert(rows[i % rows.size()]); });
    ours_group.push_back(waiting_producers(producers, limit, [&](unsigned, std::size_t i) {
      log.append(consents[i % consents.size()], now());
    }));
    if (!connections.empty()) {
      postgres_group.push_back(waiting_producers(
          producers, limit,
          [&](unsigned who, std::size_t i) { connections[who]->insert(rows[i % rows.size()]); }));
    }
    const auto rate = [](std::size_t count, double took) {
      return static_cast<double>(count) / took;
    };
    ours_known.push_back(rate(known, timed([&] { append_in_groups(log, consents, group); })));
    ours_contacts.push_back(rate(known, timed([&] { append_in_groups(log, contacts, group); })));
    const auto new_subjects = events(shuffled(next_subject, fresh), consent_of);
    next_subject += fresh;
    ours_new.push_back(rate(fresh, timed([&] { append_in_groups(log, new_subjects, group); })));
    // Our checkpoint, put off until the log is idle, must not fall into a peer's turn.
    std::this_thread::sleep_for(std::chrono::seconds(3));
    sqlite_many.push_back(rate(known, groups(sqlite)));
    lmdb_many.push_back(rate(known, groups(lmdb)));
    by_lmdb.measure(limit / 2, [&](std::size_t i) {
      lmdb.insert_group(std::span(rows).subspan(i % rows.size(), 1));
    });
    if (!connections.empty()) {
      postgres_many.push_back(rate(known, groups(*connections.front())));
      by_postgres.measure(
          limit / 2, [&](std::size_t i) { connections.front()->insert(rows[i % rows.size()]); });
    }
  }

  const std::string entry = " (entry of " + figure(bytes) + " B)";
  row("one event a commit, known subject, events/s" + entry, ours.rate, "bare SQLite",
      by_sqlite.rate, "≥ 0.65");
  row("the same", ours.rate, "LMDB", by_lmdb.rate);
  if (!connections.empty()) row("the same", ours.rate, "PostgreSQL", by_postgres.rate);
  row("a commit, p50, µs", ours.p50, "bare SQLite", by_sqlite.p50);
  row("a commit, p99, µs", ours.p99, "bare SQLite", by_sqlite.p99);
  row("a commit, p99.9, µs", ours.p999, "bare SQLite", by_sqlite.p999);
  if (!connections.empty())
    row("32 waiting producers, events/s", ours_group, "PostgreSQL, 32 connections", postgres_group,
        "≥ 1.2");
  row("the same", ours_group, "ours, one producer", ours.rate, "≥ 5");
  row("append_many of 1000, known subjects, consents/s", ours_known, "bare SQLite", sqlite_many,
      "≥ 100 000 /s");
  row("the same", ours_known, "LMDB", lmdb_many);
  if (!connections.empty()) row("the same", ours_known, "PostgreSQL, pipelined", postgres_many);
  row("append_many of 1000, known subjects, contacts/s", ours_contacts, "bare SQLite", sqlite_many,
      "≥ 100 000 /s");
  row("append_many of 1000, new subjects, consents/s", ours_new, "bare SQLite", sqlite_many,
      "≥ 40 000 /s");
}
