# consent_add_folders(a b c): each folder that has a CMakeLists.txt, in the order given.
# A folder says what is in it: target_sources(consent PRIVATE x.cpp), or consent_test(<stage> x_test.cpp).
function(consent_add_folders)
  foreach(folder IN LISTS ARGN)
    if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt")
      add_subdirectory(${folder})
    endif()
  endforeach()
endfunction()
