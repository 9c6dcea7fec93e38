// The types of our classes. Their metaclass is plain `type`: pybind11's own would only guard static
// properties, which we have none of, and no stub can name it. And once a module is complete, its
// classes are sealed: without that metaclass, cls.__new__(cls) would make an object with nothing in
// it, and an assignment to __class__ one with something else.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

namespace ascendcl::bindings {

inline pybind11::metaclass plain_type() {
    return pybind11::metaclass(reinterpret_cast<PyObject *>(&PyType_Type));
}

// tp_new of a sealed class. pybind11 makes objects without it.
inline PyObject *refuse_to_make(PyTypeObject *type, PyObject *, PyObject *) {
    PyErr_Format(PyExc_TypeError, "%.200s: not made directly, copied or pickled", type->tp_name);
    return nullptr;
}

// Seals the classes of `module`; nothing can be added to them afterwards.
inline void seal_classes(const pybind11::module_ &module) {
    for (const auto &[name, value] : pybind11::dict(module.attr("__dict__"))) {
        if (!pybind11::isinstance<pybind11::type>(value)) continue;
        auto *const type = reinterpret_cast<PyTypeObject *>(value.ptr());
        if (pybind11::detail::get_type_info(type) == nullptr) continue;  // an exception, an enum
        type->tp_new = &refuse_to_make;
        type->tp_flags |= Py_TPFLAGS_IMMUTABLETYPE;
        PyType_Modified(type);
    }
}

}  // namespace ascendcl::bindings
