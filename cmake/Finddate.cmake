# Finds Howard Hinnant's date with tz as date::date-tz. Its own package file first; then header and library by name,
# because not every system ships the former. Installed beside consentConfig.cmake: a static libconsent needs it too.
find_package(date QUIET CONFIG)
if(NOT TARGET date::date-tz)
  find_path(date_INCLUDE_DIR date/tz.h)
  find_library(date_LIBRARY NAMES date-tz tz)
  mark_as_advanced(date_INCLUDE_DIR date_LIBRARY)
  if(date_INCLUDE_DIR AND date_LIBRARY)
    find_package(Threads QUIET)
    add_library(date::date-tz UNKNOWN IMPORTED)
    set_target_properties(date::date-tz PROPERTIES
      IMPORTED_LOCATION "${date_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${date_INCLUDE_DIR}"
      INTERFACE_COMPILE_DEFINITIONS "USE_OS_TZDB=1;ONLY_C_LOCALE=1;HAS_STRING_VIEW=1"
      INTERFACE_LINK_LIBRARIES Threads::Threads)
  endif()
endif()
set(date_FOUND FALSE)
if(TARGET date::date-tz)
  set(date_FOUND TRUE)
elseif(date_FIND_REQUIRED)
  message(FATAL_ERROR "Howard Hinnant's date not found: apt-get install libhowardhinnant-date-dev")
endif()
