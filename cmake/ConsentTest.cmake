# consent_test(<stage> a_test.cpp ...)       one Catch2 executable test_<stage>, one ctest entry of the same name
# consent_compile_fail(<name>)               compile_fail/<name>.cpp: must build as it is, must not with SHOULD_FAIL=1
#
# Catch2 is version 2 in Debian 12 and version 3 elsewhere; tests include "catch.hpp" and never see which.

find_package(Catch2 3 QUIET CONFIG)
if(NOT Catch2_FOUND)
  find_package(Catch2 2.13 QUIET CONFIG)
endif()
if(NOT Catch2_FOUND)
  message(FATAL_ERROR "Catch2 (2.13 or newer) not found: apt-get install catch2, "
    "or build without tests: -DCONSENT_BUILD_TESTS=OFF")
endif()

# What every test sees: the public face, the private headers ("sqlite/sqlite.hpp"), the libraries beneath, the vectors.
add_library(consent_testing INTERFACE)
target_link_libraries(consent_testing INTERFACE consent::consent SQLite::SQLite3 OpenSSL::Crypto date::date-tz
  fmt::fmt consent_toml Threads::Threads Catch2::Catch2)
target_include_directories(consent_testing INTERFACE "${PROJECT_SOURCE_DIR}/tests" "${PROJECT_SOURCE_DIR}/libconsent"
  "${PROJECT_BINARY_DIR}/libconsent/rules_data")
target_compile_definitions(consent_testing INTERFACE
  "CONSENT_VECTORS=\"${PROJECT_SOURCE_DIR}/tests/vectors\""
  "CONSENT_SOURCE_DIR=\"${PROJECT_SOURCE_DIR}\"")
if(Catch2_VERSION VERSION_GREATER_EQUAL 3)
  target_compile_definitions(consent_testing INTERFACE CONSENT_CATCH2_V3)
endif()

# main() is compiled once; with version 2 it is most of what there is to compile.
add_library(consent_testing_main OBJECT "${PROJECT_SOURCE_DIR}/tests/catch_main.cpp")
target_link_libraries(consent_testing_main PRIVATE Catch2::Catch2)
target_compile_features(consent_testing_main PRIVATE cxx_std_20)
if(Catch2_VERSION VERSION_GREATER_EQUAL 3)
  target_compile_definitions(consent_testing_main PRIVATE CONSENT_CATCH2_V3)
endif()

function(consent_test stage)
  add_executable(test_${stage} ${ARGN} $<TARGET_OBJECTS:consent_testing_main>)
  target_link_libraries(test_${stage} PRIVATE consent_testing)
  set_target_properties(test_${stage} PROPERTIES CXX_EXTENSIONS OFF)
  add_test(NAME ${stage} COMMAND test_${stage} --order rand --rng-seed time)
  set_tests_properties(${stage} PROPERTIES LABELS "${stage}" TIMEOUT 300)
endfunction()

function(consent_compile_fail name)
  foreach(should_fail IN ITEMS 0 1)  # the twin proves that the failure is about the line and not a typo
    set(target compile_fail_${name}_${should_fail})
    add_library(${target} OBJECT EXCLUDE_FROM_ALL compile_fail/${name}.cpp)
    target_link_libraries(${target} PRIVATE consent::consent)
    target_compile_definitions(${target} PRIVATE SHOULD_FAIL=${should_fail})
    add_test(NAME compile_fail.${name}_${should_fail}
      COMMAND ${CMAKE_COMMAND} --build "${CMAKE_BINARY_DIR}" --target ${target})
    set_tests_properties(compile_fail.${name}_${should_fail} PROPERTIES
      RUN_SERIAL ON WILL_FAIL ${should_fail} LABELS compile_fail)
  endforeach()
endfunction()
