// The flat functions of acl.util: addresses and threads.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/flat/function.h"
#include "bindings/flat/native_thread.h"
#include "bindings/flat/payload.h"
#include "bindings/modules.h"

namespace ascendcl {

using namespace flat;  // a table of nothing else

void register_util(pybind11::module_ &module) {
    static Function functions[] = {
        body<&bytes_to_ptr>("bytes_to_ptr", "data"),
        body<&ptr_to_bytes>("ptr_to_bytes", "ptr", "size"),
        body<&numpy_to_ptr>("numpy_to_ptr", "array"),
        body<&numpy_contiguous_to_ptr>("numpy_contiguous_to_ptr", "array"),
        body<&ptr_to_numpy>("ptr_to_numpy", "ptr", "shape", "npy_type"),
        body<&start_thread>("start_thread", "fn", "args_list"),
        body<&stop_thread>("stop_thread", "thread_id"),
    };
    add_functions(module, "acl.util", functions);
}

}  // namespace ascendcl
