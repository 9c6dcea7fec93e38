// C value -> Python object, and the tuples that flat functions answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace ascendcl::flat {

// A new reference, or null with an exception set. A null pointer is 0, a null text is None; bytes
// that are no UTF-8 are shown as \xNN.
template <typename T>
PyObject *to_python(T value) {
    if constexpr (std::is_same_v<T, const char *> || std::is_same_v<T, char *>) {
        if (!value) Py_RETURN_NONE;
        return PyUnicode_DecodeUTF8(value, static_cast<Py_ssize_t>(std::strlen(value)),
                                    "backslashreplace");
    } else if constexpr (std::is_pointer_v<T>) {
        return PyLong_FromUnsignedLongLong(reinterpret_cast<uint64_t>(value));
    } else if constexpr (std::is_enum_v<T>) {
        return PyLong_FromLong(static_cast<int32_t>(value));
    } else if constexpr (std::is_floating_point_v<T>) {
        return PyFloat_FromDouble(static_cast<double>(value));
    } else if constexpr (std::is_signed_v<T>) {
        return PyLong_FromLongLong(value);
    } else {
        return PyLong_FromUnsignedLongLong(value);
    }
}

// The same as a pybind11 object; throws error_already_set.
template <typename T>
pybind11::object object_of(T value) {
    PyObject *const object = to_python(value);
    if (!object) throw pybind11::error_already_set();
    return pybind11::reinterpret_steal<pybind11::object>(object);
}

// Releases what is there of a tuple that cannot be made. Null.
PyObject *give_up_tuple(PyObject *tuple, PyObject *const *objects, size_t count);

// Steals the references. Null when one of them is null.
template <size_t N>
PyObject *tuple_from(PyObject *const (&objects)[N]) {
    PyObject *const tuple = PyTuple_New(N);
    bool complete = tuple != nullptr;
    for (PyObject *object : objects) complete = complete && object;
    if (!complete) return give_up_tuple(tuple, objects, N);
    for (size_t k = 0; k < N; ++k) PyTuple_SET_ITEM(tuple, k, objects[k]);
    return tuple;
}

template <typename... Objects>
PyObject *tuple_of(Objects... objects) {
    PyObject *const all[] = {objects...};
    return tuple_from(all);
}

}  // namespace ascendcl::flat
