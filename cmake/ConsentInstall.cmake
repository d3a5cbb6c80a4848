# cmake --install: library, headers, and a package for find_package(consent).
include(CMakePackageConfigHelpers)

set(consent_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/consent")
install(TARGETS consent EXPORT consentTargets FILE_SET HEADERS)
install(EXPORT consentTargets NAMESPACE consent:: DESTINATION "${consent_package_dir}")
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/consentConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/consentConfig.cmake" INSTALL_DESTINATION "${consent_package_dir}")
# Before 1.0 a minor version may change the ABI; SameMinorVersion says so to the consumer.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/consentConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/consentConfig.cmake"
  "${PROJECT_BINARY_DIR}/consentConfigVersion.cmake"
  "${CMAKE_CURRENT_LIST_DIR}/Finddate.cmake"
  DESTINATION "${consent_package_dir}")
