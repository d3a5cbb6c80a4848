// What tells an old log.db from an old keys.db: how many subjects there are, and how far the log
// went when keys.db was last written.
#include "base/decimal.hpp"
#include "keys/keys.hpp"

namespace consent {

void KeyStore::read_count() {
  sqlite::Statement stored(db_, "SELECT value FROM meta WHERE key='subjects'");
  const auto count = stored.step() ? to_count(stored.blob(0)) : std::nullopt;
  // Stores of the first draft kept no count.
  count_ = count ? *count : static_cast<std::uint64_t>(db_.integer("SELECT count(*) FROM subject"));
  count_stored_ = count ? count_ : ~std::uint64_t{0};
}

std::uint64_t KeyStore::log_size_seen() {
  sqlite::Statement row(db_, "SELECT value FROM meta WHERE key='log_size'");
  return row.step() ? to_count(row.blob(0)).value_or(0) : 0;
}

void KeyStore::saw_log(std::uint64_t size) {
  if (log_size_seen() != size) put_meta("log_size", std::to_string(size));
}

}  // namespace consent
