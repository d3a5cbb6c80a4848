// C2SP signed-note. Every refusal is a ProofError: a reader needs no second kind of "no".
#include "tlog/note.hpp"

#include <algorithm>
#include <array>

#include "base/utf8.hpp"
#include "consent/error.hpp"
#include "consent/proof.hpp"
#include "crypto/base64.hpp"
#include "crypto/public_key.hpp"

namespace consent::note {
namespace {

constexpr char kEd25519 = 0x01;
constexpr std::string_view kDash = "\xE2\x80\x94 ";  // U+2014, space
constexpr std::size_t kIdBytes = 4;

[[noreturn]] void refuse(const char* rule) { throw ProofError(rule); }

std::string_view chars(const PublicKey& key) noexcept {
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

std::uint32_t big_endian(std::string_view four) noexcept {
  std::uint32_t value = 0;
  for (const char c : four.substr(0, kIdBytes)) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::string id_bytes(std::uint32_t id) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) {
    out += static_cast<char>(static_cast<unsigned char>(id >> shift & 0xFFU));
  }
  return out;
}

/// Valid UTF-8, and below 0x20 nothing but newline.
bool is_text(std::string_view text) noexcept {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; };
  return std::none_of(text.begin(), text.end(), is_control) && utf8::valid(text);
}

/// Unicode White_Space, as UTF-8, without the controls below 0x20 that no note holds.
constexpr std::array<std::string_view, 20> kSpaces{" ",
                                                   "\xC2\x85",
                                                   "\xC2\xA0",
                                                   "\xE1\x9A\x80",
                                                   "\xE2\x80\x80",
                                                   "\xE2\x80\x81",
                                                   "\xE2\x80\x82",
                                                   "\xE2\x80\x83",
                                                   "\xE2\x80\x84",
                                                   "\xE2\x80\x85",
                                                   "\xE2\x80\x86",
                                                   "\xE2\x80\x87",
                                                   "\xE2\x80\x88",
                                                   "\xE2\x80\x89",
                                                   "\xE2\x80\x8A",
                                                   "\xE2\x80\xA8",
                                                   "\xE2\x80\xA9",
                                                   "\xE2\x80\xAF",
                                                   "\xE2\x81\x9F",
                                                   "\xE3\x80\x80"};

SignatureLine parse_line(std::string_view line) {
  if (!line.starts_with(kDash)) refuse("note: a signature line begins with an em dash and a space");
  line.remove_prefix(kDash.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) refuse("note: a signature line lacks its signature");
  const std::string_view name = line.substr(0, space);
  if (!is_name(name)) refuse("note: a key name is empty or has a space or '+' in it");
  auto blob = base64::decode(line.substr(space + 1));
  if (!blob || blob->size() <= kIdBytes)
    refuse("note: a signature is not exact base64 of 5 bytes or more");
  const std::uint32_t id = big_endian(*blob);
  blob->erase(0, kIdBytes);
  return {std::string(name), id, std::move(*blob)};
}

bool is_same(const VerifierKey& a, const VerifierKey& b) noexcept {
  return a.name == b.name && a.id == b.id && a.key == b.key;
}

const VerifierKey* find(std::span<const VerifierKey> keys, const SignatureLine& line) {
  const VerifierKey* found = nullptr;
  for (const VerifierKey& key : keys) {
    if (key.id != line.id || key.name != line.name) continue;
    if (found != nullptr && found->key != key.key)
      refuse("note: two keys are given under one name and id");
    found = &key;
  }
  return found;
}

}  // namespace

bool is_name(std::string_view name) noexcept {
  if (name.empty() || name.find_first_of("+\n") != std::string_view::npos || !is_text(name))
    return false;
  return std::none_of(kSpaces.begin(), kSpaces.end(), [&](std::string_view space) {
    return name.find(space) != std::string_view::npos;
  });
}

std::uint32_t key_id(std::string_view name, char type, const PublicKey& key) noexcept {
  const std::array<char, 2> between{'\n', type};
  return big_endian(
      Sha256().add(name).add({between.data(), between.size()}).add(chars(key)).finish().view());
}

std::string key_text(std::string_view name, char type, const PublicKey& key) {
  std::string typed(1, type);
  typed += chars(key);
  return std::string(name) + '+' + to_hex(id_bytes(key_id(name, type, key))) + '+' +
         base64::encode(typed);
}

std::string VerifierKey::text() const { return key_text(name, kEd25519, key); }

VerifierKey verifier_key(std::string_view name, const PublicKey& key) {
  if (!is_name(name)) {
    throw Error(ErrorCode::invalid_argument, "a key name is empty or has a space or '+' in it");
  }
  return {std::string(name), key_id(name, kEd25519, key), key};
}

VerifierKey parse_key(std::string_view text, char type) {
  const std::size_t first = text.find('+');
  if (first == std::string_view::npos) refuse("verifier key: not name+id+key");
  const std::size_t second = text.find('+', first + 1);
  if (second == std::string_view::npos) refuse("verifier key: not name+id+key");
  VerifierKey result;
  result.name = text.substr(0, first);
  if (!is_name(result.name)) refuse("verifier key: the name is empty or has a space in it");
  const auto typed = base64::decode(text.substr(second + 1));
  if (!typed || typed->empty()) refuse("verifier key: the key is not exact base64");
  if (typed->front() != type) {
    refuse(type == kEd25519 ? "verifier key: the algorithm is not Ed25519 (0x01)"
                            : "verifier key: not one of a witness (0x04)");
  }
  if (typed->size() != 1 + result.key.size()) refuse("verifier key: an Ed25519 key has 32 bytes");
  std::copy(typed->begin() + 1, typed->end(), result.key.begin());
  if (!is_proper(result.key)) {
    refuse("verifier key: not a point in its one encoding, or of small order");
  }
  result.id = key_id(result.name, type, result.key);
  if (text.substr(first + 1, second - first - 1) != to_hex(id_bytes(result.id))) {
    refuse("verifier key: the id is not that of the name and key");
  }
  return result;
}

VerifierKey parse_verifier_key(std::string_view text) { return parse_key(text, kEd25519); }

Parts split(std::string_view note) {
  if (note.size() > max_bytes) refuse("note: larger than 128 KiB");
  if (!is_text(note)) refuse("note: not UTF-8, or a control character other than newline");
  const std::size_t gap = note.rfind("\n\n");
  if (gap == std::string_view::npos) refuse("note: no empty line before the signatures");
  Parts parts;
  parts.text = note.substr(0, gap + 1);
  std::string_view lines = note.substr(gap + 2);
  if (lines.empty()) refuse("note: no signatures");
  if (lines.back() != '\n') refuse("note: the last line lacks its newline");
  if (std::count(lines.begin(), lines.end(), '\n') > std::ptrdiff_t{max_signatures}) {
    refuse("note: more than 100 signatures");
  }
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    parts.lines.push_back(parse_line(lines.substr(0, end)));
    lines.remove_prefix(end + 1);
  }
  return parts;
}

Opened open(std::string_view note, std::span<const VerifierKey> keys) {
  Parts parts = split(note);
  Opened result;
  result.text = std::move(parts.text);
  for (const SignatureLine& line : parts.lines) {
    const VerifierKey* key = find(keys, line);
    if (key == nullptr) continue;
    if (!verify_ed25519(key->key, result.text, line.signature)) {
      refuse("note: the signature of a known key is wrong");
    }
    if (std::none_of(result.signers.begin(), result.signers.end(),
                     [&](const VerifierKey& each) { return is_same(each, *key); })) {
      result.signers.push_back(*key);
    }
  }
  return result;
}

Verified verify(std::string_view note, std::span<const VerifierKey> keys) {
  Opened opened = open(note, keys);
  if (opened.signers.empty()) refuse("note: no given key has signed it");
  Verified result;
  result.text = std::move(opened.text);
  for (VerifierKey& key : opened.signers) {
    if (std::find(result.signers.begin(), result.signers.end(), key.name) == result.signers.end()) {
      result.signers.push_back(std::move(key.name));
    }
  }
  return result;
}

std::string sign_note(std::string_view text, std::string_view name, const SigningKey& key) {
  if (text.empty() || text.back() != '\n' || !is_text(text)) {
    throw Error(ErrorCode::invalid_argument,
                "a note text is UTF-8 without control characters and ends in a newline");
  }
  const Signature signature = key.sign(text);
  return std::string(text) + '\n' +
         signature_line(name, verifier_key(name, key.public_key()).id,
                        {reinterpret_cast<const char*>(signature.data()), signature.size()});
}

std::string signature_line(std::string_view name, std::uint32_t id, std::string_view signature) {
  std::string out(kDash);
  out += name;
  out += ' ';
  out += base64::encode(id_bytes(id) + std::string(signature));
  out += '\n';
  return out;
}

}  // namespace consent::note
