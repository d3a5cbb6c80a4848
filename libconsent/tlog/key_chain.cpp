#include "tlog/key_chain.hpp"

#include <algorithm>

#include "consent/error.hpp"
#include "crypto/sign.hpp"
#include "tlog/note.hpp"

namespace consent {
namespace {

bool is_same(const note::VerifierKey& a, const note::VerifierKey& b) {
  return a.name == b.name && a.key == b.key;
}

}  // namespace

KeyChain::KeyChain(std::string_view origin, std::string_view key) {
  keys_.push_back(note::parse_verifier_key(key));
  if (keys_.front().name != origin) throw ProofError("names a key of another log");
}

bool KeyChain::holds(const note::VerifierKey& key) const {
  return std::any_of(keys_.begin(), keys_.end(),
                     [&](const note::VerifierKey& each) { return is_same(each, key); });
}

void KeyChain::rotate(std::uint64_t seq, const Digest& prev, const KeyRotation& rotation) {
  const note::VerifierKey& old = keys_.back();
  if (rotation.replaces != old.text()) throw ProofError("replaces another key than the last");
  note::VerifierKey key = note::parse_verifier_key(rotation.key);
  if (key.name != origin()) throw ProofError("names a key of another log");
  if (holds(key)) throw ProofError("names a key that the log had before");
  const std::string text = rotation_text(origin(), seq, prev, rotation);
  if (!verify_ed25519(key.key, text, rotation.new_signature) ||
      (!rotation.old_signature.empty() && !verify_ed25519(old.key, text, rotation.old_signature))) {
    throw ProofError("a signature of the rotation is wrong");
  }
  carried_.push_back(!rotation.old_signature.empty() && rotation.reason != reason_compromised &&
                     rotation.reason != reason_lost);
  rotations_.push_back(seq);
  keys_.push_back(std::move(key));
}

KeyRotation KeyChain::sign(std::string_view origin, std::uint64_t seq, const Digest& prev,
                           KeyRotation rotation, const SigningKey& next, const SigningKey* old) {
  rotation.key = note::verifier_key(origin, next.public_key()).text();
  const std::string text = rotation_text(origin, seq, prev, rotation);
  const auto by = [&text](const SigningKey& key) {
    const Signature signature = key.sign(text);
    return std::string(reinterpret_cast<const char*>(signature.data()), signature.size());
  };
  rotation.new_signature = by(next);
  if (old != nullptr) rotation.old_signature = by(*old);
  return rotation;
}

const note::VerifierKey& KeyChain::at(std::uint64_t size) const {
  const auto among = std::lower_bound(rotations_.begin(), rotations_.end(), size);
  return keys_[static_cast<std::size_t>(among - rotations_.begin())];
}

bool KeyChain::is_reached(const note::VerifierKey& key,
                          std::span<const note::VerifierKey> trusted) const {
  bool reached = trusted.empty();
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (i > 0) reached = reached && carried_[i - 1];
    reached = reached || std::any_of(trusted.begin(), trusted.end(),
                                     [&](const auto& each) { return is_same(each, keys_[i]); });
    if (is_same(keys_[i], key)) return reached;
  }
  return false;
}

}  // namespace consent
