#include "number/scan.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "number/country_codes.hpp"

namespace consent::number {
namespace {

constexpr std::size_t kMinDigits = 7;   // ours: below it stand short numbers, which are senders
constexpr std::size_t kMaxDigits = 15;  // ITU-T E.164
constexpr std::size_t kZoneDigits =
    11;                              // with country code, in zone 7 (law sheet 8.1) and in zone 1
constexpr std::size_t kStored = 18;  // "810" and the longest international number
constexpr std::size_t kMaxBareExtension = 6;  // seven digits after a comma are another local number

constexpr std::uint64_t kZone7 = 70'000'000'000;
constexpr std::uint64_t kZone1 = 10'000'000'000;

class Scanner {
 public:
  Scanner(std::string_view text, DefaultCountry country) noexcept
      : text_(text), country_(country) {}

  Scan run() noexcept {
    skip_scheme();
    read_number();
    if (found_.problem == Problem::none && pos_ < text_.size()) read_extension();
    return found_;
  }

 private:
  // ---- characters -------------------------------------------------------------------------------

  [[nodiscard]] bool at_end() const noexcept { return pos_ == text_.size(); }
  /// The character at pos_, size 0 where it is not UTF-8; must not be asked at the end.
  [[nodiscard]] Character peek() const noexcept { return decode(text_, pos_); }

  void fail(Problem problem, std::size_t offset) noexcept {
    found_.problem = problem, found_.offset = offset;
  }

  void skip_separators() noexcept {
    while (!at_end()) {
      const Character c = peek();
      const Class kind = class_of(c.code);
      if (c.size == 0 || (kind != Class::separator && kind != Class::line)) return;
      pos_ += c.size;
    }
  }

  /// "tel:" of RFC 3966, which links and telephone books put in front.
  void skip_scheme() noexcept {
    skip_separators();
    constexpr std::string_view scheme = "tel:";
    const std::string_view head = text_.substr(pos_, scheme.size());
    const auto same = [](char a, char b) {
      return lower(static_cast<unsigned char>(a)) == static_cast<unsigned char>(b);
    };
    if (std::equal(head.begin(), head.end(), scheme.begin(), scheme.end(), same))
      pos_ += scheme.size();
  }

  // ---- the number -------------------------------------------------------------------------------

  /// Leaves pos_ at the end, or where an extension may begin.
  void read_number() noexcept {
    for (; !at_end();) {
      const Character c = peek();
      if (c.size == 0) return stop(Problem::not_utf8);
      const Class kind = class_of(c.code);
      switch (kind) {
        case Class::digit:
          if (closed_) return stop(Problem::second_number);
          if (count_ == kStored) return stop(Problem::too_long);
          where_[count_] = pos_;
          digit_[count_++] = digit_of(c.code);
          break;
        case Class::plus:
          if (plus_ || count_ > 0) return stop(Problem::second_plus);
          plus_ = true;
          break;
        case Class::slash:
          if (count_ > 0) slash_ = pos_, slash_count_ = count_;
          [[fallthrough]];
        case Class::separator:
          if (count_ == 1 && gap_ == kNowhere) gap_ = pos_;
          break;
        case Class::open:
          if (count_ == 1 && gap_ == kNowhere) gap_ = pos_;
          open_count_ = count_;
          break;
        case Class::close:
          // "+44 (0)20…": a 0 that is dialled at home only. Keeping it would be another number.
          if (open_count_ > 0 && count_ == open_count_ + 1 && digit_[open_count_] == 0) {
            return stop(Problem::trunk_zero, where_[open_count_]);
          }
          if (count_ == 1 && gap_ == kNowhere) gap_ = pos_;
          open_count_ = 0;
          break;
        case Class::line:
          closed_ = count_ > 0;
          break;
        case Class::letter:
          if (count_ == 0) return stop(Problem::letters_first);
          return finish();
        case Class::pause:
        case Class::hash:
          if (count_ == 0) return stop(Problem::character);
          return finish();
        case Class::other:
          return stop(Problem::character);
      }
      pos_ += c.size;
    }
    finish();
  }

  /// The character at pos_ cannot stay; but what was read so far may have gone wrong before it.
  void stop(Problem problem) noexcept { stop(problem, pos_); }
  void stop(Problem problem, std::size_t offset) noexcept {
    if (count_ > 0) finish();
    if (found_.problem == Problem::none || found_.offset >= offset) fail(problem, offset);
  }

  void too_short() noexcept { fail(Problem::too_short, pos_); }

  [[nodiscard]] std::uint64_t value(std::size_t from) const noexcept {
    std::uint64_t v = 0;
    for (std::size_t i = from; i < count_; ++i) v = v * 10 + digit_[i];
    return v;
  }

  [[nodiscard]] bool begins(std::uint8_t a, std::uint8_t b, std::uint8_t c) const noexcept {
    return count_ >= 3 && digit_[0] == a && digit_[1] == b && digit_[2] == c;
  }

  void finish() noexcept {
    if (count_ == 0) return fail(plus_ ? Problem::too_short : Problem::empty, pos_);
    if (plus_) return finish_international(0);
    if (count_ < kMinDigits) return too_short();
    switch (country_) {
      case DefaultCountry::none:
      case DefaultCountry::russia:
      case DefaultCountry::kazakhstan:
        return finish_zone7();
      case DefaultCountry::north_america:
        return finish_zone1();
    }
    fail(Problem::no_country, where_[0]);  // not an enumerator: as good as no country
  }

  /// The digits from `from` on are an international number.
  void finish_international(std::size_t from) noexcept {
    const std::size_t n = count_ - from;
    const auto at = [&](std::size_t i) { return i < n ? digit_[from + i] : std::uint8_t{0}; };
    if (at(0) == 0) return fail(Problem::country_code, where_[from]);
    // "+8 (916) …": no country code is a lone 8, but 8 is what Russians dial in front.
    if (plus_ && at(0) == 8 && gap_ != kNowhere && n > 1) return fail(Problem::plus_eight, gap_);
    const std::size_t reach = kCountryPrefix[at(0) * 100U + at(1) * 10U + at(2)];
    if (reach < 3 && reach < n) return fail(Problem::country_code, where_[from + reach]);
    const bool zone = at(0) == 7 || at(0) == 1;
    const std::size_t most = zone ? kZoneDigits : kMaxDigits;
    if (at(0) == 1 && n > 1 && at(1) < 2) return fail(Problem::area_code, where_[from + 1]);
    if (n > most) return fail(Problem::too_long, where_[from + most]);
    if (n < (zone ? kZoneDigits : kMinDigits)) return too_short();
    // "+49 30 123456/57": the ending of a second number. Where the length is known it was refused
    // above.
    if (!zone && slash_ != kNowhere && count_ - slash_count_ < 4)
      return fail(Problem::second_number, slash_);
    found_.digits = value(from);
  }

  /// As Russians and Kazakhs write and dial: 8…, 7…, 8-10-…, and 10 digits where the country is
  /// stated.
  void finish_zone7() noexcept {
    constexpr std::size_t international = 3;  // 8~10
    const bool stated = country_ != DefaultCountry::none;
    const std::uint8_t first = digit_[0];
    if (begins(8, 1, 0)) {
      // An exchange takes 8-10 for the way abroad before it sees an area code, and so do we. Ten
      // digits could be code 810 as well (no range of it is given out): refused, since too short to
      // be abroad.
      return count_ < international + kMinDigits + 1 ? too_short()
                                                     : finish_international(international);
    }
    if (first != 7 && first != 8) {
      if (!stated) return fail(Problem::no_country, where_[0]);
      if (first == 0) return fail(Problem::area_code, where_[0]);
      if (count_ > kZoneDigits - 1) return fail(Problem::too_long, where_[kZoneDigits - 1]);
      if (count_ < kZoneDigits - 1) return too_short();
      found_.digits = kZone7 + value(0);
      return;
    }
    if (count_ > kZoneDigits) return fail(Problem::too_long, where_[kZoneDigits]);
    if (count_ == kZoneDigits) {
      // "8 029 123-45-67" is how Belarus writes its numbers; no code of zone 7 in use begins with
      // 0.
      if (digit_[1] == 0) return fail(Problem::area_code, where_[1]);
      found_.digits = kZone7 + value(1);
      return;
    }
    // "8 495 123-45-6": 8 stands alone, so it is the prefix, and a digit of the number is missing.
    // Read as a national number it would be somebody else's.
    if (count_ == kZoneDigits - 1 && stated && gap_ == kNowhere) {
      found_.digits = kZone7 + value(0);
      return;
    }
    too_short();
  }

  /// As dialled in the USA, Canada and the other countries of zone 1.
  void finish_zone1() noexcept {
    if (begins(0, 1, 1)) return count_ < 3 + kMinDigits ? too_short() : finish_international(3);
    if (digit_[0] == 0) return fail(Problem::area_code, where_[0]);
    if (digit_[0] == 1) return finish_international(0);
    if (count_ > kZoneDigits - 1) return fail(Problem::too_long, where_[kZoneDigits - 1]);
    if (count_ < kZoneDigits - 1) return too_short();
    found_.digits = kZone1 + value(0);
  }

  // ---- the extension ----------------------------------------------------------------------------

  void read_extension() noexcept {
    const std::size_t start = pos_;
    const Class first = class_of(peek().code);
    if (first == Class::hash) {
      ++pos_;
      return read_extension_digits(kMaxExtension);
    }
    if (first == Class::pause) {
      while (!at_end() && class_of(peek().code) == Class::pause) ++pos_;  // ",,": two pauses
      skip_separators();
      const Character next = at_end() ? Character{} : peek();
      if (next.size != 0 && class_of(next.code) == Class::digit) {
        read_extension_digits(kMaxBareExtension);
        // A comma stands between two numbers as often as before an extension.
        if (found_.problem != Problem::none) fail(Problem::second_number, start);
        return;
      }
      if (next.size == 0 || class_of(next.code) != Class::letter) {
        return fail(Problem::character, start);
      }
    }
    const std::size_t word = pos_;
    if (!read_label()) return fail(Problem::letters, word);
    while (!at_end() && (text_[pos_] == '.' || text_[pos_] == ':' || text_[pos_] == '=')) ++pos_;
    read_extension_digits(kMaxExtension);
  }

  /// Eats a word; true where it announces an extension.
  bool read_label() noexcept {
    using namespace std::string_view_literals;
    constexpr std::array labels = {
        U"доб"sv, U"добав"sv, U"добавочный"sv, U"доп"sv,        U"дополнительный"sv,
        U"вн"sv,  U"внут"sv,  U"внутр"sv,      U"внутренний"sv, U"д"sv,
        U"ext"sv, U"extn"sv,  U"extension"sv,  U"x"sv,
        U"х"sv,  // Cyrillic, which looks the same
    };
    std::array<char32_t, 16> word{};
    std::size_t size = 0;
    while (!at_end()) {
      const Character c = peek();
      if (c.size == 0 || class_of(c.code) != Class::letter) break;
      if (size == word.size()) return false;
      word[size++] = lower(c.code);
      pos_ += c.size;
    }
    const std::u32string_view seen(word.data(), size);
    return std::find(labels.begin(), labels.end(), seen) != labels.end();
  }

  void read_extension_digits(std::size_t most) noexcept {
    skip_separators();
    while (!at_end()) {
      const Character c = peek();
      if (c.size == 0 || class_of(c.code) != Class::digit) break;
      if (found_.extension_size == most) return fail(Problem::extension_long, pos_);
      found_.extension[found_.extension_size++] = static_cast<char>('0' + digit_of(c.code));
      pos_ += c.size;
    }
    if (found_.extension_size == 0) {
      const bool broken = !at_end() && peek().size == 0;
      return fail(broken ? Problem::not_utf8 : Problem::extension_empty, pos_);
    }
    while (!at_end()) {  // the bracket of "(доб. 12)", and what stands at the end of a line
      const Character c = peek();
      const Class kind = class_of(c.code);
      if (c.size == 0) return fail(Problem::not_utf8, pos_);
      if (kind != Class::separator && kind != Class::line && kind != Class::close) {
        return fail(Problem::after_extension, pos_);
      }
      pos_ += c.size;
    }
  }

  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

  std::string_view text_;
  DefaultCountry country_;
  std::size_t pos_ = 0;
  Scan found_;
  std::array<std::uint8_t, kStored> digit_{};
  std::array<std::size_t, kStored>
      where_;  // NOLINT: written before it is read, and zeroing it costs
  std::size_t count_ = 0;
  std::size_t gap_ = kNowhere;    // first separator behind a first digit that stands alone
  std::size_t slash_ = kNowhere;  // last slash behind a digit
  std::size_t slash_count_ = 0;   // digits before it
  std::size_t open_count_ = 0;    // digits before the open bracket; 0 where none
  bool plus_ = false;
  bool closed_ = false;  // a line break behind the digits
};

}  // namespace

Scan scan(std::string_view text, DefaultCountry country) noexcept {
  return Scanner(text, country).run();
}

std::string_view describe(Problem problem) noexcept {
  switch (problem) {
    case Problem::none:
      return "no problem";
    case Problem::empty:
      return "no digits";
    case Problem::not_utf8:
      return "not UTF-8; if the file is Windows-1251, decode it first";
    case Problem::character:
      return "a character that no telephone number contains";
    case Problem::letters_first:
      return "letters: the name of a sender is not a telephone number";
    case Problem::letters:
      return "letters that announce no extension";
    case Problem::second_plus:
      return "'+' can only stand at the beginning";
    case Problem::second_number:
      return "a second number begins; read them one by one";
    case Problem::too_short:
      return "too few digits; a short number is a sender, and a national number needs its area "
             "code "
             "and a stated country";
    case Problem::too_long:
      return "more digits than the number can have; a foreign number needs '+' in front";
    case Problem::no_country:
      return "no country code: write '+', or state a default country for national numbers";
    case Problem::country_code:
      return "no country code begins like this";
    case Problem::plus_eight:
      return "'+8' is no country code: 8 is dialled inside Russia, without '+'";
    case Problem::area_code:
      return "no area code of the stated plan begins like this";
    case Problem::trunk_zero:
      return "a 0 in brackets is dialled at home only: leave it out";
    case Problem::extension_empty:
      return "an extension without digits";
    case Problem::extension_long:
      return "more digits than an extension can have";
    case Problem::after_extension:
      return "text after the extension";
  }
  return "unreadable";
}

}  // namespace consent::number
