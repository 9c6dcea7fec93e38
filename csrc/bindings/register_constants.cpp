// The numbers of the ACL headers under their C names. The list is made by
// cmake/generate_constants.py.
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl.h"
#include "bindings/modules.h"

namespace ascendcl {

void register_constants(pybind11::module_ &module) {
#define ASCENDCL_CONSTANT(name) module.attr(#name) = static_cast<int>(name);
#include "constants.inc"
#undef ASCENDCL_CONSTANT
}

}  // namespace ascendcl
