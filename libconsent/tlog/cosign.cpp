#include "consent/cosign.hpp"

#include <algorithm>

#include "consent/error.hpp"
#include "crypto/sign.hpp"
#include "tlog/note.hpp"

namespace consent::cosign {
namespace {

constexpr char kCosignature = 0x04;
constexpr std::size_t kTimeBytes = 8;

/// What a witness signs: the words of the format, the time, and the whole text of the note.
std::string message(std::string_view note_text, std::uint64_t time) {
  return "cosignature/v1\ntime " + std::to_string(time) + '\n' + std::string(note_text);
}

std::uint64_t time_of(std::string_view blob) noexcept {
  std::uint64_t value = 0;
  for (const char c : blob.substr(0, kTimeBytes))
    value = value << 8U | static_cast<unsigned char>(c);
  return value;
}

std::string time_bytes(std::uint64_t time) {
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 8) {
    out +=
        static_cast<char>(static_cast<unsigned char>(time >> static_cast<unsigned>(shift) & 0xFFU));
  }
  return out;
}

SigningKey key_of(const Seed& seed) { return SigningKey::from_seed(SecretKey::View(seed)); }

void need_name(std::string_view name) {
  if (note::is_name(name)) return;
  throw Error(ErrorCode::invalid_argument, "a key name is empty or has a space or '+' in it");
}

}  // namespace

std::string verifier_key(std::string_view name, const Seed& seed) {
  need_name(name);
  return note::key_text(name, kCosignature, key_of(seed).public_key());
}

std::string sign(std::string_view note_text, std::string_view name, const Seed& seed,
                 std::uint64_t time) {
  need_name(name);
  if (note_text.empty() || note_text.back() != '\n') {
    throw Error(ErrorCode::invalid_argument, "the text of a note ends in a newline");
  }
  const SigningKey key = key_of(seed);
  const Signature signature = key.sign(message(note_text, time));
  std::string blob = time_bytes(time);
  blob.append(reinterpret_cast<const char*>(signature.data()), signature.size());
  return note::signature_line(name, note::key_id(name, kCosignature, key.public_key()), blob);
}

std::vector<std::optional<std::uint64_t>> verify(std::string_view note,
                                                 std::span<const std::string> keys) {
  std::vector<note::VerifierKey> known;
  for (const std::string& text : keys) {
    note::VerifierKey key = note::parse_key(text, kCosignature);
    const bool clash = std::any_of(known.begin(), known.end(), [&](const note::VerifierKey& each) {
      return each.name == key.name && each.id == key.id && each.key != key.key;
    });
    if (clash) throw ProofError("note: two keys are given under one name and id");
    known.push_back(std::move(key));
  }
  const note::Parts parts = note::split(note);
  std::vector<std::optional<std::uint64_t>> times(known.size());
  for (const note::SignatureLine& line : parts.lines) {
    for (std::size_t i = 0; i < known.size(); ++i) {
      if (known[i].name != line.name || known[i].id != line.id) continue;
      if (line.signature.size() <= kTimeBytes) {
        throw ProofError("note: the signature of a known key is wrong");
      }
      const std::uint64_t time = time_of(line.signature);
      if (!verify_ed25519(known[i].key, message(parts.text, time),
                          std::string_view(line.signature).substr(kTimeBytes))) {
        throw ProofError("note: the signature of a known key is wrong");
      }
      times[i] = std::max(times[i].value_or(0), time);
    }
  }
  return times;
}

}  // namespace consent::cosign
