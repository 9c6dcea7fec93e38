# SPDX-License-Identifier: Apache-2.0
if(NOT DEFINED ASCEND_TOOLKIT_HOME)
  set(ASCEND_TOOLKIT_HOME $ENV{ASCEND_TOOLKIT_HOME})
endif()
find_path(ACL_INCLUDE_DIR acl/acl.h HINTS ${ASCEND_TOOLKIT_HOME}
          PATH_SUFFIXES include ${CMAKE_SYSTEM_PROCESSOR}-linux/include REQUIRED)
set(_ACL_LIBRARIES)
foreach(_name ascendcl acl_op_compiler acl_tdt_channel acl_rt)
  find_library(ACL_${_name}_LIBRARY ${_name} HINTS ${ASCEND_TOOLKIT_HOME} NO_DEFAULT_PATH
               PATH_SUFFIXES ${CMAKE_SYSTEM_PROCESSOR}-linux/devlib lib64 compiler/lib64 REQUIRED)
  list(APPEND _ACL_LIBRARIES ${ACL_${_name}_LIBRARY})
endforeach()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ACL REQUIRED_VARS ACL_INCLUDE_DIR _ACL_LIBRARIES)
if(ACL_FOUND AND NOT TARGET ACL::ascendcl)
  add_library(ACL::ascendcl INTERFACE IMPORTED)
  set_target_properties(ACL::ascendcl PROPERTIES INTERFACE_INCLUDE_DIRECTORIES ${ACL_INCLUDE_DIR}
                                                 INTERFACE_LINK_LIBRARIES "${_ACL_LIBRARIES}")
endif()
