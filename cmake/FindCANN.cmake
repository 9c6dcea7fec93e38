# SPDX-License-Identifier: Apache-2.0
#[=======================================================================[.rst:
FindCANN
--------

Finds the C interface of Ascend's runtime: the headers of an installed CANN SDK, or the declarations
in ``third_party/cann/include``.

An SDK is looked for in ``ASCEND_TOOLKIT_HOME``, then in ``ASCEND_HOME_PATH``; each may be a CMake
variable or an environment variable. It counts when it has ``acl/acl.h`` and ``libascendcl.so``. The
headers of one that lacks the newest names of our sources are passed over, with a message.
``CANN_FORCE_BUNDLED=ON`` does not look for an SDK at all.

Targets: ``CANN::headers``, and ``CANN::ascendcl`` where an SDK has the library.

Variables: ``CANN_FOUND``; ``CANN_FOUND_SDK``, whether the headers are an SDK's;
``CANN_INCLUDE_DIR``; ``CANN_LIBRARY``, an SDK's libascendcl.so or empty.
#]=======================================================================]

option(CANN_FORCE_BUNDLED "Use the bundled ACL declarations even where a CANN SDK is installed" OFF)

get_filename_component(_cann_bundled "${CMAKE_CURRENT_LIST_DIR}/../third_party/cann/include" ABSOLUTE)
set(CANN_FOUND_SDK FALSE)
set(CANN_INCLUDE_DIR "${_cann_bundled}")
set(CANN_LIBRARY "")

# The headers that our sources include, and the newest of the names that they use.
set(_cann_check
    [[
#include <acl/acl.h>
#include <acl/acl_dump.h>
#include <acl/acl_op_compiler.h>
#include <acl/acl_prof.h>
#include <acl/acl_rt_allocator.h>
#include <acl/acl_tdt.h>
#include <acl/acl_tdt_queue.h>
#include <acl/ops/acl_cblas.h>
#include <acl/ops/acl_fv.h>
template <typename... Function>
void use(Function *...) {}
void check() {
    use(aclmdlGetInputDimsRange, aclmdlSetExecConfigOpt, aclrtBinaryLoadFromData,
        aclrtDeviceGetUuid, aclrtDevicePeerAccessStatus, aclrtGetDevicesTopo,
        aclrtGetLogicDevIdByPhyDevId, aclrtGetOpExecuteTimeout, aclrtGetPrimaryCtxState,
        aclrtGetResInCurrentThread, aclrtHostGetDevicePointer, aclrtHostRegisterV2,
        aclrtLaunchKernelWithHostArgs, aclrtMallocForTaskScheduler, aclrtMemcpyAsyncWithDesc,
        aclrtNotifyBatchReset, aclrtPointerGetAttributes, aclrtReduceAsync, aclrtRegisterCpuFunc,
        aclrtSetOpExecuteTimeOutV2, aclrtSetStreamAttribute, aclrtValueWait, aclsysGetVersionStr);
}
]])

# Sets `result` to whether the headers in `directory` are new enough.
function(_cann_is_new_enough directory result)
  include(CheckCXXSourceCompiles)
  # The answer is kept in the cache, one for each directory and each set of names.
  string(MD5 key "${directory}${_cann_check}")
  set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
  set(CMAKE_REQUIRED_INCLUDES "${directory}")
  set(CMAKE_REQUIRED_FLAGS "-std=c++17")
  set(CMAKE_REQUIRED_QUIET TRUE)
  check_cxx_source_compiles("${_cann_check}" "_CANN_NEW_ENOUGH_${key}")
  if(_CANN_NEW_ENOUGH_${key})
    set(${result} TRUE PARENT_SCOPE)
  else()
    set(${result} FALSE PARENT_SCOPE)
  endif()
endfunction()

set(_cann_homes "")
if(NOT CANN_FORCE_BUNDLED)
  foreach(_cann_name IN ITEMS ASCEND_TOOLKIT_HOME ASCEND_HOME_PATH)
    if(DEFINED ${_cann_name})
      list(APPEND _cann_homes "${${_cann_name}}")
    elseif(DEFINED ENV{${_cann_name}})
      list(APPEND _cann_homes "$ENV{${_cann_name}}")
    endif()
  endforeach()
endif()

foreach(_cann_home IN LISTS _cann_homes)
  set(_cann_roots "${_cann_home}" "${_cann_home}/${CMAKE_SYSTEM_PROCESSOR}-linux")
  unset(_cann_include)
  unset(_cann_library)
  find_path(_cann_include acl/acl.h PATHS ${_cann_roots} PATH_SUFFIXES include NO_CACHE
            NO_DEFAULT_PATH)
  find_library(_cann_library ascendcl PATHS ${_cann_roots} PATH_SUFFIXES lib64 NO_CACHE
               NO_DEFAULT_PATH)
  if(NOT _cann_include OR NOT _cann_library)
    message(STATUS "CANN: no acl/acl.h with a libascendcl.so in ${_cann_home}")
    continue()
  endif()
  string(REGEX REPLACE "/$" "" _cann_include "${_cann_include}")
  _cann_is_new_enough("${_cann_include}" _cann_usable)
  if(NOT _cann_usable)
    message(STATUS "CANN: the SDK in ${_cann_home} is too old to compile against")
    # To link with, the first one serves all the same.
    if(NOT CANN_LIBRARY)
      set(CANN_LIBRARY "${_cann_library}")
    endif()
    continue()
  endif()
  set(CANN_FOUND_SDK TRUE)
  set(CANN_INCLUDE_DIR "${_cann_include}")
  set(CANN_LIBRARY "${_cann_library}")
  break()
endforeach()

if(CANN_FOUND_SDK)
  message(STATUS "CANN: SDK headers in ${CANN_INCLUDE_DIR}")
else()
  message(STATUS "CANN: bundled headers in ${CANN_INCLUDE_DIR}")
endif()

include(FindPackageHandleStandardArgs)
set(CANN_FIND_QUIETLY TRUE) # said above, with more detail
find_package_handle_standard_args(CANN REQUIRED_VARS CANN_INCLUDE_DIR)

if(NOT TARGET CANN::headers)
  add_library(CANN::headers INTERFACE IMPORTED)
  set_target_properties(CANN::headers PROPERTIES INTERFACE_INCLUDE_DIRECTORIES
                                                 "${CANN_INCLUDE_DIR}")
endif()
if(CANN_LIBRARY AND NOT TARGET CANN::ascendcl)
  add_library(CANN::ascendcl SHARED IMPORTED)
  set_target_properties(CANN::ascendcl PROPERTIES IMPORTED_LOCATION "${CANN_LIBRARY}"
                                                  INTERFACE_LINK_LIBRARIES CANN::headers)
endif()

unset(_cann_bundled)
unset(_cann_check)
unset(_cann_homes)
unset(_cann_include)
unset(_cann_library)
unset(_cann_roots)
unset(_cann_usable)
