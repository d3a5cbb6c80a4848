# consent_embed_rules(<target> <file.toml>...)
#
# Law is data: every file becomes `std::string_view consent::rules_data::<name>()` inside the library, so that an answer
# depends on no file that somebody may edit afterwards. <name> is the file name as a C identifier: ru-38-fz.toml is
# ru_38_fz(). `consent::rules_data::files()` lists them all. Declared in the private header "rules_data.hpp".
set(consent_embed_script "${CMAKE_CURRENT_LIST_DIR}/embed_file.cmake")

function(consent_embed_rules target)
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/rules_data")
  set(declarations "")
  set(rows "")
  foreach(file IN LISTS ARGN)
    cmake_path(ABSOLUTE_PATH file)
    cmake_path(GET file STEM LAST_ONLY stem)
    string(MAKE_C_IDENTIFIER "${stem}" name)
    set(out "${folder}/${name}.cpp")
    add_custom_command(OUTPUT "${out}"
      COMMAND ${CMAKE_COMMAND} "-DINPUT=${file}" "-DOUTPUT=${out}" "-DNAME=${name}" -P "${consent_embed_script}"
      DEPENDS "${file}" "${consent_embed_script}"
      COMMENT "Embedding rules/${stem}.toml" VERBATIM)
    # One literal holds a whole file; -Wpedantic would object to its length.
    set_source_files_properties("${out}" PROPERTIES COMPILE_OPTIONS -Wno-overlength-strings)
    target_sources(${target} PRIVATE "${out}")
    string(APPEND declarations "std::string_view ${name}() noexcept;\n")
    string(APPEND rows "      {\"${stem}\", ${name}()},\n")
  endforeach()
  list(LENGTH ARGN count)
  file(CONFIGURE OUTPUT "${folder}/rules_data.hpp" @ONLY CONTENT
"// Generated from libconsent/rules/*.toml; edit those.
#pragma once

#include <array>
#include <string_view>

namespace consent::rules_data {

struct File {
  std::string_view name;  // without .toml
  std::string_view text;  // UTF-8, exactly the bytes of the file
};

@declarations@
inline std::array<File, @count@> files() noexcept {
  return {{
@rows@  }};
}

}  // namespace consent::rules_data
")
  target_include_directories(${target} PRIVATE "${folder}")
endfunction()
