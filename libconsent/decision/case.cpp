#include "decision/case.hpp"

#include "decision/worth.hpp"

namespace consent::decision {
namespace {

const RulePack::Impl::InForce nothing_in_force{};

/// Numbers in shared +7 codes: the stricter reading.
bool in_jurisdiction(const NumberFacts& number, const RulePack::Impl& pack) noexcept {
  if (!number.country.empty()) return number.country == std::string_view(pack.jurisdiction);
  return pack.shares_plus7 && number.kind != NumberKind::foreign;
}

}  // namespace

Case::Case(const ResolvedQuestion& asked, const RulePack::Impl& pack,
           const standing::Holder& holder, const LogFacts& facts, Instant counted_at) noexcept
    : asked_(asked),
      pack_(pack),
      holder_(holder),
      log_(facts),
      counted_at_(counted_at),
      contact_{asked.distributor, asked.campaign, asked.purpose, asked.channel},
      facts_(numbering_facts(asked.number)),
      law_loaded_(in_jurisdiction(facts_, pack)),
      in_force_(&nothing_in_force) {
  // An enumeration out of range may arrive from a cast; it must not index or shift anything.
  if (static_cast<unsigned>(contact_.purpose) >= RulePack::Impl::purposes)
    contact_.purpose = Purpose::unknown;
  const bool channel_known = static_cast<unsigned>(contact_.channel) < RulePack::Impl::channels;
  if (channel_known && law_loaded_)
    in_force_ = &pack.active(asked.at, contact_.purpose, contact_.channel);
}

const Whereabouts& Case::where() noexcept {
  if (asked_.whereabouts) return *asked_.whereabouts;
  if (!where_) where_ = whereabouts(asked_.number, asked_.numbering);
  return *where_;
}

Case::Rows Case::document_rows(const Clause& consent) const noexcept {
  if (in_force_->rows.empty()) return {};
  return pack_.active(consent.said, purpose(), channel()).rows &
         pack_.rows_of(Condition::without_document);
}

Case::Rows Case::outlived(const Clause& consent, const Rows& among) const noexcept {
  Rows found;
  if (consent.until != Instant::max() || consent.said >= at()) return found;
  among.for_each([&](std::size_t row) {
    const std::chrono::days limit(pack_.figures[row].older_than);
    if (at() - consent.said > limit) found.insert(row);
  });
  return found;
}

const standing::Standing& Case::standing(Ground ground) noexcept {
  auto& kept = standings_[static_cast<std::size_t>(ground)];
  if (!kept) {
    kept = standing::read(holder_, cover_of(ground), contact_, at(),
                          [&](const Clause& consent) { return defects(consent, ground) == 0; });
  }
  return *kept;
}

const Clause* Case::classified() noexcept {
  if (!classified_) classified_ = standing::classification(holder_, {at(), asked_.basis});
  return *classified_;
}

std::uint32_t Case::defects(const Clause& consent, Ground ground) const noexcept {
  std::uint32_t found =
      standing::defects(consent, cover_of(ground), contact_, {at(), asked_.basis}, holder_.began());
  if ((found & (defect::other_cover | defect::other_distributor)) != 0) return found;
  if (worth_of(consent, ground).grade() == Grade::not_proven) found |= defect::not_proven;
  const std::uint32_t counted = in_force_->defects[static_cast<std::size_t>(ground)];
  if (counted != 0) found |= defects_of_worth(consent, ground, counted);
  return found;
}

std::uint32_t Case::defects_of_worth(const Clause& consent, Ground ground,
                                     std::uint32_t wanted) const noexcept {
  const std::uint16_t flags = flags_of(consent);
  const auto has = [&](std::uint16_t flag) { return (flags & flag) != 0; };
  std::uint32_t found = 0;
  if (lacks_number_proof(consent, channel())) found |= defect::form_without_number_proof;
  if (consent.method == Method::open_source) found |= defect::open_source;
  if (has(Clause::in_contract)) {
    if (!has(Clause::separate_mark)) found |= defect::in_contract_without_mark;
    if (consent.until == Instant::max()) found |= defect::in_contract_without_term;
  }
  if (has(Clause::prechecked)) found |= defect::prechecked;
  if (has(Clause::by_addressee)) found |= defect::given_by_addressee;
  if (has(Clause::by_employee) && !has(Clause::with_authority))
    found |= defect::employee_without_authority;
  if ((wanted & defect::without_document) != 0 && !has(Clause::has_document) &&
      !(document_rows(consent) & pack_.treats & pack_.feeding[static_cast<std::size_t>(ground)])
           .empty()) {
    found |= defect::without_document;
  }
  if ((wanted & defect::without_term) != 0 &&
      !outlived(consent, rows_of(Condition::without_term) & pack_.treats).empty()) {
    found |= defect::without_term;
  }
  return found & wanted;
}

std::uint16_t Case::flags_of(const Clause& consent) const noexcept {
  std::uint16_t flags = consent.flags;
  for (const Clause& clause : holder_.clauses()) {
    if (clause.type == EventType::evidence_added && clause.of == consent.seq &&
        clause.recorded <= at()) {
      flags = static_cast<std::uint16_t>(flags | clause.flags);
    }
  }
  return flags;
}

Worth Case::worth_of(const Clause& consent, Ground ground) const noexcept {
  const bool needs_mark = ground == Ground::advertising && standing::in_family(purpose());
  return worth(consent, flags_of(consent), contact_.distributor, channel(), needs_mark);
}

Stated Case::mass() const noexcept {
  if (channel() == Channel::robot) return Stated::yes;
  if (caller().mass != Stated::not_stated) return caller().mass;
  if (!made_mass.empty()) return Stated::yes;
  // Where a row counts contacts a day, a person who dials may be one of many.
  const bool counted = !rows_of(Condition::mass_by_count).empty() && caller().calls_a_day == 0;
  return dialled_by() == DialledBy::person && !counted ? Stated::no : Stated::not_stated;
}

void Case::verdict_of(const Rows& rows, std::uint64_t seq, std::optional<Instant> cured) noexcept {
  if (rows.empty()) return;
  touched_ |= rows;
  warn_of(rows & pack_.warns, seq);
  (rows & pack_.unknowns).for_each([&](std::size_t row) {
    unknowns.put(static_cast<std::int16_t>(row), FindingVerdict::unknown, seq);
  });
  (rows & pack_.denies).for_each([&](std::size_t row) {
    denies.put(static_cast<std::int16_t>(row), FindingVerdict::deny, seq);
    std::optional<Instant> passes = cured;
    if (const auto end = pack_.ends[row]; end && (!passes || *end < *passes)) passes = end;
    if (!passes) {
      curable = false;
    } else if (*passes > cure) {
      cure = *passes;
    }
  });
}

void Case::warn_of(const Rows& rows, std::uint64_t seq) noexcept {
  touched_ |= rows;
  rows.for_each([&](std::size_t row) {
    warns.put(static_cast<std::int16_t>(row), FindingVerdict::warn, seq);
  });
}

void Case::meet(const Rows& rows, std::uint64_t seq) noexcept {
  touched_ |= rows;
  allow(rows & pack_.met, seq);
}

void Case::meet(const Rows& rows, const Clause& consent, Ground ground) noexcept {
  if (!(rows & pack_.met).empty()) relied_on[static_cast<std::size_t>(ground)] = true;
  meet(rows, consent.seq);
}

void Case::allow(const Rows& rows, std::uint64_t seq) noexcept {
  touched_ |= rows;
  rows.for_each([&](std::size_t row) {
    allows.put(static_cast<std::int16_t>(row), FindingVerdict::allow, seq);
  });
}

void Case::deny(Builtin builtin, std::uint64_t seq) noexcept {
  curable = false;
  denies.put(number_of(builtin), FindingVerdict::deny, seq);
}

void Case::unknown(Builtin builtin, std::uint64_t seq) noexcept {
  unknowns.put(number_of(builtin), FindingVerdict::unknown, seq);
}

}  // namespace consent::decision
