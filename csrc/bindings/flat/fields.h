// Keys of the dicts that flat functions take and give.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "bindings/flat/result.h"

namespace ascendcl::flat {

// The integer under `key`. Throws type_error when it is no int, overflow_error when the C type does
// not hold it.
template <typename T>
T integer_of(pybind11::handle object, const std::string &key) {
    namespace py = pybind11;
    if constexpr (std::is_pointer_v<T>) {
        if (PyBool_Check(object.ptr())) {
            throw py::type_error("'" + key + "' must be int (an address), not bool");
        }
        return reinterpret_cast<T>(integer_of<uint64_t>(object, key));
    } else if constexpr (std::is_enum_v<T>) {
        return static_cast<T>(integer_of<int32_t>(object, key));
    } else {
        if (!PyIndex_Check(object.ptr())) {
            throw py::type_error("'" + key + "' must be int, not " +
                                 Py_TYPE(object.ptr())->tp_name);
        }
        const auto index = py::reinterpret_steal<py::object>(PyNumber_Index(object.ptr()));
        if (!index) throw py::error_already_set();
        bool fits = true;
        T value{};
        if constexpr (std::is_unsigned_v<T> && sizeof(T) == 8) {
            value = PyLong_AsUnsignedLongLong(index.ptr());
            fits = value != std::numeric_limits<T>::max() || !PyErr_Occurred();
            PyErr_Clear();
        } else {
            int overflow = 0;
            const long wide = PyLong_AsLongAndOverflow(index.ptr(), &overflow);
            value = static_cast<T>(wide);
            fits = overflow == 0 && wide >= static_cast<long>(std::numeric_limits<T>::min()) &&
                   wide <= static_cast<long>(std::numeric_limits<T>::max());
        }
        if (!fits) {
            throw std::overflow_error("'" + key + "' must fit into " +
                                      std::to_string(8 * sizeof(T)) + " bits (" +
                                      (std::is_signed_v<T> ? "signed)" : "unsigned)"));
        }
        return value;
    }
}

// True and `value` set when the dict has the key.
template <typename T>
bool read_field(const pybind11::dict &fields, const char *key, T &value) {
    if (!fields.contains(key)) return false;
    value = integer_of<T>(fields[key], key);
    return true;
}

template <typename T>
T field(const pybind11::dict &fields, const char *key) {
    T value{};
    if (!read_field(fields, key, value)) {
        throw pybind11::type_error("key '" + std::string(key) + "' is missing");
    }
    return value;
}

// Throws type_error unless `object` is a dict.
inline pybind11::dict dict_of(pybind11::handle object, const std::string &what) {
    if (!PyDict_Check(object.ptr())) {
        throw pybind11::type_error("'" + what + "' must be dict, not " +
                                   Py_TYPE(object.ptr())->tp_name);
    }
    return pybind11::reinterpret_borrow<pybind11::dict>(object);
}

// Throws type_error unless `object` is a list or a tuple.
inline pybind11::sequence list_of(pybind11::handle object, const std::string &what) {
    if (!PyList_Check(object.ptr()) && !PyTuple_Check(object.ptr())) {
        throw pybind11::type_error("'" + what + "' must be list, not " +
                                   Py_TYPE(object.ptr())->tp_name);
    }
    return pybind11::reinterpret_borrow<pybind11::sequence>(object);
}

// Text of a char array that need not end with a zero.
inline pybind11::object text_of(const char *text, size_t capacity) {
    return object_of(std::string(text, ::strnlen(text, capacity)).c_str());
}

// A list of the first `count` numbers.
template <typename T>
pybind11::list numbers_of(const T *numbers, size_t count) {
    pybind11::list list;
    for (size_t k = 0; k < count; ++k) list.append(object_of(numbers[k]));
    return list;
}

}  // namespace ascendcl::flat
