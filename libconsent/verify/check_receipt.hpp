#pragma once

#include <span>
#include <string>
#include <string_view>

#include "consent/proof.hpp"
#include "verify/read_entry.hpp"

namespace consent::bundle {

/// A receipt that holds.
struct ReadReceipt {
  Read entry;
  PhoneNumber number;
  Signed signature;
};

/// Steps 1 to 6 of docs/reference/receipt.md. @throws Failed with the number of the step.
[[nodiscard]] ReadReceipt check_receipt(std::string_view file,
                                        std::span<const note::VerifierKey> trusted);

}  // namespace consent::bundle
