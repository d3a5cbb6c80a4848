#include "standing/callers.hpp"

#include <algorithm>

#include "base/decimal.hpp"
#include "consent/error.hpp"

namespace consent {

std::string callers::to_value(const std::vector<std::uint64_t>& seqs) {
  std::string value;
  for (const std::uint64_t seq : seqs) {
    if (!value.empty()) value += ' ';
    value += std::to_string(seq);
  }
  return value;
}

std::vector<std::uint64_t> callers::from_value(std::string_view value) {
  std::vector<std::uint64_t> seqs;
  while (!value.empty()) {
    const std::size_t end = std::min(value.find(' '), value.size());
    const auto seq = to_count(value.substr(0, end));
    if (!seq || (!seqs.empty() && *seq <= seqs.back())) {
      throw Error(ErrorCode::storage,
                  "log.db: what is kept of the callers is not a list; rebuild the log's tables");
    }
    seqs.push_back(*seq);
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return seqs;
}

}  // namespace consent
