// Everything below reads the log; nothing below is read by verify_bundle.cpp.
#include <algorithm>
#include <set>

#include "bundle/contact_answer.hpp"
#include "bundle/names.hpp"
#include "consent/bundle.hpp"
#include "consent/callers.hpp"
#include "consent/clock.hpp"
#include "consent/complaint.hpp"
#include "consent/error.hpp"
#include "consent/evidence.hpp"
#include "event/canonical.hpp"
#include "event/decode.hpp"
#include "log/rotations.hpp"
#include "standing/clock.hpp"

namespace consent {
namespace {

using canonical::Writer;

constexpr std::string_view kCompleteness =
    "every entry about this subject in the log as signed; "
    "the signature does not prove that none follows";

void write_seq(Writer& w, std::string_view key, std::optional<std::uint64_t> seq) {
  w.key(key);
  if (seq) {
    w.number(static_cast<std::int64_t>(*seq));
  } else {
    w.raw("null");
  }
}

void write_finding(Writer& w, const Finding& finding) {
  w.begin_object();
  w.key("citation").text(finding.citation);
  w.key("citation_ru").text(finding.citation_ru);
  w.key("confidence").text(finding.confidence);
  w.key("rule").text(finding.rule);
  write_seq(w, "seq", finding.seq);
  w.key("verdict").plain(to_word(finding.verdict));
  w.key("why").text(finding.why);
  w.key("why_ru").text(finding.why_ru);
  w.end_object();
}

void write_answer(Writer& w, const Decision& decision, PhoneNumber number,
                  std::span<const OpenedEntry> opened, std::span<const Entry> callers,
                  std::span<const Entry> clock) {
  std::set<std::uint64_t> shown;
  for (const OpenedEntry& each : opened) shown.insert(each.entry.seq);
  for (const Entry& each : callers) shown.insert(each.seq);
  for (const Entry& each : clock) shown.insert(each.seq);
  w.key("answer").begin_object();
  w.key("allowed").boolean(decision.allowed());
  if (decision.assignment) {
    w.key("assignment").number(static_cast<std::int64_t>(*decision.assignment));
  }
  w.key("at").plain(to_text(decision.at));
  w.key("findings").begin_array();
  for (const Finding& finding : decision.findings) {
    // A finding about an entry of another holder would tell of somebody else.
    if (!finding.seq || shown.contains(*finding.seq)) write_finding(w, finding);
  }
  w.end_array();
  if (!decision.impaired.empty()) w.key("impaired").text(decision.impaired.text());
  w.key("log_size").number(static_cast<std::int64_t>(decision.log_size));
  w.key("next_allowed");
  if (decision.next_allowed) {
    w.plain(to_text(*decision.next_allowed));
  } else {
    w.raw("null");
  }
  w.key("number").plain(number.e164());
  if (decision.proof) {
    w.key("proof").begin_object();
    w.key("expressed").plain(to_word(decision.proof->expressed));
    w.key("identified").plain(to_word(decision.proof->identified));
    w.key("named").plain(to_word(decision.proof->named));
    w.end_object();
  }
  // A stop that was filed under another holder is theirs to show.
  const bool here = decision.relied_on && shown.contains(*decision.relied_on);
  write_seq(w, "relied_on", here ? decision.relied_on : std::nullopt);
  w.key("rules").text(decision.rules);
  w.key("verdict").plain(to_word(decision.verdict));
  if (decision.worth) w.key("worth").plain(to_word(*decision.worth));
  w.end_object();
}

void write_stated(Writer& w, std::string_view key, std::string_view text) {
  if (!text.empty()) w.key(key).text(text);
}

void write_question(Writer& w, const Question& question) {
  w.key("question").begin_object();
  write_stated(w, "advertiser", question.advertiser);
  w.key("at").plain(to_text(question.at));
  if (question.basis == Basis::recorded) w.key("basis").plain("recorded");
  if (question.caller.id != question.distributor) write_stated(w, "caller", question.caller.id);
  write_stated(w, "campaign", question.campaign);
  w.key("channel").plain(to_word(question.channel));
  if (question.dialled_by != DialledBy::unstated) {
    w.key("dialled_by").plain(to_word(question.dialled_by));
  }
  w.key("distributor").text(question.distributor);
  w.key("purpose").plain(to_word(question.purpose));
  w.end_object();
}

void write_place(Writer& w, std::uint64_t seq, bool opened) {
  w.begin_object();
  w.key("entry").plain(bundle::entry_file(seq));
  if (opened) w.key("opening").plain(bundle::opening_file(seq));
  w.key("proof").plain(bundle::proof_file(seq));
  w.key("seq").number(static_cast<std::int64_t>(seq));
  w.end_object();
}

void write_places(Writer& w, std::span<const OpenedEntry> opened) {
  w.key("entries").begin_array();
  write_place(w, 0, false);
  for (const OpenedEntry& each : opened) write_place(w, each.entry.seq, true);
  w.end_array();
}

/// The entry that ended another subject's holding of the number, opened where its key is there.
struct Former {
  Entry entry;
  std::optional<OpenedEntry> opened;
};

void add_former(const Log& log, const Digest& tag, std::uint64_t size, bool has_key,
                std::vector<Former>& former) {
  const std::vector<Entry> entries = log.entries_of(tag);
  const auto end = std::find_if(entries.begin(), entries.end(), [size](const Entry& entry) {
    return entry.seq < size &&
           (entry.type == EventType::number_reassigned || entry.type == EventType::subject_erased);
  });
  if (end == entries.end()) return;
  Former found{*end, {}};
  if (has_key && end->type == EventType::number_reassigned) found.opened = log.open_entry(end->seq);
  former.push_back(std::move(found));
}

/// The subject that holds the number at `at`: the first that no reassignment has closed by then.
std::size_t holder_at(std::span<const SubjectStanding> subjects, Instant at) {
  const auto holds = [at](const SubjectStanding& s) { return !s.closed || at < *s.closed; };
  const auto found = std::find_if(subjects.begin(), subjects.end(), holds);
  if (found == subjects.end()) {
    throw Error(ErrorCode::not_found,
                subjects.empty()
                    ? "bundle: the log has never met this number"
                    : "bundle: the number had changed hands by then, and the log has nothing about "
                      "its new holder");
  }
  return static_cast<std::size_t>(found - subjects.begin());
}

struct OpenedFile {
  std::uint64_t place;
  std::string salt;
};

std::string opening_bytes(const OpenedEntry& opened, std::span<const OpenedFile> evidence) {
  std::string out;
  Writer w(out);
  w.begin_object();
  w.key("details").text(opened.details);
  if (!evidence.empty()) {
    w.key("files").begin_array();
    for (const OpenedFile& file : evidence) {
      w.begin_object();
      w.key("place").number(static_cast<std::int64_t>(file.place));
      w.key("salt").hex(file.salt);
      w.end_object();
    }
    w.end_array();
  }
  w.key("salt").hex(opened.salt);
  w.end_object();
  return out;
}

/// Opens the files kept with an entry into `files`, as long as they fit into `room` bytes: what is
/// missing, too large or kept back stays a commitment, and a check says so.
std::vector<OpenedFile> open_files(const Log& log, std::uint64_t seq, bool all, std::size_t& room,
                                   std::vector<BundleFile>& files) {
  std::vector<OpenedFile> opened;
  for (const KeptEvidence& kept : evidence_of(log, seq)) {
    if (!kept.there || (!all && is_kept_back(kept.kind))) continue;
    std::string content;
    bool fits = true;
    const std::string salt = read_evidence(log, seq, kept.place, [&](std::string_view piece) {
      fits = fits && content.size() + piece.size() <= std::min(room, bundle::most_of_a_file);
      if (fits) content.append(piece);
    });
    if (!fits) continue;
    room -= content.size();
    opened.push_back({kept.place, salt});
    files.push_back({bundle::evidence_file(seq, kept.place), std::move(content)});
  }
  return opened;
}

/// Whether the files of an entry belong to what is asked about.
bool is_meant(const Asked& wanted, const OpenedEntry& each) {
  if (!wanted.call && wanted.only.empty()) return true;
  const AnyEvent said = decode_event(each.entry);
  const auto* const event = std::get_if<Event>(&said);
  if (event == nullptr) return true;
  std::uint64_t of = each.entry.seq;
  if (const auto* const added = std::get_if<EvidenceAdded>(event)) {
    of = added->of;
  } else if (!std::holds_alternative<ContactReceived>(*event)) {
    return true;
  }
  return wanted.call == of ||
         std::find(wanted.only.begin(), wanted.only.end(), of) != wanted.only.end();
}

/// The entries that say by which assignment somebody dials: it, and those that end it.
std::vector<Entry> callers_of(const Log& log, std::optional<std::uint64_t> assignment,
                              std::uint64_t size) {
  std::vector<Entry> entries;
  if (!assignment) return entries;
  const std::vector<CallerAssignment> all = assignments(log, size);
  const auto meant = std::find_if(all.begin(), all.end(), [&](const CallerAssignment& each) {
    return each.seq == *assignment;
  });
  if (meant == all.end()) throw Error(ErrorCode::internal, "bundle: an assignment without entry");
  entries.push_back(log.entry(meant->seq));
  for (const std::uint64_t seq : meant->released) entries.push_back(log.entry(seq));
  return entries;
}

/// The steps of the clock that make doubtful what the bundle shows: of each consent, release and
/// assignment the first.
std::vector<Entry> clock_of(const Log& log, std::span<const OpenedEntry> opened,
                            std::span<const Entry> callers, std::uint64_t size) {
  const std::vector<ClockSetBack> steps = clock_set_back(log, size);
  std::set<std::uint64_t> found;
  const auto look = [&](const Entry& entry) {
    if (entry.type != EventType::consent_given && entry.type != EventType::subject_restricted &&
        entry.type != EventType::caller_assigned) {
      return;
    }
    if (const auto* const step = standing::doubt(steps, entry.seq, entry.recorded))
      found.insert(step->seq);
  };
  for (const OpenedEntry& each : opened) look(each.entry);
  for (const Entry& each : callers) look(each);
  std::vector<Entry> entries;
  for (const std::uint64_t seq : found) entries.push_back(log.entry(seq));
  return entries;
}

/// Hashes of the wordings that entries name.
std::set<Digest> wordings_of(std::span<const OpenedEntry> opened) {
  std::set<Digest> result;
  for (const OpenedEntry& each : opened) {
    const AnyEvent said = decode_event(each.entry);
    const Wording* const wording = wording_of(said);
    if (wording != nullptr && !is_empty(*wording)) result.insert(hash_of(*wording));
  }
  return result;
}

Question with_distributor(const Log& log, Question question) {
  if (question.distributor.empty()) {
    const auto distributors = log.distributors();
    if (distributors.size() == 1) question.distributor = distributors.front();
  }
  return question;
}

}  // namespace

namespace {

void write_contact(Writer& w, const Answered& answered, std::uint64_t seq, PhoneNumber number,
                   std::span<const OpenedEntry> opened, std::span<const Entry> callers,
                   std::span<const Entry> clock) {
  w.begin_object();
  write_answer(w, answered.decision, number, opened, callers, clock);
  write_question(w, answered.question);
  w.key("seq").number(static_cast<std::int64_t>(seq));
  w.end_object();
}

const OpenedEntry& entry_among(std::span<const OpenedEntry> opened, std::uint64_t seq) {
  const auto found = std::find_if(opened.begin(), opened.end(),
                                  [seq](const OpenedEntry& each) { return each.entry.seq == seq; });
  if (found == opened.end()) {
    throw Error(ErrorCode::not_found,
                Message("bundle: entry {} is no contact of this number", seq));
  }
  return *found;
}

/// The question of one contact. @throws Error (not_found) where the entry is none.
Question of_contact(const Log& log, std::span<const OpenedEntry> opened, std::uint64_t seq,
                    const Question& base) {
  auto question = question_of(log, entry_among(opened, seq), base);
  if (!question) {
    throw Error(ErrorCode::not_found,
                Message("bundle: entry {} is no contact of this number", seq));
  }
  return *std::move(question);
}

}  // namespace

std::vector<BundleFile> assemble_bundle(Log& log, const RulePack& pack, const Question& given,
                                        std::span<const Digest> also, const Asked& wanted) {
  Question asked = given;
  if (wanted.call) {
    // Of those who held the number, the one whom the contact was with.
    const std::vector<Digest> tags = log.subjects_of(asked.number);
    const bool theirs = *wanted.call < log.size() && [&] {
      const auto subject = log.entry(*wanted.call).subject;
      return subject && std::find(tags.begin(), tags.end(), subject->tag) != tags.end();
    }();
    if (!theirs) {
      throw Error(ErrorCode::not_found,
                  Message("bundle: entry {} is no contact of this number", *wanted.call));
    }
    const std::vector<OpenedEntry> one{log.open_entry(*wanted.call)};
    asked = of_contact(log, one, *wanted.call, asked);
  }
  const std::vector<SubjectStanding> subjects = log.standing_of(asked.number);
  const Digest tag = subjects[holder_at(subjects, asked.at)].tag;
  if (tag == Digest{}) {
    throw Error(ErrorCode::erased,
                "bundle: the number's holder was erased, and nothing leads to those entries");
  }
  // Whom a diary does not know is not whoever else its entries name.
  const bool diary = log.identity().subscriber.has_value();
  const Question question = diary ? asked : with_distributor(log, asked);

  // In this order: what the decision read lies below the checkpoint, and of the subject's entries
  // all that lie below it are taken, whoever writes meanwhile.
  const Decision decision = answer(log, pack, question, log.open_entries_of(tag)).decision;
  const std::string checkpoint = log.checkpoint();
  const std::uint64_t size =
      parse_checkpoint(std::string_view(checkpoint).substr(0, checkpoint.find("\n\n") + 1)).size;
  std::vector<OpenedEntry> opened = log.open_entries_of(tag);
  std::erase_if(opened, [size](const OpenedEntry& each) { return each.entry.seq >= size; });
  if (opened.empty()) throw Error(ErrorCode::internal, "bundle: a subject without entries");

  std::vector<Former> former;
  std::set<Digest> known{tag};
  for (const SubjectStanding& subject : subjects) {
    if (subject.tag == tag) break;
    known.insert(subject.tag);
    add_former(log, subject.tag, size, true, former);
  }
  for (const Digest& each : also) {
    if (known.insert(each).second) add_former(log, each, size, false, former);
  }
  std::sort(former.begin(), former.end(),
            [](const Former& a, const Former& b) { return a.entry.seq < b.entry.seq; });

  const std::vector<Entry> callers = callers_of(log, decision.assignment, size);
  std::vector<Entry> rotations;
  for (const std::uint64_t seq : rotations_of(log)) {
    if (seq < size) rotations.push_back(log.entry(seq));
  }

  const std::vector<Entry> clock = clock_of(log, opened, callers, size);

  std::vector<BundleFile> files;
  const auto add = [&](std::uint64_t seq, const std::string& bytes) {
    files.push_back({bundle::entry_file(seq), bytes});
    files.push_back({bundle::proof_file(seq), log.prove_inclusion(seq, checkpoint).text()});
  };
  add(0, log.entry(0).bytes);
  // A tenth is left for everything else.
  std::size_t room = bundle::most_bytes / 10 * 9;
  for (const OpenedEntry& each : opened) {
    add(each.entry.seq, each.entry.bytes);
    const bool all =
        std::find(wanted.with.begin(), wanted.with.end(), each.entry.seq) != wanted.with.end();
    const auto evidence = all || is_meant(wanted, each)
                              ? open_files(log, each.entry.seq, all, room, files)
                              : std::vector<OpenedFile>{};
    files.push_back({bundle::opening_file(each.entry.seq), opening_bytes(each, evidence)});
  }
  for (const Former& each : former) {
    add(each.entry.seq, each.entry.bytes);
    if (each.opened) {
      files.push_back({bundle::opening_file(each.entry.seq), opening_bytes(*each.opened, {})});
    }
  }
  for (const Entry& each : callers) add(each.seq, each.bytes);
  for (const Entry& each : clock) add(each.seq, each.bytes);
  for (const Entry& each : rotations) add(each.seq, each.bytes);
  for (const Digest& hash : wordings_of(opened)) {
    if (auto text = log.wording(hash)) {
      files.push_back({bundle::wording_file(to_hex(hash)), std::move(*text)});
    }
  }
  files.push_back({std::string(bundle::checkpoint), checkpoint});

  std::string out;
  Writer w(out);
  w.begin_object();
  write_answer(w, decision, question.number, opened, callers, clock);
  if (!callers.empty()) {
    w.key("callers").begin_array();
    for (const Entry& each : callers) write_place(w, each.seq, false);
    w.end_array();
  }
  if (!clock.empty()) {
    w.key("clock").begin_array();
    for (const Entry& each : clock) write_place(w, each.seq, false);
    w.end_array();
  }
  w.key("completeness").begin_object();
  w.key("entries").number(static_cast<std::int64_t>(opened.size()));
  w.key("last_seq").number(static_cast<std::int64_t>(opened.back().entry.seq));
  w.key("note").plain(kCompleteness);
  w.end_object();
  auto contacts = contacts_among(opened);
  if (wanted.call) std::erase_if(contacts, [&](std::uint64_t seq) { return seq != *wanted.call; });
  if (!contacts.empty()) {
    w.key("contacts").begin_array();
    for (const std::uint64_t seq : contacts) {
      Answered each = answer(log, pack, of_contact(log, opened, seq, question), opened);
      // Only the assignment that the pack's own answer stands on goes along.
      if (each.decision.assignment != decision.assignment) each.decision.assignment.reset();
      write_contact(w, each, seq, question.number, opened, callers, clock);
    }
    w.end_array();
  }
  write_places(w, opened);
  w.key("format").plain(bundle::format);
  if (!former.empty()) {
    w.key("former").begin_array();
    for (const Former& each : former) write_place(w, each.entry.seq, each.opened.has_value());
    w.end_array();
  }
  w.key("key").text(log.verifier_key().text());
  w.key("number").plain(question.number.e164());
  w.key("origin").text(log.identity().origin);
  w.key("other_subjects").number(static_cast<std::int64_t>(subjects.size() - 1));
  write_question(w, question);
  if (!rotations.empty()) {
    w.key("rotations").begin_array();
    for (const Entry& each : rotations) write_place(w, each.seq, false);
    w.end_array();
  }
  w.key("tag").hex(tag.view());
  w.end_object();
  files.push_back({std::string(bundle::case_file), std::move(out)});
  std::sort(files.begin(), files.end(),
            [](const BundleFile& a, const BundleFile& b) { return a.name < b.name; });
  std::size_t parsed = 0;
  for (const BundleFile& file : files) {
    // A line of the manifest besides: a hash, two spaces, the name.
    parsed += file.name.size() + 67 + (bundle::is_parsed(file.name) ? file.bytes.size() : 0);
  }
  if (parsed > bundle::most_proof) {
    throw Error(ErrorCode::invalid_argument,
                Message("bundle: {} entries about the number do not fit into a pack of 4 MiB; "
                        "hand out the log itself (consent export --entries)",
                        opened.size()));
  }
  return files;
}

}  // namespace consent
