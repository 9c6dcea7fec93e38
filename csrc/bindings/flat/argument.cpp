// The conversions of argument.h that are not templates.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/flat/argument.h"

#include <cstring>

namespace ascendcl::flat::detail {

namespace {

// The int that `object` stands for, owned by `owner` where it is not `object` itself. Null with an
// exception set.
PyObject *int_of(PyObject *object, Owned &owner, const Signature &signature, int position) {
    if (PyLong_Check(object)) return object;
    if (PyIndex_Check(object)) {
        owner.reset(PyNumber_Index(object));
        // An array has __index__ and is none, unless it has no axes.
        if (owner.get() || !PyErr_ExceptionMatches(PyExc_TypeError)) return owner.get();
        PyErr_Clear();
    }
    raise_wrong_type(signature, position, "int", object);
    return nullptr;
}

// -1 where C programs write SIZE_MAX or -1 themselves.
bool is_every_index(PyObject *number, const Signature &signature, int position) {
    if (std::strcmp(signature.parameters[position], "index") != 0) return false;
    int overflow = 0;
    return PyLong_AsLongAndOverflow(number, &overflow) == -1 && overflow == 0;
}

}  // namespace

bool load_within(const Range &range, PyObject *object, long &value, const Signature &signature,
                 int position) {
    Owned owner;
    PyObject *const number = int_of(object, owner, signature, position);
    if (!number) return false;
    int overflow = 0;
    value = PyLong_AsLongAndOverflow(number, &overflow);
    if (overflow == 0 && value >= range.lowest && value <= range.highest) return true;
    raise_out_of_range(signature, position, range.bits, range.is_signed ? "signed" : "unsigned",
                       object);
    return false;
}

bool load_unsigned(int bits, PyObject *object, uint64_t &value, const Signature &signature,
                   int position) {
    Owned owner;
    PyObject *const number = int_of(object, owner, signature, position);
    if (!number) return false;
    value = PyLong_AsUnsignedLongLong(number);
    const bool failed = value == UINT64_MAX && PyErr_Occurred();
    if (!failed && (bits == 64 || value <= UINT32_MAX)) return true;
    PyErr_Clear();
    if (failed && is_every_index(number, signature, position)) return true;
    raise_out_of_range(signature, position, bits, "unsigned", object);
    return false;
}

bool load_address(PyObject *object, uint64_t &value, const Signature &signature, int position) {
    if (PyBool_Check(object)) {
        raise_wrong_type(signature, position, "int (an address)", object);
        return false;
    }
    return load_unsigned(64, object, value, signature, position);
}

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
