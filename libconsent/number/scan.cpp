#include "number/scan.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "consent/party.hpp"
#include "number/code.hpp"
#include "number/country_codes.hpp"

namespace consent::number {
namespace {

constexpr std::size_t kMinDigits = 7;   // ours: below it stand short numbers, which are senders
constexpr std::size_t kMaxDigits = 15;  // ITU-T E.164
constexpr std::size_t kZoneDigits =
    11;                              // with country code, in zone 7 (law sheet 8.1) and in zone 1
constexpr std::size_t kStored = 18;  // "810" and the longest international number
constexpr std::size_t kMaxBareExtension = 6;  // seven digits after a comma are another local number

constexpr std::uint64_t kZone1 = 10'000'000'000;

class Scanner {
 public:
  Scanner(std::string_view text, DefaultCountry country) noexcept
      : text_(text), country_(country) {}

  Scan run() noexcept {
    skip_scheme();
    read_number();
    if (found_.problem == Problem::none && pos_ < text_.size()) read_extension();
    refuse_other_meanings();
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
          if (group_ == 0) group_start_ = count_;
          digit_[count_++] = digit_of(c.code);
          ++group_;
          pos_ += c.size;
          continue;
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
      if (count_ > 0 && first_group_ == 0) first_group_ = count_;
      group_ = 0;
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
    if (country_ == DefaultCountry::international) {
      // 8-10 is the way abroad of Russia, and Japan has no number +81 0….
      if (begins(8, 1, 0)) return fail(Problem::country_code, where_[0]);
      const bool way_abroad = digit_[0] == 0 && digit_[1] == 0;
      return finish_international(way_abroad ? 2 : 0);
    }
    switch (country_) {
      case DefaultCountry::none:
      case DefaultCountry::russia:
      case DefaultCountry::kazakhstan:
        return finish_zone7();
      case DefaultCountry::north_america:
        return finish_zone1();
      case DefaultCountry::international:
        break;
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
    // No code of zone 7 in use begins with 0.
    if (at(0) == 7 && n > 1 && at(1) == 0) return fail(Problem::area_code, where_[from + 1]);
    if (n > most) return too_many(from + most);
    if (from == 0 && !zone && is_national()) return fail(Problem::bare_plus, where_[0]);
    if (n < (zone ? kZoneDigits : kMinDigits)) return too_short();
    // "+49 30 123456/57": the ending of a second number. Where the length is known it was refused
    // above.
    if (!zone && slash_ != kNowhere && slash_count_ < count_ && count_ - slash_count_ < 4)
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
      if (count_ > kZoneDigits - 1) return too_many(kZoneDigits - 1);
      if (count_ < kZoneDigits - 1) return too_short();
      return finish_national();
    }
    if (count_ > kZoneDigits) return too_many(kZoneDigits);
    if (count_ == kZoneDigits) {
      // "8 029 123-45-67" is how Belarus writes its numbers; no code of zone 7 in use begins with
      // 0.
      if (digit_[1] == 0) return fail(Problem::area_code, where_[1]);
      found_.digits = kZone7 + value(1);
      return;
    }
    // "8 495 123-45-6": 8 stands alone, so it is the prefix, and a digit of the number is missing.
    // Read as a national number it would be somebody else's.
    if (count_ == kZoneDigits - 1 && stated && gap_ == kNowhere) return finish_national();
    too_short();
  }

  /// Ten digits without a prefix. A code that nobody was given is a number that lost a digit: read
  /// on, it would be somebody else's as soon as the code is given out.
  void finish_national() noexcept {
    if (!code_given_out(static_cast<std::uint32_t>(value(0) / kPerCode))) {
      return fail(Problem::code_not_given, where_[0]);
    }
    found_.digits = kZone7 + value(0);
  }

  /// Whether the digits behind a '+', or declared to be international, are a national number of
  /// zone 7 that lacks its country code: "+916 123-45-67" is no number of India.
  [[nodiscard]] bool is_national() const noexcept {
    if (count_ != kZoneDigits - 1) return false;
    const auto code = static_cast<std::uint32_t>(value(0) / kPerCode);
    if (!code_given_out(code)) return false;
    if (country_ == DefaultCountry::russia || country_ == DefaultCountry::kazakhstan) {
      // "+47 41 23 45 67": somebody wrote a country code apart. One of three digits looks like an
      // area code.
      const std::size_t size = country_code_size(digit_[0] * 10U + digit_[1]);
      return size == 3 || first_group_ != size;
    }
    return country_ == DefaultCountry::international && code_facts(code).kind == NumberKind::mobile;
  }

  void too_many(std::size_t first) noexcept {
    const bool ending = group_start_ == first && count_ - first <= 4;
    fail(ending ? Problem::series : Problem::too_long, where_[first]);
  }

  /// What bare digits are besides a telephone number, where nothing says that they are one.
  void refuse_other_meanings() noexcept {
    if (const std::size_t point = decimal_point(text_); point != std::string_view::npos) {
      if (found_.problem == Problem::none || found_.problem == Problem::too_long ||
          found_.problem == Problem::series) {
        fail(Problem::decimal, point);
      }
      return;
    }
    if (const std::size_t power = exponent(text_); power != std::string_view::npos) {
      return fail(Problem::exponent, power);
    }
    const bool mobile =
        count_ == kZoneDigits - 1 && digit_[0] == 9 &&
        code_facts(static_cast<std::uint32_t>(value(0) / kPerCode)).kind == NumberKind::mobile;
    if (country_ != DefaultCountry::none && country_ != DefaultCountry::russia) return;
    // A Russian mobile number is kept: of any ten digits every tenth passes the check.
    if (mobile) return;
    if (text_.size() == count_ && check_inn(text_) == IdentifierProblem::ok) {
      fail(Problem::inn, 0);
    }
  }

  /// As dialled in the USA, Canada and the other countries of zone 1.
  void finish_zone1() noexcept {
    if (begins(0, 1, 1)) return count_ < 3 + kMinDigits ? too_short() : finish_international(3);
    if (digit_[0] == 0) return fail(Problem::area_code, where_[0]);
    if (digit_[0] == 1) return finish_international(0);
    if (count_ > kZoneDigits - 1) return too_many(kZoneDigits - 1);
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
      const std::size_t group = group_;
      while (!at_end() && class_of(peek().code) == Class::pause) ++pos_;  // ",,": two pauses
      const bool single = pos_ == start + 1;
      skip_separators();
      const Character next = at_end() ? Character{} : peek();
      if (next.size != 0 && class_of(next.code) == Class::digit) {
        read_extension_digits(kMaxBareExtension);
        // A comma stands between two numbers as often as before an extension; and ", 68" behind
        // "123-45-67" is the ending of a second one.
        const std::size_t digits = found_.extension_size;
        if (found_.problem != Problem::none) return fail(Problem::second_number, start);
        if (single && (digits <= 2 || digits == group)) fail(Problem::series, start);
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

  /// Where "E+10" begins behind a digit, at the end of the text; npos where it does not.
  static std::size_t exponent(std::string_view text) noexcept {
    const auto is_digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
    std::size_t at = text.size();
    while (at > 0 && is_digit(at - 1)) --at;
    if (at == text.size() || text.size() - at > 2) return std::string_view::npos;
    if (at > 0 && (text[at - 1] == '+' || text[at - 1] == '-')) --at;
    if (at < 2 || (text[at - 1] != 'E' && text[at - 1] != 'e') || !is_digit(at - 2)) {
      return std::string_view::npos;
    }
    return at - 1;
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
  std::size_t group_ = 0;         // digits in a row before pos_
  std::size_t group_start_ = 0;   // digits before those
  std::size_t first_group_ = 0;   // digits before the first separator behind a digit
  std::size_t open_count_ = 0;    // digits before the open bracket; 0 where none
  bool plus_ = false;
  bool closed_ = false;  // a line break behind the digits
};

}  // namespace

std::size_t decimal_point(std::string_view text) noexcept {
  const std::size_t zeros = text.size() - std::min(text.find_last_not_of('0') + 1, text.size());
  if (zeros == 0 || zeros > 2 || zeros == text.size()) return text.npos;
  const std::size_t point = text.size() - zeros - 1;
  if (text[point] != '.' && text[point] != ',') return text.npos;
  std::size_t digits = 0;
  while (digits < point && text[point - digits - 1] >= '0' && text[point - digits - 1] <= '9') {
    ++digits;
  }
  // "345.0" is no way to group a number; "123.45.00" is one.
  const bool grouped = zeros == 2 || text[point] == ',';
  return digits >= (grouped ? kMinDigits : 1) ? point : text.npos;
}

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
    case Problem::series:
      return "digits behind the number, such as the ending of a second one; write each number "
             "whole";
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
    case Problem::bare_plus:
      return "a national number behind '+': write the country code";
    case Problem::plus_eight:
      return "'+8' is no country code: 8 is dialled inside Russia, without '+'";
    case Problem::area_code:
      return "no area code of the stated plan begins like this";
    case Problem::code_not_given:
      return "no numbering plan gives out this area code; a digit may be missing";
    case Problem::inn:
      return "digits of a taxpayer number (INN); a telephone number that looks so needs 8 or +7";
    case Problem::decimal:
      return "a decimal point: the number was stored as an amount";
    case Problem::exponent:
      return "an exponent, as a spreadsheet writes a number whose last digits it drops";
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
