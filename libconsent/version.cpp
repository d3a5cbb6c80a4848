#include "consent/version.hpp"

namespace consent {

std::string_view version() noexcept { return CONSENT_VERSION_STRING; }

}  // namespace consent
