// What a writer keeps of the entries: rows, names and bits, each under a MAC.
#include <algorithm>
#include <array>

#include "consent/error.hpp"
#include "log/kept.hpp"
#include "log/schema.hpp"
#include "standing/standing.hpp"

namespace consent {

using derived::StateRows;

void KeptStanding::write(std::uint64_t size) {
  if (!put_subject_) {
    put_subject_ = sqlite::Statement(
        *db_,
        "INSERT INTO subject(tag,count,last,closed,clauses,mac) VALUES(?1,?2,?3,?4,?5,?6) "
        "ON CONFLICT(tag) DO UPDATE SET count=excluded.count,last=excluded.last,"
        "closed=excluded.closed,clauses=excluded.clauses,mac=excluded.mac");
  }
  // In the order of the table, so that neighbours share a page. Hundreds of thousands lie all over
  // the memory: their first bytes, side by side, settle nearly every comparison.
  std::vector<std::pair<std::uint64_t, KeptSubject*>> in_order;
  in_order.reserve(behind_.size());
  for (KeptSubject* const subject : behind_) {
    std::uint64_t prefix = 0;
    for (std::size_t i = 0; i < sizeof prefix; ++i) {
      prefix = (prefix << 8U) | subject->standing.tag.bytes[i];
    }
    in_order.emplace_back(prefix, subject);
  }
  std::sort(in_order.begin(), in_order.end(), [](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first < b.first;
    return a.second->standing.tag < b.second->standing.tag;
  });
  const std::string none(derived::mac_bytes, '\0');
  std::vector<std::uint64_t> changed;
  for (const auto& [prefix, subject] : in_order) {
    const SubjectStanding& standing = subject->standing;
    const std::string clauses = pack_clauses(standing.clauses);
    derived::SubjectRow row{standing.tag.view(), static_cast<std::int64_t>(subject->count),
                            subject->last, std::nullopt, clauses};
    if (standing.closed) row.closed = standing.closed->time_since_epoch().count();
    put_subject_.bind_blob(1, row.tag).bind(2, row.count).bind(3, row.last);
    if (row.closed) {
      put_subject_.bind(4, *row.closed);
    } else {
      put_subject_.bind_null(4);
    }
    const std::string mac = key_ ? derived::mac_of(*key_, row) : none;
    put_subject_.bind_blob(5, clauses).bind_blob(6, mac).run();
    if (key_) {
      if (subject->row_last >= 0) mark_newest(subject->row_last, false, changed);
      mark_newest(subject->last, true, changed);
    }
    subject->row_last = subject->last;
    subject->behind = false;
    subject->written = true;
  }
  behind_.clear();
  write_chunks(std::move(changed));
  state_.put(StateRows::mark_name, std::to_string(size));
  from_ = size;
  at_ = size;
}

void KeptStanding::mark_newest(std::int64_t seq, bool newest, std::vector<std::uint64_t>& changed) {
  const auto index = static_cast<std::uint64_t>(seq) / derived::chunk_entries;
  auto found = chunks_.find(index);
  if (found == chunks_.end() ||
      (found->second.mac.size() == derived::mac_bytes && chunk(index) == nullptr)) {
    const auto macs = state_.get(StateRows::chunks_name).value_or("");
    if (index < macs.size() / derived::mac_bytes && chunk(index) == nullptr) {
      throw Error(ErrorCode::storage,
                  "log.db: the table 'newest' is not what was written; rebuild the log's tables");
    }
    found = chunks_.try_emplace(index).first;
  }
  Chunk& of = found->second;
  if (of.mac.empty() || of.mac.size() == derived::mac_bytes) changed.push_back(index);
  of.mac = "changed";  // until write_chunks() makes it anew
  const auto at = static_cast<std::uint64_t>(seq) % derived::chunk_entries;
  if (of.bits.size() <= at / 8) of.bits.resize(at / 8 + 1, '\0');
  const auto bit = static_cast<std::uint8_t>(1U << (at % 8));
  auto byte = static_cast<std::uint8_t>(of.bits[at / 8]);
  byte = static_cast<std::uint8_t>(newest ? byte | bit : byte & ~bit);
  of.bits[at / 8] = static_cast<char>(byte);
}

void KeptStanding::write_chunks(std::vector<std::uint64_t> changed) {
  if (changed.empty()) return;
  if (!put_chunk_) {
    put_chunk_ = sqlite::Statement(*db_,
                                   "INSERT INTO newest(chunk,bits) VALUES(?1,?2) "
                                   "ON CONFLICT(chunk) DO UPDATE SET bits=excluded.bits");
  }
  std::string macs(state_.get(StateRows::chunks_name).value_or(""));
  std::sort(changed.begin(), changed.end());
  for (auto next = macs.size() / derived::mac_bytes; next < changed.back(); ++next) {
    macs += derived::mac_of_chunk(*key_, next, {});  // where nothing is the newest of anybody
  }
  if (macs.size() / derived::mac_bytes <= changed.back()) macs.append(derived::mac_bytes, '\0');
  for (const std::uint64_t index : changed) {
    Chunk& of = chunks_.at(index);
    of.bits.erase(of.bits.find_last_not_of('\0') + 1);
    of.mac = derived::mac_of_chunk(*key_, index, of.bits);
    macs.replace(index * derived::mac_bytes, derived::mac_bytes, of.mac);
    put_chunk_.bind(1, static_cast<std::int64_t>(index)).bind_blob(2, of.bits).run();
  }
  state_.put(StateRows::chunks_name, macs);
}

void KeptStanding::write_names() {
  if (names_stored_ == terms_.size()) return;
  if (!put_name_) {
    put_name_ = sqlite::Statement(*db_, "INSERT INTO term(id,text,mac) VALUES(?1,?2,?3)");
  }
  while (names_stored_ < terms_.size()) {
    const auto id = static_cast<std::uint32_t>(++names_stored_);
    const std::string_view text = terms_.text(id);
    names_mac_ = key_ ? derived::mac_of_term(*key_, names_mac_, id, text)
                      : std::string(derived::mac_bytes, '\0');
    put_name_.bind(1, id).bind_text(2, text).bind_blob(3, names_mac_).run();
  }
  if (!key_) return;
  std::string row;
  for (int shift = 56; shift >= 0; shift -= 8) {
    row += static_cast<char>((names_stored_ >> static_cast<unsigned>(shift)) & 0xffU);
  }
  state_.put(StateRows::terms_name, row + names_mac_);
}

void KeptStanding::seal(const StateRows::Seal& of) {
  if (!key_ || key_of_ != of.incarnation) {
    key_ = keys_->derived_key(of.incarnation);
    key_of_ = of.incarnation;
  }
  state_.write(*db_, *key_, of);
  seal_ = state_.seal();
  sealed_size_ = of.size;
}

void KeptStanding::empty_tables() {
  db_->execute("DELETE FROM subject; DELETE FROM term; DELETE FROM newest;");
  chunks_.clear();
  begun_ = false;
  use(Source::entries);
  restart(0);
  read_entries();
}

void KeptStanding::start_over() {
  lists_ = false;
  empty_tables();
  state_.put(StateRows::chunks_name, {});
  state_.put(StateRows::terms_name, std::string(8 + derived::mac_bytes, '\0'));
  state_.put(StateRows::mark_name, "0");
  source_ = Source::sealed;
}

void KeptStanding::rebuild(const StateRows::Seal& of) {
  state_.read(*db_);
  const auto newest = state_.get(StateRows::newest_subject_name);
  const std::optional<std::string> kept =
      newest ? std::optional<std::string>(*newest) : std::nullopt;
  db_->execute("DELETE FROM state;");
  lists_ = true;
  key_.reset();
  key_of_.clear();
  empty_tables();
  lists_ = false;
  if (kept) state_.put(StateRows::newest_subject_name, *kept);
  state_.put(StateRows::subjects_name, std::to_string(living()));
  if (keys_ != nullptr) {
    key_ = keys_->derived_key(of.incarnation);
    key_of_ = of.incarnation;
  }
  write_names();
  write(of.size);
  if (keys_ != nullptr) {
    seal(of);
  } else {
    state_.write_unsealed(*db_);
  }
  source_ = Source::sealed;
  if (keys_ == nullptr) forget();
}

}  // namespace consent
