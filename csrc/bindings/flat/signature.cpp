// Binding of arguments to parameters and the errors that name them.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/flat/signature.h"

#include <algorithm>
#include <cstring>

namespace ascendcl::flat {

void raise_wrong_type(const Signature &signature, int position, const char *expected,
                      PyObject *given) {
    const char *const type = Py_TYPE(given)->tp_name;
    PyErr_Format(PyExc_TypeError, "%s.%s: argument '%s' must be %s, not %.200s%s", signature.module,
                 signature.name, signature.parameters[position], expected, type,
                 std::strcmp(type, "numpy.ndarray") == 0
                     ? " (acl.util.numpy_to_ptr gives an array's address)"
                     : "");
}

void raise_out_of_range(const Signature &signature, int position, int bits, const char *kind,
                        PyObject *given) {
    constexpr Py_ssize_t kReadable = 40;  // characters; Python refuses to write out very long ints
    PyObject *const text = PyObject_Repr(given);
    if (!text) PyErr_Clear();
    const bool is_readable = text && PyUnicode_GET_LENGTH(text) <= kReadable;
    PyErr_Format(PyExc_OverflowError, "%s.%s: argument '%s' must fit into %d bits (%s), not %V",
                 signature.module, signature.name, signature.parameters[position], bits, kind,
                 is_readable ? text : nullptr, "a much larger number");
    Py_XDECREF(text);
}

void raise_bad_value(const Signature &signature, int position, const char *what) {
    PyErr_Format(PyExc_ValueError, "%s.%s: argument '%s' %s", signature.module, signature.name,
                 signature.parameters[position], what);
}

bool bind_arguments(const Signature &signature, PyObject *const *given, Py_ssize_t positional,
                    PyObject *keywords, PyObject **bound) {
    const Py_ssize_t named = keywords ? PyTuple_GET_SIZE(keywords) : 0;
    if (positional > signature.count) {
        PyErr_Format(PyExc_TypeError, "%s.%s: takes %d arguments, got %zd", signature.module,
                     signature.name, signature.count, positional + named);
        return false;
    }
    std::fill(bound, bound + signature.count, nullptr);
    std::copy(given, given + positional, bound);
    for (Py_ssize_t k = 0; k < named; ++k) {
        PyObject *const name = PyTuple_GET_ITEM(keywords, k);
        int position = 0;
        while (position < signature.count &&
               PyUnicode_CompareWithASCIIString(name, signature.parameters[position]) != 0) {
            ++position;
        }
        if (position == signature.count) {
            PyErr_Format(PyExc_TypeError, "%s.%s: unknown argument '%U'", signature.module,
                         signature.name, name);
            return false;
        }
        if (bound[position]) {
            PyErr_Format(PyExc_TypeError, "%s.%s: argument '%U' given twice", signature.module,
                         signature.name, name);
            return false;
        }
        bound[position] = given[positional + k];
    }
    for (int position = 0; position < signature.required; ++position) {
        if (!bound[position]) {
            PyErr_Format(PyExc_TypeError, "%s.%s: missing argument '%s' (takes %d, got %zd)",
                         signature.module, signature.name, signature.parameters[position],
                         signature.count, positional + named);
            return false;
        }
    }
    return true;
}

}  // namespace ascendcl::flat
