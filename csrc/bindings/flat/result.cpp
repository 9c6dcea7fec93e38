// The tuples that flat functions answer. SPDX-License-Identifier: Apache-2.0
#include "bindings/flat/result.h"

namespace ascendcl::flat {

PyObject *tuple_from(PyObject *const *objects, Py_ssize_t count) {
    PyObject *const tuple = PyTuple_New(count);
    bool complete = tuple != nullptr;
    for (Py_ssize_t k = 0; k < count; ++k) {
        complete = complete && objects[k];
        if (tuple) {
            PyTuple_SET_ITEM(tuple, k, objects[k]);
        } else {
            Py_XDECREF(objects[k]);
        }
    }
    if (complete) return tuple;
    Py_XDECREF(tuple);
    return nullptr;
}

}  // namespace ascendcl::flat
