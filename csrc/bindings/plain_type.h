// The metaclass of our classes: plain `type`. pybind11's own would only guard static properties,
// which we have none of, and no stub can name it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

namespace ascendcl::bindings {

inline pybind11::metaclass plain_type() {
    return pybind11::metaclass(reinterpret_cast<PyObject *>(&PyType_Type));
}

}  // namespace ascendcl::bindings
