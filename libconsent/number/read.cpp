#include "number/read.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace consent::number {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kNowhere = std::string_view::npos;

// What people write before a number. A word that is not here is refused: "ИНН 7707083893" and
// "договор 8916…" are no telephone numbers.
constexpr std::array kLabels = {
    U"тел"sv,        U"телефон"sv,   U"телефоны"sv,  U"т"sv,        U"ф"sv,          U"факс"sv,
    U"моб"sv,        U"мобильный"sv, U"мобила"sv,    U"мт"sv,       U"сот"sv,        U"сотовый"sv,
    U"раб"sv,        U"рабочий"sv,   U"дом"sv,       U"домашний"sv, U"гор"sv,        U"городской"sv,
    U"контактный"sv, U"контакт"sv,   U"основной"sv,  U"общий"sv,    U"прямой"sv,     U"номер"sv,
    U"приемная"sv,   U"приёмная"sv,  U"секретарь"sv, U"офис"sv,     U"справочная"sv, U"диспетчер"sv,
    U"горячая"sv,    U"линия"sv,     U"звонить"sv,   U"звоните"sv,  U"бесплатный"sv, U"ватсап"sv,
    U"вотсап"sv,     U"вацап"sv,     U"вайбер"sv,    U"телеграм"sv, U"телеграмм"sv,  U"whatsapp"sv,
    U"viber"sv,      U"telegram"sv,  U"signal"sv,    U"wa"sv,       U"tg"sv,         U"max"sv,
    U"tel"sv,        U"telephone"sv, U"phone"sv,     U"mobile"sv,   U"mob"sv,        U"cell"sv,
    U"fax"sv,        U"office"sv,    U"home"sv,      U"work"sv,     U"main"sv,       U"call"sv,
    U"ph"sv,         U"t"sv,         U"m"sv,         U"p"sv,        U"f"sv,
};

// What stands before an extension; scan() knows more of them, which it reads itself.
constexpr std::array kExtensions = {
    U"доб"sv,  U"добав"sv, U"добавочный"sv, U"доп"sv, U"дополнительный"sv, U"вн"sv,
    U"внут"sv, U"внутр"sv, U"внутренний"sv, U"ext"sv, U"extn"sv,           U"extension"sv,
};

constexpr bool is_quote(char32_t c) noexcept {
  return c == U'\'' || c == U'"' || c == U'`' || c == 0x00AB || c == 0x00BB ||
         (c >= 0x2018 && c <= 0x201F);
}

/// ☎, ✆, 📞, 📱 and the mark behind them that asks for colours.
constexpr bool is_picture(char32_t c) noexcept {
  return c == 0x260E || c == 0x2706 || c == 0x1F4DE || c == 0x1F4F1 || c == 0xFE0F;
}

constexpr bool is_blank(char32_t c) noexcept {
  const Class kind = class_of(c);
  return kind == Class::line || (kind == Class::separator && c != U'-' && c != U'~');
}

class Reader {
 public:
  Reader(std::string_view text, DefaultCountry country) noexcept : text_(text), country_(country) {}

  Reading run() noexcept {
    end_ = text_.size();
    unwrap();
    const bool address = skip_address();
    if (!address) skip_labels();
    if (!reading_.scan.extension_size && reading_.scan.problem == Problem::none) {
      skip_service_code();
      read_number();
    }
    return reading_;
  }

 private:
  [[nodiscard]] Character at(std::size_t place) const noexcept {
    return place < end_ ? decode(text_.substr(0, end_), place) : Character{};
  }
  /// The character that ends before `place`.
  [[nodiscard]] Character before(std::size_t place) const noexcept {
    for (std::size_t size = 1; size <= 4 && begin_ + size <= place; ++size) {
      const Character c = at(place - size);
      if (c.size == size) return c;
    }
    return {};
  }

  void fail(Problem problem, std::size_t offset) noexcept {
    reading_.scan.problem = problem, reading_.scan.offset = offset;
  }

  /// Blanks and quotes round the text, the '=' of a formula, a comma or semicolon behind it.
  void unwrap() noexcept {
    while (begin_ < end_) {
      const Character c = at(begin_);
      const bool formula = c.code == U'=' && is_quote(at(begin_ + 1).code);
      if (c.size == 0 || !(is_blank(c.code) || is_quote(c.code) || formula)) break;
      begin_ += c.size;
    }
    while (begin_ < end_) {
      const Character c = before(end_);
      if (c.size == 0 ||
          !(is_blank(c.code) || is_quote(c.code) || class_of(c.code) == Class::pause)) {
        break;
      }
      end_ -= c.size;
    }
  }

  [[nodiscard]] bool begins(std::string_view word) const noexcept {
    const std::string_view head = text_.substr(begin_, std::min(word.size(), end_ - begin_));
    return std::equal(head.begin(), head.end(), word.begin(), word.end(), [](char a, char b) {
      return lower(static_cast<unsigned char>(a)) == static_cast<unsigned char>(b);
    });
  }

  /// "callto:", "sip:+7…@host", "<sip:…>": the user part alone is left. Whether one was there.
  bool skip_address() noexcept {
    if (begins("<") && end_ - begin_ > 2 && text_[end_ - 1] == '>') ++begin_, --end_;
    for (const std::string_view scheme : {"sips:"sv, "sip:"sv}) {
      if (!begins(scheme)) continue;
      begin_ += scheme.size();
      const std::size_t user = text_.substr(0, end_).find_first_of("@;?", begin_);
      if (user != kNowhere) end_ = user;
      return true;
    }
    for (const std::string_view scheme : {"callto:"sv, "tel:"sv}) {
      if (!begins(scheme)) continue;
      begin_ += scheme.size();
      if (begins("//")) begin_ += 2;
      return true;
    }
    return false;
  }

  /// A word of letters at `place`, in small letters; leaves `place` behind it. Empty where there is
  /// none, or it is longer than any we know.
  std::u32string_view word_at(std::size_t& place) noexcept {
    std::size_t size = 0;
    while (true) {
      const Character c = at(place);
      if (c.size == 0 || class_of(c.code) != Class::letter) break;
      if (size == word_.size()) return {};
      word_[size++] = lower(c.code);
      place += c.size;
    }
    return {word_.data(), size};
  }

  template <std::size_t N>
  static bool is_one_of(const std::array<std::u32string_view, N>& words,
                        std::u32string_view word) noexcept {
    return std::find(words.begin(), words.end(), word) != words.end();
  }

  void skip_labels() noexcept {
    std::size_t place = begin_;
    while (place < end_) {
      const Character c = at(place);
      if (c.size == 0) break;
      const Class kind = class_of(c.code);
      if (kind == Class::letter) {
        std::size_t behind = place;
        const std::u32string_view word = word_at(behind);
        if (!is_one_of(kLabels, word)) break;
        // "m9161234567" is an identifier.
        const bool apart = class_of(at(behind).code) != Class::digit;
        if (word.size() == 1 && !apart) break;
        begin_ = place = behind;
      } else if (is_picture(c.code) || c.code == U':' || c.code == 0x2116) {
        begin_ = place += c.size;
      } else if (is_blank(c.code) || kind == Class::slash || kind == Class::open ||
                 kind == Class::close || c.code == U'-' || c.code == 0x2013 || c.code == 0x2014) {
        place += c.size;
      } else {
        break;
      }
    }
  }

  /// "#31#", "*67*", "*67 ": told to the exchange, no part of the number.
  void skip_service_code() noexcept {
    std::size_t place = begin_;
    while (place < end_ && is_blank(at(place).code)) place += at(place).size;
    const std::size_t first = place;
    while (place < end_ && (text_[place] == '*' || text_[place] == '#')) ++place;
    const std::size_t digits = place;
    while (place < end_ && text_[place] >= '0' && text_[place] <= '9') ++place;
    // "**61*…" sets something up for a number, and calls nobody.
    if (digits - first != 1 || place == digits || place - digits > 3) return;
    if (place == end_) return;
    const bool closed = text_[place] == '*' || text_[place] == '#';
    if (!closed && !is_blank(at(place).code)) return;
    if (closed) ++place;
    reading_.service_code = text_.substr(first, place - first);
    begin_ = place;
  }

  void read_number() noexcept {
    std::size_t end = end_;
    if (const std::size_t point = decimal_point(text_.substr(begin_, end_ - begin_));
        point != kNowhere) {
      end = begin_ + point;
    }
    // What scan() reads, extension and all, is what it says.
    Scan whole = scan(text_.substr(begin_, end - begin_), country_);
    if (whole.problem == Problem::none || means_another(whole.problem)) return take(whole);
    std::size_t tail = begin_;
    for (bool digit = false; tail < end;) {
      const Character c = at(tail);
      const Class kind = class_of(c.code);
      const bool part = kind == Class::digit || kind == Class::plus || kind == Class::separator ||
                        kind == Class::slash || kind == Class::open || kind == Class::close ||
                        kind == Class::line;
      if (c.size == 0 || !part) break;
      digit = digit || kind == Class::digit;
      tail += c.size;
    }
    if (tail == end || tail == begin_) return take(whole);
    const Scan core = scan(text_.substr(begin_, tail - begin_), country_);
    if (core.problem != Problem::none) return take(whole);
    take(core);
    if (!read_extension(tail)) return;
    read_note(tail);
  }

  /// Problems of the digits, which no word behind them explains.
  static bool means_another(Problem problem) noexcept {
    return problem == Problem::series || problem == Problem::bare_plus ||
           problem == Problem::code_not_given || problem == Problem::inn ||
           problem == Problem::exponent || problem == Problem::too_long ||
           problem == Problem::trunk_zero;
  }

  void take(const Scan& scan) noexcept {
    reading_.scan = scan;
    if (scan.problem != Problem::none) reading_.scan.offset += begin_;
  }

  void skip(std::size_t& place, std::u32string_view more) const noexcept {
    while (place < end_) {
      const Character c = at(place);
      if (c.size == 0) return;
      const bool other = more.find(c.code) != std::u32string_view::npos;
      if (!other && !is_blank(c.code)) return;
      place += c.size;
    }
  }

  /// "*123", "доб. 123#", "доб.№123" at `place`, which is left behind it. False where the text is
  /// refused.
  bool read_extension(std::size_t& place) noexcept {
    std::size_t from = place;
    skip(from, U",;");
    if (at(from).code == U'*') {
      if (!reading_.service_code.empty()) return fail(Problem::character, from), false;
      ++from;
    } else {
      const std::u32string_view word = word_at(from);
      if (!is_one_of(kExtensions, word)) return true;
      skip(from, U".:=№#N");
    }
    std::uint8_t size = 0;
    while (from < end_ && class_of(at(from).code) == Class::digit) {
      if (size == kMaxExtension) return fail(Problem::extension_long, from), false;
      reading_.scan.extension[size++] = static_cast<char>('0' + digit_of(at(from).code));
      from += at(from).size;
    }
    if (size == 0) return fail(Problem::extension_empty, from), false;
    reading_.scan.extension_size = size;
    skip(from, U"#)]");
    place = from;
    return true;
  }

  /// Words behind the number, without a digit of any script.
  void read_note(std::size_t place) noexcept {
    const std::size_t start = place;
    for (std::size_t i = place; i < end_; i += std::max<std::size_t>(at(i).size, 1)) {
      if (at(i).size != 0 && class_of(at(i).code) == Class::digit) return digits_behind(start, i);
    }
    // "+4420794609O": a letter typed for a digit, and so may be one that stands alone.
    const Class left = class_of(before(place).code);
    bool apart = left != Class::digit;
    std::size_t first_word = 0;
    std::size_t words = 0;
    char32_t letter = 0;
    for (Character c; place < end_; place += c.size) {
      c = at(place);
      const Class kind = class_of(c.code);
      if (c.size == 0) return fail(Problem::not_utf8, place);
      if (kind == Class::letter) {
        if (!apart) return fail(Problem::letters, place);
        words += first_word == 0 ? 1 : 0;
        if (words == 1) ++first_word, letter = lower(c.code);
        continue;
      }
      const bool mark = kind == Class::separator || kind == Class::line || kind == Class::open ||
                        kind == Class::close || kind == Class::pause || kind == Class::slash ||
                        is_quote(c.code) || U":!?&…"sv.find(c.code) != std::u32string_view::npos;
      if (!mark) {
        return fail(kind == Class::plus ? Problem::second_number : Problem::character, place);
      }
      apart = true;
      if (first_word != 0) words = 2;
    }
    if (first_word == 1 && U"oilszbqозб"sv.find(letter) != std::u32string_view::npos) {
      fail(Problem::letters, start);
    }
  }

  /// Digits behind words: a second number, or the ending of one.
  void digits_behind(std::size_t start, std::size_t place) noexcept {
    std::size_t digits = 0;
    for (std::size_t i = place; i < end_; ++i) {
      digits += text_[i] >= '0' && text_[i] <= '9' ? 1U : 0U;
    }
    fail(digits <= 4 ? Problem::series : Problem::second_number, start);
  }

  std::string_view text_;
  DefaultCountry country_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  Reading reading_;
  std::array<char32_t, 20> word_{};
};

}  // namespace

Reading read(std::string_view text, DefaultCountry country) noexcept {
  const Scan strict = scan(text, country);
  if (strict.problem == Problem::none) return {strict, {}};
  return Reader(text, country).run();
}

}  // namespace consent::number
