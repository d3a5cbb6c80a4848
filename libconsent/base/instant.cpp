#include "consent/instant.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

#include "consent/error.hpp"

namespace consent {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;

constexpr std::string_view kShape = "0000-00-00T00:00:00.000000Z";  // 27 bytes

// 0000-01-01T00:00:00Z and 10000-01-01T00:00:00Z: what four digits of a year can write.
constexpr Instant kFirst = sys_days{std::chrono::year{0} / 1 / 1};
constexpr Instant kEnd = sys_days{std::chrono::year{10000} / 1 / 1};

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Reads the text from left to right; `wrong` is where it stopped, once something is.
class Reader {
 public:
  explicit constexpr Reader(std::string_view text) noexcept : text_(text) {}

  constexpr std::optional<Instant> read() noexcept {
    const int year = number(4, 0, 9999);
    expect('-');
    const int month = number(2, 1, 12);
    expect('-');
    const std::size_t day_at = pos_;
    const int day = number(2, 1, 31);
    if (failed_) return std::nullopt;
    const auto date = std::chrono::year{year} / month / day;
    if (!date.ok()) return fail(day_at);  // 30 February
    expect_letter('T', 't');
    const int hour = number(2, 0, 23);
    expect(':');
    const int minute = number(2, 0, 59);
    expect(':');
    const int second = number(2, 0, 59);  // a leap second (60) has no Instant
    const std::int64_t fraction = read_fraction();
    const std::size_t offset_at = pos_;
    const minutes offset = read_offset();
    if (!failed_ && pos_ != text_.size()) fail(pos_);
    if (failed_) return std::nullopt;
    const Instant at = Instant{sys_days{date}} + hours{hour} + minutes{minute} + seconds{second} +
                       microseconds{fraction} - offset;
    if (at < kFirst || at >= kEnd) return fail(offset_at);  // what is read can be written
    return at;
  }

  [[nodiscard]] constexpr std::size_t wrong() const noexcept { return wrong_; }

 private:
  constexpr std::nullopt_t fail(std::size_t at) noexcept {
    if (!failed_) failed_ = true, wrong_ = at;
    return std::nullopt;
  }

  /// Exactly `width` digits; a value outside its range is wrong from its first digit on.
  constexpr int number(std::size_t width, int least, int most) noexcept {
    if (failed_) return least;
    int value = 0;
    const std::size_t start = pos_;
    for (std::size_t i = 0; i < width; ++i, ++pos_) {
      if (pos_ >= text_.size() || !is_digit(text_[pos_])) return fail(pos_), least;
      value = value * 10 + (text_[pos_] - '0');
    }
    if (value < least || value > most) return fail(start), least;
    return value;
  }

  constexpr void expect_letter(char a, char b) noexcept {
    if (failed_) return;
    if (pos_ < text_.size() && (text_[pos_] == a || text_[pos_] == b)) {
      ++pos_;
    } else {
      fail(pos_);
    }
  }
  constexpr void expect(char c) noexcept { expect_letter(c, c); }

  constexpr std::int64_t read_fraction() noexcept {
    if (failed_ || pos_ >= text_.size() || text_[pos_] != '.') return 0;
    ++pos_;
    std::int64_t value = 0;
    std::size_t seen = 0;
    for (; pos_ < text_.size() && is_digit(text_[pos_]); ++pos_, ++seen) {
      if (seen == 9) return fail(pos_), 0;
      if (seen < 6) value = value * 10 + (text_[pos_] - '0');
    }
    if (seen == 0) return fail(pos_), 0;
    for (; seen < 6; ++seen) value *= 10;
    return value;
  }

  constexpr minutes read_offset() noexcept {
    if (failed_) return minutes{0};
    if (pos_ >= text_.size()) return fail(pos_), minutes{0};
    const char sign = text_[pos_++];
    if (sign == 'Z' || sign == 'z') return minutes{0};
    if (sign != '+' && sign != '-') return fail(pos_ - 1), minutes{0};
    const int hour = number(2, 0, 23);
    expect(':');
    const minutes offset = hours{hour} + minutes{number(2, 0, 59)};
    return sign == '+' ? offset : -offset;
  }

  std::string_view text_;
  std::size_t pos_ = 0;
  std::size_t wrong_ = 0;
  bool failed_ = false;
};

}  // namespace

std::string to_text(Instant at) {
  if (at < kFirst || at >= kEnd) {
    throw Error(ErrorCode::invalid_argument, "instant: the year is outside 0000 to 9999");
  }
  const sys_days day = std::chrono::floor<days>(at);
  const std::chrono::year_month_day date{day};
  std::string text(kShape);
  const auto put = [&](std::size_t from, std::size_t width, std::uint64_t value) {
    for (std::size_t i = from + width; i-- > from; value /= 10) {
      text[i] = static_cast<char>('0' + value % 10);
    }
  };
  put(0, 4, static_cast<std::uint64_t>(static_cast<int>(date.year())));
  put(5, 2, static_cast<unsigned>(date.month()));
  put(8, 2, static_cast<unsigned>(date.day()));
  const auto in_day = static_cast<std::uint64_t>((at - day).count());
  constexpr std::uint64_t second = 1'000'000;
  put(11, 2, in_day / (3600 * second));
  put(14, 2, in_day / (60 * second) % 60);
  put(17, 2, in_day / second % 60);
  put(20, 6, in_day % second);
  return text;
}

Instant parse_instant(std::string_view text) {
  Reader reader(text);
  if (const auto at = reader.read()) return *at;
  throw ParseError(
      reader.wrong(),
      Message("instant, byte {}: not YYYY-MM-DDThh:mm:ss[.ffffff] with Z or an offset +hh:mm",
              reader.wrong()));
}

std::optional<Instant> try_parse_instant(std::string_view text) noexcept {
  return Reader(text).read();
}

std::optional<Instant> parse_stored_instant(std::string_view text) noexcept {
  if (text.size() != kShape.size() || text[10] != 'T' || text[19] != '.' || text[26] != 'Z') {
    return std::nullopt;
  }
  return Reader(text).read();
}

}  // namespace consent
