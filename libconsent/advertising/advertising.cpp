#include "consent/advertising.hpp"

#include <algorithm>
#include <array>

#include "advertising/advertising_pack.hpp"
#include "consent/error.hpp"
#include "event/canonical.hpp"

namespace consent {
namespace {

using Impl = AdvertisingPack::Impl;
using Places = std::vector<std::size_t>;

constexpr std::array<std::string_view, 3> said_words{"unknown", "yes", "no"};
constexpr std::array<std::string_view, 5> outcome_words{"yes", "no", "unclear", "warn", "treat"};

/// Given answers by place; nullopt: not asked.
using Given = std::vector<std::optional<Said>>;

Given by_place(const Impl& pack, const Answers& answers) {
  Given given(pack.questions.size());
  for (const auto& [key, said] : answers) {
    const auto place = pack.place_of(key);
    if (!place) {
      // The key is whatever was typed, and may hold a number: it is not repeated.
      std::string known;
      for (const auto& question : pack.questions) known.append(" ").append(question.key);
      throw Error(ErrorCode::invalid_argument,
                  Message("advertising: not a question; there are{}", known));
    }
    if (given[*place]) {
      throw Error(ErrorCode::invalid_argument, Message("advertising: '{}' is answered twice", key));
    }
    given[*place] = said;
  }
  return given;
}

/// Whether a question was put, will be, or never is because of what another was answered.
bool is_put(const Impl& pack, const Given& given, std::size_t place) {
  const auto& after = pack.questions[place].after;
  if (!after) return true;
  const auto parent = *pack.place_of(after->first);
  return given[parent] == after->second;
}

/// What counts, and for what is unknown, which questions would settle it.
struct Weighed {
  std::vector<Said> said;
  std::vector<Places> settled_by;
};

enum class Holds : std::uint8_t { no, perhaps, yes };

Holds holds(const AdvertisingRow& row, const Weighed& answers) {
  Holds found = Holds::yes;
  for (const auto& [place, wanted] : row.when) {
    const Said said = answers.said[place];
    if (said == wanted) continue;
    if (said != Said::unknown) return Holds::no;
    found = Holds::perhaps;
  }
  return found;
}

void add_unknown(const AdvertisingRow& row, const Weighed& answers, Places& places) {
  for (const auto& [place, wanted] : row.when) {
    if (answers.said[place] != Said::unknown) continue;
    places.insert(places.end(), answers.settled_by[place].begin(), answers.settled_by[place].end());
  }
}

struct Verdict {
  Weighed answers;
  const AdvertisingRow* deciding = nullptr;  ///< nullptr: unclear
  Places open;                               ///< what would decide, where nothing does
};

/// The rows in force, first match first. `asking`: what was not asked yet is unknown, whatever
/// counts for it at the end.
Verdict weigh(const Impl& pack, const Given& given, Instant at, bool asking) {
  Verdict verdict;
  Weighed& answers = verdict.answers;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const bool still_to_come = asking && is_put(pack, given, i);
    answers.said.push_back(
        given[i].value_or(still_to_come ? Said::unknown : pack.questions[i].unasked));
    answers.settled_by.push_back({i});
  }
  for (const AdvertisingRow& row : pack.rows) {
    if (row.says.outcome != AdvertisingOutcome::treat || !row.in_force(at)) continue;
    const Holds held = holds(row, answers);
    if (held == Holds::no) continue;
    Places open;
    if (held == Holds::perhaps) add_unknown(row, answers, open);
    for (const auto& [place, value] : row.sets) {
      Said& said = answers.said[place];
      if (held == Holds::yes) {
        if (said == Said::unknown || row.overrides) said = value;
      } else if (row.overrides && said != Said::unknown && said != value) {
        said = Said::unknown;  // the answer would not stand if the row held
        answers.settled_by[place] = open;
      }
    }
  }

  using enum AdvertisingOutcome;
  std::vector<const AdvertisingRow*> possible;
  for (const AdvertisingRow& row : pack.rows) {
    if (row.says.outcome == warn || row.says.outcome == treat || !row.in_force(at)) continue;
    const Holds held = holds(row, answers);
    if (held == Holds::no) continue;
    if (held == Holds::perhaps) {
      possible.push_back(&row);
      continue;
    }
    const bool agreed = std::all_of(possible.begin(), possible.end(), [&](const auto* other) {
      return other->says.outcome == row.says.outcome;
    });
    if (agreed) {
      verdict.deciding = &row;
      return verdict;
    }
    break;
  }
  for (const AdvertisingRow* row : possible) add_unknown(*row, answers, verdict.open);
  std::sort(verdict.open.begin(), verdict.open.end());
  verdict.open.erase(std::unique(verdict.open.begin(), verdict.open.end()), verdict.open.end());
  return verdict;
}

Digest digest_of(const Impl& pack, const Given& given, const std::optional<Digest>& text) {
  canonical::Object said;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (given[i]) canonical::set(said, pack.questions[i].key, to_word(*given[i]));
  }
  canonical::Object all;
  canonical::set(all, "answers", std::move(said));
  canonical::set(all, "pack", pack.version);
  if (text) canonical::set(all, "text", to_hex(*text));
  return sha256(canonical::encode(std::move(all)));
}

AdvertisingFinding later_than_known() {
  AdvertisingFinding finding;
  finding.rule = "default/known-until";
  finding.kind = RuleKind::policy;
  finding.why = "The contact is later than these rows know the law.";
  finding.why_ru = "Контакт позже дня, по который эти правила знают закон.";
  return finding;
}

}  // namespace

std::string_view to_word(Said said) noexcept {
  const auto index = static_cast<std::size_t>(said);
  return index < said_words.size() ? said_words[index] : std::string_view{};
}
template <>
std::optional<Said> from_word(std::string_view word) noexcept {
  for (std::size_t i = 0; i < said_words.size(); ++i) {
    if (said_words[i] == word) return static_cast<Said>(i);
  }
  return std::nullopt;
}
std::string_view to_word(AdvertisingOutcome outcome) noexcept {
  const auto index = static_cast<std::size_t>(outcome);
  return index < outcome_words.size() ? outcome_words[index] : std::string_view{};
}

Advertising is_advertising(const AdvertisingPack& pack, const Answers& answers, Instant at,
                           const std::optional<Digest>& text) {
  const Impl& impl = pack.impl();
  const Given given = by_place(impl, answers);
  const Verdict verdict = weigh(impl, given, at, false);

  Advertising result;
  result.pack = impl.version;
  result.digest = digest_of(impl, given, text);
  using enum AdvertisingOutcome;
  const auto decided = verdict.deciding != nullptr ? verdict.deciding->says.outcome : unclear;
  result.answer = decided == yes  ? IsAdvertising::yes
                  : decided == no ? IsAdvertising::no
                                  : IsAdvertising::unclear;
  result.purpose = verdict.deciding != nullptr ? verdict.deciding->purpose : std::nullopt;
  if (result.answer == IsAdvertising::unclear) result.purpose = Purpose::unknown;

  // The deciding row, then what says the same, then what changed an answer, then warnings.
  Places missing = verdict.open;
  const auto show = [&](auto&& wanted) {
    for (const AdvertisingRow& row : impl.rows) {
      if (row.in_force(at) && holds(row, verdict.answers) == Holds::yes && wanted(row)) {
        result.findings.push_back(row.says);
      }
    }
  };
  if (verdict.deciding != nullptr) {
    result.findings.push_back(verdict.deciding->says);
    show([&](const AdvertisingRow& row) {
      return &row != verdict.deciding && row.says.outcome == decided;
    });
  }
  if (result.answer == IsAdvertising::no) {
    for (std::size_t i = 0; i < impl.questions.size(); ++i) {
      if (impl.questions[i].part == "sign" && verdict.answers.said[i] == Said::no)
        missing.push_back(i);
    }
  }
  for (const std::size_t place : missing) result.missing.push_back(impl.questions[place].key);

  // A row that overrides changes the answer it stands on: it is held against what was given.
  Weighed before = verdict.answers;
  for (std::size_t i = 0; i < given.size(); ++i) {
    before.said[i] = given[i].value_or(impl.questions[i].unasked);
  }
  for (const AdvertisingRow& row : impl.rows) {
    if (row.says.outcome == treat && row.in_force(at) && holds(row, before) == Holds::yes) {
      result.findings.push_back(row.says);
    }
  }
  for (const AdvertisingRow& row : impl.rows) {
    if (row.says.outcome == warn && row.in_force(at) && holds(row, before) == Holds::yes) {
      result.findings.push_back(row.says);
    }
  }
  if (impl.known_until && at >= *impl.known_until) result.findings.push_back(later_than_known());
  return result;
}

const AdvertisingQuestion* next_question(const AdvertisingPack& pack, const Answers& answers,
                                         Instant at) {
  const Impl& impl = pack.impl();
  const Given given = by_place(impl, answers);
  const Verdict verdict = weigh(impl, given, at, true);
  if (verdict.deciding != nullptr) return nullptr;
  for (std::size_t i = 0; i < impl.questions.size(); ++i) {
    if (!given[i] && is_put(impl, given, i)) return &impl.questions[i];
  }
  return nullptr;
}

}  // namespace consent
