#include "consent/complaint.hpp"

#include "bindings.hpp"
#include "casters.hpp"

namespace consent_python {

namespace {

using consent::Body;

Body to_body(py::handle word) {
  if (const auto body = consent::body_from_word(to_text(word))) return *body;
  throw consent::Error(consent::ErrorCode::invalid_argument,
                       "body: fas, rkn, operator, prosecutor or police");
}

/// An object of consent.complaint.Applicant.
consent::ComplaintFacts to_facts(py::handle given) {
  consent::ComplaintFacts facts;
  const auto flag = [&](const char* name) { return given.attr(name).cast<bool>(); };
  const auto kind = to_text(given.attr("kind"));
  if (kind == "entity") facts.applicant = consent::Applicant::legal_entity;
  facts.representative = flag("representative");
  facts.other_holder = flag("other_holder");
  facts.operator_contract = flag("operator_contract");
  facts.full_name = flag("full_name");
  facts.postal_address = flag("postal_address");
  facts.electronic_address = flag("electronic_address");
  facts.passport = flag("passport");
  facts.answered_or_silent = flag("answered_or_silent");
  facts.fraud = flag("fraud");
  for (const py::handle each : given.attr("encloses")) facts.encloses.emplace_back(to_text(each));
  const auto filing = consent::filing_from_word(to_text(given.attr("filing")));
  if (!filing) {
    throw consent::Error(consent::ErrorCode::invalid_argument,
                         "filing: unstated, paper, portal, email or spam_form");
  }
  facts.filing = *filing;
  return facts;
}

// Before to_list(), which finds them by their names here.
py::dict to_dict(const consent::ReadyItem& item);
py::dict to_dict(const consent::ComplaintNote& note);
py::dict to_dict(const consent::LimitationState& state);
py::dict to_dict(const consent::FineState& fine);
py::dict to_dict(const consent::BodyFit& fit);

py::dict to_dict(const consent::ContactFile& file) {
  py::dict out;
  out["seq"] = file.seq;
  out["place"] = file.place;
  out["kind"] = file.kind;
  out["name"] = file.name;
  return out;
}

template <typename List>
py::list to_list(const List& list) {
  py::list out;
  for (const auto& each : list) out.append(to_dict(each));
  return out;
}

template <typename Row>
void cite(py::dict& out, const Row& row) {
  out["citation"] = row.citation;
  out["citation_ru"] = row.citation_ru;
  out["source"] = row.source;
  out["confidence"] = row.confidence;
}

py::dict to_dict(const consent::ReadyItem& item) {
  py::dict out;
  out["item"] = item.item;
  out["part"] = item.part;
  out["state"] = std::string(to_word(item.state));
  out["weight"] = std::string(to_word(item.weight));
  out["lacking"] = item.lacking;
  out["shown_by"] = item.shown_by;
  out["name"] = item.name;
  out["name_ru"] = item.name_ru;
  out["how"] = item.how;
  out["how_ru"] = item.how_ru;
  out["why"] = item.why;
  out["why_ru"] = item.why_ru;
  cite(out, item);
  return out;
}

py::dict to_dict(const consent::ComplaintNote& note) {
  py::dict out;
  out["id"] = note.id;
  out["about"] = note.about;
  out["text"] = note.text;
  out["text_ru"] = note.text_ru;
  cite(out, note);
  return out;
}

py::dict to_dict(const consent::LimitationState& state) {
  py::dict out;
  out["seq"] = state.seq;
  out["state"] = std::string(to_word(state.state));
  out["warn_from"] = state.warn_from;
  out["expires"] = state.expires;
  out["rule"] = state.rule;
  cite(out, state);
  return out;
}

py::dict to_dict(const consent::FineState& fine) {
  const auto range = [](const consent::FineRange& sums) {
    return py::make_tuple(sums.least, sums.most);
  };
  py::dict out;
  out["seq"] = fine.seq;
  out["rule"] = fine.rule;
  out["sheet"] = fine.sheet;
  out["citizens"] = range(fine.citizens);
  out["officials"] = range(fine.officials);
  out["entities"] = range(fine.entities);
  cite(out, fine);
  return out;
}

py::dict to_dict(const consent::Readiness& found) {
  py::dict out;
  out["body"] = std::string(to_word(found.body));
  out["rules"] = found.rules;
  out["contacts"] = found.contacts;
  out["ready"] = found.ready;
  out["items"] = to_list(found.items);
  out["notes"] = to_list(found.notes);
  out["limitation"] = to_list(found.limitation);
  out["fines"] = to_list(found.fines);
  return out;
}

py::dict to_dict(const consent::BodyFit& fit) {
  py::dict out;
  out["body"] = std::string(to_word(fit.body));
  out["fits"] = fit.fits;
  out["name"] = fit.name;
  out["name_ru"] = fit.name_ru;
  out["why"] = fit.why;
  out["why_ru"] = fit.why_ru;
  out["confidence"] = fit.confidence;
  out["checklist"] = fit.checklist;
  out["checklist_ru"] = fit.checklist_ru;
  return out;
}

consent::Noted noted(const LogHandle& log, py::handle number) {
  const auto open = log.get();
  const consent::PhoneNumber of = to_number(number);
  const py::gil_scoped_release unlocked;
  return consent::noted_contacts(*open, of);
}

}  // namespace

void bind_complaint(py::module_& m) {
  m.def(
      "noted_contacts",
      [](const LogHandle& log, py::handle number) {
        const consent::Noted found = noted(log, number);
        py::list contacts;
        for (const consent::NotedContact& contact : found.contacts) {
          py::dict out;
          out["seq"] = contact.seq;
          out["recorded"] = contact.recorded;
          out["event"] =
              from_event(consent::EventType::contact_received, consent::Event(contact.said));
          out["files"] = to_list(contact.files);
          out["taken_back"] = contact.taken_back;
          contacts.append(out);
        }
        return py::make_tuple(contacts, to_list(found.others));
      },
      py::arg("log"), py::arg("number"), "Contacts that a diary noted, and its other files.");
  m.def(
      "same_contact",
      [](const LogHandle& log, py::handle event) {
        const consent::Event said = to_event(event);
        const auto* const contact = std::get_if<consent::ContactReceived>(&said);
        if (contact == nullptr) throw py::type_error("a ContactReceived is needed");
        const consent::Noted found = noted(log, event.attr("number"));
        return consent::same_contact(found.contacts, *contact);
      },
      py::arg("log"), py::arg("event"), "The contact that this one seems to be, typed twice.");
  m.def(
      "ready",
      [](const LogHandle& log, py::handle number, const std::vector<std::uint64_t>& contacts,
         py::handle body, py::handle facts, consent::Instant at) {
        return to_dict(
            consent::ready(noted(log, number), contacts, to_body(body), to_facts(facts), at));
      },
      py::arg("log"), py::arg("number"), py::arg("contacts"), py::arg("body"), py::arg("facts"),
      py::arg("at"), "What a complaint to a body still lacks.");
  m.def(
      "bodies",
      [](const LogHandle& log, py::handle number, const std::vector<std::uint64_t>& contacts,
         py::handle facts) {
        return to_list(consent::bodies(noted(log, number), contacts, to_facts(facts)));
      },
      py::arg("log"), py::arg("number"), py::arg("contacts"), py::arg("facts"),
      "The bodies that the facts fit, and those that they do not.");
  m.def(
      "is_kept_back", [](py::handle kind) { return consent::is_kept_back(to_text(kind)); },
      py::arg("kind"), "Whether files of a kind stay in the log when entries are proved.");
  m.def(
      "complaint_rules", [] { return std::string(consent::complaint_rules()); },
      "Version of the built-in rows.");
}

}  // namespace consent_python
