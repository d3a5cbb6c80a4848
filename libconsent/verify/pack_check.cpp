// The steps have the numbers of docs/reference/verify.md; verify.py has the same. Of what writes
// a pack this file shares the hash, the readers of event/, note and Merkle verification: no more.
#include "verify/pack_check.hpp"

#include <algorithm>
#include <array>

#include "tlog/note.hpp"
#include "verify/check_clock.hpp"
#include "verify/pack_names.hpp"

namespace consent::checking {

namespace {

constexpr std::size_t kMaxFiles = 10'000;
constexpr std::array<std::string_view, 5> kFolders{"entries/", "evidence/", "openings/", "proofs/",
                                                   "wordings/"};
constexpr std::array<std::string_view, 9> kPlain{
    bundle::case_file, bundle::checkpoint, bundle::manifest, bundle::signature, "report.html",
    "report.txt",      "verify.html",      "verify.py",      "FORMAT.md"};

}  // namespace

Verification Check::run() {
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
    if (hostile_) lack(1, *hostile_);
    result_.verdict = ProofVerdict::proven;
    show_damage();
  } catch (const Failed& failed) {
    result_.verdict = failed.verdict;
    result_.problem = Problem{failed.seq.value_or(checkpoint_.size),
                              Message("({}) {}", failed.step, failed.what)};
  }
  step_10();
  return std::move(result_);
}

const std::string& Check::need(int step, const std::string& name,
                               std::optional<std::uint64_t> seq) const {
  const auto found = files_.find(name);
  if (found == files_.end()) lack(step, Message("{} is missing", name), seq);
  return *found->second;
}

void Check::only(int step, std::string_view folder, const std::set<std::string>& named) const {
  for (const auto& [name, bytes] : files_) {
    if (name.starts_with(folder) && !named.contains(std::string(name))) {
      refute(step, Message("{} is in the pack, but nothing names it", name));
    }
  }
}

void Check::step_1() {
  std::size_t total = 0;
  if (listed_.size() > kMaxFiles) lack(1, "more than 10 000 files");
  for (const BundleFile& file : listed_) {
    total += file.bytes.size();
    if (file.bytes.size() > bundle::most_of_a_file) {
      lack(1, Message("{} is larger than 64 MiB", bundle::shown(file.name)));
    }
    if (total > bundle::most_bytes) lack(1, "larger than 128 MiB");
  }
  const bundle::Unwrapped unwrapped = bundle::unwrap(listed_);
  if (!unwrapped.folder.empty()) {
    result_.coverage.litter.push_back(bundle::shown(unwrapped.folder) + "/");
  }
  std::map<std::string_view, const std::string*> all;
  for (const auto& [name, bytes] : unwrapped.files) {
    if (!all.emplace(name, bytes).second) {
      lack(1, Message("the name {} occurs twice", bundle::shown(name)));
    }
  }
  if (const auto found = all.find(bundle::manifest); found != all.end()) {
    files_.emplace(found->first, found->second);
  }
  if (need(1, std::string(bundle::manifest)).size() > bundle::most_proof) {
    lack(1, "entries, openings and proofs are larger than 4 MiB");
  }
  const auto manifest = read_manifest(need(1, std::string(bundle::manifest)));
  if (const auto found = all.find(bundle::signature); found != all.end()) {
    files_.emplace(found->first, found->second);
  }
  for (const auto& [name, digest] : manifest) {
    if (const auto found = all.find(name); found != all.end()) files_.emplace(name, found->second);
    if (sha256(need(1, name)) != digest) {
      refute(1, Message("{} has another hash than the manifest says", name));
    }
  }
  std::size_t parsed = 0;
  for (const auto& [name, bytes] : files_) {
    if (bundle::is_parsed(name)) parsed += bytes->size();
  }
  if (parsed > bundle::most_proof) lack(1, "entries, openings and proofs are larger than 4 MiB");
  others(unwrapped.files, manifest);
}

void Check::others(const std::vector<std::pair<std::string, const std::string*>>& unwrapped,
                   const std::map<std::string, Digest>& manifest) {
  std::map<std::string, std::string> spellings;  // of our files and folders, by the folded name
  const auto add = [&](std::string_view name) {
    for (std::size_t at = name.find('/');; at = name.find('/', at + 1)) {
      std::string one(name.substr(0, at));
      std::string key = bundle::folded(one);
      spellings.emplace(std::move(key), std::move(one));
      if (at == name.npos) return;
    }
  };
  for (const auto& [name, digest] : manifest) {
    if (is_known(name)) add(name);
  }
  for (const std::string_view name : kPlain) add(name);
  for (const std::string_view name : kFolders) add(name.substr(0, name.size() - 1));
  for (const auto& [name, bytes] : unwrapped) {
    const bool ours = (manifest.contains(name) && is_known(name)) || name == bundle::manifest ||
                      name == bundle::signature;
    if (!ours) other(name, *bytes, spellings);
  }
}

void Check::other(const std::string& name, const std::string& bytes,
                  const std::map<std::string, std::string>& spellings) {
  const std::string told = bundle::shown(name);
  const auto hostile = [&](Message why) {
    if (!hostile_) hostile_ = std::move(why);
  };
  if (bundle::is_litter(name, bytes) && bundle::stays_inside(name)) {
    result_.coverage.litter.push_back(told);
    return;
  }
  for (std::size_t at = name.find('/');; at = name.find('/', at + 1)) {
    const std::string part = name.substr(0, at);
    const auto same = spellings.find(bundle::folded(part));
    const bool whole = at == name.npos;
    if (same != spellings.end() && (same->second != part || whole == is_folder(part))) {
      hostile(Message("some systems take {} for {}", told, same->second));
    }
    if (whole) break;
  }
  if (!bundle::stays_inside(name)) hostile(Message("the name {} is not safe", told));
  if (bundle::runs(name))
    hostile(Message("{} is no part of the pack, and a system may run it", told));
  if (bundle::is_signature(name)) {
    result_.coverage.signatures.push_back(told);
    return;
  }
  result_.coverage.extras.push_back(told);
  result_.warnings.push_back(Message("{} is no part of the proof", told));
}

bool Check::is_folder(const std::string& name) const {
  return !files_.contains(name) && std::find(kPlain.begin(), kPlain.end(), name) == kPlain.end();
}

bool Check::is_known(std::string_view name) {
  return std::any_of(kFolders.begin(), kFolders.end(),
                     [&](auto folder) { return name.starts_with(folder); }) ||
         std::find(kPlain.begin(), kPlain.end(), name) != kPlain.end();
}

std::map<std::string, Digest> Check::read_manifest(std::string_view text) {
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
    if (name == bundle::manifest || name == bundle::signature) {
      refute(1, "the manifest names itself or its signature");
    }
    result.emplace_hint(result.end(), std::move(name), *digest);
  }
  return result;
}

void Check::step_2() {
  read_case();
  const auto own =
      in_step(2, "case.json", {}, [&] { return note::parse_verifier_key(*text_of(case_, "key")); });
  std::vector<note::VerifierKey> keys(trusted_.begin(), trusted_.end());
  keys.push_back(own);
  const auto has_signed = [&own](const note::Opened& note) {
    return std::any_of(note.signers.begin(), note.signers.end(),
                       [&](const note::VerifierKey& key) { return key.text() == own.text(); });
  };
  const std::string& text = need(2, std::string(bundle::checkpoint));
  const auto opened = in_step(2, "checkpoint", {}, [&] { return note::open(text, keys); });
  checkpoint_ = in_step(2, "checkpoint", {}, [&] { return parse_checkpoint(opened.text); });
  if (!has_signed(opened)) refute(2, "the key named in case.json has not signed the checkpoint");
  if (checkpoint_.origin != *text_of(case_, "origin")) {
    refute(2, "case.json names another log than the checkpoint");
  }
  if (own.name != checkpoint_.origin) refute(2, "the key has another name than the log");
  const auto signature = files_.find(bundle::signature);
  if (signature == files_.end()) lack(2, "the pack is not signed");
  const auto signed_note =
      in_step(2, "signature", {}, [&] { return note::open(*signature->second, keys); });
  if (signed_note.text !=
      bundle::signed_text(checkpoint_.origin, need(2, std::string(bundle::manifest)))) {
    refute(2, "what the log signed is another pack");
  }
  if (!has_signed(signed_note)) lack(2, "the key named in case.json has not signed the pack");
  result_.coverage.signed_by = own.text();
  result_.coverage.signed_up_to = checkpoint_.size;
  result_.coverage.key_was_given = !trusted_.empty();
  if (trusted_.empty()) {
    result_.warnings.emplace_back(
        "the key came out of the pack itself: compare it with one got from the log's owner");
  }
}

void Check::read_case() {
  case_ = in_step(2, "case.json", {},
                  [&] { return json::parse(need(2, std::string(bundle::case_file))); });
  if (case_.object() == nullptr) refute(2, "case.json: not an object");
  const std::string* format = text_of(case_, "format");
  if (format == nullptr || *format != bundle::format) {
    lack(2, "case.json is of a format that this checker does not know or no longer proves");
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
  for (const auto& [name, of] : {std::pair{"former", Of::former},
                                 {"callers", Of::callers},
                                 {"clock", Of::clock},
                                 {"rotations", Of::rotations}}) {
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

void Check::read_places(const json::Array& places, Of of) {
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
    if (place.object()->size() != (opened ? 4U : 3U) || !named("entry", bundle::entry_file(seq)) ||
        !named("proof", bundle::proof_file(seq)) ||
        (opened && !named("opening", bundle::opening_file(seq)))) {
      refute(2, Message("case.json: the files of entry {} have other names", seq), seq);
    }
    places_.push_back({seq, opened, of});
  }
}

void Check::step_3() {
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

std::set<std::string> Check::names_of(std::string (*name)(std::uint64_t), bool opened) const {
  std::set<std::string> result;
  for (const Place& place : places_) {
    if (place.opened || !opened) result.insert(name(place.seq));
  }
  return result;
}

void Check::step_4() const {
  only(4, "proofs/", names_of(bundle::proof_file, false));
  for (const Read& entry : entries_) included(entry);
  for (const Read& entry : former_) included(entry);
  for (const Read& entry : callers_) included(entry);
  for (const Read& entry : clock_) included(entry);
  for (const Read& entry : rotations_) included(entry);
}

void Check::included(const Read& entry) const {
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

void Check::step_6() {
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

void Check::opens(const Read& entry) {
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
    if (bundle::opened_number(entry, salt, details).e164() != *text_of(case_, "number")) {
      throw ProofError("it names another number than case.json");
    }
  });
}

void Check::read_salts(std::uint64_t seq, const canonical::Value& salts) {
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

void Check::step_7() const {
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
  check_damage();
  bundle::check_clock(case_, entries_, callers_, clock_);
  check_contacts();
}

void Check::check_damage() const {
  const json::Value& answer = *case_.find("answer");
  const json::Value* const impaired = answer.find("impaired");
  if (impaired == nullptr) return;
  const std::string* const verdict = text_of(answer, "verdict");
  if (impaired->string() == nullptr || verdict == nullptr || *verdict == "allow") {
    refute(7, "the answer is a yes of a log that was impaired");
  }
}

void Check::show_damage() {
  const json::Value& answer = *case_.find("answer");
  if (const std::string* const impaired = text_of(answer, "impaired")) {
    result_.warnings.push_back(Message("the log that answered was impaired: {}", *impaired));
  }
  const json::Value* const findings = answer.find("findings");
  if (findings == nullptr || findings->array() == nullptr) return;
  const auto lost = [](const json::Value& finding) {
    const std::string* const rule = text_of(finding, "rule");
    return rule != nullptr && *rule == "log/lost-range";
  };
  if (std::any_of(findings->array()->begin(), findings->array()->end(), lost)) {
    result_.warnings.emplace_back(
        "the log that answered had lost entries, and a stop may be among them");
  }
}

void Check::check_callers() const {
  const json::Value* const member = case_.find("answer")->find("assignment");
  const std::int64_t* const stands_on = member == nullptr ? nullptr : member->integer();
  if ((member != nullptr && !member->null() && stands_on == nullptr) ||
      (stands_on == nullptr) != callers_.empty()) {
    refute(7, "the answer stands on an assignment, and not on the one that is here");
  }
  if (callers_.empty()) return;
  const json::Value& question = *case_.find("question");
  const Read& assigned = callers_.front();
  const CallerAssigned* const said = assigned.says<CallerAssigned>();
  const auto same = [&](std::string_view key, const std::string& party) {
    const std::string* const asked = text_of(question, key);
    return asked != nullptr && !party.empty() && *asked == party;
  };
  if (said == nullptr || assigned.subject ||
      static_cast<std::int64_t>(assigned.seq) != *stands_on || !same("caller", said->caller) ||
      !same("distributor", said->distributor)) {
    refute(7, Message("entry {} does not assign the caller asked about", assigned.seq),
           assigned.seq);
  }
  check_scope(question, assigned);
  const std::string* const asked_at = text_of(question, "at");
  const auto at = asked_at == nullptr ? std::nullopt : parse_stored_instant(*asked_at);
  const auto says_when = [](const Read& entry) {
    if (entry.broken(field::from) || entry.broken(field::until)) {
      refute(7, Message("entry {} does not say when it holds", entry.seq), entry.seq);
    }
  };
  const auto holds = [&](bool yes, const Read& entry) {
    if (!yes) {
      refute(7, Message("by entry {} the caller was not assigned then", entry.seq), entry.seq);
    }
  };
  says_when(assigned);
  const Instant then = at.value_or(Instant::min());
  holds(at && said->from <= then, assigned);
  if (said->until) holds(then < *said->until, assigned);
  for (const Read& ends : std::span(callers_).subspan(1)) {
    const CallerReleased* const released = ends.says<CallerReleased>();
    if (released == nullptr || ends.subject || ends.broken(field::of) ||
        static_cast<std::int64_t>(released->of) != *stands_on) {
      refute(7, Message("entry {} does not end the caller's assignment", ends.seq), ends.seq);
    }
    says_when(ends);
    holds(then < released->until, ends);
  }
}

void Check::check_former(const Digest& tag) const {
  std::set<Digest> tags{tag};
  for (const Read& entry : former_) {
    if (!entry.subject ||
        (entry.type != EventType::number_reassigned && entry.type != EventType::subject_erased)) {
      refute(7, Message("entry {} ends nobody's holding of the number", entry.seq), entry.seq);
    }
    if (!tags.insert(entry.subject->tag).second) {
      refute(7, Message("entry {} is about a subject that is here already", entry.seq), entry.seq);
    }
  }
}

void Check::check_scope(const json::Value& question, const Read& assigned) {
  const CallerAssigned& said = *assigned.says<CallerAssigned>();
  const auto limits = [&](bool fits) {
    if (!fits) {
      refute(7, Message("entry {} assigns the caller for other contacts", assigned.seq),
             assigned.seq);
    }
  };
  const auto asked = [&](std::string_view key) {
    const std::string* const text = text_of(question, key);
    return text == nullptr ? std::string_view() : std::string_view(*text);
  };
  for (const std::string_view key : {field::campaign, field::channels, field::purposes}) {
    limits(!assigned.broken(key));
  }
  limits(said.campaign.empty() || said.campaign == asked("campaign"));
  const auto channel = from_word<Channel>(asked("channel"));
  limits(said.channels.empty() || (channel && said.channels.contains(*channel)));
  const auto purpose = from_word<Purpose>(asked("purpose"));
  const bool family = purpose == Purpose::mixed || purpose == Purpose::unknown;
  limits(said.purposes.empty() || (purpose && said.purposes.contains(*purpose)) ||
         (family && said.purposes.contains(Purpose::advertising)));
}

void Check::step_8() {
  std::string_view latest;
  for (const Read& entry : entries_) {
    if (entry.at < latest) {
      result_.warnings.push_back(
          Message("entry {} was recorded earlier than an entry before it, says the log's clock",
                  entry.seq));
    }
    latest = std::max(latest, std::string_view(entry.at));
    if (entry.seq == 0) continue;
    const auto happened = entry.happened();
    if (!happened) {
      refute(8, Message("entry {} does not say when it happened", entry.seq), entry.seq);
    }
    if (*happened > entry.recorded) {
      refute(8, Message("entry {} was recorded before it happened", entry.seq), entry.seq);
    }
  }
}

}  // namespace consent::checking
