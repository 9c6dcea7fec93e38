# find_package(ascendcl): the C interface and the host runtime for C and C++ programs.
# Found by -Dascendcl_DIR="$(python -m ascendcl config --cmakedir)", and by scikit-build-core in an
# environment that has the package. Target: ascendcl::ascendcl.
get_filename_component(_ascendcl_root "${CMAKE_CURRENT_LIST_DIR}/../../ascendcl" ABSOLUTE)
if(NOT TARGET ascendcl::ascendcl)
  add_library(ascendcl::ascendcl SHARED IMPORTED)
  set_target_properties(
    ascendcl::ascendcl
    PROPERTIES IMPORTED_LOCATION "${_ascendcl_root}/_host/libascendcl.so"
               IMPORTED_SONAME "libascendcl.so"
               INTERFACE_INCLUDE_DIRECTORIES "${_ascendcl_root}/include"
               # Stays when a program is installed, unlike what CMake adds for the build tree.
               INTERFACE_LINK_OPTIONS "LINKER:-rpath,${_ascendcl_root}/_host")
endif()
unset(_ascendcl_root)
