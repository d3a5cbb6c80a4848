# Included by the presets (CMAKE_PROJECT_TOP_LEVEL_INCLUDES). Paths are hashed relative to the project and the build
# folder is not hashed, so that build/python finds what build/dev has compiled.
find_program(CONSENT_CCACHE ccache)
mark_as_advanced(CONSENT_CCACHE)
if(CONSENT_CCACHE)
  foreach(language IN ITEMS C CXX)
    set(CMAKE_${language}_COMPILER_LAUNCHER
      "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1 "${CONSENT_CCACHE}")
  endforeach()
endif()
