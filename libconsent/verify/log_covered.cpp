// What the owner's keys cover: sealed details, what was handed out, and every entry.
#include "crypto/seal.hpp"
#include "verify/check_receipt.hpp"
#include "verify/log_check.hpp"
#include "verify/step.hpp"

namespace consent::verifying {

namespace {

/// The log's name; "" if entry 0 cannot be read, which entries() refutes.
std::string entry_zero_origin(sqlite::Connection& db) {
  try {
    sqlite::Statement first(db, "SELECT bytes FROM entry WHERE seq=0");
    return first.step() ? decode_entry(first.blob(0)).entry.log : std::string();
  } catch (const Error&) {
    return {};
  }
}

}  // namespace

void LogCheck::open_keys() {
  const fs::path file = file_.parent_path() / "keys.db";
  std::error_code code;
  if (alone_ || !fs::exists(file, code)) {
    no_keys_ = "it opens with keys.db alone";
    return;
  }
  try {
    const std::string origin = entry_zero_origin(db_);
    auto keys = KeyStore::open(file, sqlite::Mode::read, origin, options_.passphrase);
    // Whether it has expired cannot be known without a clock: it checks the head, and opens
    // nothing.
    opens_sealed_ = !keys.expires();
    if (!opens_sealed_) no_keys_ = "keys.db is a backup's copy";
    keys_.emplace(std::move(keys));
  } catch (const Error& error) {
    no_keys_ = error.message();
  }
}

void LogCheck::read_given() {
  const auto lack = [this](const Message& what) {
    if (!lacking_) lacking_ = Refuted{leaves_.size(), what};
  };
  for (const std::string& text : options_.checkpoints) {
    try {
      const Checkpoint read = parse_checkpoint(note::verify(text, chain_->keys()).text);
      if (read.origin != origin_) throw ProofError("it is another log's");
      given_.push_back({read.size, read.root});
    } catch (const Error& error) {
      lack(Message("the checkpoint given: {}", error));
    }
  }
  for (const std::string& file : options_.receipts) {
    try {
      const bundle::ReadReceipt read = bundle::check_receipt(file, chain_->keys());
      const Checkpoint& signature = read.signature.checkpoint;
      if (signature.origin != origin_) throw ProofError("it is another log's");
      given_.push_back(
          {signature.size, signature.root, std::pair{read.entry.seq, read.entry.leaf}});
    } catch (const bundle::Failed& failed) {
      lack(Message("the receipt given: {}", failed.what));
    } catch (const Error& error) {
      lack(Message("the receipt given: {}", error));
    }
  }
  for (const Given& each : given_) wanted_.insert(each.size);
}

void LogCheck::against_given() {
  for (const Given& each : given_) {
    if (each.size > leaves_.size()) {
      refute(leaves_.size(), Message("{} entries were signed and handed out; {} are missing",
                                     each.size, each.size - leaves_.size()));
    }
    const auto root = roots_.find(each.size);
    if (each.size > 0 && (root == roots_.end() || root->second != each.root)) {
      refute(each.size - 1, "the log does not extend a checkpoint or receipt that it handed out");
    }
    if (each.entry && leaves_.at(each.entry->first) != each.entry->second) {
      refute(each.entry->first, "is not the entry of the receipt");
    }
    if (!chain_->is_reached(chain_->at(each.size), trusted_)) continue;
    result_.coverage.signed_up_to = std::max(result_.coverage.signed_up_to, each.size);
    if (result_.coverage.signed_by.empty()) {
      result_.coverage.signed_by = chain_->at(each.size).text();
    }
  }
  result_.coverage.open_tail = leaves_.size() - result_.coverage.signed_up_to;
  if (result_.coverage.signed_up_to == 0) {
    result_.warnings.emplace_back("no checkpoint is kept: nothing here is signed");
  }
}

void LogCheck::details() {
  if (!opens_sealed_) {
    result_.coverage.not_checked.push_back(Message("sealed details: {}", no_keys_));
    return;
  }
  const bool beside = db_.integer("PRAGMA user_version") >= schema::with_mark;
  const bool old = db_.integer("SELECT count(*) FROM sqlite_schema WHERE name='sealed'") != 0;
  sqlite::Statement row;
  sqlite::Statement old_row;
  if (beside) row = sqlite::Statement(db_, "SELECT sealed FROM entry WHERE seq=?1");
  if (old) old_row = sqlite::Statement(db_, "SELECT bytes FROM sealed WHERE seq=?1");
  std::unordered_map<Digest, std::optional<SecretKey>, DigestHash> known;
  std::uint64_t gone = 0;
  for (const NamedDetails& named : named_details_) {
    const SecretKey* key = &keys_->log_key();
    if (named.tag != Digest{}) {
      const auto [found, added] = known.try_emplace(named.tag);
      if (added) {
        if (auto subject = keys_->by_tag(named.tag)) found->second.emplace(std::move(subject->key));
      }
      key = found->second ? &*found->second : nullptr;
    }
    if (key == nullptr) {
      ++gone;
      continue;
    }
    std::string sealed;
    for (sqlite::Statement* const each : {beside ? &row : nullptr, old ? &old_row : nullptr}) {
      if (each == nullptr || !sealed.empty()) continue;
      each->reset();
      if (each->bind(1, static_cast<std::int64_t>(named.seq)).step() && !each->is_null(0)) {
        sealed = each->blob(0);
      }
      each->reset();
    }
    if (sealed.empty()) refute(named.seq, "its sealed details are missing");
    try {
      const std::string text = open(key->view(), named.commitment.view(), sealed);
      const bool whole = text.size() >= SecretKey::size;
      const std::string_view salt = std::string_view(text).substr(0, whole ? SecretKey::size : 0);
      if (!whole ||
          commitment(
              SecretKey::View(reinterpret_cast<const std::uint8_t*>(salt.data()), SecretKey::size),
              std::string_view(text).substr(SecretKey::size)) != named.commitment) {
        refute(named.seq, "its sealed details are not those that it commits to");
      }
    } catch (const Error&) {
      refute(named.seq, "its sealed details are not those that it commits to");
    }
  }
  if (gone > 0) {
    result_.coverage.not_checked.push_back(
        Message("sealed details of {} entries: their subjects' keys are destroyed", gone));
  }
}

void LogCheck::coverage() {
  Coverage& coverage = result_.coverage;
  coverage.covered = std::max(by_head_, coverage.key_was_given ? coverage.signed_up_to : 0);
  if (lacking_ || coverage.covered >= leaves_.size()) return;
  if (coverage.key_was_given && by_head_ == 0 && !chain_->is_reached(chain_->current(), trusted_)) {
    lacking_ = Refuted{rotations_.back().seq,
                       "the key that signed replaced one that was lost or revoked: get it from the "
                       "log's owner and give it (--key)"};
    return;
  }
  if (!coverage.key_was_given && by_head_ == 0 && coverage.open_tail == 0) {
    lacking_ = Refuted{0,
                       "no key was given: signed by a key that the log itself names; ask its owner "
                       "for the key and give it with --key"};
    return;
  }
  lacking_ = Refuted{
      coverage.key_was_given || by_head_ > 0 ? coverage.covered : coverage.signed_up_to, Message()};
  lacking_->what = Message("entries {}-{} are unsigned: ask the owner for `consent checkpoint`",
                           lacking_->seq, leaves_.size() - 1);
}

}  // namespace consent::verifying
