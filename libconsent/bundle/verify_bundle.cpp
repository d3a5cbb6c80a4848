// The steps have the numbers of docs/reference/verify.md; verify.py has the same. Of what writes
// a bundle this file shares the hash, the canonical reader, note and Merkle verification: no more.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "bundle/json.hpp"
#include "bundle/names.hpp"
#include "consent/bundle.hpp"
#include "consent/error.hpp"
#include "consent/event.hpp"
#include "consent/number.hpp"
#include "event/canonical.hpp"
#include "log/base64.hpp"

namespace consent {
namespace {

constexpr std::size_t kMaxFiles = 10'000;
constexpr std::size_t kMaxTotal = std::size_t{1} << 30;

/// A step that does not hold. Never leaves this file.
struct Failed {
  int step;
  ProofVerdict verdict;
  std::string what;
  std::optional<std::uint64_t> seq;
};

/// Something contradicts the claim.
[[noreturn]] void refute(int step, std::string what, std::optional<std::uint64_t> seq = {}) {
  throw Failed{step, ProofVerdict::refuted, std::move(what), seq};
}
/// Something needed is missing, or cannot be judged here.
[[noreturn]] void lack(int step, std::string what, std::optional<std::uint64_t> seq = {}) {
  throw Failed{step, ProofVerdict::not_proven, std::move(what), seq};
}

/// What a library call refuses, told as the step that made it.
template <typename F>
auto in_step(int step, const std::string& about, std::optional<std::uint64_t> seq, F&& call) {
  try {
    return std::forward<F>(call)();
  } catch (const Error& error) {
    if (error.code() == ErrorCode::crypto) throw;
    refute(step, about + ": " + error.what(), seq);
  }
}

std::string printable(std::string_view name) {
  std::string out;
  for (const char c : name.substr(0, 120)) {
    out += c > ' ' && c < 0x7F ? std::string(1, c)
                               : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return '"' + out + '"';
}

bool is_hash(const std::string* text) { return text != nullptr && digest_from_hex(*text); }

const std::string* text_of(const canonical::Value& object, std::string_view key) {
  const canonical::Value* member = object.find(key);
  return member == nullptr ? nullptr : member->string();
}
const std::string* text_of(const json::Value& object, std::string_view key) {
  const json::Value* member = object.find(key);
  return member == nullptr ? nullptr : member->string();
}
const std::int64_t* integer_of(const canonical::Value& object, std::string_view key) {
  const canonical::Value* member = object.find(key);
  return member == nullptr ? nullptr : member->integer();
}
const std::int64_t* integer_of(const json::Value& object, std::string_view key) {
  const json::Value* member = object.find(key);
  return member == nullptr ? nullptr : member->integer();
}

struct Subject {
  std::int64_t prev;
  std::int64_t seq;
  Digest tag;
};

/// An entry whose bytes and envelope step 3 has checked.
struct Read {
  std::uint64_t seq;
  Digest leaf;
  std::string at;
  EventType type;
  std::optional<Subject> subject;
  canonical::Value body;
};

class Check {
 public:
  Check(std::span<const BundleFile> files, std::span<const note::VerifierKey> trusted)
      : listed_(files), trusted_(trusted) {}

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
      result_.verdict = ProofVerdict::proven;
    } catch (const Failed& failed) {
      result_.verdict = failed.verdict;
      result_.problem = Problem{failed.seq.value_or(checkpoint_.size),
                                fmt::format("({}) {}", failed.step, failed.what)};
    }
    step_10();
    return std::move(result_);
  }

 private:
  [[nodiscard]] const std::string& need(int step, const std::string& name,
                                        std::optional<std::uint64_t> seq = {}) const {
    const auto found = files_.find(name);
    if (found == files_.end()) lack(step, name + " is missing", seq);
    return *found->second;
  }

  /// Refuses files of a folder that nothing names: they would look like evidence.
  void only(int step, std::string_view folder, const std::set<std::string>& named) const {
    for (const auto& [name, bytes] : files_) {
      if (name.starts_with(folder) && !named.contains(std::string(name))) {
        refute(step, fmt::format("{} is in the bundle, but nothing names it", name));
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
        refute(1, fmt::format("the name {} is not safe", printable(file.name)));
      }
      std::string folded = file.name;
      for (char& c : folded) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      }
      if (!seen.insert(std::move(folded)).second) {
        refute(1, fmt::format("the name {} stands twice", file.name));
      }
      files_.emplace(file.name, &file.bytes);
    }
    const auto manifest = read_manifest(need(1, std::string(bundle::manifest)));
    for (const auto& [name, bytes] : files_) {
      if (name != bundle::manifest && !manifest.contains(name)) {
        refute(1, fmt::format("{} is not in the manifest", name));
      }
    }
    for (const auto& [name, digest] : manifest) {
      if (sha256(need(1, name)) != digest) {
        refute(1, fmt::format("{} has another hash than the manifest says", name));
      }
    }
    for (const auto& [name, bytes] : files_) {
      if (!is_known(name)) result_.warnings.push_back(name + " is no part of the proof");
    }
  }

  static bool is_known(std::string_view name) {
    constexpr std::array<std::string_view, 4> folders{"entries/", "openings/", "proofs/",
                                                      "wordings/"};
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
    std::vector<note::VerifierKey> keys{own};
    if (!trusted_.empty()) {
      keys.clear();
      std::copy_if(trusted_.begin(), trusted_.end(), std::back_inserter(keys),
                   [&](const note::VerifierKey& key) { return has_line(text, key); });
      if (keys.empty()) {
        in_step(2, "checkpoint", {}, [&] { return note::verify(text, {&own, 1}); });
        lack(2, "no given key has signed the checkpoint");
      }
    }
    const auto verified = in_step(2, "checkpoint", {}, [&] { return note::verify(text, keys); });
    checkpoint_ = in_step(2, "checkpoint", {}, [&] { return parse_checkpoint(verified.text); });
    const auto signer = std::find_if(keys.begin(), keys.end(), [&](const note::VerifierKey& key) {
      return key.name == checkpoint_.origin;
    });
    if (signer == keys.end()) refute(2, "no signer has the name of the checkpoint's origin");
    if (checkpoint_.origin != *text_of(case_, "origin")) {
      refute(2, "case.json names another log than the checkpoint");
    }
    if (signer->text() != own.text()) {
      refute(2, "case.json names another key than the one that signed");
    }
    result_.coverage.signed_by = signer->text();
    result_.coverage.signed_up_to = checkpoint_.size;
    result_.coverage.key_was_given = !trusted_.empty();
    if (trusted_.empty()) {
      result_.warnings.emplace_back(
          "the key came out of the bundle itself: compare it with one got from the log's owner");
    }
  }

  /// Whether the note has a signature line, right or wrong, of this key.
  static bool has_line(std::string_view text, const note::VerifierKey& key) {
    const std::string begin = "\xE2\x80\x94 " + key.name + ' ';
    const std::size_t split = text.rfind("\n\n");
    if (split == text.npos) return false;
    text.remove_prefix(split + 2);
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      const std::string_view line = text.substr(0, end);
      text.remove_prefix(end == text.npos ? text.size() : end + 1);
      if (!line.starts_with(begin)) continue;
      const auto blob = base64::decode(line.substr(begin.size()));
      // An inexact spelling is left to note::verify(), which refuses the whole note for it.
      if (!blob || (blob->size() > 4 && to_hex(std::string_view(*blob).substr(0, 4)) ==
                                            fmt::format("{:08x}", key.id))) {
        return true;
      }
    }
    return false;
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
    for (const json::Value& place : *places->array()) read_place(place);
  }

  [[noreturn]] static void lacks_member() {
    refute(2, "case.json lacks a member or has one of another type");
  }

  void read_place(const json::Value& place) {
    const std::int64_t* number = integer_of(place, "seq");
    if (number == nullptr || *number < 0 ||
        (!seqs_.empty() && static_cast<std::uint64_t>(*number) <= seqs_.back())) {
      refute(2, "case.json: entries are not in ascending order");
    }
    const auto seq = static_cast<std::uint64_t>(*number);
    const auto named = [&](std::string_view key, const std::string& name) {
      const std::string* text = text_of(place, key);
      return text != nullptr && *text == name;
    };
    const bool log_itself = seq == 0;
    if (place.object()->size() != (log_itself ? 3U : 4U) ||
        !named("entry", bundle::entry_file(seq)) || !named("proof", bundle::proof_file(seq)) ||
        (!log_itself && !named("opening", bundle::opening_file(seq)))) {
      refute(2, fmt::format("case.json: the files of entry {} have other names", seq), seq);
    }
    seqs_.push_back(seq);
  }

  // (3) Each entry: canonical bytes, version 1, this log, its own seq; `prev` where it can be seen.
  void step_3() {
    only(3, "entries/", names_of(bundle::entry_file, 0));
    for (const std::uint64_t seq : seqs_) {
      const std::string& bytes = need(3, bundle::entry_file(seq), seq);
      const std::string about = fmt::format("entry {}", seq);
      const auto value =
          in_step(3, about, seq, [&bytes = bytes] { return canonical::decode(bytes); });
      Read read = envelope(seq, value);
      read.leaf = merkle::leaf_hash(bytes);
      const Digest prev = *digest_from_hex(*text_of(value, "prev"));
      const bool seen = !entries_.empty() && entries_.back().seq + 1 == seq;
      if ((seq == 0 && prev != Digest{}) || (seen && prev != entries_.back().leaf)) {
        refute(3, fmt::format("entry {} follows another entry than the one before it here", seq),
               seq);
      }
      entries_.push_back(std::move(read));
      ++result_.coverage.entries;
    }
  }

  [[nodiscard]] std::set<std::string> names_of(std::string (*name)(std::uint64_t),
                                               std::uint64_t first) const {
    std::set<std::string> result;
    for (const std::uint64_t seq : seqs_) {
      if (seq >= first) result.insert(name(seq));
    }
    return result;
  }

  [[nodiscard]] Read envelope(std::uint64_t seq, const canonical::Value& value) const {
    const auto bad = [seq](bool is) {
      if (is) refute(3, fmt::format("entry {}: its envelope is not of version 1", seq), seq);
    };
    bad(value.object() == nullptr);
    const std::int64_t* version = integer_of(value, "v");
    if (version != nullptr && *version != 1) {
      lack(3, fmt::format("entry {} is of a version this checker does not know", seq), seq);
    }
    const canonical::Value* subject = value.find("subject");
    for (const std::string_view name : {"at", "body", "log", "prev", "salt", "seq", "type", "v"}) {
      bad(value.find(name) == nullptr);
    }
    bad(value.object()->size() != (subject == nullptr ? 8U : 9U) || version == nullptr);
    const std::string* at = text_of(value, "at");
    bad(at == nullptr || !parse_stored_instant(*at));
    bad(value.find("body")->object() == nullptr || !is_hash(text_of(value, "prev")));
    const std::string* salt = text_of(value, "salt");
    bad(salt == nullptr || salt->size() != 32 ||
        salt->find_first_not_of("0123456789abcdef") != salt->npos);
    const std::string* type = text_of(value, "type");
    const std::int64_t* number = integer_of(value, "seq");
    bad(type == nullptr || number == nullptr);
    const std::string* log = text_of(value, "log");
    if (log == nullptr || *log != checkpoint_.origin) {
      refute(3, fmt::format("entry {} is of another log", seq), seq);
    }
    if (*number < 0 || static_cast<std::uint64_t>(*number) != seq) {
      refute(3, fmt::format("entry {} says it is entry {}", seq, *number), seq);
    }
    const auto known = from_word<EventType>(*type);
    if (!known) lack(3, fmt::format("entry {} is of a type this checker does not know", seq), seq);
    Read read{seq, {}, *at, *known, {}, *value.find("body")};
    if (subject != nullptr) {
      const std::int64_t* prev = integer_of(*subject, "prev");
      const std::int64_t* count = integer_of(*subject, "seq");
      const std::string* tag = text_of(*subject, "tag");
      bad(prev == nullptr || count == nullptr || !is_hash(tag) || subject->object()->size() != 3);
      read.subject = Subject{*prev, *count, *digest_from_hex(*tag)};
    }
    return read;
  }

  // (4) Each leaf is included under the root of the one checkpoint.
  void step_4() const {
    only(4, "proofs/", names_of(bundle::proof_file, 0));
    const std::string& checkpoint = *files_.find(std::string(bundle::checkpoint))->second;
    for (const Read& entry : entries_) {
      const std::string& bytes = need(4, bundle::proof_file(entry.seq), entry.seq);
      in_step(4, fmt::format("entry {}", entry.seq), entry.seq, [&] {
        const InclusionProof proof = parse_inclusion_proof(bytes);
        if (proof.checkpoint != checkpoint) throw ProofError("the proof holds another checkpoint");
        if (proof.index != entry.seq) throw ProofError("the proof is of another entry");
        // The root of the checkpoint that step 2 verified, never one that JSON claims.
        merkle::verify_inclusion(entry.leaf, proof.index, checkpoint_.size, proof.path,
                                 checkpoint_.root);
      });
    }
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
  void step_6() const {
    only(6, "openings/", names_of(bundle::opening_file, 1));
    const std::string& number = *text_of(case_, "number");
    for (const Read& entry : std::span(entries_).subspan(1)) {
      const std::string& bytes = need(6, bundle::opening_file(entry.seq), entry.seq);
      in_step(6, fmt::format("opening of entry {}", entry.seq), entry.seq, [&] {
        const canonical::Value opening = canonical::decode(bytes);
        const std::string* salt = text_of(opening, "salt");
        const std::string* details = text_of(opening, "details");
        if (details == nullptr || !is_hash(salt) || opening.object()->size() != 2) {
          throw ProofError("not details and a salt of 32 bytes");
        }
        constexpr std::string_view label("libconsent/commit/v1\0", 21);
        const Digest commitment =
            Sha256().add(label).add(digest_from_hex(*salt)->view()).add(*details).finish();
        const std::string* committed = text_of(entry.body, "details");
        if (committed == nullptr || *committed != to_hex(commitment)) {
          throw ProofError("it is not the opening of this entry");
        }
        const canonical::Value opened = canonical::decode(*details);
        const std::string* named = text_of(opened, "number");
        if (named == nullptr || *named != number) {
          throw ProofError("it names another number than case.json");
        }
      });
    }
    const std::string* answered = text_of(*case_.find("answer"), "number");
    if (answered == nullptr || *answered != number) {
      refute(6, "the answer in case.json is about another number");
    }
  }

  // (7) One subject's chain from its first entry on, without gaps.
  void step_7() const {
    const auto chain = std::span(entries_).subspan(1);
    if (chain.empty()) lack(7, "there is no entry about the number");
    const Digest tag = *digest_from_hex(*text_of(case_, "tag"));
    std::int64_t before = -1;
    std::int64_t count = 0;
    for (const Read& entry : chain) {
      if (!entry.subject || !is_about_subject(entry.type)) {
        refute(7, fmt::format("entry {} is about no subject", entry.seq), entry.seq);
      }
      if (entry.subject->tag != tag) {
        refute(7, fmt::format("entry {} is about another subject", entry.seq), entry.seq);
      }
      if (entry.subject->seq != ++count || entry.subject->prev != before) {
        refute(7, fmt::format("before entry {} an entry of the subject is missing", entry.seq),
               entry.seq);
      }
      if (entry.type == EventType::number_reassigned && &entry != &chain.back()) {
        refute(7, fmt::format("entry {} gives the number away, yet others follow", entry.seq),
               entry.seq);
      }
      before = static_cast<std::int64_t>(entry.seq);
    }
    const json::Value& whole = *case_.find("completeness");
    const std::int64_t* entries = integer_of(whole, "entries");
    const std::int64_t* last = integer_of(whole, "last_seq");
    if (entries == nullptr || *entries != count || last == nullptr || *last != before) {
      refute(7, "case.json counts other entries than are here");
    }
    const json::Value* relied_on = case_.find("answer")->find("relied_on");
    if (relied_on == nullptr || relied_on->null()) return;
    const std::int64_t* seq = relied_on->integer();
    if (seq == nullptr || std::none_of(chain.begin(), chain.end(), [&](const Read& entry) {
          return static_cast<std::int64_t>(entry.seq) == *seq;
        })) {
      refute(7, "the answer relies on an entry that is not here");
    }
  }

  // (8) Times are possible; a clock that goes back is a warning. Stored times order as text.
  void step_8() {
    std::string_view latest;
    for (const Read& entry : entries_) {
      if (entry.at < latest) {
        result_.warnings.push_back(fmt::format(
            "entry {} was recorded earlier than an entry before it, says the log's clock",
            entry.seq));
      }
      latest = std::max(latest, std::string_view(entry.at));
      if (entry.seq == 0) continue;
      const std::string* happened = text_of(entry.body, "happened");
      if (happened == nullptr || !parse_stored_instant(*happened)) {
        refute(8, fmt::format("entry {} does not say when it happened", entry.seq), entry.seq);
      }
      if (*happened > entry.at) {
        refute(8, fmt::format("entry {} was recorded before it happened", entry.seq), entry.seq);
      }
    }
  }

  // (9) Wordings hash to their names; those that entries name are here, or reported as hash only.
  void step_9() {
    std::set<std::string> named;
    for (const Read& entry : entries_) {
      const canonical::Value* member = entry.body.find("wording");
      if (member == nullptr) continue;
      if (!is_hash(member->string())) {
        refute(9, fmt::format("entry {}: the wording is not a hash", entry.seq), entry.seq);
      }
      std::string name = bundle::wording_file(*member->string());
      if (!files_.contains(name)) {
        result_.coverage.not_checked.push_back(
            fmt::format("the wording of entry {}: only its hash is here", entry.seq));
      }
      named.insert(std::move(name));
    }
    only(9, "wordings/", named);
    for (const std::string& name : named) {
      const auto found = files_.find(name);
      if (found != files_.end() && bundle::wording_file(to_hex(sha256(*found->second))) != name) {
        refute(9, name + " is another text");
      }
    }
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
    if (result_.verdict != ProofVerdict::proven) {
      result_.question =
          "Does the log hold the entries of this bundle, and are they about the number of "
          "case.json?";
      return;
    }
    result_.question = fmt::format(
        "Does log {}, signed at {} entries by {}, hold the {} entries of this bundle about {}, "
        "the subject's first to entry {} without a gap?",
        checkpoint_.origin, checkpoint_.size,
        trusted_.empty() ? "the key inside the bundle" : "the given key", entries_.size() - 1,
        *text_of(case_, "number"), entries_.back().seq);
  }

  std::span<const BundleFile> listed_;
  std::span<const note::VerifierKey> trusted_;
  std::map<std::string, const std::string*, std::less<>> files_;
  json::Value case_;
  std::vector<std::uint64_t> seqs_;  ///< of the entries that case.json lists, ascending
  Checkpoint checkpoint_;
  std::vector<Read> entries_;
  Verification result_;
};

}  // namespace

Verification verify_bundle(std::span<const BundleFile> files,
                           std::span<const note::VerifierKey> trusted) {
  return Check(files, trusted).run();
}

}  // namespace consent
