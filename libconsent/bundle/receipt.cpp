#include "consent/receipt.hpp"

#include <algorithm>

#include "bundle/names.hpp"
#include "consent/error.hpp"
#include "crypto/base64.hpp"
#include "event/canonical.hpp"
#include "event/json.hpp"
#include "log/impl.hpp"

namespace consent {
namespace {

constexpr std::string_view kHeader = "c2sp.org/tlog-proof@v1\n";
constexpr std::string_view kExtra = "extra ";

}  // namespace

std::string Receipt::text() const {
  std::string extra;
  canonical::Writer w(extra);
  w.begin_object();
  w.key("details").text(details);
  w.key("entry").text(entry);
  w.key("format").plain(bundle::receipt_format);
  w.key("key").text(key.text());
  w.key("salt").text(salt);
  w.end_object();
  std::string out = proof.text();
  out.insert(kHeader.size(), std::string(kExtra) + base64::encode(extra) + '\n');
  return out;
}

Receipt make_receipt(Log& log, std::uint64_t seq) {
  const Entry entry = log.entry(seq);
  if (!entry.subject) {
    throw Error(ErrorCode::not_found, "receipt: the entry is about nobody");
  }
  OpenedEntry opened = log.open_entry(seq);
  Receipt receipt;
  receipt.entry = std::move(opened.entry.bytes);
  receipt.salt = to_hex(opened.salt);
  receipt.details = std::move(opened.details);
  const std::string checkpoint = log.checkpoint_over(seq);
  receipt.proof = log.prove_inclusion(seq, checkpoint);
  // An older checkpoint was signed by the key of its time.
  const std::string_view text = std::string_view(checkpoint).substr(0, checkpoint.find("\n\n") + 1);
  receipt.key = LogAccess::of(log).chain->at(parse_checkpoint(text).size);
  return receipt;
}

Receipt parse_receipt(std::string_view file) {
  const auto refuse = [](const char* rule) { throw ProofError(rule); };
  Receipt receipt;
  receipt.proof = parse_inclusion_proof(file);
  std::string_view rest = file.substr(kHeader.size());
  if (!rest.starts_with(kExtra)) refuse("receipt: a tlog-proof without the line of a receipt");
  rest.remove_prefix(kExtra.size());
  const auto extra = base64::decode(rest.substr(0, rest.find('\n')));
  if (!extra) refuse("receipt: extra is not exact base64");
  const json::Value value = [&] {
    try {
      return json::parse(*extra);
    } catch (const ParseError& error) {
      throw ProofError(Message("receipt: {}", error));
    }
  }();
  if (value.object() == nullptr) refuse("receipt: not an object");
  const std::string* format = json::text_of(value, "format");
  if (format == nullptr || *format != bundle::receipt_format) {
    refuse("receipt: of a format this reader does not know");
  }
  const std::string* entry = json::text_of(value, "entry");
  const std::string* details = json::text_of(value, "details");
  const std::string* salt = json::text_of(value, "salt");
  const std::string* key = json::text_of(value, "key");
  if (entry == nullptr || details == nullptr || !json::is_hash(salt) || key == nullptr ||
      value.object()->size() != 5) {
    refuse("receipt: lacks a member, has another, or one of another type");
  }
  receipt.key = note::parse_verifier_key(*key);
  receipt.entry = *entry;
  receipt.salt = *salt;
  receipt.details = *details;
  return receipt;
}

}  // namespace consent
