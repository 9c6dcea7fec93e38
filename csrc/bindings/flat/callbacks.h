// Functions that hand a Python callable to the runtime. The callable is held until it can no longer
// be called; it runs with the GIL in whichever thread the runtime calls from; what it raises goes
// to sys.unraisablehook. Once the interpreter is finalizing nothing is called any more.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include "acl/acl.h"
#include "acl/acl_rt_allocator.h"
#include "bindings/flat/function.h"

namespace ascendcl::flat {

namespace py = pybind11;

// One call in the thread that calls process_report.
py::object launch_callback(py::function &fn, py::handle &user_data,
                           aclrtCallbackBlockType block_type, aclrtStream stream);

// One process-wide slot each: a second registration replaces the first.
py::object set_exception_info_callback(py::function &fn);  // null clears
py::object dump_reg_callback(py::function &fn, int32_t flag);
py::object dump_unreg_callback();
py::object allocator_set_alloc_func(aclrtAllocatorDesc desc, py::function &fn);
py::object allocator_set_free_func(aclrtAllocatorDesc desc, py::function &fn);
py::object allocator_set_alloc_advise_func(aclrtAllocatorDesc desc, py::function &fn);
py::object allocator_set_get_addr_func(aclrtAllocatorDesc desc, py::function &fn);

// One per operator type, up to 16 types.
py::object op_register_compile_func(const char *op_type, py::function &fn);
py::object op_unregister_compile_func(const char *op_type);

}  // namespace ascendcl::flat
