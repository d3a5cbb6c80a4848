// The steps have the numbers of docs/reference/verify.md; verify.py has the same. Of what writes
// a bundle this file shares the hash, the canonical reader, note and Merkle verification: no more.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "bundle/names.hpp"
#include "consent/bundle.hpp"
#include "consent/error.hpp"
#include "consent/event.hpp"
#include "consent/number.hpp"
#include "event/canonical.hpp"
#include "event/json.hpp"
#include "verify/check_receipt.hpp"
#include "verify/read_entry.hpp"
#include "verify/step.hpp"

namespace consent {
namespace {

using bundle::Failed;
using bundle::in_step;
using bundle::integer_of;
using bundle::is_hash;
using bundle::lack;
using bundle::Read;
using bundle::refute;
using bundle::text_of;

constexpr std::size_t kMaxFiles = 10'000;
constexpr std::size_t kMaxTotal = std::size_t{1} << 30;

std::string printable(std::string_view name) {
  std::string out;
  for (const char c : name.substr(0, 120)) {
    out += c > ' ' && c < 0x7F ? std::string(1, c)
                               : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return '"' + out + '"';
}

class Check {
 public:
  Check(std::span<const BundleFile> files, std::span<const note::VerifierKey> trusted,
        std::span<const std::string> receipts)
      : listed_(files), trusted_(trusted), receipts_(receipts) {}

  Verification run() {
    try {
      step_1();
      step_2();
      step_3();
      step_4();
      step_5();
      step_6();
      step_7();
      step_8();
      step_9();
      step_11();
      result_.verdict = ProofVerdict::proven;
    } catch (const Failed& failed) {
      result_.verdict = failed.verdict;
      result_.problem = Problem{failed.seq.value_or(checkpoint_.size),
                                Message("({}) {}", failed.step, failed.what)};
    }
    step_10();
    return std::move(result_);
  }

 private:
  /// Which of its lists case.json names an entry in.
  enum class Of { subject, former, callers };

  [[nodiscard]] const std::string& need(int step, const std::string& name,
                                        std::optional<std::uint64_t> seq = {}) const {
    const auto found = files_.find(name);
    if (found == files_.end()) lack(step, Message("{} is missing", name), seq);
    return *found->second;
  }

  /// Refuses files of a folder that nothing names: they would look like evidence.
  void only(int step, std::string_view folder, const std::set<std::string>& named) const {
    for (const auto& [name, bytes] : files_) {
      if (name.starts_with(folder) && !named.contains(std::string(name))) {
        refute(step, Message("{} is in the bundle, but nothing names it", name));
      }
    }
  }

  // (1) Names are safe and exactly those of the manifest; every hash agrees.
  void step_1() {
    std::size_t total = 0;
    std::set<std::string> seen;
    for (const BundleFile& file : listed_) {
      total += file.bytes.size();
      if (listed_.size() > kMaxFiles) refute(1, "more than 10 000 files");
      if (total > kMaxTotal) refute(1, "larger than 1 GiB");
      if (!bundle::is_safe(file.name)) {
        refute(1, Message("the name {} is not safe", printable(file.name)));
      }
      std::string folded = file.name;
      for (char& c : folded) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      }
      if (!seen.insert(std::move(folded)).second) {
        refute(1, Message("the name {} stands twice", file.name));
      }
      files_.emplace(file.name, &file.bytes);
    }
    const auto manifest = read_manifest(need(1, std::string(bundle::manifest)));
    for (const auto& [name, bytes] : files_) {
      if (name != bundle::manifest && !manifest.contains(name)) {
        refute(1, Message("{} is not in the manifest", name));
      }
    }
    for (const auto& [name, digest] : manifest) {
      if (sha256(need(1, name)) != digest) {
        refute(1, Message("{} has another hash than the manifest says", name));
      }
    }
    for (const auto& [name, bytes] : files_) {
      if (!is_known(name)) result_.warnings.push_back(Message("{} is no part of the proof", name));
    }
  }

  static bool is_known(std::string_view name) {
    constexpr std::array<std::string_view, 5> folders{"entries/", "evidence/", "openings/",
                                                      "proofs/", "wordings/"};
    constexpr std::array<std::string_view, 7> plain{
        bundle::case_file, bundle::checkpoint, bundle::manifest, "report.html",
        "report.txt",      "verify.py",        "FORMAT.md"};
    return std::any_of(folders.begin(), folders.end(),
                       [&](auto folder) { return name.starts_with(folder); }) ||
           std::find(plain.begin(), plain.end(), name) != plain.end();
  }

  static std::map<std::string, Digest> read_manifest(std::string_view text) {
    constexpr std::size_t hex = 64;
    constexpr std::string_view gap = "  ";
    if (!text.empty() && text.back() != '\n') {
      refute(1, "the manifest does not end in a newline");
    }
    std::map<std::string, Digest> result;
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      const std::string_view line = text.substr(0, end);
      text.remove_prefix(end + 1);
      const auto digest = digest_from_hex(line.substr(0, hex));
      if (!digest || line.size() < hex + gap.size() || line.substr(hex, gap.size()) != gap) {
        refute(1, "a line of the manifest is malformed");
      }
      std::string name(line.substr(hex + gap.size()));
      if (!bundle::is_safe(name) || (!result.empty() && name <= result.rbegin()->first)) {
        refute(1, "a line of the manifest is malformed or out of order");
      }
      if (name == bundle::manifest) refute(1, "the manifest names itself");
      result.emplace_hint(result.end(), std::move(name), *digest);
    }
    return result;
  }

  // (2) The checkpoint is signed by the log's key; origin, key name and case.json agree.
  void step_2() {
    read_case();
    const auto own = in_step(2, "case.json", {},
                             [&] { return note::parse_verifier_key(*text_of(case_, "key")); });
    const std::string& text = need(2, std::string(bundle::checkpoint));
    const bundle::Signed found = bundle::open_checkpoint(2, text, own, trusted_);
    checkpoint_ = found.checkpoint;
    if (checkpoint_.origin != *text_of(case_, "origin")) {
      refute(2, "case.json names another log than the checkpoint");
    }
    if (found.signer.text() != own.text()) {
      refute(2, "case.json names another key than the one that signed");
    }
    result_.coverage.signed_by = found.signer.text();
    result_.coverage.signed_up_to = checkpoint_.size;
    result_.coverage.key_was_given = !trusted_.empty();
    if (trusted_.empty()) {
      result_.warnings.emplace_back(
          "the key came out of the bundle itself: compare it with one got from the log's owner");
    }
  }

  void read_case() {
    case_ = in_step(2, "case.json", {},
                    [&] { return json::parse(need(2, std::string(bundle::case_file))); });
    if (case_.object() == nullptr) refute(2, "case.json: not an object");
    const std::string* format = text_of(case_, "format");
    if (format == nullptr || *format != bundle::format) {
      lack(2, "case.json is of a format this checker does not know");
    }
    for (const std::string_view name : {"key", "number", "origin"}) {
      if (text_of(case_, name) == nullptr) lacks_member();
    }
    for (const std::string_view name : {"answer", "completeness", "question"}) {
      const json::Value* member = case_.find(name);
      if (member == nullptr || member->object() == nullptr) lacks_member();
    }
    const json::Value* places = case_.find("entries");
    if (!is_hash(text_of(case_, "tag")) || places == nullptr || places->array() == nullptr) {
      lacks_member();
    }
    if (!PhoneNumber::from_e164(*text_of(case_, "number"))) {
      refute(2, "case.json: the number is not in E.164 form");
    }
    read_places(*places->array(), Of::subject);
    for (const auto& [name, of] : {std::pair{"former", Of::former}, {"callers", Of::callers}}) {
      const json::Value* const more = case_.find(name);
      if (more == nullptr) continue;
      if (more->array() == nullptr || more->array()->empty()) lacks_member();
      read_places(*more->array(), of);
    }
    std::sort(places_.begin(), places_.end(),
              [](const Place& a, const Place& b) { return a.seq < b.seq; });
    const auto twice =
        std::adjacent_find(places_.begin(), places_.end(),
                           [](const Place& a, const Place& b) { return a.seq == b.seq; });
    if (twice != places_.end()) refute(2, "case.json lists an entry twice", twice->seq);
  }

  [[noreturn]] static void lacks_member() {
    refute(2, "case.json lacks a member or has one of another type");
  }

  void read_places(const json::Array& places, Of of) {
    std::int64_t last = -1;
    for (const json::Value& place : places) {
      const std::int64_t* number = integer_of(place, "seq");
      if (number == nullptr || *number <= last) {
        refute(2, "case.json: entries are not in ascending order");
      }
      last = *number;
      const auto seq = static_cast<std::uint64_t>(last);
      const auto named = [&](std::string_view key, const std::string& name) {
        const std::string* text = text_of(place, key);
        return text != nullptr && *text == name;
      };
      // Whether a former holder's entry may go without, its type says: step 7.
      const bool opened = of == Of::former    ? place.find("opening") != nullptr
                          : of == Of::subject ? seq != 0
                                              : false;
      if (place.object()->size() != (opened ? 4U : 3U) ||
          !named("entry", bundle::entry_file(seq)) || !named("proof", bundle::proof_file(seq)) ||
          (opened && !named("opening", bundle::opening_file(seq)))) {
        refute(2, Message("case.json: the files of entry {} have other names", seq), seq);
      }
      places_.push_back({seq, opened, of});
    }
  }

  // (3) Each entry: canonical bytes, version 1, this log, its own seq; `prev` where it can be seen.
  void step_3() {
    only(3, "entries/", names_of(bundle::entry_file, false));
    std::optional<std::pair<std::uint64_t, Digest>> before;
    for (const Place& place : places_) {
      const std::uint64_t seq = place.seq;
      const std::string& bytes = need(3, bundle::entry_file(seq), seq);
      Read read = bundle::read_entry(3, seq, checkpoint_.origin, bytes);
      const bool seen = before && before->first + 1 == seq;
      if ((seq == 0 && read.prev != Digest{}) || (seen && read.prev != before->second)) {
        refute(3, Message("entry {} follows another entry than the one before it here", seq), seq);
      }
      before = {seq, read.leaf};
      list_of(place.of).push_back(std::move(read));
      ++result_.coverage.entries;
    }
  }

  [[nodiscard]] std::set<std::string> names_of(std::string (*name)(std::uint64_t),
                                               bool opened) const {
    std::set<std::string> result;
    for (const Place& place : places_) {
      if (place.opened || !opened) result.insert(name(place.seq));
    }
    return result;
  }

  // (4) Each leaf is included under the root of the one checkpoint.
  void step_4() const {
    only(4, "proofs/", names_of(bundle::proof_file, false));
    for (const Read& entry : entries_) included(entry);
    for (const Read& entry : former_) included(entry);
    for (const Read& entry : callers_) included(entry);
  }

  void included(const Read& entry) const {
    const std::string& checkpoint = *files_.find(std::string(bundle::checkpoint))->second;
    const std::string& bytes = need(4, bundle::proof_file(entry.seq), entry.seq);
    in_step(4, Message("entry {}", entry.seq), entry.seq, [&] {
      const InclusionProof proof = parse_inclusion_proof(bytes);
      if (proof.checkpoint != checkpoint) throw ProofError("the proof holds another checkpoint");
      if (proof.index != entry.seq) throw ProofError("the proof is of another entry");
      // The root of the checkpoint that step 2 verified, never one that JSON claims.
      merkle::verify_inclusion(entry.leaf, proof.index, checkpoint_.size, proof.path,
                               checkpoint_.root);
    });
  }

  // (5) Entry 0 created the log and names the same key.
  void step_5() const {
    if (entries_.empty() || entries_.front().seq != 0) lack(5, "entry 0 is missing", 0);
    const Read& first = entries_.front();
    if (first.type != EventType::log_created || first.subject) {
      refute(5, "entry 0 is not the creation of the log", 0);
    }
    const std::string* key = text_of(first.body, "key");
    if (key == nullptr || *key != result_.coverage.signed_by) {
      refute(5, "entry 0 names another key than the one that signed", 0);
    }
  }

  // (6) Each opening fits its entry, and all of them and the answer name the number of case.json.
  void step_6() {
    only(6, "openings/", names_of(bundle::opening_file, true));
    for (const Place& place : places_) {
      if (!place.opened) continue;
      const auto holds = [&](const Read& entry) { return entry.seq == place.seq; };
      const auto& among = list_of(place.of);
      opens(*std::find_if(among.begin(), among.end(), holds));
    }
    const std::string* answered = text_of(*case_.find("answer"), "number");
    if (answered == nullptr || *answered != *text_of(case_, "number")) {
      refute(6, "the answer in case.json is about another number");
    }
  }

  void opens(const Read& entry) {
    const std::string& bytes = need(6, bundle::opening_file(entry.seq), entry.seq);
    in_step(6, Message("opening of entry {}", entry.seq), entry.seq, [&] {
      const canonical::Value opening = canonical::decode(bytes);
      const std::string* salt = text_of(opening, "salt");
      const std::string* details = text_of(opening, "details");
      const canonical::Value* salts = opening.find("files");
      if (details == nullptr || !is_hash(salt) ||
          opening.object()->size() != (salts == nullptr ? 2U : 3U)) {
        throw ProofError("not details and a salt of 32 bytes");
      }
      if (salts != nullptr) read_salts(entry.seq, *salts);
      if (bundle::opened_number(entry, salt, details) != *text_of(case_, "number")) {
        throw ProofError("it names another number than case.json");
      }
    });
  }

  void read_salts(std::uint64_t seq, const canonical::Value& salts) {
    const auto bad = [](bool is) {
      if (is) throw ProofError("its files are not a list of {place, salt}, in order");
    };
    bad(salts.array() == nullptr || salts.array()->empty());
    std::int64_t before = 0;
    for (const canonical::Value& file : *salts.array()) {
      const std::int64_t* place = integer_of(file, "place");
      const std::string* salt = text_of(file, "salt");
      bad(place == nullptr || !is_hash(salt) || file.object()->size() != 2 || *place <= before);
      before = *place;
      salts_[{seq, static_cast<std::uint64_t>(*place)}] = *digest_from_hex(*salt);
    }
  }

  // (7) One subject's chain from its first entry on, without gaps.
  void step_7() const {
    const auto chain = std::span(entries_).subspan(1);
    if (chain.empty()) lack(7, "there is no entry about the number");
    const Digest tag = *digest_from_hex(*text_of(case_, "tag"));
    std::int64_t before = -1;
    std::int64_t count = 0;
    bool given_away = false;
    for (const Read& entry : chain) {
      if (!entry.subject || !is_about_subject(entry.type)) {
        refute(7, Message("entry {} is about no subject", entry.seq), entry.seq);
      }
      if (entry.subject->tag != tag) {
        refute(7, Message("entry {} is about another subject", entry.seq), entry.seq);
      }
      if (entry.subject->seq != ++count || entry.subject->prev != before) {
        refute(7, Message("before entry {} an entry of the subject is missing", entry.seq),
               entry.seq);
      }
      // What is done with the record of an earlier holder may still follow.
      const bool about_record = entry.type == EventType::subject_erased ||
                                entry.type == EventType::subject_restricted ||
                                entry.type == EventType::subject_held;
      if (given_away && !about_record) {
        refute(7, Message("entry {} follows, though the number was given away", entry.seq),
               entry.seq);
      }
      given_away = given_away || entry.type == EventType::number_reassigned;
      before = static_cast<std::int64_t>(entry.seq);
    }
    const json::Value& whole = *case_.find("completeness");
    const std::int64_t* entries = integer_of(whole, "entries");
    const std::int64_t* last = integer_of(whole, "last_seq");
    if (entries == nullptr || *entries != count || last == nullptr || *last != before) {
      refute(7, "case.json counts other entries than are here");
    }
    const json::Value* relied_on = case_.find("answer")->find("relied_on");
    if (relied_on != nullptr && !relied_on->null()) {
      const std::int64_t* seq = relied_on->integer();
      if (seq == nullptr || std::none_of(chain.begin(), chain.end(), [&](const Read& entry) {
            return static_cast<std::int64_t>(entry.seq) == *seq;
          })) {
        refute(7, "the answer relies on an entry that is not here");
      }
    }
    check_former(tag);
    check_callers();
  }

  /// The assignment that the answer stands on, and what ends it: of the caller and distributor
  /// asked about, in force at the moment asked about. Stored times order as text.
  void check_callers() const {
    const json::Value* const member = case_.find("answer")->find("assignment");
    const std::int64_t* const stands_on = member == nullptr ? nullptr : member->integer();
    if ((member != nullptr && !member->null() && stands_on == nullptr) ||
        (stands_on == nullptr) != callers_.empty()) {
      refute(7, "the answer stands on an assignment, and not on the one that is here");
    }
    if (callers_.empty()) return;
    const json::Value& question = *case_.find("question");
    const Read& assigned = callers_.front();
    const auto same = [&](std::string_view key) {
      const std::string* const asked = text_of(question, key);
      const std::string* const said = text_of(assigned.body, key);
      return asked != nullptr && said != nullptr && *asked == *said;
    };
    if (assigned.type != EventType::caller_assigned || assigned.subject ||
        static_cast<std::int64_t>(assigned.seq) != *stands_on || !same("caller") ||
        !same("distributor")) {
      refute(7, Message("entry {} does not assign the caller asked about", assigned.seq),
             assigned.seq);
    }
    check_scope(question, assigned);
    const std::string* const at = text_of(question, "at");
    const auto time_of = [](const Read& entry, std::string_view key) {
      const std::string* const time = text_of(entry.body, key);
      if (time == nullptr || !parse_stored_instant(*time)) {
        refute(7, Message("entry {} does not say when it holds", entry.seq), entry.seq);
      }
      return *time;
    };
    const auto holds = [&](bool yes, const Read& entry) {
      if (!yes) {
        refute(7, Message("by entry {} the caller was not assigned then", entry.seq), entry.seq);
      }
    };
    holds(
        at != nullptr && parse_stored_instant(*at).has_value() && time_of(assigned, "from") <= *at,
        assigned);
    if (assigned.body.find("until") != nullptr) holds(*at < time_of(assigned, "until"), assigned);
    for (const Read& ends : std::span(callers_).subspan(1)) {
      const std::int64_t* const of = integer_of(ends.body, "of");
      if (ends.type != EventType::caller_released || ends.subject || of == nullptr ||
          *of != *stands_on) {
        refute(7, Message("entry {} does not end the caller's assignment", ends.seq), ends.seq);
      }
      holds(*at < time_of(ends, "until"), ends);
    }
  }

  /// What else was the number's: each tag once, by the entry that ended it. Of somebody erased
  /// there is no opening any more; a receipt shows then whose number it was.
  void check_former(const Digest& tag) const {
    std::set<Digest> tags{tag};
    for (const Read& entry : former_) {
      if (!entry.subject ||
          (entry.type != EventType::number_reassigned && entry.type != EventType::subject_erased)) {
        refute(7, Message("entry {} ends nobody's holding of the number", entry.seq), entry.seq);
      }
      if (!tags.insert(entry.subject->tag).second) {
        refute(7, Message("entry {} is about a subject that is here already", entry.seq),
               entry.seq);
      }
    }
  }

  /// What an assignment is limited to, it must have been for the contact asked about.
  static void check_scope(const json::Value& question, const Read& assigned) {
    const auto asked = [&](std::string_view key) {
      const std::string* const text = text_of(question, key);
      return text == nullptr ? std::string() : *text;
    };
    const auto limits = [&](std::string_view key, std::initializer_list<std::string> any_of) {
      const canonical::Value* const list = assigned.body.find(key);
      if (list == nullptr) return;
      bool fits = false;
      const canonical::Array alone{*list};
      for (const canonical::Value& item : list->array() == nullptr ? alone : *list->array()) {
        fits = fits || (item.string() != nullptr &&
                        std::find(any_of.begin(), any_of.end(), *item.string()) != any_of.end());
      }
      if (!fits) {
        refute(7, Message("entry {} assigns the caller for other contacts", assigned.seq),
               assigned.seq);
      }
    };
    const std::string purpose = asked("purpose");
    const bool family = purpose == "mixed" || purpose == "unknown";
    limits("campaign", {asked("campaign")});
    limits("channels", {asked("channel")});
    limits("purposes", {purpose, family ? "advertising" : purpose});
  }

  // (8) Times are possible; a clock that goes back is a warning. Stored times order as text.
  void step_8() {
    std::string_view latest;
    for (const Read& entry : entries_) {
      if (entry.at < latest) {
        result_.warnings.push_back(
            Message("entry {} was recorded earlier than an entry before it, says the log's clock",
                    entry.seq));
      }
      latest = std::max(latest, std::string_view(entry.at));
      if (entry.seq == 0) continue;
      const std::string* happened = text_of(entry.body, "happened");
      if (happened == nullptr || !parse_stored_instant(*happened)) {
        refute(8, Message("entry {} does not say when it happened", entry.seq), entry.seq);
      }
      if (*happened > entry.at) {
        refute(8, Message("entry {} was recorded before it happened", entry.seq), entry.seq);
      }
    }
  }

  // (9) Files kept sealed are what their entries committed to. One that is not here is reported.
  void evidence() {
    std::set<std::string> named;
    for (const Read& entry : std::span(entries_).subspan(1)) {
      const canonical::Value* files = entry.body.find("files");
      if (files == nullptr) continue;
      const auto malformed = [&] {
        refute(9, Message("entry {}: its files are not a list of {{commitment, kind}}", entry.seq),
               entry.seq);
      };
      if (files->array() == nullptr) malformed();
      std::uint64_t place = 0;
      for (const canonical::Value& file : *files->array()) {
        ++place;
        const std::string* committed = text_of(file, "commitment");
        if (!is_hash(committed)) malformed();
        const std::string name = bundle::evidence_file(entry.seq, place);
        const auto salt = salts_.find({entry.seq, place});
        if (salt == salts_.end()) {
          result_.coverage.not_checked.push_back(
              Message("file {} of entry {}: only its commitment is here", place, entry.seq));
          continue;
        }
        named.insert(name);
        const std::string& content = need(9, name, entry.seq);
        constexpr std::string_view label("libconsent/commit/v1\0", 21);
        if (to_hex(Sha256().add(label).add(salt->second.view()).add(content).finish()) !=
            *committed) {
          refute(9, Message("{} is another file than entry {} committed to", name, entry.seq),
                 entry.seq);
        }
        salts_.erase(salt);
      }
    }
    if (!salts_.empty()) {
      const std::uint64_t seq = salts_.begin()->first.first;
      refute(9, Message("the opening of entry {} names a file that the entry does not", seq), seq);
    }
    only(9, "evidence/", named);
  }

  // (9) Wordings hash to their names; those that entries name are here, or reported as hash only.
  void step_9() {
    evidence();
    std::set<std::string> named;
    for (const Read& entry : entries_) {
      const canonical::Value* member = entry.body.find("wording");
      if (member == nullptr) continue;
      if (!is_hash(member->string())) {
        refute(9, Message("entry {}: the wording is not a hash", entry.seq), entry.seq);
      }
      std::string name = bundle::wording_file(*member->string());
      if (!files_.contains(name)) {
        result_.coverage.not_checked.push_back(
            Message("the wording of entry {}: only its hash is here", entry.seq));
      }
      named.insert(std::move(name));
    }
    only(9, "wordings/", named);
    for (const std::string& name : named) {
      const auto found = files_.find(name);
      if (found != files_.end() && bundle::wording_file(to_hex(sha256(*found->second))) != name) {
        refute(9, Message("{} is another text", name));
      }
    }
  }

  // (11) What the subscriber holds does not contradict the bundle.
  void step_11() {
    for (std::size_t i = 0; i < receipts_.size(); ++i) {
      const Message about = Message("receipt {}", i + 1);
      bundle::ReadReceipt receipt = [&] {
        try {
          return bundle::check_receipt(receipts_[i], trusted_);
        } catch (const Failed& failed) {
          // A receipt that does not hold shows nothing, neither for the bundle nor against it.
          lack(11,
               Message("{}: it does not hold itself: ({}) {}", about, failed.step, failed.what));
        }
      }();
      compare(about, receipt);
    }
  }

  void compare(const Message& about, const bundle::ReadReceipt& receipt) {
    const std::uint64_t seq = receipt.entry.seq;
    if (receipt.signature.checkpoint.origin != checkpoint_.origin ||
        receipt.signature.signer.text() != result_.coverage.signed_by) {
      lack(11, Message("{}: it is of another log, or signed by another key", about));
    }
    if (receipt.signature.checkpoint.size == checkpoint_.size &&
        receipt.signature.checkpoint.root != checkpoint_.root) {
      refute(11, Message("{}: the log has signed two different trees of one size", about), seq);
    }
    if (receipt.number != *text_of(case_, "number"))
      lack(11, Message("{}: it is about another number", about));
    for (const std::vector<Read>* each : {&entries_, &former_, &callers_}) {
      for (const Read& entry : *each) {
        if (entry.seq == seq && entry.leaf != receipt.entry.leaf) {
          refute(11, Message("{}: entry {} is another one there", about, seq), seq);
        }
      }
    }
    const bundle::Subject& held = *receipt.entry.subject;
    if (held.tag == *digest_from_hex(*text_of(case_, "tag"))) {
      same_subject(about, receipt.entry);
    } else {
      other_subject(about, receipt.entry);
    }
  }

  /// The receipt's entry is one of the bundle, or comes after them in the subject's own count.
  void same_subject(const Message& about, const Read& held) {
    const auto chain = std::span(entries_).subspan(1);
    if (std::any_of(chain.begin(), chain.end(),
                    [&](const Read& entry) { return entry.seq == held.seq; })) {
      return;
    }
    if (held.seq < checkpoint_.size) {
      refute(11, Message("{}: the bundle leaves out entry {}", about, held.seq), held.seq);
    }
    const auto count = static_cast<std::int64_t>(chain.size());
    const auto last = static_cast<std::int64_t>(chain.back().seq);
    // Below its checkpoint the bundle has all of them: what follows points at the last, or at what
    // follows that one.
    const bool fits = held.subject->seq == count + 1
                          ? held.subject->prev == last
                          : held.subject->seq > count &&
                                held.subject->prev >= static_cast<std::int64_t>(checkpoint_.size);
    if (!fits) {
      refute(11, Message("{}: entry {} follows others than those here", about, held.seq), held.seq);
    }
    newer(about, held);
  }

  /// Two tags of one number: one has to have ended before the other began.
  void other_subject(const Message& about, const Read& held) {
    const auto size = static_cast<std::int64_t>(checkpoint_.size);
    // The earliest entry of that subject which the receipt shows.
    const std::int64_t known =
        held.subject->prev >= 0 ? held.subject->prev : static_cast<std::int64_t>(held.seq);
    if (known >= size) return newer(about, held);
    const auto chain = std::span(entries_).subspan(1);
    const Read& last = chain.back();
    const bool ended =
        last.type == EventType::number_reassigned || last.type == EventType::subject_erased;
    if (ended && known > static_cast<std::int64_t>(last.seq)) return;
    const auto closing = std::find_if(former_.begin(), former_.end(), [&](const Read& entry) {
      return entry.subject->tag == held.subject->tag;
    });
    if (closing == former_.end()) {
      refute(11,
             Message("{}: entry {} is about this number under another tag, and nothing here "
                     "shows that it had passed to another holder or been erased",
                     about, held.seq),
             held.seq);
    }
    if (closing->seq < held.seq || closing->subject->seq < held.subject->seq ||
        (closing->seq == held.seq) != (closing->subject->seq == held.subject->seq)) {
      refute(11, Message("{}: entry {} comes after the end of its holder", about, held.seq),
             held.seq);
    }
    if (closing->seq > chain.front().seq) {
      refute(11, Message("{}: both tags of the number were in use at once", about), held.seq);
    }
  }

  void newer(const Message& about, const Read& held) {
    result_.warnings.push_back(
        Message("{}: entry {} is newer than this bundle; ask for a newer one", about, held.seq));
  }

  // (10) What the caller must still check; and what exactly was asked.
  void step_10() {
    for (const char* what :
         {"that no later entry about this subject exists in the log (this format has no map yet)",
          "that the log knows this number under no other tag",
          "that the times are true: no time anchor, the log's owner set the clock",
          "that everyone was shown the same log: no witness has signed",
          "the answer in case.json: it was not derived again from the entries",
          "report.html, report.txt, verify.py and FORMAT.md: nobody signed them",
          "that the entries tell the truth about what was said"}) {
      result_.coverage.not_checked.emplace_back(what);
    }
    if (!callers_.empty()) {
      result_.coverage.not_checked.emplace_back(
          "that no other entry of the log ends the caller's assignment");
    }
    if (result_.verdict != ProofVerdict::proven) {
      result_.question =
          "Does the log hold the entries of this bundle, and are they about the number of "
          "case.json?";
      return;
    }
    result_.question = Message(
        "Does log {}, signed at {} entries by {}, hold the {} entries of this bundle about {}, "
        "the subject's first to entry {} without a gap?",
        checkpoint_.origin, checkpoint_.size,
        Message(trusted_.empty() ? "the key inside the bundle" : "the given key"),
        entries_.size() - 1, *text_of(case_, "number"), entries_.back().seq);
  }

  /// Where case.json says the files of an entry lie.
  struct Place {
    std::uint64_t seq;
    bool opened;
    Of of;
  };
  std::vector<Read>& list_of(Of of) {
    return of == Of::former ? former_ : of == Of::callers ? callers_ : entries_;
  }

  std::span<const BundleFile> listed_;
  std::span<const note::VerifierKey> trusted_;
  std::span<const std::string> receipts_;
  std::map<std::string, const std::string*, std::less<>> files_;
  json::Value case_;
  std::vector<Place> places_;  ///< that case.json lists, ascending
  Checkpoint checkpoint_;
  std::vector<Read> entries_;  ///< entry 0, then the subject's
  std::vector<Read> former_;   ///< that ended other subjects of the number
  std::vector<Read> callers_;  ///< the assignment that the answer stands on, and what ends it
  std::map<std::pair<std::uint64_t, std::uint64_t>, Digest> salts_;  ///< of files, by seq and place
  Verification result_;
};

}  // namespace

Verification verify_bundle(std::span<const BundleFile> files,
                           std::span<const note::VerifierKey> trusted,
                           std::span<const std::string> receipts) {
  return Check(files, trusted, receipts).run();
}

}  // namespace consent
