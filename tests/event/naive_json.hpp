// A JSON parser that takes what RFC 8259 takes and remembers it, and a writer of RFC 8785: the
// slow, separate way to say whether bytes are canonical. It shares nothing with
// event/canonical.cpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <regex>
#include <string>
#include <utility>
#include <vector>

namespace naive_json {

struct Node {
  enum Kind { null, boolean, number, string, array, object } kind = null;
  std::string text;               // number as written; string as UTF-8; "true" or "false"
  std::vector<std::string> keys;  // of an object, as written, duplicates included
  std::vector<Node> children;
};

class Parser {
 public:
  explicit Parser(const std::string& s) : s_(s) {}
  std::optional<Node> all() {
    Node node;
    space();
    if (!value(node, 0)) return std::nullopt;
    space();
    if (at_ != s_.size()) return std::nullopt;
    return node;
  }

 private:
  char peek() const { return at_ < s_.size() ? s_[at_] : '\0'; }
  void space() {
    while (at_ < s_.size() &&
           (s_[at_] == ' ' || s_[at_] == '\t' || s_[at_] == '\n' || s_[at_] == '\r'))
      ++at_;
  }
  bool literal(const std::string& word) {
    if (s_.compare(at_, word.size(), word) != 0) return false;
    at_ += word.size();
    return true;
  }
  bool value(Node& node, int depth) {
    if (depth > 100) return false;
    switch (peek()) {
      case 'n':
        node.kind = Node::null;
        return literal("null");
      case 't':
        node.kind = Node::boolean;
        node.text = "true";
        return literal("true");
      case 'f':
        node.kind = Node::boolean;
        node.text = "false";
        return literal("false");
      case '"':
        node.kind = Node::string;
        return string(node.text);
      case '[':
      case '{':
        return container(node, depth);
      default:
        return number(node);
    }
  }
  bool container(Node& node, int depth) {
    const bool object = s_[at_++] == '{';
    const char end = object ? '}' : ']';
    node.kind = object ? Node::object : Node::array;
    space();
    if (peek() == end) return ++at_, true;
    for (;;) {
      space();
      if (object) {
        node.keys.emplace_back();
        if (peek() != '"' || !string(node.keys.back())) return false;
        space();
        if (peek() != ':') return false;
        ++at_;
        space();
      }
      node.children.emplace_back();
      if (!value(node.children.back(), depth + 1)) return false;
      space();
      if (peek() == end) return ++at_, true;
      if (peek() != ',') return false;
      ++at_;
    }
  }
  bool number(Node& node) {
    static const std::regex shape(R"(-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?)");
    std::smatch match;
    if (!std::regex_search(s_.begin() + static_cast<std::ptrdiff_t>(at_), s_.end(), match, shape,
                           std::regex_constants::match_continuous)) {
      return false;
    }
    node.kind = Node::number;
    node.text = match.str();
    at_ += node.text.size();
    return true;
  }
  std::optional<unsigned> unit() {
    if (at_ + 4 > s_.size()) return std::nullopt;
    unsigned result = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = s_[at_++];
      if (c >= '0' && c <= '9')
        result = result * 16 + static_cast<unsigned>(c - '0');
      else if (c >= 'a' && c <= 'f')
        result = result * 16 + static_cast<unsigned>(c - 'a' + 10);
      else if (c >= 'A' && c <= 'F')
        result = result * 16 + static_cast<unsigned>(c - 'A' + 10);
      else
        return std::nullopt;
    }
    return result;
  }
  static void put(std::string& out, unsigned code) {
    const auto byte = [&](unsigned b) { out += static_cast<char>(static_cast<unsigned char>(b)); };
    if (code < 0x80) {
      byte(code);
    } else if (code < 0x800) {
      byte(0xC0 | code >> 6);
      byte(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
      byte(0xE0 | code >> 12);
      byte(0x80 | (code >> 6 & 0x3F));
      byte(0x80 | (code & 0x3F));
    } else {
      byte(0xF0 | code >> 18);
      byte(0x80 | (code >> 12 & 0x3F));
      byte(0x80 | (code >> 6 & 0x3F));
      byte(0x80 | (code & 0x3F));
    }
  }
  bool string(std::string& out) {
    ++at_;
    while (at_ < s_.size()) {
      const auto c = static_cast<unsigned char>(s_[at_++]);
      if (c == '"') return true;
      if (c < 0x20) return false;
      if (c != '\\') {
        out += static_cast<char>(c);
        continue;
      }  // UTF-8 is judged in in_profile()
      if (at_ == s_.size()) return false;
      switch (s_[at_++]) {
        case '"':
          out += '"';
          break;
        case '\\':
          out += '\\';
          break;
        case '/':
          out += '/';
          break;
        case 'b':
          out += '\b';
          break;
        case 'f':
          out += '\f';
          break;
        case 'n':
          out += '\n';
          break;
        case 'r':
          out += '\r';
          break;
        case 't':
          out += '\t';
          break;
        case 'u': {
          auto first = unit();
          if (!first) return false;
          if (*first >= 0xD800 && *first < 0xDC00 && s_.compare(at_, 2, "\\u") == 0) {
            at_ += 2;
            const auto second = unit();
            if (!second || *second < 0xDC00 || *second > 0xDFFF) return false;
            put(out, 0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00));
          } else {
            put(out, *first);
          }
          break;
        }
        default:
          return false;
      }
    }
    return false;
  }
  const std::string& s_;
  std::size_t at_ = 0;
};

inline std::optional<Node> parse(const std::string& s) { return Parser(s).all(); }

inline bool is_utf8(const std::string& s) {
  static const std::regex shape(
      "(?:[\\x00-\\x7f]|[\xC2-\xDF][\x80-\xBF]|\xE0[\xA0-\xBF][\x80-\xBF]|[\xE1-\xEC\xEE\xEF][\x80-"
      "\xBF]{2}|"
      "\xED[\x80-\x9F][\x80-\xBF]|\xF0[\x90-\xBF][\x80-\xBF]{2}|[\xF1-\xF3][\x80-\xBF]{3}|"
      "\xF4[\x80-\x8F][\x80-\xBF]{2})");
  // Code point by code point: a regex over a long string would exhaust the stack.
  for (auto at = s.begin(); at != s.end();) {
    std::smatch match;
    if (!std::regex_search(at, s.end(), match, shape, std::regex_constants::match_continuous))
      return false;
    at += match.length();
  }
  return true;
}

inline bool in_profile(const Node& node, int depth) {
  static const std::regex key_shape("[a-z][a-z0-9_]{0,31}");
  switch (node.kind) {
    case Node::null:
      return false;
    case Node::boolean:
      return true;
    case Node::string:
      return is_utf8(node.text);
    case Node::number: {
      const std::string digits = node.text[0] == '-' ? node.text.substr(1) : node.text;
      if (digits.find_first_not_of("0123456789") != std::string::npos) return false;
      return digits.size() < 16 || (digits.size() == 16 && digits <= "9007199254740991");
    }
    default:
      break;
  }
  if (depth == 8) return false;
  auto keys = node.keys;
  std::sort(keys.begin(), keys.end());
  if (std::adjacent_find(keys.begin(), keys.end()) != keys.end()) return false;
  return std::all_of(keys.begin(), keys.end(),
                     [](const auto& k) { return std::regex_match(k, key_shape); }) &&
         std::all_of(node.children.begin(), node.children.end(),
                     [&](const Node& child) { return in_profile(child, depth + 1); });
}

inline std::string write(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const std::string special = "\"\\\b\f\n\r\t";
    const std::string letters = "\"\\bfnrt";
    const std::size_t i = special.find(c);
    char number[8];
    if (i != std::string::npos) {
      out += '\\';
      out += letters[i];
    } else if (byte < 0x20) {
      std::snprintf(number, sizeof number, "\\u%04x", static_cast<unsigned>(byte));
      out += number;
    } else {
      out += c;
    }
  }
  return out + '"';
}

inline std::string write(const Node& node) {
  std::string out;
  switch (node.kind) {
    case Node::null:
      return "null";
    case Node::boolean:
      return node.text;
    case Node::number:
      return node.text == "-0" ? "0" : node.text;
    case Node::string:
      return write(node.text);
    case Node::array:
      for (const Node& child : node.children) out += (out.empty() ? "" : ",") + write(child);
      return '[' + out + ']';
    case Node::object:
      break;
  }
  std::vector<std::size_t> order(node.keys.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](auto a, auto b) { return node.keys[a] < node.keys[b]; });
  for (const std::size_t i : order)
    out += (out.empty() ? "" : ",") + write(node.keys[i]) + ':' + write(node.children[i]);
  return '{' + out + '}';
}

}  // namespace naive_json
