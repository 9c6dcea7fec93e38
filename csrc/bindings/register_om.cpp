// _acl.om: the reader of .om files. Independent of the C API; ascendcl.om re-exports it.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/modules.h"
#include "bindings/om/objects.h"
#include "bindings/plain_type.h"

void register_om(pybind11::module_ &module) {
    using namespace ascendcl;
    pybind11::module_ submodule = module.def_submodule("om", "Reads .om files.");
    om_objects::register_errors(submodule);
    om_objects::register_views(submodule);
    om_objects::register_graph(submodule);
    om_objects::register_file(submodule);
    bindings::seal_classes(submodule);
}
