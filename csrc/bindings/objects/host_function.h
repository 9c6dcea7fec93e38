// Functions that only the host runtime has (csrc/host/include), by name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <dlfcn.h>

namespace ascendcl::objects {

// Null where the runtime in use is another one.
template <typename Function>
Function host_function(const char *name) {
    return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
}

}  // namespace ascendcl::objects
