// C2SP tlog-checkpoint and tlog-proof.
#include <algorithm>
#include <charconv>

#include "consent/error.hpp"
#include "consent/proof.hpp"
#include "crypto/base64.hpp"
#include "crypto/sign.hpp"
#include "tlog/note.hpp"

namespace consent {
namespace {

constexpr std::string_view kProofHeader = "c2sp.org/tlog-proof@v1";
constexpr std::size_t kMaxPath = 63;  // a tree has fewer than 2^63 leaves

[[noreturn]] void refuse(const char* rule) { throw ProofError(rule); }

/// Cuts the first line off `text`, without its newline; `rule` says what is missing without one.
std::string_view take_line(std::string_view& text, const char* rule) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) refuse(rule);
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

/// ASCII decimal below 2^63, without sign or leading zero.
std::uint64_t parse_decimal(std::string_view text, const char* rule) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value >= merkle::size_limit ||
      (text.size() > 1 && text.front() == '0')) {
    refuse(rule);
  }
  return value;
}

Digest parse_hash(std::string_view text, const char* rule) {
  const auto bytes = base64::decode(text);
  const auto digest = bytes ? digest_from_bytes(*bytes) : std::nullopt;
  if (!digest) refuse(rule);
  return *digest;
}

}  // namespace

std::string Checkpoint::text() const {
  return origin + '\n' + std::to_string(size) + '\n' + base64::encode(root.view()) + '\n';
}

Checkpoint parse_checkpoint(std::string_view note_text) {
  std::string_view rest = note_text;
  Checkpoint result;
  result.origin = take_line(rest, "checkpoint: no origin line");
  if (!note::is_name(result.origin)) {
    refuse("checkpoint: the origin is empty or has a space or '+' in it");
  }
  result.size =
      parse_decimal(take_line(rest, "checkpoint: no size line"),
                    "checkpoint: the size is not a decimal below 2^63 without leading zeros");
  result.root = parse_hash(take_line(rest, "checkpoint: no root line"),
                           "checkpoint: the root is not exact base64 of 32 bytes");
  if (result.size == 0 && result.root != merkle::root({})) {
    refuse("checkpoint: the root of no entries is SHA-256 of nothing");
  }
  while (!rest.empty()) {
    if (take_line(rest, "checkpoint: the last line lacks its newline").empty()) {
      refuse("checkpoint: an extension line is empty");
    }
  }
  return result;
}

std::string InclusionProof::text() const {
  std::string out(kProofHeader);
  out += "\nindex " + std::to_string(index) + '\n';
  for (const Digest& hash : path) {
    out += base64::encode(hash.view());
    out += '\n';
  }
  out += '\n';
  out += checkpoint;
  return out;
}

InclusionProof parse_inclusion_proof(std::string_view text) {
  if (text.size() > note::max_bytes) refuse("inclusion proof: larger than 128 KiB");
  if (take_line(text, "inclusion proof: no first line") != kProofHeader) {
    refuse("inclusion proof: the first line is not c2sp.org/tlog-proof@v1");
  }
  std::string_view line = take_line(text, "inclusion proof: no index line");
  if (constexpr std::string_view extra = "extra "; line.starts_with(extra)) {
    if (!base64::decode(line.substr(extra.size())))
      refuse("inclusion proof: extra is not exact base64");
    line = take_line(text, "inclusion proof: no index line");
  }
  constexpr std::string_view index = "index ";
  if (!line.starts_with(index)) refuse("inclusion proof: no index line");
  InclusionProof result;
  result.index =
      parse_decimal(line.substr(index.size()),
                    "inclusion proof: the index is not a decimal below 2^63 without leading zeros");
  for (;;) {
    line = take_line(text, "inclusion proof: no empty line before the checkpoint");
    if (line.empty()) break;
    if (result.path.size() == kMaxPath) refuse("inclusion proof: more than 63 hashes");
    result.path.push_back(
        parse_hash(line, "inclusion proof: a hash is not exact base64 of 32 bytes"));
  }
  if (text.empty()) refuse("inclusion proof: no checkpoint");
  result.checkpoint = text;
  return result;
}

void verify_inclusion_proof(const InclusionProof& proof, const Digest& leaf,
                            std::span<const note::VerifierKey> keys) {
  const auto verified = note::verify(proof.checkpoint, keys);
  const Checkpoint checkpoint = parse_checkpoint(verified.text);
  if (std::find(verified.signers.begin(), verified.signers.end(), checkpoint.origin) ==
      verified.signers.end()) {
    refuse("inclusion proof: no key named as the origin has signed the checkpoint");
  }
  merkle::verify_inclusion(leaf, proof.index, checkpoint.size, proof.path, checkpoint.root);
}

}  // namespace consent
