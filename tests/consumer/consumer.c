/* The smallest C program on libconsent: prints the version it was compiled against. */
#include <consent/version.hpp>
#if __has_include(<consent/consent.h>)
#include <consent/consent.h>
#endif
#include <stdio.h>

int main(void) { return puts(CONSENT_VERSION_STRING) < 0; }
