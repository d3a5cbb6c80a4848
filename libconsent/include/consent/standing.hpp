#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "consent/digest.hpp"
#include "consent/event.hpp"
#include "consent/export.hpp"
#include "consent/instant.hpp"

namespace consent {

struct Entry;

/// One event reduced to what a decision reads. Distributor and campaign are ids of Terms.
/// A consent_given that covers nothing is no consent: it names, as its distributor, one who may
/// call for those named by the clauses of the same seq. Of a number_classified, `flags` is the
/// PersonalData answer, of a contact_made how it ended. An evidence_added says what shows the
/// entry `of`, from its recording on.
struct Clause {
  EventType type{};
  Method method{};
  Covers covers;
  Purposes purposes;              ///< empty: all (refusals and withdrawals only)
  Channels channels;              ///< empty: all (refusals and withdrawals only)
  std::uint16_t flags = 0;        ///< bits below
  std::uint32_t distributor = 0;  ///< term id; 0: names nobody (consent) or all (stop)
  std::uint32_t campaign = 0;     ///< term id; 0: any
  std::uint32_t advertiser = 0;   ///< term id; 0: not limited to one's goods
  Instant said{};                 ///< a stop demand: when received; an operator's: in force from
  Instant recorded{};
  Instant until = Instant::max();  ///< compared only with Instants of the same resolution
  std::uint64_t seq = 0;
  std::uint64_t of = 0;  ///< evidence_added: seq of the entry that it shows

  static constexpr std::uint16_t prechecked = 1, in_contract = 2, separate_mark = 4,
                                 code_sent_here = 8, code_returned = 16, has_document = 32,
                                 has_evidence = 64, has_wording = 128, by_addressee = 256,
                                 by_employee = 512, with_authority = 1024, in_force_stated = 2048,
                                 released = 4096,  ///< a restriction: this ends it
      acts_for_any = 8192,                         ///< whoever is assigned may call
      keeps_file = 16384;  ///< a file that shows it lies in the log, not its hash alone
  friend bool operator==(const Clause&, const Clause&) = default;
};

/// What one subject's events say, in order of seq. Derived; rebuilt from the entries at any time.
struct SubjectStanding {
  Digest tag;
  /// When a reassignment or the erasure closed it: the earlier of happened and recorded; nullopt:
  /// still open. The next subject of the number begins there.
  std::optional<Instant> closed;
  std::vector<Clause> clauses;
  /// What is kept of it cannot be read: `clauses` say less than its entries do, or something else.
  bool broken = false;
  /// Its key was destroyed: nothing leads to the person any more.
  [[nodiscard]] CONSENT_EXPORT bool erased() const noexcept;
  friend bool operator==(const SubjectStanding&, const SubjectStanding&) = default;
};

/// From which of its two times a consent counts.
enum class Basis : std::uint8_t {
  said,      ///< when it was said; recorded later than the moment asked about: a warning
  recorded,  ///< when it was recorded, and nothing before
};

/// Somebody who dials for a distributor (CallerAssignment), resolved.
struct AssignedCaller {
  std::uint32_t distributor = 0;  ///< term id
  std::uint32_t caller = 0;       ///< term id
  std::uint32_t campaign = 0;     ///< term id; 0: not limited to one
  Purposes purposes;              ///< empty: all
  Channels channels;              ///< empty: all
  Instant from{};
  Instant until = Instant::max();
  Instant recorded{};
  std::uint64_t seq = 0;
};

/// A clock.step that set the clock back. What was recorded before it with a later time than it
/// shows is doubtful: any stop recorded after a doubtful consent ends it, whatever the times say.
struct ClockSetBack {
  std::uint64_t seq = 0;
  Instant to{};  ///< what the clock showed then
  friend bool operator==(const ClockSetBack&, const ClockSetBack&) = default;
};

/// What a judgement needs of the log besides a number's subjects. Borrowed.
struct LogFacts {
  std::span<const AssignedCaller> assigned;  ///< who dials for whom
  std::span<const ClockSetBack> set_back;    ///< in order of seq
};

/// Names behind the term ids of clauses: distributors and campaigns. Ids begin with 1.
class CONSENT_EXPORT Terms {
 public:
  Terms() = default;
  Terms(const Terms& other);
  Terms& operator=(const Terms& other);
  Terms(Terms&&) noexcept = default;
  Terms& operator=(Terms&&) noexcept = default;
  ~Terms() = default;
  std::uint32_t id_of(std::string_view text);                     ///< adds it where new
  [[nodiscard]] std::uint32_t find(std::string_view text) const;  ///< 0 where absent
  [[nodiscard]] std::string_view text(std::uint32_t id) const;
  [[nodiscard]] std::size_t size() const noexcept { return texts_.size(); }

 private:
  std::deque<std::string> texts_;  ///< a deque: ids_ points into it
  std::unordered_map<std::string_view, std::uint32_t> ids_;
};

/// Reduces one stored entry to its clauses (one for each distributor it names; none for entries
/// that standing does not read). The one function behind the kept tables, the rebuild and verify.
/// @throws BrokenLog where the body is not of its type.
CONSENT_EXPORT void append_clauses(const Entry& entry, Terms& terms, SubjectStanding& standing);

}  // namespace consent
