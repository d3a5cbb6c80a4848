// [[nodiscard]] on the public face holds under the project's own warnings.
#include "consent/version.hpp"

#if SHOULD_FAIL
#pragma GCC diagnostic error "-Wunused-result"
void must_not_compile() { consent::version(); }
#else
std::string_view must_compile() { return consent::version(); }
#endif
