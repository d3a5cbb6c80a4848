#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consent/proof.hpp"

namespace consent::note {

struct Opened {
  std::string text;                  ///< the signed text, its final newline included
  std::vector<VerifierKey> signers;  ///< of the given keys those that signed it, each once
};

/// As verify(), but a note that none of `keys` has signed is no error: whoever asks tells the two
/// apart. @throws ProofError
[[nodiscard]] Opened open(std::string_view note, std::span<const VerifierKey> keys);

}  // namespace consent::note
