#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <sstream>

#include "base/toml_reader.hpp"
#include "consent/decision.hpp"
#include "consent/error.hpp"
#include "decision/resolve.hpp"
#include "event/canonical.hpp"
#include "event/words.hpp"

namespace consent {
namespace {

constexpr std::array<std::pair<std::string_view, Exempt>, 5> exempt_words{
    {{"", Exempt::none},
     {"public_body", Exempt::public_body},
     {"subordinate", Exempt::subordinate},
     {"municipality", Exempt::municipality},
     {"government_list", Exempt::listed}}};

constexpr std::array<std::pair<std::string_view, Organisation>, 12> organisation_words{
    {{"", Organisation::not_stated},
     {"public_body", Organisation::public_body},
     {"subordinate", Organisation::subordinate},
     {"municipality", Organisation::municipality},
     {"central_bank", Organisation::central_bank},
     {"state_company", Organisation::state_company},
     {"bank", Organisation::bank},
     {"financial", Organisation::financial},
     {"payment_participant", Organisation::payment_participant},
     {"telecom_operator", Organisation::telecom_operator},
     {"platform", Organisation::platform},
     {"other", Organisation::other}}};

/// Reads one file of facts: every refusal names file and key, never the value.
class Reader {
 public:
  Reader(const toml::table& table, const std::string& file) : table_(table), file_(file) {}

  [[noreturn]] void refuse(std::string_view key, const Message& what) const {
    const toml::node* const node = table_.get(key);
    const toml::source_position at =
        node == nullptr ? toml::source_position{} : node->source().begin;
    throw Error(ErrorCode::invalid_argument,
                Message("{}: line {}, column {}: '{}' {}", file_, at.line, at.column, key, what));
  }
  void only(const std::set<std::string_view>& known) const {
    for (const auto& [key, node] : table_) {
      if (!known.contains(key.str())) refuse(key.str(), "is not a fact that is asked for");
    }
  }
  [[nodiscard]] const std::string* text(std::string_view key) const {
    const toml::node* const node = table_.get(key);
    if (node == nullptr) return nullptr;
    const auto* const value = node->as_string();
    if (value == nullptr) refuse(key, "must be a text");
    return &value->get();
  }
  [[nodiscard]] std::string party(std::string_view key, const std::string& id) const {
    if (id.empty() || !words::party_problem(id).empty()) {
      refuse(key, "must be an INN or a short word");
    }
    return id;
  }
  [[nodiscard]] Stated flag(std::string_view key) const {
    const toml::node* const node = table_.get(key);
    if (node == nullptr) return Stated::not_stated;
    const auto* const value = node->as_boolean();
    if (value == nullptr) refuse(key, "must be true or false");
    return value->get() ? Stated::yes : Stated::no;
  }
  [[nodiscard]] std::uint32_t count(std::string_view key) const {
    const toml::node* const node = table_.get(key);
    if (node == nullptr) return 0;
    const auto* const value = node->as_integer();
    constexpr std::int64_t most = 1'000'000'000;
    if (value == nullptr || value->get() < 1 || value->get() > most) {
      refuse(key, "must be a whole number from 1 on");
    }
    return static_cast<std::uint32_t>(value->get());
  }
  [[nodiscard]] std::optional<std::vector<std::string>> parties(std::string_view key) const {
    const toml::node* const node = table_.get(key);
    if (node == nullptr) return std::nullopt;
    const auto* const list = node->as_array();
    if (list == nullptr) refuse(key, "must be a list");
    std::set<std::string> sorted;
    for (const toml::node& item : *list) {
      const auto* const id = item.as_string();
      if (id == nullptr) refuse(key, "must be a list of texts");
      sorted.insert(party(key, id->get()));
    }
    return std::vector<std::string>(sorted.begin(), sorted.end());
  }

 private:
  const toml::table& table_;
  const std::string& file_;
};

void put_flag(canonical::Object& object, std::string_view key, Stated stated) {
  if (stated != Stated::not_stated) canonical::set(object, key, stated == Stated::yes);
}

}  // namespace

std::string_view to_word(Exempt exempt) noexcept {
  for (const auto& [word, value] : exempt_words) {
    if (value == exempt) return word;
  }
  return "";
}

std::string_view to_word(Organisation organisation) noexcept {
  for (const auto& [word, value] : organisation_words) {
    if (value == organisation) return word;
  }
  return "";
}

std::uint64_t messenger_id(std::string_view name) noexcept {
  std::uint64_t hash = 0xCBF29CE484222325;  // FNV-1a
  bool any = false;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    const bool letter = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte >= 128;
    if (!letter) continue;
    any = true;
    hash = (hash ^ byte) * 0x100000001B3;
  }
  return any ? hash : 0;
}

Caller Caller::from_toml(std::string_view toml, const std::string& name) {
  const toml::table table = TomlReader(name, ErrorCode::invalid_argument).parse(toml);
  const Reader read(table, name);
  read.only({"caller", "kind", "exempt_as", "mass", "calls_a_day", "operator_contracts", "label",
             "label_contract", "hidden_number", "foreign_number", "creditor_named", "dialled_by",
             "messenger", "organisation", "sells_with_data"});
  Caller caller;
  if (const auto* id = read.text("caller")) caller.id = read.party("caller", *id);
  if (const auto* word = read.text("kind")) {
    const auto kind = from_word<SubscriberKind>(*word);
    if (!kind || *kind == SubscriberKind::unknown) {
      read.refuse("kind", "must be person, sole_trader, legal_entity or public_body");
    }
    caller.kind = *kind;
  }
  if (const auto* word = read.text("exempt_as")) {
    for (const auto& [known, exempt] : exempt_words) {
      if (!known.empty() && known == *word) caller.exempt_as = exempt;
    }
    if (caller.exempt_as == Exempt::none) {
      read.refuse("exempt_as", "must be public_body, subordinate, municipality or government_list");
    }
  }
  caller.mass = read.flag("mass");
  caller.calls_a_day = read.count("calls_a_day");
  caller.operator_contracts = read.parties("operator_contracts");
  if (const auto* label = read.text("label")) caller.label = *label;
  caller.label_contract = read.flag("label_contract");
  caller.hidden_number = read.flag("hidden_number");
  caller.foreign_number = read.flag("foreign_number");
  caller.creditor_named = read.flag("creditor_named");
  if (const auto* word = read.text("dialled_by")) {
    const auto who = from_word<DialledBy>(*word);
    if (!who || *who == DialledBy::unstated) read.refuse("dialled_by", "must be person or machine");
    caller.dialled_by = *who;
  }
  if (const auto* service = read.text("messenger")) {
    if (messenger_id(*service) == 0) read.refuse("messenger", "must name a service, \"whatsapp\"");
    caller.messenger = *service;
  }
  if (const auto* word = read.text("organisation")) {
    for (const auto& [known, organisation] : organisation_words) {
      if (!known.empty() && known == *word) caller.organisation = organisation;
    }
    if (caller.organisation == Organisation::not_stated) {
      read.refuse("organisation",
                  "must be public_body, subordinate, municipality, central_bank, state_company, "
                  "bank, financial, payment_participant, telecom_operator, platform or other");
    }
  }
  caller.sells_with_data = read.flag("sells_with_data");
  (void)canonical_text(caller);  // refuses what could not be hashed
  return caller;
}

Caller Caller::from_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!(text << in.rdbuf()) && !in.eof()) {
    throw Error(ErrorCode::invalid_argument,
                Message("{}: cannot be read", file.filename().string()));
  }
  if (!in.is_open()) {
    throw Error(ErrorCode::invalid_argument,
                Message("{}: cannot be read", file.filename().string()));
  }
  return from_toml(text.str(), file.filename().string());
}

bool Caller::stated() const { return *this != Caller{}; }

std::string canonical_text(const Caller& caller) {
  canonical::Object object;
  if (!caller.id.empty()) canonical::set(object, "caller", caller.id);
  if (caller.kind != SubscriberKind::unknown) canonical::set(object, "kind", to_word(caller.kind));
  if (caller.exempt_as != Exempt::none) {
    canonical::set(object, "exempt_as", to_word(caller.exempt_as));
  }
  put_flag(object, "mass", caller.mass);
  if (caller.calls_a_day != 0) {
    canonical::set(object, "calls_a_day", static_cast<std::int64_t>(caller.calls_a_day));
  }
  if (caller.operator_contracts) {
    std::set<std::string> sorted(caller.operator_contracts->begin(),
                                 caller.operator_contracts->end());
    canonical::Array list;
    for (const std::string& id : sorted) list.emplace_back(id);
    canonical::set(object, "operator_contracts", std::move(list));
  }
  if (caller.label) canonical::set(object, "label", *caller.label);
  put_flag(object, "label_contract", caller.label_contract);
  put_flag(object, "hidden_number", caller.hidden_number);
  put_flag(object, "foreign_number", caller.foreign_number);
  put_flag(object, "creditor_named", caller.creditor_named);
  if (caller.dialled_by != DialledBy::unstated)
    canonical::set(object, "dialled_by", to_word(caller.dialled_by));
  if (!caller.messenger.empty()) canonical::set(object, "messenger", caller.messenger);
  if (caller.organisation != Organisation::not_stated)
    canonical::set(object, "organisation", to_word(caller.organisation));
  put_flag(object, "sells_with_data", caller.sells_with_data);
  return canonical::encode(canonical::Value(std::move(object)));
}

namespace {

/// Letters of the two alphabets, digits, and what stands between words.
constexpr bool may_stand_in_label(char32_t c) {
  if (c < 0x80) return c >= U' ' && c != 0x7F;
  return (c >= 0x0400 && c <= 0x04FF) || c == U'«' || c == U'»' || c == U'№' || c == U'–' ||
         c == U'—';
}

void read_label(std::string_view label, CallerFacts& facts) noexcept {
  std::size_t size = 0;
  for (std::size_t i = 0; i < label.size();) {
    const auto lead = static_cast<unsigned char>(label[i]);
    const std::size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (i + bytes > label.size()) {
      facts.label_spelt = false;
      break;
    }
    char32_t c = bytes == 1 ? lead : lead & (0xFFU >> (bytes + 1));
    for (std::size_t k = 1; k < bytes; ++k)
      c = (c << 6U) | (static_cast<unsigned char>(label[i + k]) & 0x3FU);
    if (!may_stand_in_label(c)) facts.label_spelt = false;
    ++size;
    i += bytes;
  }
  facts.label_size = static_cast<std::uint16_t>(std::min<std::size_t>(size, UINT16_MAX));
}

}  // namespace

CallerFacts decision::facts_of(const Caller& caller, std::string_view serving_operator,
                               const Terms& terms) noexcept {
  using Contract = CallerFacts::Contract;
  CallerFacts facts;
  if (!caller.id.empty()) facts.caller = term(caller.id, terms);
  facts.exempt = caller.exempt_as;
  facts.kind = caller.kind;
  facts.mass = caller.mass;
  facts.calls_a_day = caller.calls_a_day;
  facts.label_contract = caller.label_contract;
  facts.hidden_number = caller.hidden_number;
  facts.foreign_number = caller.foreign_number;
  facts.creditor_named = caller.creditor_named;
  facts.dialled_by = caller.dialled_by;
  facts.messenger = messenger_id(caller.messenger);
  facts.organisation = caller.organisation;
  facts.sells_with_data = caller.sells_with_data;
  if (caller.label) {
    facts.label = caller.label->empty() ? Stated::no : Stated::yes;
    read_label(*caller.label, facts);
  }
  if (caller.operator_contracts) {
    const auto& with = *caller.operator_contracts;
    if (with.empty()) {
      facts.contract = Contract::none;
    } else if (serving_operator.empty()) {
      facts.contract = Contract::operator_not_known;
    } else {
      const bool found = std::find(with.begin(), with.end(), serving_operator) != with.end();
      facts.contract = found ? Contract::with_it : Contract::not_with_it;
    }
  }
  return facts;
}

Digest hash_of(const Caller& caller) { return sha256(canonical_text(caller)); }

}  // namespace consent
