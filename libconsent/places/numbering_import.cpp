#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <tuple>

#include "base/text.hpp"
#include "consent/error.hpp"
#include "consent/numbering.hpp"
#include "consent/party.hpp"
#include "number/code.hpp"
#include "places/numbering_file.hpp"
#include "places/plan.hpp"

namespace consent {
namespace {

// An import is taken for a piece of the register where the file it replaces has this many ranges
// and codes and it has not (law sheet 8.2, "download pitfall"), and where half the ranges are gone.
constexpr std::size_t kWholeRanges = 10'000;
constexpr std::size_t kWholeCodes = 50;

struct Range {
  std::uint32_t code, first, last, operator_row, place_row, file, row;
};

/// Codes of services, whatever region their rows name.
constexpr bool belongs_nowhere(std::uint32_t code) noexcept { return code >= 800 && code <= 809; }
constexpr std::uint32_t kNowhere = 800;

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kBlank = " \t\r\n";
  constexpr std::string_view kNoBreak = "\xc2\xa0";
  for (;;) {
    if (!text.empty() && kBlank.find(text.front()) != kBlank.npos) {
      text.remove_prefix(1);
    } else if (!text.empty() && kBlank.find(text.back()) != kBlank.npos) {
      text.remove_suffix(1);
    } else if (text.starts_with(kNoBreak)) {
      text.remove_prefix(kNoBreak.size());
    } else if (text.ends_with(kNoBreak)) {
      text.remove_suffix(kNoBreak.size());
    } else {
      return text;
    }
  }
}

/// A cell that says nothing: empty, or the dash that the register puts there.
std::string_view said(std::string_view text) noexcept {
  text = trimmed(text);
  return text == "-" || text == "–" || text == "—" ? std::string_view{} : text;
}

/// 1 to `digits` ASCII digits.
std::optional<std::uint32_t> whole(std::string_view text, std::size_t digits) noexcept {
  if (text.empty() || text.size() > digits) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return value;
}

/// The text without control characters, which would write into a reader's terminal; nullopt where
/// it is not UTF-8.
std::optional<std::string> plain(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const number::Character c = number::decode(text, i);
    if (c.size == 0) return std::nullopt;
    if (c.code >= 0x20 && (c.code < 0x7F || c.code >= 0xA0)) out.append(text.substr(i, c.size));
    i += c.size;
  }
  return out;
}

/// The INN as it must be: programs that read it as a number drop a leading zero.
std::string inn_of(std::string_view text) {
  std::string inn{text};
  if (inn.size() == 9 || inn.size() == 11) inn.insert(inn.begin(), '0');
  return inn;
}

std::string written(std::uint32_t value, std::size_t digits) {
  std::string text = std::to_string(value);
  text.insert(0, digits > text.size() ? digits - text.size() : 0, '0');
  return text;
}

class File {
 public:
  explicit File(std::string path) : path_(std::move(path)) {
    // NOLINTNEXTLINE(*-vararg): POSIX
    fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd_ < 0) fail();
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
    if (!kept_) ::unlink(path_.c_str());
  }
  void write(const std::string& bytes) {
    for (std::size_t done = 0; done < bytes.size();) {
      const auto n = ::write(fd_, bytes.data() + done, bytes.size() - done);
      if (n < 0 && errno != EINTR) fail();
      if (n > 0) done += static_cast<std::size_t>(n);
    }
    if (::fsync(fd_) != 0) fail();
  }
  void rename_to(const std::filesystem::path& file) {
    if (std::rename(path_.c_str(), file.c_str()) != 0) fail();
    kept_ = true;
  }

 private:
  [[noreturn]] void fail() const {
    throw Error(ErrorCode::storage, Message("numbering file {}: {}", path_,
                                            Message(std::generic_category().message(errno))));
  }
  std::string path_;
  int fd_ = -1;
  bool kept_ = false;
};

/// Does it begin as our files do?
bool is_ours(const std::filesystem::path& file) {
  std::array<char, number::kFileMagic.size()> magic{};
  std::ifstream in(file, std::ios::binary);
  return std::filesystem::is_regular_file(file) && in.read(magic.data(), magic.size()) &&
         magic == number::kFileMagic;
}

template <typename T>
void put(std::string& out, const T& value) {
  static_assert(std::is_trivially_copyable_v<T>);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void pad(std::string& out) { out.append((8 - out.size() % 8) % 8, '\0'); }

}  // namespace

struct NumberingImport::Impl {
  const Zones& zones = Zones::russia();
  std::vector<Range> ranges;
  std::vector<RegisterProblem> problems;
  Summary summary;
  bool finished = false;

  std::string text;
  std::map<std::string, number::FileText, std::less<>> texts;
  std::vector<number::FileOperator> operators;
  std::map<std::pair<std::string, std::string>, std::uint32_t> operator_rows;
  std::vector<number::FilePlace> places;
  std::map<std::tuple<std::string, std::string, std::uint32_t>, std::uint32_t> place_rows;

  number::FileText intern(std::string_view words) {
    if (const auto known = texts.find(words); known != texts.end()) return known->second;
    const number::FileText made{static_cast<std::uint32_t>(text.size()),
                                static_cast<std::uint32_t>(words.size())};
    text.append(words);
    texts.emplace(words, made);
    return made;
  }

  std::uint32_t operator_row(std::string_view name, const std::string& inn) {
    const auto [known, is_new] = operator_rows.emplace(
        std::pair{std::string(name), inn}, static_cast<std::uint32_t>(operators.size()));
    if (is_new) operators.push_back({intern(name), intern(inn)});
    return known->second;
  }

  std::uint32_t place_row(std::string_view region, std::string_view territory, std::uint32_t code) {
    // Only geographic codes have a home of their own that belongs to the set.
    const RegionSet home = code < 900 ? number::code_regions(code) : RegionSet{};
    const std::uint32_t key = belongs_nowhere(code) ? kNowhere : home.empty() ? 0 : code;
    const auto [known, is_new] =
        place_rows.emplace(std::tuple{std::string(region), std::string(territory), key},
                           static_cast<std::uint32_t>(places.size()));
    if (is_new) places.push_back(place_of(region, territory, home, code));
    return known->second;
  }

  /// The two columns have been seen to disagree (law sheet 8.2): what either of them, or a
  /// geographic code, says belongs to the set.
  number::FilePlace place_of(std::string_view region, std::string_view territory, RegionSet home,
                             std::uint32_t code) {
    number::FilePlace row{};
    row.text = intern(region.empty() ? territory : region);
    if (belongs_nowhere(code)) return row;
    const Place by_region = zones.place(region);
    const Place by_territory = zones.place(territory);
    const RegionSet regions = by_region.regions | by_territory.regions | home;
    row.low = regions.low();
    row.high = regions.high();
    const ZoneSet all = zones.zones_of(regions);
    row.zones = all.bits();
    // A district may narrow its region, and nothing else may.
    if (regions.size() == 1) {
      std::uint32_t narrow = all.bits();
      for (const ZoneSet zones_said : {by_region.zones, by_territory.zones}) {
        if (!zones_said.empty()) narrow &= zones_said.bits();
      }
      if (narrow != 0) row.zones = narrow;
    }
    return row;
  }
};

NumberingImport::NumberingImport() : impl_(std::make_unique<Impl>()) {}
NumberingImport::NumberingImport(NumberingImport&&) noexcept = default;
NumberingImport& NumberingImport::operator=(NumberingImport&&) noexcept = default;
NumberingImport::~NumberingImport() = default;

void NumberingImport::add(const RegisterRow& row) {
  Impl& my = *impl_;
  if (my.finished) throw Error(ErrorCode::internal, "NumberingImport: add() after finish()");
  ++my.summary.rows;
  const auto note = [&](std::string_view column, Message reason, bool kept = false) {
    my.problems.push_back({row.file, row.row, std::string(column), std::move(reason), kept});
    if (!kept) ++my.summary.rejected;
  };

  const std::string_view code_text = trimmed(row.code);
  const auto code = whole(code_text, 3);
  if (!code || code_text.size() != 3) return note("code", "must be three digits");
  if (number::code_facts(*code).country == "KZ") return note("code", "a code of Kazakhstan");
  if (*code < 200) return note("code", "a code that the plan of Russia does not have");
  const auto first = whole(trimmed(row.first), 7);
  if (!first) return note("first", "must be up to seven digits");
  const auto last = whole(trimmed(row.last), 7);
  if (!last) return note("last", "must be up to seven digits");
  if (*last < *first) return note("last", "lies before the first number");
  if (const std::string_view text = said(row.capacity); !text.empty()) {
    const auto capacity = whole(text, 8);
    if (!capacity) return note("capacity", "must be a whole number");
    if (*capacity != *last - *first + 1) {
      return note("capacity", "is not what lies between the first and the last number");
    }
  }
  const std::string_view columns[] = {"operator", "region", "territory"};
  std::string texts[3];
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string_view cell = said(i == 0   ? row.operator_name
                                       : i == 1 ? row.region
                                                : row.territory);
    auto text = plain(cell);
    if (!text) return note(columns[i], "is not UTF-8");
    if (text->size() != cell.size()) {
      note(columns[i], "held control characters, which were left out", true);
    }
    texts[i] = std::move(*text);
  }
  const auto& [name, region, territory] = texts;
  std::string inn = inn_of(said(row.inn));
  if (const auto problem = inn.empty() ? IdentifierProblem::ok : check_inn(inn);
      problem != IdentifierProblem::ok) {
    note("inn", Message("not valid: {}", Message(to_word(problem))), true);
    inn.clear();
  }
  if (my.text.size() > 0x7000'0000U) return note("operator", "the import is too large");
  my.ranges.push_back({*code, *first, *last, my.operator_row(name, inn),
                       my.place_row(region, territory, *code), row.file, row.row});
}

NumberingImport::Summary NumberingImport::finish() {
  Impl& my = *impl_;
  if (my.finished) return my.summary;
  my.finished = true;
  // By place in the plan, then by place in the files, so that the row that came first stays.
  std::stable_sort(my.ranges.begin(), my.ranges.end(), [](const Range& a, const Range& b) {
    return std::tie(a.code, a.first, a.file, a.row) < std::tie(b.code, b.first, b.file, b.row);
  });
  // Rows are taken in the order of the files, so that of two the first stays.
  std::vector<const Range*> in_order;
  in_order.reserve(my.ranges.size());
  for (const Range& range : my.ranges) in_order.push_back(&range);
  const bool apart =
      std::adjacent_find(my.ranges.begin(), my.ranges.end(), [](const Range& a, const Range& b) {
        return a.code == b.code && a.last >= b.first;
      }) == my.ranges.end();
  std::vector<Range> kept;
  if (apart) {
    kept = my.ranges;
  } else {
    std::sort(in_order.begin(), in_order.end(), [](const Range* a, const Range* b) {
      return std::tie(a->file, a->row) < std::tie(b->file, b->row);
    });
    const auto before = [](const Range* a, const Range* b) {
      return std::tie(a->code, a->first) < std::tie(b->code, b->first);
    };
    std::set<const Range*, decltype(before)> taken(before);
    for (const Range* range : in_order) {
      const auto next = taken.lower_bound(range);
      const Range* met = nullptr;
      if (next != taken.end() && (*next)->code == range->code && (*next)->first <= range->last) {
        met = *next;
      } else if (next != taken.begin() && (*std::prev(next))->code == range->code &&
                 (*std::prev(next))->last >= range->first) {
        met = *std::prev(next);
      }
      if (met == nullptr) {
        taken.insert(range);
      } else if (met->first == range->first && met->last == range->last &&
                 met->operator_row == range->operator_row && met->place_row == range->place_row) {
        ++my.summary.repeated;
      } else {
        my.problems.push_back(
            {range->file, range->row, "first",
             Message(met->file == range->file ? "overlaps {} {}-{} of row {}"
                                              : "overlaps {} {}-{} of row {} of another file",
                     written(met->code, 3), written(met->first, 7), written(met->last, 7),
                     met->row),
             false});
        ++my.summary.rejected;
      }
    }
    for (const Range* range : taken) kept.push_back(*range);
  }
  my.ranges = std::move(kept);
  std::stable_sort(my.problems.begin(), my.problems.end(),
                   [](const RegisterProblem& a, const RegisterProblem& b) {
                     return std::tie(a.file, a.row) < std::tie(b.file, b.row);
                   });

  my.summary.ranges = my.ranges.size();
  std::uint32_t code = number::kCodes;
  for (const Range& range : my.ranges) {
    my.summary.codes += range.code != code ? 1 : 0;
    code = range.code;
    my.summary.numbers += range.last - range.first + 1;
    const number::FilePlace& place = my.places[range.place_row];
    my.summary.with_zone += place.zones != 0 ? 1 : 0;
  }
  return my.summary;
}

const std::vector<RegisterProblem>& NumberingImport::problems() const& noexcept {
  return impl_->problems;
}

void NumberingImport::write(const std::filesystem::path& file, Instant imported_at,
                            const std::vector<std::string>& sources, bool replace_smaller) {
  finish();
  Impl& my = *impl_;
  const auto refuse = [&](const Message& why) {
    throw Error(ErrorCode::invalid_argument, Message("numbering file {}: {}", file.string(), why));
  };
  if (my.ranges.empty()) refuse("not written: the import has no range");
  if (std::filesystem::exists(file)) {
    if (!is_ours(file)) refuse("not replaced: it is not a numbering file");
    std::optional<Numbering> old;
    try {
      old = Numbering::open(file);
    } catch (const Error&) {  // damaged, or of another version: nothing to lose
      old.reset();
    }
    const auto smaller = [](std::size_t now, std::size_t was, std::size_t whole) {
      return (was >= whole && now < whole) || now < was / 2;
    };
    if (old && !replace_smaller &&
        (smaller(my.summary.ranges, old->ranges(), kWholeRanges) ||
         smaller(my.summary.codes, old->codes(), kWholeCodes))) {
      refuse(Message("not replaced: it has {} ranges of {} codes, and the import only {} of {}",
                     old->ranges(), old->codes(), my.summary.ranges, my.summary.codes));
    }
  }

  std::vector<number::FileText> source_rows;
  source_rows.reserve(sources.size());
  for (const std::string& source : sources) source_rows.push_back(my.intern(source));
  pad(my.text);

  number::FileHeader header;
  header.imported_us = imported_at.time_since_epoch().count();
  header.zones_table = my.zones.fingerprint();
  header.ranges = static_cast<std::uint32_t>(my.ranges.size());
  header.operators = static_cast<std::uint32_t>(my.operators.size());
  header.places = static_cast<std::uint32_t>(my.places.size());
  header.sources = static_cast<std::uint32_t>(source_rows.size());
  header.text_bytes = static_cast<std::uint32_t>(my.text.size());
  header.codes = static_cast<std::uint32_t>(my.summary.codes);
  header.file_bytes = number::FileLayout(header).end;

  std::string bytes;
  bytes.reserve(header.file_bytes);
  put(bytes, header);
  std::array<std::uint32_t, number::kFileCodes> blocks{};
  std::uint32_t block = 0;
  for (const Range& range : my.ranges) {
    if (blocks[range.code] == 0) blocks[range.code] = ++block;
  }
  put(bytes, blocks);
  pad(bytes);
  std::size_t at = 0;
  for (std::uint32_t code = 0; code < number::kFileCodes; ++code) {
    if (blocks[code] == 0) continue;
    for (std::uint32_t window = 0; window < number::kCountsOfCode; ++window) {
      while (at < my.ranges.size() && my.ranges[at].code == code &&
             my.ranges[at].first / number::kPerWindow < window) {
        ++at;
      }
      put(bytes, static_cast<std::uint32_t>(at));
    }
  }
  pad(bytes);
  for (const Range& range : my.ranges) {
    put(bytes, number::FileRange{range.first, range.last, range.operator_row, range.place_row});
  }
  pad(bytes);
  for (const auto& row : my.operators) put(bytes, row);
  for (const auto& row : my.places) put(bytes, row);
  for (const auto& row : source_rows) put(bytes, row);
  bytes += my.text;
  if (bytes.size() != header.file_bytes) {
    throw Error(ErrorCode::internal, "NumberingImport: sections do not add up");
  }
  const auto* data = reinterpret_cast<const std::byte*>(bytes.data());
  header.checksum =
      number::file_checksum(data + number::kChecksumFrom, bytes.size() - number::kChecksumFrom);
  std::memcpy(bytes.data(), &header, sizeof header);

  File out(file.string() + ".part");
  out.write(bytes);
  out.rename_to(file);
}

}  // namespace consent
