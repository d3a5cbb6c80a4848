#include "verify/read_entry.hpp"

#include <fmt/format.h>

#include "consent/instant.hpp"
#include "tlog/note.hpp"
#include "verify/step.hpp"

namespace consent::bundle {

Read read_entry(int step, std::uint64_t seq, std::string_view origin, std::string_view bytes) {
  const auto value =
      in_step(step, Message("entry {}", seq), seq, [&bytes] { return canonical::decode(bytes); });
  const auto bad = [step, seq](bool is) {
    if (is) refute(step, Message("entry {}: its envelope is not of version 1", seq), seq);
  };
  bad(value.object() == nullptr);
  const std::int64_t* version = integer_of(value, "v");
  if (version != nullptr && *version != 1) {
    lack(step, Message("entry {} is of a version this checker does not know", seq), seq);
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
  if (log == nullptr || *log != origin) {
    refute(step, Message("entry {} is of another log", seq), seq);
  }
  if (*number < 0 || static_cast<std::uint64_t>(*number) != seq) {
    refute(step, Message("entry {} says it is entry {}", seq, *number), seq);
  }
  const auto known = from_word<EventType>(*type);
  if (!known) lack(step, Message("entry {} is of a type this checker does not know", seq), seq);
  Read read{seq,
            merkle::leaf_hash(bytes),
            *digest_from_hex(*text_of(value, "prev")),
            *at,
            *parse_stored_instant(*at),
            *known,
            {},
            decode_leniently(*known, *value.find("body")),
            {}};
  if (*known == EventType::key_rotated) {
    read.rotation = in_step(step, Message("entry {}", seq), seq,
                            [&] { return read_rotation(*value.find("body")); });
  }
  if (subject != nullptr) {
    const std::int64_t* prev = integer_of(*subject, "prev");
    const std::int64_t* count = integer_of(*subject, "seq");
    const std::string* tag = text_of(*subject, "tag");
    bad(prev == nullptr || count == nullptr || !is_hash(tag) || subject->object()->size() != 3);
    read.subject = Subject{*prev, *count, *digest_from_hex(*tag)};
  }
  return read;
}

PhoneNumber opened_number(const Read& entry, const std::string* salt, const std::string* details) {
  if (details == nullptr || !is_hash(salt)) {
    throw ProofError("not details and a salt of 32 bytes");
  }
  constexpr std::string_view label("libconsent/commit/v1\0", 21);
  const Digest commitment =
      Sha256().add(label).add(digest_from_hex(*salt)->view()).add(*details).finish();
  if (entry.body.details != commitment) {
    throw ProofError("it is not the opening of this entry");
  }
  const auto named = number_in(*details);
  if (!named) throw ProofError("it names no number in E.164 form");
  return *named;
}

Signed open_checkpoint(int step, std::string_view text, const note::VerifierKey& own,
                       std::span<const note::VerifierKey> trusted) {
  const std::span keys = trusted.empty() ? std::span(&own, 1) : trusted;
  const auto opened = in_step(step, "checkpoint", {}, [&] { return note::open(text, keys); });
  Signed result;
  result.checkpoint =
      in_step(step, "checkpoint", {}, [&] { return parse_checkpoint(opened.text); });
  if (opened.signers.empty()) {
    if (!trusted.empty()) lack(step, "no given key has signed the checkpoint");
    refute(step, "the key named there has not signed the checkpoint");
  }
  const note::VerifierKey* signer = nullptr;
  for (const note::VerifierKey& key : opened.signers) {
    if (key.name != result.checkpoint.origin) continue;
    // Of two keys of one log that signed, the one that the file names.
    if (signer == nullptr || key.text() == own.text()) signer = &key;
  }
  if (signer == nullptr) refute(step, "no signer has the name of the checkpoint's origin");
  result.signer = *signer;
  return result;
}

}  // namespace consent::bundle
