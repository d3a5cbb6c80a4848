#include "event/rotation.hpp"

#include <algorithm>

#include "event/codec.hpp"

namespace consent {
namespace fields {
namespace {

/// An Ed25519 signature: 64 raw bytes.
struct SignatureBytes : Unchecked {
  static constexpr std::size_t bytes = 64;
  static constexpr std::string_view rule = "128 lower-case hex digits";
  static bool lacks(const std::string& signature) { return signature.empty(); }
  static void put(Writing& out, std::string_view key, const std::string& signature) {
    if (!signature.empty()) out.w.key(key).hex(signature);
  }
  static bool take(const Value& json, std::string& signature) {
    if (json.string() == nullptr || !is_hex(*json.string(), 2 * bytes)) return false;
    signature = raw_bytes(*json.string());
    return true;
  }
};

}  // namespace

template <>
inline constexpr auto table<KeyRotation> = in_order(std::array{
    row<&KeyRotation::key, Text>("key").need(),
    row<&KeyRotation::new_signature, SignatureBytes>("new_signature").need(),
    row<&KeyRotation::old_signature, SignatureBytes>("old_signature"),
    row<&KeyRotation::reason, Word>("reason").need(),
    row<&KeyRotation::replaces, Text>("replaces").need(),
});

}  // namespace fields

KeyRotation read_rotation(const canonical::Value& body) {
  if (body.object() == nullptr)
    throw Error(ErrorCode::invalid_argument, Message("entry: '{}' {}", "body", "is not an object"));
  KeyRotation rotation;
  const auto* const row = fields::read_members(*body.object(), rotation, fields::Place::body);
  if (row != nullptr) {
    const Message what = body.find(row->key) == nullptr ? Message("is missing")
                                                        : Message("is not {}", Message(row->rule));
    throw Error(ErrorCode::invalid_argument, Message("entry: '{}' {}", row->key, what));
  }
  return rotation;
}

std::string encode_body(const KeyRotation& rotation) {
  std::string out;
  canonical::Writer w(out);
  fields::Writing writing{w};
  w.begin_object();
  fields::write_members(writing, rotation, fields::Place::body);
  w.end_object();
  return out;
}

std::string rotation_text(std::string_view origin, std::uint64_t seq, const Digest& prev,
                          const KeyRotation& rotation) {
  std::string text("libconsent-rotation/v1\nlog ");
  text.append(origin).append("\nentry ").append(std::to_string(seq));
  text.append("\nafter ").append(to_hex(prev)).append("\nreplaces ").append(rotation.replaces);
  text.append("\nkey ").append(rotation.key).append("\nreason ").append(rotation.reason);
  return text += '\n';
}

}  // namespace consent
