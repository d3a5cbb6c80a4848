// The smallest C++ program on libconsent: prints the version it is linked with.
#include <consent/version.hpp>
#include <iostream>

int main() {
  std::cout << consent::version() << '\n';
  return consent::version() == CONSENT_VERSION_STRING ? 0 : 1;
}
