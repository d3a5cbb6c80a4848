#pragma once

#include <optional>
#include <string>
#include <string_view>

/// RFC 4648 section 4: the standard alphabet with padding, in its one exact spelling.
namespace consent::base64 {

[[nodiscard]] std::string encode(std::string_view bytes);
/// nullopt unless `text` is what encode() writes: length, padding and unused bits included.
[[nodiscard]] std::optional<std::string> decode(std::string_view text);

}  // namespace consent::base64
