#include "consent/complaint.hpp"

#include <date/tz.h>

#include <algorithm>

#include "consent/error.hpp"
#include "duties/complaint_rows.hpp"

namespace consent {

namespace {

using complaint::Fact;
using complaint::Item;
using complaint::Rows;
using complaint::When;

using Contacts = std::span<const NotedContact>;

const date::time_zone& zone_of(const Rows& rows) {
  static const date::time_zone* const zone = date::locate_zone(rows.zone);
  return *zone;
}

date::local_days day_of(const Rows& rows, Instant at) {
  const date::sys_time<std::chrono::microseconds> utc{at.time_since_epoch()};
  return date::floor<date::days>(zone_of(rows).to_local(utc));
}

Instant midnight(const Rows& rows, date::local_days day) {
  return Instant{std::chrono::duration_cast<std::chrono::microseconds>(
      zone_of(rows).to_sys(day, date::choose::earliest).time_since_epoch())};
}

/// The same day some months later; of a month that has no such day, the first of the next.
date::local_days months_after(date::local_days day, int months) {
  const date::year_month_day from{day};
  const date::year_month_day to = from.year() / from.month() / from.day() + date::months{months};
  if (to.ok()) return date::local_days{to};
  return date::local_days{(to.year() / to.month() + date::months{1}) / 1};
}

bool is_advertising(Purpose purpose) {
  return purpose == Purpose::advertising || purpose == Purpose::mixed ||
         purpose == Purpose::unknown;
}

bool holds(When when, Contacts contacts, const ComplaintFacts& facts) {
  const auto any = [&](const auto& fits) {
    return std::any_of(contacts.begin(), contacts.end(), fits);
  };
  switch (when) {
    case When::always:
      return true;
    case When::person:
      return facts.applicant == Applicant::person;
    case When::legal_entity:
      return facts.applicant == Applicant::legal_entity;
    case When::representative:
      return facts.representative;
    case When::other_holder:
      return facts.other_holder;
    case When::operator_contract:
      return facts.operator_contract;
    case When::electronic:
      return facts.filing != Filing::unstated && facts.filing != Filing::paper;
    case When::distributor_known:
      return any([](const NotedContact& c) { return !c.said.distributor.empty(); });
    case When::advertising_without_consent:
      return any([](const NotedContact& c) { return is_advertising(c.said.purpose); });
    case When::personal_data_without_consent:
      // The number of an entity is no personal data unless somebody was called by name.
      return any([&](const NotedContact& c) {
        return is_advertising(c.said.purpose) &&
               (facts.applicant == Applicant::person || c.said.called_by_name == YesNo::yes);
      });
    case When::answered_or_silent:
      return facts.answered_or_silent;
    case When::fraud:
      return facts.fraud;
  }
  return false;
}

bool stated(Fact fact, const ComplaintFacts& facts) {
  switch (fact) {
    case Fact::full_name:
      return facts.full_name;
    case Fact::postal_address:
      return facts.postal_address;
    case Fact::electronic_address:
      return facts.electronic_address;
    case Fact::passport:
      return facts.passport;
    case Fact::filing:
      return facts.filing != Filing::email && facts.filing != Filing::spam_form;
  }
  return false;
}

bool shows(const Item& item, const ContactFile& file) {
  return std::find(item.kinds.begin(), item.kinds.end(), file.kind) != item.kinds.end();
}

/// Whether one contact has what a field asks for.
bool has_field(const std::string& item, const NotedContact& contact, Body body) {
  const ContactReceived& said = contact.said;
  if (item == "sender") return !said.sender.empty();
  if (item == "date_and_time") {
    return said.channel != Channel::voice || said.answered == YesNo::no || said.duration_s;
  }
  if (item == "content") return !said.said.empty();
  if (item == "robot") return said.channel != Channel::voice || said.heard != HeardAs::unclear;
  if (item == "violator") return !said.distributor.empty() || !said.company.empty();
  if (item == "no_consent") {
    const auto& stance = body == Body::rkn ? said.personal_data_consent : said.advertising_consent;
    return stance.has_value();
  }
  return true;  // a field of the applicant, or the number of the diary
}

/// Evidence belongs to a contact where it shows the contact itself.
bool is_of_contact(const Item& item) { return item.id == "recording"; }

class Judge {
 public:
  Judge(const Rows& rows, const Noted& noted, Contacts contacts, Body body,
        const ComplaintFacts& facts)
      : rows_(rows), noted_(noted), contacts_(contacts), body_(body), facts_(facts) {}

  [[nodiscard]] ReadyItem item(const complaint::Row& row) const {
    const Item& item = rows_.items[row.item];
    ReadyItem made;
    made.item = item.id;
    made.part = item.part;
    made.weight = row.confidence == "G" ? Weight::unconfirmed
                  : row.required        ? Weight::refuse
                                        : Weight::advise;
    made.name = item.name;
    made.name_ru = item.name_ru;
    made.how = item.how;
    made.how_ru = item.how_ru;
    made.why = row.why;
    made.why_ru = row.why_ru;
    made.citation = row.citation;
    made.citation_ru = row.citation_ru;
    made.source = row.source;
    made.confidence = row.confidence;
    if (encloses(item)) {
      made.state = ReadyState::present;
    } else if (is_of_contact(item)) {
      by_contact(item, made);
    } else if (!item.kinds.empty() && in_log(item, made)) {
      made.state = ReadyState::present;
    } else if (!item.needs.empty()) {
      const bool all = std::all_of(item.needs.begin(), item.needs.end(),
                                   [&](Fact fact) { return stated(fact, facts_); });
      made.state = all ? ReadyState::present : ReadyState::missing;
    } else if (item.kinds.empty()) {
      by_field(item, made);
    }
    return made;
  }

 private:
  [[nodiscard]] bool encloses(const Item& item) const {
    return std::find(facts_.encloses.begin(), facts_.encloses.end(), item.id) !=
           facts_.encloses.end();
  }
  void by_contact(const Item& item, ReadyItem& made) const {
    for (const NotedContact& contact : contacts_) {
      const std::size_t before = made.shown_by.size();
      for (const ContactFile& file : contact.files) {
        if (shows(item, file)) made.shown_by.push_back(file.seq);
      }
      if (made.shown_by.size() == before) made.lacking.push_back(contact.seq);
    }
    settle(made);
  }
  void by_field(const Item& item, ReadyItem& made) const {
    for (const NotedContact& contact : contacts_) {
      (has_field(item.id, contact, body_) ? made.shown_by : made.lacking).push_back(contact.seq);
    }
    settle(made);
  }
  void settle(ReadyItem& made) const {
    made.state = made.lacking.empty() && !contacts_.empty() ? ReadyState::present
                 : made.shown_by.empty()                    ? ReadyState::missing
                                                            : ReadyState::partly;
  }
  /// Whether a file of the log shows it, with whatever entry it was kept.
  [[nodiscard]] bool in_log(const Item& item, ReadyItem& made) const {
    const auto look = [&](std::span<const ContactFile> files) {
      for (const ContactFile& file : files) {
        if (shows(item, file)) made.shown_by.push_back(file.seq);
      }
    };
    look(noted_.others);
    for (const NotedContact& contact : contacts_) look(contact.files);
    std::sort(made.shown_by.begin(), made.shown_by.end());
    made.shown_by.erase(std::unique(made.shown_by.begin(), made.shown_by.end()),
                        made.shown_by.end());
    return !made.shown_by.empty();
  }

  const Rows& rows_;
  const Noted& noted_;
  Contacts contacts_;
  Body body_;
  const ComplaintFacts& facts_;
};

bool among(std::span<const Body> bodies, Body body) {
  return std::find(bodies.begin(), bodies.end(), body) != bodies.end();
}

void add_limitation(const Rows& rows, Contacts contacts, Body body, Instant at, Readiness& made) {
  using State = LimitationState::State;
  for (const complaint::Limitation& row : rows.limitations) {
    if (!among(row.bodies, body)) continue;
    for (const NotedContact& contact : contacts) {
      const date::local_days day = day_of(rows, contact.said.happened);
      constexpr int months_of_year = 12;
      LimitationState state;
      state.seq = contact.seq;
      state.warn_from = midnight(rows, months_after(day, row.warn_months));
      state.expires = midnight(rows, months_after(day, months_of_year * row.years));
      state.state = at >= state.expires     ? State::expired
                    : at >= state.warn_from ? State::soon
                                            : State::open;
      state.rule = row.id;
      state.citation = row.citation;
      state.citation_ru = row.citation_ru;
      state.source = row.source;
      state.confidence = row.confidence;
      made.limitation.push_back(std::move(state));
    }
  }
}

/// By the law of the day of each contact, whenever it is decided.
void add_fines(const Rows& rows, Contacts contacts, Body body, Readiness& made) {
  for (const NotedContact& contact : contacts) {
    const date::local_days day = day_of(rows, contact.said.happened);
    for (const complaint::Fine& row : rows.fines) {
      if (!among(row.bodies, body) || !row.days.hold(day)) continue;
      FineState state = row.state;
      state.seq = contact.seq;
      made.fines.push_back(std::move(state));
    }
  }
}

}  // namespace

std::vector<NotedContact> complained_of(const Noted& noted, std::span<const std::uint64_t> seqs) {
  std::vector<NotedContact> made;
  const auto wanted = [&](const NotedContact& contact) {
    return seqs.empty() ? !contact.taken_back
                        : std::find(seqs.begin(), seqs.end(), contact.seq) != seqs.end();
  };
  for (const std::uint64_t seq : seqs) {
    const auto found =
        std::find_if(noted.contacts.begin(), noted.contacts.end(),
                     [seq](const NotedContact& contact) { return contact.seq == seq; });
    if (found == noted.contacts.end()) {
      throw Error(ErrorCode::invalid_argument, Message("entry {}: no contact of this diary", seq));
    }
    if (found->taken_back) {
      throw Error(ErrorCode::invalid_argument,
                  Message("entry {}: entry {} says that it is wrong", seq, *found->taken_back));
    }
  }
  std::copy_if(noted.contacts.begin(), noted.contacts.end(), std::back_inserter(made), wanted);
  return made;
}

Readiness ready(const Noted& noted, std::span<const std::uint64_t> seqs, Body body,
                const ComplaintFacts& facts, Instant at) {
  const Rows& rows = complaint::rows();
  if (body == Body::prosecutor || body == Body::police) {
    throw Error(ErrorCode::invalid_argument, "no complaint is prepared for this body");
  }
  for (const std::string& id : facts.encloses) {
    const bool known = std::any_of(rows.items.begin(), rows.items.end(), [&](const Item& item) {
      return item.id == id && item.part == "attachment";
    });
    if (!known) throw Error(ErrorCode::invalid_argument, "encloses: no attachment has this name");
  }
  const std::vector<NotedContact> contacts = complained_of(noted, seqs);
  Readiness made;
  made.body = body;
  made.rules = rows.version;
  for (const NotedContact& contact : contacts) made.contacts.push_back(contact.seq);
  const date::local_days today = day_of(rows, at);
  const Judge judge(rows, noted, contacts, body, facts);
  made.ready = !contacts.empty();
  for (std::size_t i = 0; i < rows.items.size(); ++i) {
    for (const complaint::Row& row : rows.rows) {
      if (row.item != i || row.body != body || !row.days.hold(today) ||
          !holds(row.when, contacts, facts)) {
        continue;
      }
      made.items.push_back(judge.item(row));
      const ReadyItem& item = made.items.back();
      if (item.weight == Weight::refuse && item.state == ReadyState::missing) made.ready = false;
    }
  }
  for (const complaint::Note& note : rows.notes) {
    if (!among(note.bodies, body) || !note.days.hold(today) || !holds(note.when, contacts, facts)) {
      continue;
    }
    made.notes.push_back(note.note);
  }
  add_limitation(rows, contacts, body, at, made);
  add_fines(rows, contacts, body, made);
  return made;
}

std::vector<BodyFit> bodies(const Noted& noted, std::span<const std::uint64_t> seqs,
                            const ComplaintFacts& facts) {
  const std::vector<NotedContact> contacts = complained_of(noted, seqs);
  std::vector<BodyFit> made;
  for (const complaint::BodyRow& row : complaint::rows().bodies) {
    made.push_back(row.fit);
    made.back().fits = !contacts.empty() && holds(row.fits, contacts, facts);
  }
  std::stable_partition(made.begin(), made.end(), [](const BodyFit& fit) { return fit.fits; });
  return made;
}

}  // namespace consent
