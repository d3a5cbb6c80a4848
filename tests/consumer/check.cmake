# cmake -DHOW=static|shared|subdirectory -DSOURCE= -DBUILD= -DSCRATCH= -DVERSION= -DINCLUDES= -P check.cmake
#
# static        what this build made, installed and found by find_package
# shared        built anew as a shared library, installed, found; exports nothing but consent's own names
# subdirectory  add_subdirectory: configures, and brings the one target
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(failed)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

set(prefix "${SCRATCH}/prefix")
file(REMOVE_RECURSE "${prefix}" "${SCRATCH}/consumer")
set(consumer -S "${SOURCE}/tests/consumer" -B "${SCRATCH}/consumer" -G Ninja)

if(HOW STREQUAL subdirectory)
  run("${CMAKE_COMMAND}" ${consumer} "-DCONSENT_SOURCE=${SOURCE}")
  return()
endif()

set(library "${BUILD}")
if(HOW STREQUAL shared)
  set(library "${SCRATCH}/library")  # kept between runs
  run("${CMAKE_COMMAND}" -S "${SOURCE}" -B "${library}" -G Ninja -DBUILD_SHARED_LIBS=ON -DCMAKE_BUILD_TYPE=Debug
    -DCMAKE_CXX_FLAGS_DEBUG=-O0 "-DCMAKE_PROJECT_TOP_LEVEL_INCLUDES=${INCLUDES}"
    -DCONSENT_BUILD_TESTS=OFF -DCONSENT_BUILD_EXAMPLES=OFF)
  run("${CMAKE_COMMAND}" --build "${library}")
endif()
run("${CMAKE_COMMAND}" --install "${library}" --prefix "${prefix}")

if(HOW STREQUAL shared)
  file(GLOB_RECURSE shared_library "${prefix}/libconsent.so")
  run(nm --dynamic --defined-only --demangle --format=posix "${shared_library}")
  string(REPLACE ";" "," output "${output}")
  string(REGEX REPLACE "\n" ";" symbols "${output}")
  # Template instances of std and type information may be weak and shared; a strong foreign name is a leak.
  list(FILTER symbols INCLUDE REGEX " [TDBR] [0-9a-f]")
  list(FILTER symbols EXCLUDE REGEX "^(([a-z_:<>A-Z]+ )?consent::|consent_|_init |_fini |(vtable|typeinfo|typeinfo name|VTT) for consent::)")
  if(symbols)
    list(JOIN symbols "\n  " leaked)
    message(FATAL_ERROR "libconsent.so exports names that are not its own:\n  ${leaked}")
  endif()
endif()

run("${CMAKE_COMMAND}" ${consumer} "-DCMAKE_PREFIX_PATH=${prefix}")
run("${CMAKE_COMMAND}" --build "${SCRATCH}/consumer")
foreach(program IN ITEMS consumer_cpp consumer_c)
  run("${SCRATCH}/consumer/${program}")
  if(NOT output STREQUAL "${VERSION}\n")
    message(FATAL_ERROR "${program} printed '${output}' instead of '${VERSION}'")
  endif()
endforeach()
