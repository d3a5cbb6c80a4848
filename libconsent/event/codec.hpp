#pragma once

#include <algorithm>
#include <array>
#include <concepts>

#include "consent/error.hpp"
#include "event/encode.hpp"
#include "event/row.hpp"
#include "event/words.hpp"

/// How a value is written, read and checked: one codec a kind of value. A codec has
///   rule                        what a reader demands, as the end of "… is not "
///   lacks(value)                whether there is nothing to write
///   put(out, key, value)        writes the member, or nothing where the value lacks
///   take(json, value)           false: not as `rule` says
///   check(checker, key, value)  refuses what no log may hold. @throws Error (invalid_argument)
namespace consent::fields {

using canonical::Value;

inline constexpr std::string_view of_no_list = "a value outside the list";
inline constexpr std::size_t most_names = 64;

inline bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == text.npos;
}

/// REQUIRES: is_hex() of an even number of digits.
inline std::string raw_bytes(std::string_view hex) {
  const auto nibble = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    out.push_back(static_cast<char>(nibble(hex[i]) * 16 + nibble(hex[i + 1])));
  }
  return out;
}

/// What most codecs share: a value is checked by its kind alone.
struct Unchecked {
  template <typename T>
  static void check(const Checker& /*checker*/, std::string_view /*key*/, const T& /*value*/) {}
};

struct Time : Unchecked {
  static constexpr std::string_view rule = "a time in the stored form";
  static bool lacks(const Instant& /*at*/) { return false; }
  static bool lacks(const std::optional<Instant>& at) { return !at; }
  static void put(Writing& out, std::string_view key, const std::optional<Instant>& at) {
    if (at) out.w.key(key).plain(to_text(*at));
  }
  template <typename T>
  static bool take(const Value& json, T& at) {
    const auto read =
        json.string() == nullptr ? std::nullopt : parse_stored_instant(*json.string());
    if (read) at = *read;
    return read.has_value();
  }
};

struct Hash : Unchecked {
  static constexpr std::string_view rule = "64 lower-case hex digits";
  static bool lacks(const Digest& /*hash*/) { return false; }
  static bool lacks(const std::optional<FileHash>& file) { return !file; }
  static bool lacks(const std::optional<Digest>& hash) { return !hash; }
  static void put(Writing& out, std::string_view key, const Digest& hash) {
    out.w.key(key).hex(hash.view());
  }
  static void put(Writing& out, std::string_view key, const std::optional<Digest>& hash) {
    if (hash) put(out, key, *hash);
  }
  static void put(Writing& out, std::string_view key, const std::optional<FileHash>& file) {
    if (file) put(out, key, file->sha256);
  }
  static void set(Digest& hash, const Digest& read) { hash = read; }
  static void set(std::optional<Digest>& hash, const Digest& read) { hash = read; }
  static void set(std::optional<FileHash>& file, const Digest& read) { file = FileHash{read}; }
  template <typename T>
  static bool take(const Value& json, T& hash) {
    const auto read = json.string() == nullptr ? std::nullopt : digest_from_hex(*json.string());
    if (read) set(hash, *read);
    return read.has_value();
  }
};

/// A text by its hash. Read back, it is the hash alone.
struct OfWording {
  static constexpr std::string_view rule = Hash::rule;
  static bool lacks(const Wording& wording) { return is_empty(wording); }
  static void put(Writing& out, std::string_view key, const Wording& wording) {
    if (!lacks(wording)) Hash::put(out, key, hash_of(wording));
  }
  static bool take(const Value& json, Wording& wording) { return Hash::take(json, wording.sha256); }
  static void check(const Checker& checker, std::string_view key, const Wording& wording) {
    checker.wording(key, wording);
  }
};

/// In byte order, each once: of two entries that say the same, one spelling.
inline bool in_order(const canonical::Array& items) {
  return std::adjacent_find(items.begin(), items.end(), [](const Value& a, const Value& b) {
           return *a.string() >= *b.string();
         }) == items.end();
}
/// REQUIRES: in_order() of fitting texts is judged only after all fit.
template <typename Fits>
bool is_list(const Value& json, std::size_t least, const Fits& fits) {
  return json.array() != nullptr && json.array()->size() >= least &&
         std::all_of(
             json.array()->begin(), json.array()->end(),
             [&](const Value& item) { return item.string() != nullptr && fits(*item.string()); }) &&
         in_order(*json.array());
}

struct Hashes : Unchecked {
  static constexpr std::string_view rule = "a list of hashes, in order, each once";
  static bool lacks(const std::vector<FileHash>& files) { return files.empty(); }
  static void put(Writing& out, std::string_view key, const std::vector<FileHash>& files) {
    if (files.empty()) return;
    std::vector<Digest> hashes;
    hashes.reserve(files.size());
    for (const FileHash& file : files) hashes.push_back(file.sha256);
    std::sort(hashes.begin(), hashes.end());
    hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
    out.w.key(key).begin_array();
    for (const Digest& hash : hashes) out.w.hex(hash.view());
    out.w.end_array();
  }
  static bool take(const Value& json, std::vector<FileHash>& files) {
    const auto fits = [](const std::string& text) { return digest_from_hex(text).has_value(); };
    if (!is_list(json, 1, fits)) return false;
    for (const Value& item : *json.array()) files.push_back({*digest_from_hex(*item.string())});
    return true;
  }
};

/// A string member: absent where empty.
template <typename Kind>
struct String {
  static bool lacks(const std::string& text) { return text.empty(); }
  static void put(Writing& out, std::string_view key, const std::string& text) {
    if (!text.empty()) out.w.key(key).text(text);
  }
  static bool take(const Value& json, std::string& text) {
    if (json.string() == nullptr || json.string()->empty() || !Kind::fits(*json.string())) {
      return false;
    }
    text = *json.string();
    return true;
  }
};

struct Word : String<Word> {
  static constexpr std::string_view rule = "a short word";
  static bool fits(std::string_view text) { return words::word_problem(text).empty(); }
  static void check(const Checker& checker, std::string_view key, const std::string& text) {
    checker.word(key, text);
  }
};
struct Party : String<Party> {
  static constexpr std::string_view rule = "an INN or a short word";
  static bool fits(std::string_view text) { return words::party_problem(text).empty(); }
  static void check(const Checker& checker, std::string_view key, const std::string& id) {
    if (!id.empty()) checker.party(key, id);
  }
};
/// A party that an event without it takes from the log.
struct OwnParty : Party {
  static void put(Writing& out, std::string_view key, const std::string& id) {
    const std::string_view named = id.empty() ? out.own : std::string_view(id);
    if (!named.empty()) out.w.key(key).text(named);
  }
};
struct OrganisationInn : String<OrganisationInn> {
  static constexpr std::string_view rule = "the INN of an organisation";
  static bool fits(std::string_view text) { return words::is_organisation_inn(text); }
  static void check(const Checker& /*checker*/, std::string_view key, const std::string& text) {
    if (!text.empty() && !fits(text)) Checker::refuse(key, "not the INN of an organisation");
  }
};
/// Free text: sealed, or the owner's own name.
template <std::size_t Most>
struct TextOf : String<TextOf<Most>> {
  static constexpr std::string_view rule = "a text";
  static bool fits(std::string_view /*text*/) { return true; }
  static void check(const Checker& /*checker*/, std::string_view key, const std::string& text) {
    if (text.size() > Most) Checker::refuse(key, Message("longer than {} bytes", Most));
  }
};
using Text = TextOf<std::size_t{64} * 1024>;
using Name = TextOf<512>;
using Note = TextOf<std::size_t{4} * 1024>;
using Said = TextOf<std::size_t{8} * 1024>;
/// Who a contact says it is from, as Sender::text() spells it.
struct SenderText : String<SenderText> {
  static constexpr std::string_view rule =
      "a number, a short number or a name of 1 to 11 characters";
  static bool fits(std::string_view text) { return words::is_sender(text); }
  static void check(const Checker& /*checker*/, std::string_view key, const std::string& text) {
    if (!text.empty() && !fits(text)) Checker::refuse(key, Message("not {}", Message(rule)));
  }
};

/// The name of a file, without the folder it lies in.
struct FileNameText : String<FileNameText> {
  static constexpr std::string_view rule = "the name of a file";
  static bool fits(std::string_view text) { return words::is_file_name(text); }
  static void check(const Checker& /*checker*/, std::string_view key, const std::string& text) {
    if (!text.empty() && !fits(text)) Checker::refuse(key, "not the name of a file");
  }
};

/// 16 raw bytes.
struct Id {
  static constexpr std::size_t bytes = 16;
  static constexpr std::string_view rule = "32 lower-case hex digits";
  static bool lacks(const std::string& id) { return id.empty(); }
  static void put(Writing& out, std::string_view key, const std::string& id) {
    out.w.key(key).hex(id);
  }
  static bool take(const Value& json, std::string& id) {
    if (json.string() == nullptr || !is_hex(*json.string(), 2 * bytes)) return false;
    id = raw_bytes(*json.string());
    return true;
  }
  static void check(const Checker& /*checker*/, std::string_view key, const std::string& id) {
    if (id.size() != bytes) Checker::refuse(key, "not 16 bytes");
  }
};

/// A list of strings as a set: sorted, each once.
template <typename Item, std::size_t Least>
struct Strings {
  static bool lacks(const std::vector<std::string>& texts) { return texts.empty(); }
  static void put_all(Writing& out, std::string_view key, std::span<const std::string> given) {
    out.w.key(key).begin_array();
    for (const std::string_view text : in_writing(given)) out.w.text(text);
    out.w.end_array();
  }
  static void put(Writing& out, std::string_view key, const std::vector<std::string>& texts) {
    if (!texts.empty()) put_all(out, key, texts);
  }
  static bool take(const Value& json, std::vector<std::string>& texts) {
    const auto fits = [](const std::string& text) { return !text.empty() && Item::fits(text); };
    if (!is_list(json, Least, fits)) return false;
    for (const Value& item : *json.array()) texts.push_back(*item.string());
    return true;
  }
  static void check(const Checker& checker, std::string_view key,
                    const std::vector<std::string>& texts) {
    if (texts.size() > most_names) Checker::refuse(key, "more than 64 names");
    for (const std::string& text : texts) check_one(checker, key, text);
  }
  static void check_one(const Checker& checker, std::string_view key, const std::string& text) {
    if constexpr (std::same_as<Item, Party>) {
      checker.party(key, text);
    } else {
      if (text.empty()) Checker::refuse(key, "is needed");
      Item::check(checker, key, text);
    }
  }
};
struct ShortWords : Strings<Word, 1> {
  static constexpr std::string_view rule = "a list of short words, in order, each once";
};
template <std::size_t Least>
struct PartiesOf : Strings<Party, Least> {
  static constexpr std::string_view rule = "a list of parties, in order, each once";
};
using Parties = PartiesOf<1>;

/// Those that a scope names. Absent from the struct: the log's own; absent from the body: all.
template <std::size_t Least>
struct Named : PartiesOf<Least> {
  using List = std::optional<std::vector<std::string>>;
  static bool lacks(const List& /*named*/) { return false; }
  static void put(Writing& out, std::string_view key, const List& named) {
    if (!named && !out.own.empty()) {
      out.w.key(key).begin_array().text(out.own).end_array();
    } else if (const std::vector<std::string> none; Least == 0 || (named && !named->empty())) {
      PartiesOf<Least>::put_all(out, key, named ? *named : none);
    }
  }
  static bool take(const Value& json, List& named) {
    return PartiesOf<Least>::take(json, named.emplace());
  }
  static void absent(List& named) { named.emplace(); }
  static void check(const Checker& checker, std::string_view key, const List& named) {
    if (named) PartiesOf<Least>::check(checker, key, *named);
  }
};

/// A word of a list, always there.
template <typename E>
struct OneOf {
  static bool lacks(E /*value*/) { return false; }
  static void put(Writing& out, std::string_view key, E value) {
    out.w.key(key).plain(to_word(value));
  }
  static bool take(const Value& json, E& value) {
    const auto read = json.string() == nullptr ? std::nullopt : from_word<E>(*json.string());
    if (read) value = *read;
    return read.has_value();
  }
  static void check(const Checker& /*checker*/, std::string_view key, E value) {
    if (to_word(value).empty()) Checker::refuse(key, of_no_list);
  }
};
/// The same, left out where it is the first of its list, which says nothing.
template <typename E>
struct OneOfOr0 : OneOf<E> {
  static void put(Writing& out, std::string_view key, E value) {
    if (value != E{}) OneOf<E>::put(out, key, value);
  }
};
template <typename E>
inline constexpr std::string_view rule_of = "";
template <>
inline constexpr std::string_view rule_of<Method> = "a method";
template <>
inline constexpr std::string_view rule_of<Channel> = "a channel";
template <>
inline constexpr std::string_view rule_of<Purpose> = "a purpose";
template <>
inline constexpr std::string_view rule_of<Direction> = "a direction";
template <>
inline constexpr std::string_view rule_of<DialledBy> = "person or machine";
template <>
inline constexpr std::string_view rule_of<Giver> = "a giver";
template <>
inline constexpr std::string_view rule_of<PersonalData> = "yes, no or unknown";
template <>
inline constexpr std::string_view rule_of<SubscriberKind> = "a kind of subscriber";
template <>
inline constexpr std::string_view rule_of<HeardAs> = "person, robot or unclear";
template <>
inline constexpr std::string_view rule_of<YesNo> = "yes, no or unknown";
template <>
inline constexpr std::string_view rule_of<ConsentClaim> = "never or withdrawn";
template <>
inline constexpr std::string_view rule_of<IsAdvertising> = "yes, no or unclear";
template <>
inline constexpr std::string_view rule_of<RequestKind> = "a kind of request";
template <>
inline constexpr std::string_view rule_of<RequestOutcome> = "an outcome";
template <typename E>
struct WordOf : OneOf<E> {
  static constexpr std::string_view rule = rule_of<E>;
};
template <typename E>
struct WordOfOr0 : OneOfOr0<E> {
  static constexpr std::string_view rule = rule_of<E>;
};

/// Over what a diarist was reached: a robot is heard, not a channel.
struct ReceivedOver : WordOf<Channel> {
  static bool take(const Value& json, Channel& channel) {
    return WordOf<Channel>::take(json, channel) && channel != Channel::robot;
  }
  static void check(const Checker& checker, std::string_view key, Channel channel) {
    WordOf<Channel>::check(checker, key, channel);
    if (channel == Channel::robot) {
      Checker::refuse(key, "a robot is heard over voice: heard is robot");
    }
  }
};

/// The words of a set, sorted by bytes: in JSON an array has an order, a set has none.
template <typename E>
struct Set {
  static constexpr std::string_view rule =
      std::same_as<E, Cover>     ? "a list of covers, in order, each once"
      : std::same_as<E, Purpose> ? "a list of purposes, in order, each once"
                                 : "a list of channels, in order, each once";
  static bool lacks(SetOf<E> set) { return set.empty(); }
  static void put(Writing& out, std::string_view key, SetOf<E> set) {
    if (set.empty()) return;
    std::array<std::string_view, 16> words{};
    std::size_t count = 0;
    for (unsigned i = 0; i < words.size(); ++i) {
      const auto item = static_cast<E>(i);
      if (set.contains(item)) words[count++] = to_word(item);
    }
    std::sort(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(count));
    out.w.key(key).begin_array();
    for (std::size_t i = 0; i < count; ++i) out.w.plain(words[i]);
    out.w.end_array();
  }
  static bool take(const Value& json, SetOf<E>& set) {
    const auto fits = [](const std::string& text) { return from_word<E>(text).has_value(); };
    set = {};
    if (!is_list(json, 1, fits)) return false;
    for (const Value& item : *json.array()) set.insert(*from_word<E>(*item.string()));
    return true;
  }
  /// An event begins with a scope of its own; one that is read back has what its bytes say.
  static void absent(SetOf<E>& set) { set = {}; }
  static void check(const Checker& /*checker*/, std::string_view key, SetOf<E> set) {
    for (unsigned i = 0; i < 16; ++i) {
      const auto item = static_cast<E>(i);
      if (set.contains(item) && to_word(item).empty()) Checker::refuse(key, of_no_list);
    }
  }
};
/// What a telephone operator is told.
struct OperatorsCovers : Set<Cover> {
  static constexpr std::string_view rule = "a list of mailing and mass_calls, in order, each once";
  static constexpr Covers all{Cover::mass_calls, Cover::mailing};
  static bool within(Covers covers) { return (covers.bits() & ~all.bits()) == 0; }
  static bool take(const Value& json, Covers& covers) {
    return Set<Cover>::take(json, covers) && within(covers);
  }
  static void check(const Checker& /*checker*/, std::string_view key, Covers covers) {
    if (!within(covers)) {
      Checker::refuse(key, "an operator is told of mass_calls and mailing alone");
    }
  }
};

/// true, without which it is left out.
struct OnlyTrue : Unchecked {
  static constexpr std::string_view rule = "true, without which it is left out";
  static bool lacks(bool flag) { return !flag; }
  static void put(Writing& out, std::string_view key, bool flag) {
    if (flag) out.w.key(key).boolean(true);
  }
  static bool take(const Value& json, bool& flag) {
    flag = json.boolean() != nullptr && *json.boolean();
    return flag;
  }
};
struct Flag : Unchecked {
  static constexpr std::string_view rule = "true or false";
  static bool lacks(bool /*flag*/) { return false; }
  static void put(Writing& out, std::string_view key, bool flag) { out.w.key(key).boolean(flag); }
  static bool take(const Value& json, bool& flag) {
    if (json.boolean() == nullptr) return false;
    flag = *json.boolean();
    return true;
  }
};

/// The seq of an entry, or a size.
struct Seq {
  static constexpr std::string_view rule = "an integer from 0 on";
  static bool lacks(std::uint64_t /*seq*/) { return false; }
  static void put(Writing& out, std::string_view key, std::uint64_t seq) {
    out.w.key(key).number(static_cast<std::int64_t>(seq));
  }
  static bool take(const Value& json, std::uint64_t& seq) {
    if (json.integer() == nullptr || *json.integer() < 0) return false;
    seq = static_cast<std::uint64_t>(*json.integer());
    return true;
  }
  static void check(const Checker& /*checker*/, std::string_view key, std::uint64_t seq) {
    if (seq > std::uint64_t{canonical::max_integer}) Checker::refuse(key, "above 2^53-1");
  }
};
struct Seconds {
  static constexpr std::int64_t most = std::int64_t{7} * 24 * 3600;
  static constexpr std::string_view rule = "an integer from 0 to one week";
  static bool fits(std::int64_t seconds) { return seconds >= 0 && seconds <= most; }
  static bool lacks(const std::optional<std::int64_t>& seconds) { return !seconds; }
  static void put(Writing& out, std::string_view key, const std::optional<std::int64_t>& seconds) {
    if (seconds) out.w.key(key).number(*seconds);
  }
  static bool take(const Value& json, std::optional<std::int64_t>& seconds) {
    if (json.integer() == nullptr || !fits(*json.integer())) return false;
    seconds = *json.integer();
    return true;
  }
  static void check(const Checker& /*checker*/, std::string_view key,
                    const std::optional<std::int64_t>& seconds) {
    if (seconds && !fits(*seconds)) Checker::refuse(key, "outside 0 to one week");
  }
};

struct Phone : Unchecked {
  static constexpr std::string_view rule = "a number in E.164 form";
  static bool lacks(const std::optional<PhoneNumber>& number) { return !number; }
  static void put(Writing& out, std::string_view key, const std::optional<PhoneNumber>& number) {
    if (number) out.w.key(key).plain(number->e164());
  }
  static bool take(const Value& json, std::optional<PhoneNumber>& number) {
    number = json.string() == nullptr ? std::nullopt : PhoneNumber::from_e164(*json.string());
    return number.has_value();
  }
};

/// An object with a table of its own.
template <typename Part>
inline constexpr std::string_view shape_of = "";
template <typename Part>
struct Object {
  static constexpr std::string_view rule = shape_of<Part>;
  static bool lacks(const std::optional<Part>& part) { return !part; }
  static void put(Writing& out, std::string_view key, const std::optional<Part>& part) {
    if (!part) return;
    out.w.key(key).begin_object();
    write_members(out, *part, Place::body);
    out.w.end_object();
  }
  static bool take(const Value& json, std::optional<Part>& part) {
    return json.object() != nullptr &&
           read_members(*json.object(), part.emplace(), Place::body) == nullptr;
  }
  static void check(const Checker& checker, std::string_view key, const std::optional<Part>& part) {
    if (part) check_members(checker, *part, key);
  }
};

/// Files that the log keeps, in the order the writer was given them: their number is their name.
struct Files {
  static constexpr std::size_t most = 32;
  static constexpr std::string_view rule = "a list of {commitment, kind}, at most 32";
  static bool lacks(const std::vector<EvidenceFile>& files) { return files.empty(); }
  static void put(Writing& out, std::string_view key, const std::vector<EvidenceFile>& files);
  static bool take(const Value& json, std::vector<EvidenceFile>& files);
  static void check(const Checker& checker, std::string_view key,
                    const std::vector<EvidenceFile>& files);
};

/// What those files are called, sealed: one item a file, in their order.
struct FileNames {
  static constexpr std::string_view rule = "a list of {name, type}, one a file";
  static bool lacks(const std::vector<EvidenceFile>& files) {
    return std::all_of(files.begin(), files.end(), [](const EvidenceFile& file) {
      return file.name.empty() && file.type.empty();
    });
  }
  static void put(Writing& out, std::string_view key, const std::vector<EvidenceFile>& files);
  static bool take(const Value& json, std::vector<EvidenceFile>& files);
  static void check(const Checker& checker, std::string_view key,
                    const std::vector<EvidenceFile>& files);
};

/// Commitment to what is sealed.
struct Details : Unchecked {
  static constexpr std::string_view rule = Hash::rule;
  static bool lacks(const Digest& /*details*/) { return false; }
  static void put(Writing& out, std::string_view key, const Digest& details) {
    out.w.key(key).hex((out.details == nullptr ? details : *out.details).view());
    constexpr std::size_t value = 64 + 1;
    if (out.text != nullptr) out.details_at = out.text->size() - value;
  }
  static bool take(const Value& json, Digest& details) { return Hash::take(json, details); }
};

template <typename C, typename T>
struct Owner {
  using Struct = C;
};
template <typename C, typename T>
Owner<C, T> owner_of(T C::*);

/// The row of a member. `E`: the event, where the member is of a base of it.
template <auto Member, typename Codec, typename E = typename decltype(owner_of(Member))::Struct>
constexpr Row<E> row(std::string_view key) {
  Row<E> made;
  made.key = key;
  made.rule = Codec::rule;
  made.write = [](Writing& out, std::string_view name, const E& e) {
    Codec::put(out, name, e.*Member);
  };
  made.read = [](const Value& json, E& e) { return Codec::take(json, e.*Member); };
  if constexpr (requires(E & e) { Codec::absent(e.*Member); }) {
    made.absent = [](E& e) { Codec::absent(e.*Member); };
  }
  made.lacks = [](const E& e) { return Codec::lacks(e.*Member); };
  made.check = [](const Checker& checker, std::string_view name, const E& e) {
    Codec::check(checker, name, e.*Member);
  };
  return made;
}

}  // namespace consent::fields
