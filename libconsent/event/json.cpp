#include "event/json.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "consent/error.hpp"
#include "event/canonical.hpp"

namespace consent::json {
namespace {

constexpr std::size_t kMaxKey = 32;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

class Reader {
 public:
  explicit Reader(std::string_view bytes) noexcept : bytes_(bytes) {}

  Value all() {
    if (bytes_.size() > max_bytes) refuse("larger than 16 MiB");
    Value result = value(0);
    if (at_ != bytes_.size()) refuse("bytes after the value");
    return result;
  }

 private:
  [[noreturn]] void refuse(const char* rule) const {
    throw ParseError(at_, Message("JSON: {}", Message(rule)));
  }

  [[nodiscard]] char peek() const noexcept { return at_ < bytes_.size() ? bytes_[at_] : '\0'; }

  bool take(char c) noexcept {
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  void need(char c) {
    if (!take(c)) refuse("a sign of punctuation is missing");
  }

  bool take_word(std::string_view word) noexcept {
    if (!bytes_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  Value value(int depth) {
    const char c = peek();
    if (c == '{' || c == '[') {
      if (depth == max_depth) refuse("nested deeper than 8");
      return c == '{' ? object(depth) : array(depth);
    }
    if (c == '"') return Value(string());
    if (take_word("null")) return Value();
    if (take_word("true")) return Value(true);
    if (take_word("false")) return Value(false);
    return Value(integer());
  }

  Value object(int depth) {
    need('{');
    Object members;
    while (peek() != '}') {
      if (!members.empty()) need(',');
      std::string key = string();
      if (!is_key(key)) refuse("a key is not [a-z][a-z0-9_]{0,31}");
      if (!members.empty() && key <= members.back().first) refuse("keys twice or out of order");
      need(':');
      members.emplace_back(std::move(key), value(depth + 1));
    }
    need('}');
    return Value(std::move(members));
  }

  Value array(int depth) {
    need('[');
    Array items;
    while (peek() != ']') {
      if (!items.empty()) need(',');
      items.push_back(value(depth + 1));
    }
    need(']');
    return Value(std::move(items));
  }

  static bool is_key(std::string_view key) noexcept {
    const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
    return !key.empty() && key.size() <= kMaxKey && letter(key.front()) &&
           std::all_of(key.begin(), key.end(),
                       [&](char c) { return letter(c) || is_digit(c) || c == '_'; });
  }

  /// The literal between its quotes, then the test whether a writer would have spelled it so.
  std::string string() {
    const std::size_t begin = at_;
    need('"');
    std::string out;
    for (;;) {
      if (at_ == bytes_.size()) refuse("a string is not closed");
      const auto c = static_cast<unsigned char>(bytes_[at_]);
      if (c == '"') break;
      if (c < 0x20) refuse("a control character is not escaped");
      if (c == '\\') {
        ++at_;
        out += escaped();
        continue;
      }
      const auto next = utf8::step(bytes_, at_);
      if (!next.valid) refuse("not UTF-8");
      out.append(bytes_, at_, next.length);
      at_ += next.length;
    }
    ++at_;
    std::string again;
    canonical::Writer(again).text(out);
    if (again != bytes_.substr(begin, at_ - begin)) refuse("an escape that JCS does not write");
    return out;
  }

  char escaped() {
    const char c = peek();
    ++at_;
    switch (c) {
      case '"':
      case '\\':
        return c;
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
      default:
        break;
    }
    constexpr std::string_view digits = "0123456789abcdef";
    const std::string_view four = bytes_.substr(std::min(at_, bytes_.size()), 4);
    if (c != 'u' || four.size() != 4 || !four.starts_with("00")) refuse("an unknown escape");
    const std::size_t high = digits.find(four[2]);
    const std::size_t low = digits.find(four[3]);
    if (high > 1 || low == digits.npos) refuse("an unknown escape");
    at_ += four.size();
    return static_cast<char>(high * digits.size() + low);
  }

  std::int64_t integer() {
    const bool negative = take('-');
    if (!is_digit(peek())) refuse("not a value");
    const bool zero = peek() == '0';
    std::int64_t result = 0;
    const std::size_t begin = at_;
    for (; is_digit(peek()); ++at_) {
      result = result * 10 + (peek() - '0');
      if (result > canonical::max_integer) refuse("an integer is outside +-(2^53-1)");
    }
    if (zero && (negative || at_ - begin > 1)) refuse("an integer has another spelling");
    return negative ? -result : result;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace

const Value* Value::find(std::string_view key) const noexcept {
  if (const Object* all = object()) {
    for (const auto& [name, value] : *all) {
      if (name == key) return &value;
    }
  }
  return nullptr;
}

Value parse(std::string_view bytes) { return Reader(bytes).all(); }

}  // namespace consent::json
