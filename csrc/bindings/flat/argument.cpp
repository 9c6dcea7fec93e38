// The conversions of argument.h that are not templates.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/flat/argument.h"

#include <cstring>

namespace ascendcl::flat::detail {

PyObject *load_sequence(PyObject *object, const Signature &signature, int position) {
    if (!PySequence_Check(object) || PyUnicode_Check(object) || PyBytes_Check(object) ||
        PyByteArray_Check(object)) {
        raise_wrong_type(signature, position, "list", object);
        return nullptr;
    }
    return PySequence_Fast(object, "not a sequence");
}

void raise_wrong_item(const Signature &signature, int position, Py_ssize_t index,
                      const char *expected, PyObject *given) {
    PyErr_Format(PyExc_TypeError, "%s.%s: argument '%s[%zd]' must be %s, not %.200s",
                 signature.module, signature.name, signature.parameters[position], index, expected,
                 Py_TYPE(given)->tp_name);
}

const char *load_text(PyObject *object, Owned &owner, const Signature &signature, int position) {
    if (!PyUnicode_Check(object)) {
        raise_wrong_type(signature, position, "str", object);
        return nullptr;
    }
    Py_ssize_t size = 0;
    const char *text = PyUnicode_AsUTF8AndSize(object, &size);
    if (!text) {
        // Bytes that are no UTF-8 came in as lone surrogates (os.listdir): give them back.
        PyErr_Clear();
        owner.reset(PyUnicode_EncodeFSDefault(object));
        if (!owner.get()) return nullptr;
        text = PyBytes_AS_STRING(owner.get());
        size = PyBytes_GET_SIZE(owner.get());
    }
    if (std::strlen(text) != static_cast<size_t>(size)) {
        raise_bad_value(signature, position, "contains a null character");
        return nullptr;
    }
    return text;
}

const char *load_path(PyObject *object, Owned &owner, const Signature &signature, int position) {
    if (PyUnicode_Check(object)) return load_text(object, owner, signature, position);
    if (PyBytes_Check(object)) {
        raise_wrong_type(signature, position, "str or os.PathLike", object);
        return nullptr;
    }
    const Owned path(PyOS_FSPath(object));
    if (!path.get() || !PyUnicode_Check(path.get())) {
        if (!path.get() && !PyErr_ExceptionMatches(PyExc_TypeError)) return nullptr;
        PyErr_Clear();
        raise_wrong_type(signature, position, "str or os.PathLike", object);
        return nullptr;
    }
    Owned converted;
    const char *const text = load_text(path.get(), converted, signature, position);
    // The text lives in whichever object was read last.
    PyObject *const keeper = converted.get() ? converted.get() : path.get();
    Py_INCREF(keeper);
    owner.reset(keeper);
    return text;
}

}  // namespace ascendcl::flat::detail
