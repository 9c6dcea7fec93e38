# find_package(ascendcl): the C interface and the host runtime for C and C++ programs.
# Found by -Dascendcl_DIR="$(python -m ascendcl config --cmakedir)". Target: ascendcl::ascendcl.
get_filename_component(_ascendcl_root "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
if(NOT TARGET ascendcl::ascendcl)
  add_library(ascendcl::ascendcl SHARED IMPORTED)
  set_target_properties(
    ascendcl::ascendcl
    PROPERTIES IMPORTED_LOCATION "${_ascendcl_root}/_host/libascendcl.so"
               IMPORTED_SONAME "libascendcl.so"
               INTERFACE_INCLUDE_DIRECTORIES "${_ascendcl_root}/include")
endif()
unset(_ascendcl_root)
