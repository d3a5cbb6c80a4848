// An inclusion proof out of a big log, signature of the checkpoint checked, beside one SELECT of
// one row.
#include "consent/proof.hpp"

#include "bench.hpp"

int main() {
  using namespace bench;
  const Options options;
  const BigLog big = big_log(options);
  auto log = consent::Log::open(big.folder, consent::Access::write);
  const std::string checkpoint = log.checkpoint();
  const std::array keys{log.verifier_key()};
  const std::uint64_t proofs = options.quick ? 1000 : 5000;

  Sqlite db(big.folder / "log.db", SQLITE_OPEN_READONLY);
  sqlite3_stmt* const select = db.prepare("SELECT bytes FROM entry WHERE seq=?1");
  std::mt19937_64 random(7);
  std::uniform_int_distribution<std::uint64_t> any(0, big.entries - 1);
  Series ours, p99, peer, checking;
  for (int round = 0; round < options.rounds; ++round) {
    Series waits;
    std::vector<consent::InclusionProof> made;
    for (std::uint64_t i = 0; i < proofs; ++i) {
      const std::uint64_t seq = any(random);
      waits.push_back(1e6 * timed([&] { made.push_back(log.prove_inclusion(seq, checkpoint)); }));
    }
    ours.push_back(median(waits));
    p99.push_back(quantile(waits, 0.99));
    peer.push_back(1e6 / static_cast<double>(proofs) * timed([&] {
                     for (std::uint64_t i = 0; i < proofs; ++i) {
                       sqlite3_bind_int64(select, 1, static_cast<std::int64_t>(any(random)));
                       must(sqlite3_step(select) == SQLITE_ROW, "SQLite finds no row");
                       sqlite3_reset(select);
                     }
                   }));
    made.resize(100);
    std::vector<consent::Digest> leaves;
    for (const auto& proof : made) leaves.push_back(log.entry(proof.index).leaf);
    checking.push_back(1e6 / static_cast<double>(made.size()) * timed([&] {
                         for (std::size_t i = 0; i < made.size(); ++i)
                           consent::verify_inclusion_proof(made[i], leaves[i], keys);
                       }));
  }
  sqlite3_finalize(select);
  const std::string of = " from " + figure(static_cast<double>(big.entries)) + " entries, ";
  row("inclusion proof" + of + "p50, µs", ours, "SQLite, SELECT of one row", peer, "≤ 300 µs");
  row("inclusion proof" + of + "p99, µs", p99, "", {});
  row("checking such a proof, µs", checking, "", {});
}
