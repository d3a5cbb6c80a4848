// How far the log went when keys.db was last written: what tells an old log.db from an old keys.db.
#include "log/keys.hpp"
#include "log/schema.hpp"

namespace consent {

std::uint64_t KeyStore::log_size_seen() {
  sqlite::Statement row(db_, "SELECT value FROM meta WHERE key='log_size'");
  return row.step() ? schema::to_count(row.blob(0)).value_or(0) : 0;
}

void KeyStore::saw_log(std::uint64_t size) {
  if (log_size_seen() != size) put_meta("log_size", std::to_string(size));
}

}  // namespace consent
