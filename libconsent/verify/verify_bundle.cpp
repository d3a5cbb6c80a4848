#include "verify/pack_check.hpp"

namespace consent {

Verification verify_bundle(std::span<const BundleFile> files,
                           std::span<const note::VerifierKey> trusted,
                           std::span<const std::string> receipts) {
  return checking::Check(files, trusted, receipts).run();
}

}  // namespace consent
