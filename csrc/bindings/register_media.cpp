// The flat functions of acl.media that need no picture: memory for the media units.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/flat/function.h"
#include "bindings/modules.h"

// Not every SDK has the header of the media units.
extern "C" {
aclError acldvppMalloc(void **devPtr, size_t size);
aclError acldvppFree(void *devPtr);
}

#pragma weak acldvppMalloc
#pragma weak acldvppFree

namespace ascendcl {

using namespace flat;  // a table of nothing else

void register_media(pybind11::module_ &module) {
    static Function functions[] = {
        bind<&acldvppMalloc>("dvpp_malloc", "size"),
        bind<&acldvppFree>("dvpp_free", "dev_ptr"),
    };
    add_functions(module, "acl.media", functions);
}

}  // namespace ascendcl
