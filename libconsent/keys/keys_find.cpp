// How keys.db finds a subject by its tag without an index in the file.
#include <algorithm>
#include <cstring>

#include "consent/error.hpp"
#include "keys/keys.hpp"

namespace consent {

namespace {

std::uint64_t prefix_of(std::string_view tag) noexcept {
  std::uint64_t prefix = 0;
  std::memcpy(&prefix, tag.data(), std::min(tag.size(), sizeof prefix));
  return prefix;
}

}  // namespace

KeyStore::Subject KeyStore::bound(Subject subject, const Digest& index) {
  if (index_of(number_of(subject)) == index) return subject;
  throw Error(ErrorCode::storage,
              Message("keys.db: subject {}: the index leads another number to it", subject.id));
}

void KeyStore::met(const Digest& tag, std::int64_t id) noexcept {
  const std::uint64_t prefix = prefix_of(tag.view());
  met_[prefix % met_.size()] = {prefix, id};
}

void KeyStore::forget_tags() noexcept {
  tagged_.clear();
  tagged_upto_ = 0;
  met_.fill({});
}

std::optional<std::int64_t> KeyStore::find(const Digest& tag) {
  settle();
  if (id_of_tag_) {
    std::optional<std::int64_t> id;
    id_of_tag_.reset();
    if (id_of_tag_.bind_blob(1, tag.view()).step()) id = id_of_tag_.integer(0);
    id_of_tag_.reset();
    return id;
  }
  // The row decides: the subject may be erased since, by another process too.
  const auto is_at = [&](std::int64_t id) {
    tag_of_id_.reset();
    const bool is = tag_of_id_.bind(1, id).step() && tag_of_id_.blob(0) == tag.view();
    tag_of_id_.reset();
    return is;
  };
  const std::uint64_t prefix = prefix_of(tag.view());
  const Tagged& near = met_[prefix % met_.size()];
  if (near.id != 0 && near.prefix == prefix && is_at(near.id)) return near.id;
  const auto look = [&]() -> std::optional<std::int64_t> {
    for (auto at = std::lower_bound(tagged_.cbegin(), tagged_.cend(), Tagged{prefix, 0});
         at != tagged_.cend() && at->prefix == prefix; ++at) {
      if (is_at(at->id)) return at->id;
    }
    return std::nullopt;
  };
  if (const auto id = look()) return id;
  std::vector<Tagged> newer;
  tags_after_.reset();
  tags_after_.bind(1, tagged_upto_);
  while (tags_after_.step()) {
    newer.push_back({prefix_of(tags_after_.blob(1)), tags_after_.integer(0)});
  }
  tags_after_.reset();
  if (newer.empty()) return std::nullopt;
  const auto known = static_cast<std::ptrdiff_t>(tagged_.size());
  tagged_.insert(tagged_.end(), newer.begin(), newer.end());
  tagged_upto_ = newer.back().id;
  std::sort(tagged_.begin() + known, tagged_.end());
  std::inplace_merge(tagged_.begin(), tagged_.begin() + known, tagged_.end());
  return look();
}

}  // namespace consent
