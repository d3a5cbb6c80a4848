#include "consent/zones.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "base/text.hpp"
#include "base/toml_reader.hpp"
#include "rules_data.hpp"

namespace consent {
namespace {

constexpr unsigned kCodes = 128;  // what a RegionSet holds
constexpr unsigned kBits = 32;    // what a ZoneSet holds

struct Change {
  Instant from;
  std::int16_t minutes;
};

struct Zone {
  std::string name;
  std::vector<Change> changes;  ///< ascending
};

struct District {
  unsigned region;
  std::vector<std::string> words;
  ZoneSet zones;
};

/// What is said about every region and tells none from another.
bool says_nothing(std::string_view word) noexcept {
  static constexpr std::string_view kWords[] = {
      "г",       "гор",        "город",      "федерального", "значения", "обл",
      "область", "край",       "республика", "респ",         "народная", "автономный",
      "округ",   "автономная", "ао",         "аобл"};
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

/// Words that only the name of a whole region, or of several, has.
bool names_a_region(std::string_view word) noexcept {
  static constexpr std::string_view kWords[] = {"обл",        "область",     "край",  "республика",
                                                "автономный", "федеральный", "регион"};
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

/// Words that say of which kind a region is. "Приморский" without one is a district, or a
/// settlement.
bool says_the_kind(std::string_view word) noexcept {
  static constexpr std::string_view kWords[] = {"обл",  "область",    "край",       "республика",
                                                "респ", "автономный", "автономная", "ао",
                                                "аобл", "народная"};
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

/// Whether a word is an adjective, as districts are named: "Приморский", "Ленинградская".
bool is_adjective(std::string_view word) noexcept {
  static constexpr std::string_view kEndings[] = {"ий", "ый", "ой", "ая", "яя", "ое", "ее"};
  return std::any_of(std::begin(kEndings), std::end(kEndings),
                     [&](std::string_view ending) { return word.ends_with(ending); });
}

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else {  // nothing beyond two bytes is a letter here
    out.push_back(static_cast<char>(0xC0U | (c >> 6U)));
    out.push_back(static_cast<char>(0x80U | (c & 0x3FU)));
  }
}

using Words = std::vector<std::string>;
/// Words between two separators.
struct Piece {
  Words words;
};
/// Pieces between two '|'.
using Segment = std::vector<Piece>;

bool says_the_kind(const Piece& piece) noexcept {
  return std::any_of(piece.words.begin(), piece.words.end(),
                     [](const std::string& word) { return says_the_kind(word); });
}

/// A name that a region and a district share, and nothing beside it says that the region is meant.
bool may_be_a_district(const Piece& piece) noexcept {
  return !says_the_kind(piece) &&
         std::any_of(piece.words.begin(), piece.words.end(),
                     [](const std::string& word) { return is_adjective(word); });
}

/// Small letters, ё as е; everything else separates words.
std::vector<Segment> segments_of(std::string_view text) {
  std::vector<Segment> segments(1, Segment(1));
  std::string word;
  const auto end_piece = [&] {
    if (!segments.back().back().words.empty()) segments.back().emplace_back();
  };
  const auto end_word = [&] {
    if (word.empty()) return;
    if (word == "и") {
      end_piece();
    } else {
      segments.back().back().words.push_back(word);
    }
    word.clear();
  };
  for (std::size_t i = 0; i < text.size();) {
    const number::Character character = number::decode(text, i);
    i += std::max<std::size_t>(character.size, 1);
    char32_t c = number::lower(character.code);
    if (c == U'ё' || c == U'Ё') c = U'е';
    if (number::class_of(c) == number::Class::letter || (c >= U'0' && c <= U'9')) {
      append_utf8(word, c);
      continue;
    }
    end_word();
    if (c == U'|') {
      segments.emplace_back(1);
    } else if (c == U',' || c == U';' || c == U'*') {
      end_piece();
    }
  }
  end_word();
  for (Segment& segment : segments) {
    if (segment.back().words.empty()) segment.pop_back();
  }
  std::erase_if(segments, [](const Segment& segment) { return segment.empty(); });
  return segments;
}

/// One spelling of a name: its telling words in alphabetical order, none twice.
std::string key_of(const Words& words) {
  std::set<std::string_view> telling;
  for (const std::string& word : words) {
    if (!says_nothing(word)) telling.insert(word);
  }
  std::string key;
  for (const std::string_view word : telling) {
    if (!key.empty()) key.push_back(' ');
    key.append(word);
  }
  return key;
}

Words words_of(std::string_view text) {
  Words words;
  for (const Segment& segment : segments_of(text)) {
    for (const Piece& piece : segment) {
      words.insert(words.end(), piece.words.begin(), piece.words.end());
    }
  }
  return words;
}

std::uint64_t fnv1a(std::string_view text) noexcept {
  std::uint64_t sum = 0xcbf29ce484222325U;
  for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return sum;
}

bool is_whole_country(std::string_view key) noexcept {
  return key == "российская федерация" || key == "россия" || key == "рф";
}

}  // namespace

struct Zones::Impl {
  std::string version;
  std::uint64_t fingerprint = 0;
  std::array<Zone, kBits> zones;
  std::array<ZoneSet, kCodes> by_region{};
  std::array<std::string, kCodes> names;
  RegionSet regions;
  ZoneSet russia;
  std::map<std::string, ZoneSet, std::less<>> countries;
  std::map<std::string, unsigned, std::less<>> by_name;
  std::vector<District> districts;
};

namespace {

class ZonesReader : TomlReader {
 public:
  explicit ZonesReader(const std::string& name) : TomlReader(name) {}

  template <typename Impl>
  void read(std::string_view text, Impl& impl) {
    const toml::table root = parse(text);
    only(root, {"id", "version", "jurisdiction", "reviewed", "source", "confidence", "zone",
                "region", "country", "district"});
    static_cast<void>(word(root, "id"));
    static_cast<void>(word(root, "jurisdiction"));
    static_cast<void>(date(root, "reviewed"));
    static_cast<void>(word(root, "source"));
    static_cast<void>(confidence(root));
    impl.version = word(root, "version");
    for_each(root, "zone", [&](const toml::table& row) { read_zone(row, impl); });
    for_each(root, "region", [&](const toml::table& row) { read_region(row, impl); });
    for_each(root, "country", [&](const toml::table& row) {
      only(row, {"code", "zones", "source", "confidence"});
      if (!impl.countries.emplace(word(row, "code"), zones_in(row, impl)).second) {
        fail("listed twice");
      }
    });
    for_each(root, "district", [&](const toml::table& row) {
      only(row, {"region", "name", "zones", "source", "confidence"});
      const unsigned code = code_in(row, "region");
      if (!impl.regions.contains(code)) fail("no such region");
      const ZoneSet zones = zones_in(row, impl);
      if (!impl.by_region[code].contains(zones)) fail("a district lives by its region's zones");
      impl.districts.push_back({code, words_of(word(row, "name")), zones});
    });
    impl.countries.emplace("RU", impl.russia);
  }

 private:
  template <typename Impl>
  void read_zone(const toml::table& row, Impl& impl) {
    only(row, {"bit", "name", "offset", "source", "confidence"});
    const std::int64_t bit = whole(row, "bit");
    if (bit < 0 || bit >= std::int64_t{kBits}) fail("'bit' must be 0 to 31");
    Zone& zone = impl.zones[static_cast<std::size_t>(bit)];
    if (!zone.name.empty()) fail("'bit' is taken");
    zone.name = word(row, "name");
    for (const Zone& other : impl.zones) {
      if (&other != &zone && other.name == zone.name) fail("listed twice");
    }
    const toml::array* offsets = row["offset"].as_array();
    if (offsets == nullptr || offsets->empty()) fail("'offset' must be a list of rows");
    for (const toml::node& node : *offsets) {
      const toml::table* change = node.as_table();
      if (change == nullptr) fail("'offset' must be a list of rows");
      only(*change, {"from", "minutes"});
      const auto from = (*change)["from"].template value_exact<toml::date_time>();
      if (!from || !from->offset) fail("'from' must be a moment with its offset");
      const std::int64_t minutes = whole(*change, "minutes");
      if (minutes < -12 * 60 || minutes > 14 * 60) fail("no such offset");
      const Instant at = instant(*from);
      if (!zone.changes.empty() && zone.changes.back().from >= at) fail("offsets out of order");
      zone.changes.push_back({at, static_cast<std::int16_t>(minutes)});
    }
  }

  template <typename Impl>
  void read_region(const toml::table& row, Impl& impl) {
    only(row, {"code", "name", "also", "zones", "source", "confidence"});
    const unsigned code = code_in(row, "code");
    if (impl.regions.contains(code)) fail("listed twice");
    const std::string name = word(row, "name");
    impl.regions.insert(code);
    impl.names[code] = name;
    impl.by_region[code] = zones_in(row, impl);
    impl.russia |= impl.by_region[code];
    std::vector<std::string> names = list<std::string>(row, "also");
    names.push_back(name);
    for (const std::string& spelling : names) {
      const auto known = impl.by_name.emplace(key_of(words_of(spelling)), code);
      if (!known.second && known.first->second != code) fail("another region has this name");
    }
  }

  [[nodiscard]] unsigned code_in(const toml::table& row, std::string_view key) const {
    const std::string text = word(row, key);
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (text.size() != 2 || !digit(text[0]) || !digit(text[1]) || text == "00") {
      fail("'" + std::string(key) + "' must be two digits");
    }
    return static_cast<unsigned>((text[0] - '0') * 10 + (text[1] - '0'));
  }

  template <typename Impl>
  [[nodiscard]] ZoneSet zones_in(const toml::table& row, const Impl& impl) const {
    const auto names = list<std::string>(row, "zones");
    if (names.empty()) fail("'zones' is missing");
    ZoneSet set;
    for (const std::string& name : names) {
      const auto zone = std::find_if(impl.zones.begin(), impl.zones.end(),
                                     [&](const Zone& z) { return z.name == name; });
      if (zone == impl.zones.end()) fail("no zone '" + name + "'");
      set |= ZoneSet{std::uint32_t{1} << static_cast<unsigned>(zone - impl.zones.begin())};
    }
    return set;
  }

  [[nodiscard]] Instant instant(const toml::date_time& at) const {
    const std::chrono::year_month_day day{std::chrono::year{at.date.year},
                                          std::chrono::month{at.date.month},
                                          std::chrono::day{at.date.day}};
    if (!day.ok()) fail("'from' is no date");
    return Instant{std::chrono::sys_days{day}} + std::chrono::hours{at.time.hour} +
           std::chrono::minutes{at.time.minute} + std::chrono::seconds{at.time.second} -
           std::chrono::minutes{at.offset->minutes};
  }
};

}  // namespace

const Zones& Zones::russia() {
  static const Zones zones = from_toml(rules_data::ru_zones(), "rules/ru_zones.toml");
  return zones;
}

Zones Zones::from_toml(std::string_view toml, const std::string& name) {
  auto impl = std::make_shared<Impl>();
  ZonesReader(name).read(toml, *impl);
  impl->fingerprint = fnv1a(toml);
  return Zones(std::move(impl));
}

std::string_view Zones::version() const noexcept { return impl_->version; }

std::uint64_t Zones::fingerprint() const noexcept { return impl_->fingerprint; }

LocalOffsets Zones::local_offsets(ZoneSet zones, Instant at) const noexcept {
  LocalOffsets out;
  for (std::uint32_t left = zones.bits(); left != 0; left &= left - 1) {
    const auto& changes = impl_->zones[static_cast<std::size_t>(std::countr_zero(left))].changes;
    const auto after =
        std::upper_bound(changes.begin(), changes.end(), at,
                         [](Instant moment, const Change& change) { return moment < change.from; });
    if (after == changes.begin()) return {};
    const std::int16_t minutes = std::prev(after)->minutes;
    const auto begin = out.minutes.begin();
    const auto end = begin + out.count;
    const auto place = std::lower_bound(begin, end, minutes);
    if (place != end && *place == minutes) continue;
    std::move_backward(place, end, end + 1);
    *place = minutes;
    ++out.count;
  }
  return out;
}

ZoneSet Zones::zones_of(RegionSet regions) const noexcept {
  if (regions == impl_->regions) return impl_->russia;
  ZoneSet out;
  for (const unsigned half : {0U, 1U}) {
    for (std::uint64_t left = half == 0 ? regions.low() : regions.high(); left != 0;
         left &= left - 1) {
      const ZoneSet zones =
          impl_->by_region[half * 64 + static_cast<unsigned>(std::countr_zero(left))];
      if (zones.empty()) return {};
      out |= zones;
    }
  }
  return out;
}

ZoneSet Zones::zones_of_country(std::string_view iso) const noexcept {
  const auto known = impl_->countries.find(iso);
  return known == impl_->countries.end() ? ZoneSet{} : known->second;
}

ZoneSet Zones::zone(std::string_view name) const noexcept {
  for (unsigned bit = 0; bit < kBits; ++bit) {
    if (!name.empty() && impl_->zones[bit].name == name) return ZoneSet{std::uint32_t{1} << bit};
  }
  return {};
}

std::string_view Zones::zone_name(unsigned bit) const noexcept {
  return bit < kBits ? std::string_view(impl_->zones[bit].name) : std::string_view{};
}

std::string_view Zones::region_name(unsigned code) const noexcept {
  return code < kCodes ? std::string_view(impl_->names[code]) : std::string_view{};
}

RegionSet Zones::all_regions() const noexcept { return impl_->regions; }

Place Zones::place(std::string_view text) const {
  const std::vector<Segment> segments = segments_of(text);
  Place place;
  if (segments.empty()) return place;

  // "Российская Федерация, кроме …" is read without its exception: more zones, never fewer.
  const bool excepts = std::any_of(segments[0].begin(), segments[0].end(), [](const Piece& piece) {
    return piece.words.front() == "кроме";
  });
  if (excepts || (segments.size() == 1 && segments[0].size() == 1)) {
    if (is_whole_country(key_of(segments[0].front().words))) {
      return {impl_->regions, impl_->russia};
    }
    if (excepts) return {};
  }

  // "Приморский |Архангельская область": where another part of a path names a region, kind and all,
  // this one is a district of it, wherever it stands.
  const auto names_region = [&](const Segment& segment) {
    return std::any_of(segment.begin(), segment.end(), [&](const Piece& piece) {
      return says_the_kind(piece) && impl_->by_name.contains(key_of(piece.words));
    });
  };
  const bool region_named =
      segments.size() > 1 && std::any_of(segments.begin(), segments.end(), names_region);
  bool is_list = false;
  std::vector<const Piece*> unknown;
  for (const Segment& segment : segments) {
    is_list = is_list || segment.size() > 1;
    for (const Piece& piece : segment) {
      const auto known = impl_->by_name.find(key_of(piece.words));
      if (known != impl_->by_name.end() && !(region_named && may_be_a_district(piece))) {
        place.regions.insert(known->second);
      } else {
        unknown.push_back(&piece);
      }
    }
  }
  // A settlement stands in a path, beside its region; a region that is not in the table stands for
  // itself.
  const bool is_path = segments.size() > 1;
  for (const Piece* piece : unknown) {
    if (!is_path || std::any_of(piece->words.begin(), piece->words.end(), names_a_region))
      return {};
  }
  place.zones = zones_of(place.regions);
  if (place.regions.size() != 1 || is_list) return place;
  for (const District& district : impl_->districts) {
    if (!place.regions.contains(district.region)) continue;
    for (const Piece* piece : unknown) {
      const auto said = [&](const std::string& word) {
        return std::find(piece->words.begin(), piece->words.end(), word) != piece->words.end();
      };
      if (std::all_of(district.words.begin(), district.words.end(), said)) {
        place.zones = district.zones;
      }
    }
  }
  return place;
}

}  // namespace consent
