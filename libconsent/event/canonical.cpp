#include "event/canonical.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

#include "base/utf8.hpp"
#include "consent/error.hpp"

namespace consent::canonical {
namespace {

constexpr std::size_t kMaxKey = 32;
constexpr std::string_view kHexDigits = "0123456789abcdef";

constexpr bool is_key_start(char c) noexcept { return c >= 'a' && c <= 'z'; }
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_key_part(char c) noexcept { return is_key_start(c) || is_digit(c) || c == '_'; }

bool is_key(std::string_view key) noexcept {
  return !key.empty() && key.size() <= kMaxKey && is_key_start(key[0]) &&
         std::all_of(key.begin(), key.end(), is_key_part);
}

/// RFC 8785 3.2.2.2: the letter after '\' of a control character that has a short form, or 0.
constexpr char short_escape(unsigned char c) noexcept {
  switch (c) {
    case '\b':
      return 'b';
    case '\t':
      return 't';
    case '\n':
      return 'n';
    case '\f':
      return 'f';
    case '\r':
      return 'r';
    default:
      return 0;
  }
}

/// Characters of a string that stand for themselves and need no second look.
constexpr auto kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x80; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

/// Where the run of plain characters from `at` ends. Most of an entry is hex: eight bytes a step
/// halve the price of reading and writing one.
std::size_t plain_run(std::string_view text, std::size_t at) noexcept {
  constexpr std::uint64_t each = 0x0101010101010101;
  while (text.size() - at >= sizeof each) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    // The high bit of a byte survives where it is set, or where the byte is below 0x20, '"' or
    // '\\'. A borrow can only mark a byte after one that is marked rightly.
    const std::uint64_t special =
        word | (word - each * 0x20) | ((word ^ each * '"') - each) | ((word ^ each * '\\') - each);
    if ((special & each * 0x80) != 0) break;
    at += sizeof each;
  }
  while (at < text.size() && kPlain[static_cast<unsigned char>(text[at])]) ++at;
  return at;
}

[[noreturn]] void outside(const char* rule) {
  throw Error(ErrorCode::invalid_argument, Message("canonical JSON: {}", Message(rule)));
}

// Every offset it reports is the first byte after which no canonical text can go on: what stands
// before it is the beginning of some canonical text. The tests hold it to that.
class Reader {
 public:
  Reader(std::string_view bytes, Profile profile) noexcept : bytes_(bytes), profile_(profile) {}

  Value all() {
    if (profile_ == Profile::entry && bytes_.size() > max_bytes) {
      refuse(max_bytes, "larger than 16 KiB");
    }
    if (bytes_.size() > max_pack_bytes) refuse(max_pack_bytes, "larger than 16 MiB");
    Value result = value(0);
    if (at_ != bytes_.size()) refuse("bytes after the value");
    return result;
  }

 private:
  [[noreturn]] static void refuse(std::size_t offset, const char* rule) {
    throw ParseError(offset, Message("canonical JSON: {}", Message(rule)));
  }
  [[noreturn]] void refuse(const char* rule) const { refuse(at_, rule); }

  [[nodiscard]] bool next_is(char c) const noexcept {
    return at_ < bytes_.size() && bytes_[at_] == c;
  }
  bool take(char c) noexcept {
    if (!next_is(c)) return false;
    ++at_;
    return true;
  }
  void need(std::string_view literal, const char* rule) {
    for (const char c : literal) {
      if (!take(c)) refuse(rule);
    }
  }

  Value value(int depth) {
    if (at_ == bytes_.size()) refuse("a value is missing");
    switch (bytes_[at_]) {
      case '{':
        return object(depth + 1);
      case '[':
        return array(depth + 1);
      case '"':
        return {string()};
      case 't':
        need("true", "neither true nor another value");
        return {true};
      case 'f':
        need("false", "neither false nor another value");
        return {false};
      case 'n':
        if (profile_ == Profile::entry) refuse("null is not in the profile");
        need("null", "neither null nor another value");
        return {Null{}};
      default:
        return {integer()};
    }
  }

  Value object(int depth) {
    if (depth > max_depth) refuse("nested deeper than 8");
    ++at_;
    Object members;
    if (take('}')) return {std::move(members)};
    members.reserve(12);  // as many as a consent has
    std::string_view previous;
    do {
      previous = key(previous);
      if (!take(':')) refuse("':' must follow a key");
      members.emplace_back(std::string(previous), value(depth));
    } while (take(','));
    if (!take('}')) refuse("',' or '}' must follow a member");
    return {std::move(members)};
  }

  /// A key greater than `previous`; empty means none yet.
  std::string_view key(std::string_view previous) {
    if (!take('"')) refuse("a key in quotes is missing");
    const std::size_t begin = at_;
    bool greater = previous.empty();
    for (;;) {
      if (at_ == bytes_.size()) refuse("a key is not closed");
      const char c = bytes_[at_];
      const std::size_t i = at_ - begin;
      if (c == '"' && i > 0) break;
      if (i == 0 ? !is_key_start(c) : !is_key_part(c)) refuse("a key is [a-z][a-z0-9_]{0,31}");
      if (i == kMaxKey) refuse("a key is longer than 32");
      if (!greater) {
        if (i >= previous.size() || c > previous[i]) {
          greater = true;
        } else if (c < previous[i]) {
          refuse("keys are not in order");
        }
      }
      ++at_;
    }
    if (!greater) {
      refuse(at_ - begin == previous.size() ? "a key stands twice" : "keys are not in order");
    }
    const std::string_view result = bytes_.substr(begin, at_ - begin);
    ++at_;
    return result;
  }

  Value array(int depth) {
    if (depth > max_depth) refuse("nested deeper than 8");
    ++at_;
    Array elements;
    if (take(']')) return {std::move(elements)};
    do {
      elements.push_back(value(depth));
    } while (take(','));
    if (!take(']')) refuse("',' or ']' must follow an element");
    return {std::move(elements)};
  }

  std::string string() {
    ++at_;
    std::string out;
    for (;;) {
      const std::size_t end = plain_run(bytes_, at_);
      out.append(bytes_, at_, end - at_);
      at_ = end;
      if (at_ == bytes_.size()) refuse("a string is not closed");
      const auto c = static_cast<unsigned char>(bytes_[at_]);
      if (c == '"') break;
      if (c == '\\') {
        out += escaped();
      } else if (c < 0x20) {
        refuse("a control character is not escaped");
      } else {
        const auto next = utf8::step(bytes_, at_);
        if (!next.valid) refuse(at_ + next.length, "not valid UTF-8");
        out.append(bytes_, at_, next.length);
        at_ += next.length;
      }
    }
    ++at_;
    return out;
  }

  /// Only \" \\ \b \t \n \f \r and \u00xx of the other characters below 0x20, in lower case.
  char escaped() {
    ++at_;
    if (at_ == bytes_.size()) refuse("an escape is not finished");
    switch (bytes_[at_++]) {
      case '"':
        return '"';
      case '\\':
        return '\\';
      case 'b':
        return '\b';
      case 't':
        return '\t';
      case 'n':
        return '\n';
      case 'f':
        return '\f';
      case 'r':
        return '\r';
      case 'u':
        break;
      default:
        refuse(at_ - 1, "an escape that JCS does not write");
    }
    need("00", "only control characters are escaped by number");
    if (!next_is('0') && !next_is('1')) refuse("only control characters are escaped by number");
    const int high = bytes_[at_++] - '0';
    const std::size_t low =
        at_ < bytes_.size() ? kHexDigits.find(bytes_[at_]) : std::string_view::npos;
    if (low == std::string_view::npos) refuse("an escape is four lower-case hex digits");
    const auto code = static_cast<unsigned char>(high * 16 + static_cast<int>(low));
    if (short_escape(code) != 0) refuse("a control character with a short escape must use it");
    ++at_;
    return static_cast<char>(code);
  }

  std::int64_t integer() {
    const bool negative = take('-');
    if (at_ == bytes_.size() || !is_digit(bytes_[at_])) {
      refuse(negative ? "a digit must follow '-'" : "not a value");
    }
    std::int64_t result = bytes_[at_] - '0';
    if (result == 0 && negative) refuse("-0 is written 0");
    ++at_;
    for (; at_ < bytes_.size() && is_digit(bytes_[at_]); ++at_) {
      if (result == 0) refuse("an integer has no leading zero");
      result = result * 10 + (bytes_[at_] - '0');
      if (result > max_integer) refuse("an integer is outside +-(2^53-1)");
    }
    if (next_is('.') || next_is('e') || next_is('E'))
      refuse("numbers are integers without exponent");
    return negative ? -result : result;
  }

  std::string_view bytes_;
  Profile profile_;
  std::size_t at_ = 0;
};

void write(Writer& writer, const Value& value, int depth) {
  if (const auto* boolean = value.boolean()) {
    writer.boolean(*boolean);
  } else if (const auto* integer = value.integer()) {
    writer.number(*integer);
  } else if (const auto* string = value.string()) {
    writer.text(*string);
  } else if (const auto* array = value.array()) {
    if (depth == max_depth) outside("nested deeper than 8");
    writer.begin_array();
    for (const Value& element : *array) write(writer, element, depth + 1);
    writer.end_array();
  } else if (const auto* object = value.object()) {
    if (depth == max_depth) outside("nested deeper than 8");
    writer.begin_object();
    std::string_view previous;
    for (const auto& [key, member] : *object) {
      if (!is_key(key)) outside("a key is [a-z][a-z0-9_]{0,31}");
      if (key == previous) outside("a key stands twice");
      if (key < previous) outside("keys are not in order");
      previous = key;
      writer.key(key);
      write(writer, member, depth + 1);
    }
    writer.end_object();
  } else {
    outside("null is not in the profile");
  }
}

}  // namespace

const Value* Value::find(std::string_view key) const noexcept {
  if (const Object* members = object()) {
    for (const auto& [name, value] : *members) {
      if (name == key) return &value;
    }
  }
  return nullptr;
}

Value Value::take(std::string_view key) {
  if (Object* const members = std::get_if<Object>(&value_)) {
    for (auto& [name, value] : *members) {
      if (name == key) return std::exchange(value, Value());
    }
  }
  return {};
}

void set(Object& object, std::string_view key, Value value) {
  const auto place =
      std::lower_bound(object.begin(), object.end(), key,
                       [](const auto& member, std::string_view k) { return member.first < k; });
  if (place != object.end() && place->first == key) {
    place->second = std::move(value);
  } else {
    object.emplace(place, std::string(key), std::move(value));
  }
}

std::string encode(const Value& value) {
  std::string out;
  out.reserve(512);
  Writer writer(out);
  write(writer, value, 0);
  if (out.size() > max_bytes) outside("larger than 16 KiB");
  return out;
}

Value decode(std::string_view bytes, Profile profile) { return Reader(bytes, profile).all(); }

void Writer::comma() {
  if (!first_) out_ += ',';
  first_ = false;
}

Writer& Writer::begin_object() {
  comma();
  out_ += '{';
  first_ = true;
  return *this;
}

Writer& Writer::end_object() {
  out_ += '}';
  first_ = false;
  return *this;
}

Writer& Writer::begin_array() {
  comma();
  out_ += '[';
  first_ = true;
  return *this;
}

Writer& Writer::end_array() {
  out_ += ']';
  first_ = false;
  return *this;
}

Writer& Writer::key(std::string_view key) {
  comma();
  out_ += '"';
  out_ += key;
  out_ += "\":";
  first_ = true;  // the value that follows takes no comma
  return *this;
}

Writer& Writer::text(std::string_view utf8) {
  comma();
  out_ += '"';
  for (std::size_t at = 0; at < utf8.size();) {
    const std::size_t end = plain_run(utf8, at);
    out_.append(utf8, at, end - at);
    at = end;
    if (at == utf8.size()) break;
    const auto c = static_cast<unsigned char>(utf8[at]);
    if (c >= 0x80) {
      const auto next = utf8::step(utf8, at);
      if (!next.valid) outside("a string is not valid UTF-8");
      out_.append(utf8, at, next.length);
      at += next.length;
      continue;
    }
    out_ += '\\';
    if (c == '"' || c == '\\') {
      out_ += utf8[at];
    } else if (const char letter = short_escape(c); letter != 0) {
      out_ += letter;
    } else {
      out_ += "u00";
      out_ += kHexDigits[c >> 4];
      out_ += kHexDigits[c & 15];
    }
    ++at;
  }
  out_ += '"';
  return *this;
}

Writer& Writer::plain(std::string_view ascii) {
  comma();
  out_ += '"';
  out_ += ascii;
  out_ += '"';
  return *this;
}

Writer& Writer::hex(std::string_view raw) {
  comma();
  const std::size_t begin = out_.size();
  out_.resize(begin + 2 * raw.size() + 2, '"');
  char* to = out_.data() + begin + 1;
  for (const char c : raw) {
    const auto byte = static_cast<unsigned char>(c);
    *to++ = kHexDigits[byte >> 4];
    *to++ = kHexDigits[byte & 15];
  }
  return *this;
}

Writer& Writer::number(std::int64_t value) {
  if (value > max_integer || value < -max_integer) outside("an integer is outside +-(2^53-1)");
  comma();
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out_.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
  return *this;
}

Writer& Writer::boolean(bool value) {
  comma();
  out_ += value ? "true" : "false";
  return *this;
}

Writer& Writer::raw(std::string_view canonical) {
  comma();
  out_ += canonical;
  return *this;
}

}  // namespace consent::canonical
