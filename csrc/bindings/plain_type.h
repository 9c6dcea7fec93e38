// The types of our classes. Their metaclass is plain `type`: pybind11's own would only guard static
// properties, which we have none of, and no stub can name it. And once a module is complete, its
// classes are sealed: without that metaclass, cls.__new__(cls) would make an object with nothing in
// it, an assignment to __class__ one with something else, and a member of the class called with
// None for its object would read a null pointer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <cstring>

namespace ascendcl::bindings {

inline pybind11::metaclass plain_type() {
    return pybind11::metaclass(reinterpret_cast<PyObject *>(&PyType_Type));
}

// tp_new of a sealed class. pybind11 makes objects without it.
inline PyObject *refuse_to_make(PyTypeObject *type, PyObject *, PyObject *) {
    PyErr_Format(PyExc_TypeError, "%.200s: not made directly, copied or pickled", type->tp_name);
    return nullptr;
}

// Lets no function of a class, nor a property's getter, take None for its object.
inline void require_self(pybind11::handle member) {
    if (PyObject_TypeCheck(member.ptr(), &PyProperty_Type) != 0) member = member.attr("fget");
    const pybind11::handle function = pybind11::detail::get_function(member);
    if (!function || PyCFunction_Check(function.ptr()) == 0) return;
    PyObject *const self = PyCFunction_GET_SELF(function.ptr());
    if (self == nullptr) return;
    auto *overload = pybind11::detail::function_record_ptr_from_PyObject(self);
    for (; overload != nullptr; overload = overload->next) {
        if (!overload->is_method || !overload->args.empty()) continue;
        // pybind11 frees the names of parameters with the function.
        overload->args.emplace_back(::strdup("self"), nullptr, pybind11::handle(),
                                    /*convert=*/true, /*none=*/false);
    }
}

// Seals the classes of `module`; nothing can be added to them afterwards.
inline void seal_classes(const pybind11::module_ &module) {
    for (const auto &[name, value] : pybind11::dict(module.attr("__dict__"))) {
        if (!pybind11::isinstance<pybind11::type>(value)) continue;
        auto *const type = reinterpret_cast<PyTypeObject *>(value.ptr());
        if (pybind11::detail::get_type_info(type) == nullptr) continue;  // an exception, an enum
        for (const auto &member : pybind11::dict(value.attr("__dict__"))) {
            require_self(member.second);
        }
        type->tp_new = &refuse_to_make;
        type->tp_flags |= Py_TPFLAGS_IMMUTABLETYPE;
        PyType_Modified(type);
    }
}

}  // namespace ascendcl::bindings
