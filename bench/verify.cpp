// verify_log() over a big log, beside the least that could be called a check: read every row, hash
// its bytes, compare.
#include "consent/verify.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstring>

#include "bench.hpp"

namespace {

using namespace bench;

bool scan(const fs::path& file, EVP_MD* sha256, std::int64_t first, std::int64_t last) {
  Sqlite db(file, SQLITE_OPEN_READONLY);
  db.run("PRAGMA mmap_size=8589934592");
  sqlite3_stmt* const rows =
      db.prepare("SELECT prev,leaf,bytes FROM entry WHERE seq>=?1 AND seq<?2 ORDER BY seq");
  sqlite3_bind_int64(rows, 1, first);
  sqlite3_bind_int64(rows, 2, last);
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  std::array<unsigned char, 32> hash{};
  std::array<unsigned char, 32> before{};
  bool good = true;
  std::int64_t seen = first;
  for (; sqlite3_step(rows) == SQLITE_ROW; ++seen) {
    const void* const prev = sqlite3_column_blob(rows, 0);
    if (seen != first && std::memcmp(prev, before.data(), 32) != 0) good = false;
    EVP_DigestInit_ex2(context, sha256, nullptr);
    EVP_DigestUpdate(context, "\0", 1);
    const void* const bytes = sqlite3_column_blob(rows, 2);
    EVP_DigestUpdate(context, bytes, static_cast<std::size_t>(sqlite3_column_bytes(rows, 2)));
    EVP_DigestFinal_ex(context, hash.data(), nullptr);
    if (std::memcmp(sqlite3_column_blob(rows, 1), hash.data(), 32) != 0) good = false;
    before = hash;
  }
  EVP_MD_CTX_free(context);
  sqlite3_finalize(rows);
  return good && seen == last;
}

}  // namespace

int main() {
  const Options options;
  const BigLog log = big_log(options);
  EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  const auto all = static_cast<std::int64_t>(log.entries);

  Series ours, peer;
  for (int round = 0; round < options.rounds; ++round) {
    ours.push_back(timed([&] {
      const auto result = consent::verify_log(log.folder, {});
      must(result.verdict == consent::ProofVerdict::proven && result.coverage.standing_checked,
           "the log does not verify");
    }));
    std::array<bool, 2> good{};
    peer.push_back(timed([&] {
      std::array<std::thread, 2> threads;
      for (unsigned half = 0; half < 2; ++half) {
        threads[half] = std::thread([&, half] {
          pin(half);
          good[half] = scan(log.folder / "log.db", sha256, all * half / 2, all * (half + 1) / 2);
        });
      }
      for (auto& thread : threads) thread.join();
    }));
    must(good[0] && good[1], "the scan does not hold");
  }
  EVP_MD_free(sha256);

  row("verify " + figure(static_cast<double>(log.entries)) + " entries, s", ours,
      "SQLite scan + SHA-256, 2 threads", peer, "≤ 6");
  const auto of = [&](const char* name) {
    return static_cast<double>(fs::file_size(log.folder / name)) / static_cast<double>(log.entries);
  };
  line("bytes on disk a consent, 5 a subject",
       figure(static_cast<double>(bytes_in(log.folder)) / static_cast<double>(log.entries)),
       "log.db, keys.db", figure(of("log.db")) + ", " + figure(of("keys.db")), "", "stated");
}
