// See result.h.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/flat/result.h"

namespace ascendcl::flat {

PyObject *give_up_tuple(PyObject *tuple, PyObject *const *objects, size_t count) {
    for (size_t k = 0; k < count; ++k) Py_XDECREF(objects[k]);
    Py_XDECREF(tuple);
    return nullptr;
}

}  // namespace ascendcl::flat
