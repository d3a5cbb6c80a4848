#include "consent/verify.hpp"

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
                        const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  const bool is_file = fs::is_regular_file(folder);
  const fs::path file = is_file ? folder : folder / "log.db";
  Verification result;
  result.question =
      "Are these the entries that were written, in their order, with nothing between?";
  // The head before the database: a writer at work may only make the log longer than it.
  const auto head = is_file ? std::nullopt : HeadFile::read(folder / "head");
  sqlite::Connection db = verifying::open_to_scan(file);
  try {
    const sqlite::Transaction snapshot(db, "BEGIN");
    verifying::LogCheck check(file, is_file, db, result);
    check.run(trusted, head, progress);
    result.verdict = check.lacking() ? ProofVerdict::not_proven : ProofVerdict::proven;
    if (check.lacking()) result.problem = Problem{check.lacking()->seq, check.lacking()->what};
  } catch (const verifying::Refuted& refuted) {
    result.verdict = ProofVerdict::refuted;
    result.problem = Problem{refuted.seq, refuted.what};
  }
  result.coverage.not_checked.emplace_back("whether each event really happened as it was recorded");
  result.coverage.not_checked.emplace_back(
      "times: no time-stamping authority and no witness has signed this log");
  result.coverage.not_checked.emplace_back("sealed details: they open with keys.db alone");
  return result;
}

}  // namespace consent
