#pragma once

#include "event/codec.hpp"

/// The fields of every type: docs/reference/format.md, "Entry", as tables. A field is written here
/// and nowhere else.
namespace consent::fields {

// Parts of a body that are objects.

template <>
inline constexpr auto table<ConsentGiven::Code> = in_order(std::array{
    row<&ConsentGiven::Code::returned, Flag>("returned").need(),
    row<&ConsentGiven::Code::sent_to_this_number, Flag>("sent_to_this_number").need(),
});
template <>
inline constexpr std::string_view shape_of<ConsentGiven::Code> = "{returned, sent_to_this_number}";

template <>
inline constexpr auto table<ConsentGiven::InContract> = in_order(std::array{
    row<&ConsentGiven::InContract::separate_mark, Flag>("separate_mark").need()});
template <>
inline constexpr std::string_view shape_of<ConsentGiven::InContract> = "{separate_mark}";

template <>
inline constexpr auto table<Assessment> = in_order(std::array{
    row<&Assessment::answer, WordOf<IsAdvertising>>("answer").need(),
    row<&Assessment::answers, Hash>("answers").need(),
    row<&Assessment::pack, Word>("pack").need("is needed"),
});
template <>
inline constexpr std::string_view shape_of<Assessment> = "{answer, answers, pack}";

template <>
inline constexpr auto table<ConsentStance> = in_order(std::array{
    row<&ConsentStance::claim, WordOf<ConsentClaim>>("claim").need(),
    row<&ConsentStance::on, Time>("on"),
});
template <>
inline constexpr std::string_view shape_of<ConsentStance> = "{claim, on}";

/// Who gave a consent: two members of ConsentGiven, one object of its body.
struct GivenBy {
  Giver kind = Giver::unstated;
  std::string authority{};
};
template <>
inline constexpr auto table<GivenBy> = in_order(std::array{
    row<&GivenBy::authority, Word>("authority"),
    row<&GivenBy::kind, WordOf<Giver>>("kind").need(),
});
template <>
inline constexpr std::string_view shape_of<GivenBy> = "{authority, kind}";

/// A file that the log keeps, as the entry names it.
struct NamedFile {
  Digest commitment{};
  std::string kind{};
};
template <>
inline constexpr auto table<NamedFile> = in_order(std::array{
    row<&NamedFile::commitment, Hash>("commitment").need(),
    row<&NamedFile::kind, Word>("kind").need("is needed"),
});

/// What such a file is called, as the sealed details name it.
struct FileName {
  std::string name{};
  std::string type{};
};
template <>
inline constexpr auto table<FileName> = in_order(std::array{
    row<&FileName::name, FileNameText>("name"),
    row<&FileName::type, Word>("type"),
});

constexpr Row<ConsentGiven> giver_row() {
  Row<ConsentGiven> made;
  made.key = "giver";
  made.rule = Object<GivenBy>::rule;
  made.write = [](Writing& out, std::string_view key, const ConsentGiven& e) {
    if (e.giver == Giver::unstated && e.authority.empty()) return;
    Object<GivenBy>::put(out, key, GivenBy{e.giver, e.authority});
  };
  made.read = [](const Value& json, ConsentGiven& e) {
    std::optional<GivenBy> by;
    if (!Object<GivenBy>::take(json, by)) return false;
    e.giver = by->kind;
    e.authority = std::move(by->authority);
    return true;
  };
  made.check = [](const Checker& checker, std::string_view key, const ConsentGiven& e) {
    WordOf<Giver>::check(checker, key, e.giver);
    Word::check(checker, "authority", e.authority);
  };
  return made;
}

/// "back" or "forward".
constexpr std::string_view direction_of(const ClockStep& step) {
  return step.after < step.before ? "back" : "forward";
}
/// Said by the two times as well, and so no member of the struct.
constexpr Row<ClockStep> step_row() {
  Row<ClockStep> made;
  made.key = "kind";
  made.rule = "back or forward";
  made.needed = true;
  made.write = [](Writing& out, std::string_view key, const ClockStep& e) {
    out.w.key(key).plain(direction_of(e));
  };
  made.read = [](const Value& json, ClockStep& /*e*/) {
    return json.string() != nullptr && (*json.string() == "back" || *json.string() == "forward");
  };
  return made;
}

/// The rows of a type about a subject: its own, and those that all of them have.
template <typename E, std::size_t N>
consteval auto about_subject(const std::array<Row<E>, N>& own) {
  constexpr std::array<Row<E>, 6> common{
      row<&EventBase::details, Details, E>("details").need(),
      row<&EventBase::files, FileNames, E>("file_names").sealed(),
      row<&EventBase::files, Files, E>("files"),
      row<&EventBase::happened, Time, E>("happened").need(),
      row<&EventBase::number, Phone, E>("number").need("is needed").sealed(),
      row<&EventBase::source, Word, E>("source"),
  };
  std::array<Row<E>, N + common.size()> all{};
  for (std::size_t i = 0; i < N; ++i) all[i] = own[i];
  for (std::size_t i = 0; i < common.size(); ++i) all[N + i] = common[i];
  return in_order(all);
}

template <>
inline constexpr auto table<ConsentAsked> = about_subject(std::array{
    row<&ConsentAsked::campaign, Word>("campaign"),
    row<&ConsentAsked::channels, Set<Channel>>("channels"),
    row<&ConsentAsked::covers, Set<Cover>>("covers"),
    row<&ConsentAsked::distributors, Named<1>>("distributors"),
    row<&ConsentAsked::evidence, Hashes>("evidence"),
    row<&ConsentAsked::purposes, Set<Purpose>>("purposes"),
    row<&ConsentAsked::wording, OfWording>("wording"),
});

template <>
inline constexpr auto table<ConsentGiven> = about_subject(std::array{
    row<&ConsentGiven::acts_for, Parties>("acts_for"),
    row<&ConsentGiven::acts_for_any, OnlyTrue>("acts_for_any"),
    row<&ConsentGiven::advertiser, Party>("advertiser"),
    row<&ConsentGiven::campaign, Word>("campaign"),
    row<&ConsentGiven::channels, Set<Channel>>("channels").need("a consent must name at least one"),
    row<&ConsentGiven::code, Object<ConsentGiven::Code>>("code"),
    row<&ConsentGiven::covers, Set<Cover>>("covers").need("a consent must say what it is given to"),
    row<&ConsentGiven::distributors, Named<0>>("distributors").need(),
    row<&ConsentGiven::document, Hash>("document"),
    row<&ConsentGiven::evidence, Hashes>("evidence"),
    giver_row(),
    row<&ConsentGiven::in_contract, Object<ConsentGiven::InContract>>("in_contract"),
    row<&ConsentGiven::method, WordOfOr0<Method>>("method"),
    row<&ConsentGiven::prechecked, OnlyTrue>("prechecked"),
    row<&ConsentGiven::purposes, Set<Purpose>>("purposes").need("a consent must name at least one"),
    row<&ConsentGiven::until, Time>("until"),
    row<&ConsentGiven::wording, OfWording>("wording"),
});

template <>
inline constexpr auto table<ConsentRefused> = about_subject(std::array{
    row<&ConsentRefused::campaign, Word>("campaign"),
    row<&ConsentRefused::channels, Set<Channel>>("channels"),
    row<&ConsentRefused::covers, Set<Cover>>("covers"),
    row<&ConsentRefused::distributors, Named<1>>("distributors"),
    row<&ConsentRefused::evidence, Hashes>("evidence"),
    row<&ConsentRefused::method, WordOfOr0<Method>>("method"),
    row<&ConsentRefused::purposes, Set<Purpose>>("purposes"),
    row<&ConsentRefused::wording, OfWording>("wording"),
});

template <>
inline constexpr auto table<ConsentWithdrawn> = about_subject(std::array{
    row<&ConsentWithdrawn::campaign, Word>("campaign"),
    row<&ConsentWithdrawn::channels, Set<Channel>>("channels"),
    row<&ConsentWithdrawn::covers, Set<Cover>>("covers"),
    row<&ConsentWithdrawn::distributors, Named<1>>("distributors"),
    row<&ConsentWithdrawn::evidence, Hashes>("evidence"),
    row<&ConsentWithdrawn::means, WordOfOr0<Method>>("means"),
    row<&ConsentWithdrawn::purposes, Set<Purpose>>("purposes"),
    row<&ConsentWithdrawn::received_at, Time>("received_at"),
    row<&ConsentWithdrawn::wording, OfWording>("wording"),
});

template <>
inline constexpr auto table<NumberReassigned> =
    about_subject(std::array<Row<NumberReassigned>, 0>{});

template <>
inline constexpr auto table<ContactMade> = about_subject(std::array{
    row<&ContactMade::advertising, Object<Assessment>>("advertising"),
    row<&ContactMade::agent_ref, Word>("agent_ref"),
    row<&ContactMade::caller, Party>("caller"),
    row<&ContactMade::campaign, Word>("campaign"),
    row<&ContactMade::channel, WordOf<Channel>>("channel").need(),
    row<&ContactMade::decision_maker, Name>("decision_maker").sealed(),
    row<&ContactMade::dialled_by, WordOfOr0<DialledBy>>("dialled_by"),
    row<&ContactMade::direction, WordOf<Direction>>("direction").need(),
    row<&ContactMade::distributor, OwnParty>("distributor"),
    row<&ContactMade::duration_s, Seconds>("duration_s"),
    row<&ContactMade::next_at, Time>("next_at"),
    row<&ContactMade::note, Note>("note").sealed(),
    row<&ContactMade::organisation, Name>("organisation").sealed(),
    row<&ContactMade::outcome, Word>("outcome"),
    row<&ContactMade::purpose, WordOf<Purpose>>("purpose").need(),
    row<&ContactMade::recording, Hash>("recording"),
    row<&ContactMade::requested_by_subscriber, OnlyTrue>("requested_by_subscriber"),
    row<&ContactMade::wording, OfWording>("wording"),
});

template <>
inline constexpr auto table<OperatorRefusal> = about_subject(std::array{
    row<&OperatorRefusal::covers, OperatorsCovers>("covers").need("a refusal must say what of"),
    row<&OperatorRefusal::in_force, Time>("in_force"),
    row<&OperatorRefusal::operator_id, Party>("operator_id"),
});

template <>
inline constexpr auto table<NumberClassified> = about_subject(std::array{
    row<&NumberClassified::inn, OrganisationInn>("inn"),
    row<&NumberClassified::kind, WordOfOr0<SubscriberKind>>("kind"),
    row<&NumberClassified::personal_data, WordOf<PersonalData>>("personal_data").need(),
    row<&NumberClassified::row, Word>("row"),
});

template <>
inline constexpr auto table<EvidenceAdded> = about_subject(std::array{
    row<&EvidenceAdded::evidence, Hashes>("evidence"),
    row<&EvidenceAdded::kind, Word>("kind"),
    row<&EvidenceAdded::of, Seq>("of").need(),
});

template <>
inline constexpr auto table<EntryCorrected> = about_subject(std::array{
    row<&EntryCorrected::fields, ShortWords>("fields"),
    row<&EntryCorrected::of, Seq>("of").need(),
    row<&EntryCorrected::reason, Word>("reason").need("is needed"),
});

template <>
inline constexpr auto table<SubjectErased> = about_subject(std::array{
    row<&SubjectErased::ground, Word>("ground").need("is needed"),
    row<&SubjectErased::request, Hash>("request"),
    row<&SubjectErased::scope, Word>("scope"),
});

template <>
inline constexpr auto table<SubjectRestricted> = about_subject(std::array{
    row<&SubjectRestricted::ground, Word>("ground").need("is needed"),
    row<&SubjectRestricted::released, OnlyTrue>("released"),
    row<&SubjectRestricted::request, Hash>("request"),
    row<&SubjectRestricted::until, Time>("until"),
});

template <>
inline constexpr auto table<SubjectHeld> = about_subject(std::array{
    row<&SubjectHeld::by, Party>("by").need("an empty name"),
    row<&SubjectHeld::ground, Word>("ground"),
    row<&SubjectHeld::released, OnlyTrue>("released"),
    row<&SubjectHeld::until, Time>("until"),
});

template <>
inline constexpr auto table<RequestReceived> = about_subject(std::array{
    row<&RequestReceived::evidence, Hashes>("evidence"),
    row<&RequestReceived::kind, WordOf<RequestKind>>("kind").need(),
    row<&RequestReceived::means, WordOfOr0<Method>>("means"),
    row<&RequestReceived::received_at, Time>("received_at"),
});

template <>
inline constexpr auto table<RequestAnswered> = about_subject(std::array{
    row<&RequestAnswered::evidence, Hashes>("evidence"),
    row<&RequestAnswered::of, Seq>("of").need(),
    row<&RequestAnswered::outcome, WordOf<RequestOutcome>>("outcome").need(),
});

template <>
inline constexpr auto table<ContactReceived> = about_subject(std::array{
    row<&ContactReceived::advertising_consent, Object<ConsentStance>>("advertising_consent"),
    row<&ContactReceived::answered, WordOfOr0<YesNo>>("answered"),
    row<&ContactReceived::asked_to_stop, WordOfOr0<YesNo>>("asked_to_stop"),
    row<&ContactReceived::called_by_name, WordOfOr0<YesNo>>("called_by_name"),
    row<&ContactReceived::sender, SenderText>("sender").sealed(),
    row<&ContactReceived::channel, ReceivedOver>("channel").need(),
    row<&ContactReceived::company, Name>("company").sealed(),
    row<&ContactReceived::distributor, Party>("distributor"),
    row<&ContactReceived::duration_s, Seconds>("duration_s"),
    row<&ContactReceived::evidence, Hashes>("evidence"),
    row<&ContactReceived::heard, WordOfOr0<HeardAs>>("heard"),
    row<&ContactReceived::identified_by, Name>("identified_by").sealed(),
    row<&ContactReceived::label, Name>("label").sealed(),
    row<&ContactReceived::personal_data_consent, Object<ConsentStance>>("personal_data_consent"),
    row<&ContactReceived::purpose, WordOf<Purpose>>("purpose").need(),
    row<&ContactReceived::said, Said>("said").sealed(),
});

template <>
inline constexpr auto table<ReceiptIssued> = about_subject(std::array<Row<ReceiptIssued>, 0>{});

template <>
inline constexpr auto table<LogCreated> = in_order(std::array{
    row<&LogCreated::details, Hash>("details"),
    row<&LogCreated::distributor, Party>("distributor"),
    row<&LogCreated::distributor_name, Text>("distributor_name"),
    row<&LogCreated::format, Word>("format").need("is needed"),
    row<&LogCreated::incarnation, Id>("incarnation").need(),
    row<&LogCreated::key, Text>("key").need("is needed"),
    row<&LogCreated::subscriber, Phone>("number").sealed(),
});

template <>
inline constexpr auto table<WordingRegistered> = in_order(std::array{
    row<&WordingRegistered::language, Word>("language"),
    row<&WordingRegistered::wording, OfWording>("wording").need("a text is needed"),
});

template <>
inline constexpr auto table<ClockStep> = in_order(std::array{
    row<&ClockStep::after, Time>("after").need(),
    row<&ClockStep::before, Time>("before").need(),
    step_row(),
});

template <>
inline constexpr auto table<LogRestored> = in_order(std::array{
    row<&LogRestored::end_unknown, OnlyTrue>("end_unknown"),
    row<&LogRestored::incarnation, Id>("incarnation").need(),
    row<&LogRestored::lost_from, Seq>("lost_from").need(),
    row<&LogRestored::lost_to, Seq>("lost_to").need(),
    row<&LogRestored::reason, Word>("reason").need("is needed"),
    row<&LogRestored::reviewed, OnlyTrue>("reviewed"),
});

template <>
inline constexpr auto table<LogBackedUp> = in_order(std::array{
    row<&LogBackedUp::expires, Time>("expires"),
    row<&LogBackedUp::file, Hash>("file").need(),
    row<&LogBackedUp::root, Hash>("root").need(),
    row<&LogBackedUp::size, Seq>("size").need(),
});

template <>
inline constexpr auto table<LogBackupDestroyed> = in_order(std::array{
    row<&LogBackupDestroyed::of, Seq>("of").need()});

template <>
inline constexpr auto table<CallerAssigned> = in_order(std::array{
    row<&CallerAssigned::caller, Party>("caller").need("an empty name"),
    row<&CallerAssigned::campaign, Word>("campaign"),
    row<&CallerAssigned::channels, Set<Channel>>("channels"),
    row<&CallerAssigned::distributor, Party>("distributor").need("an empty name"),
    row<&CallerAssigned::document, Hash>("document"),
    row<&CallerAssigned::from, Time>("from").need(),
    row<&CallerAssigned::purposes, Set<Purpose>>("purposes"),
    row<&CallerAssigned::until, Time>("until"),
});

template <>
inline constexpr auto table<CallerReleased> = in_order(std::array{
    row<&CallerReleased::document, Hash>("document"),
    row<&CallerReleased::of, Seq>("of").need(),
    row<&CallerReleased::until, Time>("until").need(),
});

}  // namespace consent::fields
