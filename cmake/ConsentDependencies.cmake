# What libconsent is built on. None of it appears in a public header.
# Each is looked for without REQUIRED, so that what is missing is named by the package that brings it.

function(consent_require target what apt)
  if(NOT TARGET ${target})
    message(FATAL_ERROR "${what} not found: apt-get install ${apt}")
  endif()
endfunction()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads)
consent_require(Threads::Threads "POSIX threads" libc6-dev)

find_package(SQLite3 3.37)  # 3.37: STRICT tables
if(NOT SQLite3_FOUND)
  message(FATAL_ERROR "SQLite 3 headers (3.37 or newer) not found: apt-get install libsqlite3-dev")
endif()
consent_require(SQLite::SQLite3 "SQLite 3 headers" libsqlite3-dev)

find_package(OpenSSL 3.0 COMPONENTS Crypto)
if(NOT OPENSSL_FOUND)
  message(FATAL_ERROR "OpenSSL headers (3.0 or newer) not found: apt-get install libssl-dev")
endif()
consent_require(OpenSSL::Crypto "OpenSSL headers" libssl-dev)

find_package(date MODULE)  # cmake/Finddate.cmake
consent_require(date::date-tz "Howard Hinnant's date" libhowardhinnant-date-dev)

find_package(fmt 8 QUIET CONFIG)
if(NOT fmt_FOUND)
  find_package(fmt QUIET CONFIG)  # a newer major version says it is not compatible with 8; it is
endif()
consent_require(fmt::fmt "{fmt} (8 or newer)" libfmt-dev)

# toml++ as headers alone: the packaged target of some systems (Debian) links a shared library of it instead.
find_path(TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h)
mark_as_advanced(TOMLPLUSPLUS_INCLUDE_DIR)
if(TOMLPLUSPLUS_INCLUDE_DIR)
  add_library(consent_toml INTERFACE IMPORTED)
  target_include_directories(consent_toml INTERFACE "${TOMLPLUSPLUS_INCLUDE_DIR}")
  target_compile_definitions(consent_toml INTERFACE TOML_HEADER_ONLY=1)
endif()
consent_require(consent_toml "toml++" libtomlplusplus-dev)
