// What a receipt asks of a log: one entry opened, and a signature that covers it.
#include "consent/error.hpp"
#include "log/impl.hpp"

namespace consent {

OpenedEntry Log::open_entry(std::uint64_t seq) const {
  impl_->check_fork();
  const std::lock_guard lock(impl_->reading);
  const sqlite::Transaction snapshot(impl_->db, "BEGIN");
  Entry entry = impl_->entry_at(seq);
  if (!entry.subject) throw Error(ErrorCode::not_found, "log: the entry is about nobody");
  const auto subject = impl_->need_keys().by_tag(entry.subject->tag);
  if (!subject) throw Error(ErrorCode::not_found, "keys.db: no key for this subject");
  return impl_->opened(std::move(entry), subject->key);
}

std::string Log::checkpoint_over(std::uint64_t seq) {
  impl_->check_fork();
  {
    const std::lock_guard lock(impl_->reading);
    sqlite::Statement kept(impl_->db,
                           "SELECT note FROM checkpoint WHERE size>?1 ORDER BY size LIMIT 1");
    if (kept.bind(1, static_cast<std::int64_t>(seq)).step()) return std::string(kept.blob(0));
  }
  return checkpoint();
}

}  // namespace consent
