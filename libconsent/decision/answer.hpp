#pragma once

#include "decision/case.hpp"

/// From what a case has found to the answer, and why.
namespace consent::decision {

/// Findings in the order in which they are read: what decides, then why a consent does not count,
/// then warnings. Those that do not fit are counted as "more".
class Answer {
 public:
  /// `out` is a new Judgement: written in place, since it is too large to copy for every question.
  Answer(Case& it, Judgement& out) noexcept : it_(it), out_(out) {}
  void write() noexcept;

 private:
  void settle() noexcept;
  void say_what_decides() noexcept;
  void say_why_not(Ground ground) noexcept;
  void say_earlier_holder() noexcept;
  void say_defects(std::uint32_t found, const Clause& clause, Ground ground) noexcept;
  void warn() noexcept;
  void warn_of_clock() noexcept;
  struct Relied {
    const Clause* consent;
    Ground ground;
  };
  [[nodiscard]] std::optional<Relied> consent_relied_on() noexcept;

  void put(Builtin builtin, FindingVerdict verdict, std::uint64_t seq) noexcept {
    put(number_of(builtin), verdict, seq);
  }
  void put(std::int16_t rule, FindingVerdict verdict, std::uint64_t seq) noexcept;

  Case& it_;
  Judgement& out_;
  std::size_t reserve_ = 8;  // places kept for warnings
  bool left_out_ = false;
};

}  // namespace consent::decision
