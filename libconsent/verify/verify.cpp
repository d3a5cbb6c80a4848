#include "consent/verify.hpp"

#include <chrono>
#include <thread>

#include "verify/log_check.hpp"

namespace consent {

namespace fs = std::filesystem;

std::string_view to_word(ProofVerdict verdict) noexcept {
  switch (verdict) {
    case ProofVerdict::proven:
      return "proven";
    case ProofVerdict::refuted:
      return "refuted";
    case ProofVerdict::not_proven:
      break;
  }
  return "not_proven";
}

Verification verify_log(const fs::path& folder, std::span<const note::VerifierKey> trusted,
                        const VerifyOptions& options) {
  const bool is_file = fs::is_regular_file(folder);
  const fs::path file = is_file ? folder : folder / "log.db";
  Verification result;
  result.question =
      "Are these the entries that were written, in their order, with nothing between?";
  sqlite::Connection db = verifying::open_to_scan(file);
  try {
    std::optional<HeadState> head;
    std::optional<sqlite::Transaction> snapshot;
    // The head before the database: a writer at work may only make the log longer than it. What it
    // is recording right now would look unsigned: a moment later its head is there.
    constexpr int attempts = 20;
    constexpr auto between = std::chrono::milliseconds(10);
    for (int i = 0; i < attempts; ++i) {
      if (snapshot) std::this_thread::sleep_for(between);
      snapshot.reset();
      head = is_file ? std::nullopt : HeadFile::read(folder / "head");
      snapshot.emplace(db, "BEGIN");
      const auto size =
          static_cast<std::uint64_t>(db.integer("SELECT coalesce(max(seq),-1)+1 FROM entry"));
      if (!head || head->size >= size) break;
    }
    verifying::LogCheck check(file, is_file, db, result, options);
    check.run(trusted, head);
    const auto& lacking = check.lacking();
    result.verdict = lacking ? ProofVerdict::not_proven : ProofVerdict::proven;
    if (lacking) result.problem = Problem{lacking->seq, lacking->what};
  } catch (const verifying::Refuted& refuted) {
    result.verdict = ProofVerdict::refuted;
    result.problem = Problem{refuted.seq, refuted.what};
  }
  result.coverage.not_checked.emplace_back("whether each event really happened as it was recorded");
  result.coverage.not_checked.emplace_back(
      "times: no time-stamping authority and no witness has signed this log");
  return result;
}

}  // namespace consent
