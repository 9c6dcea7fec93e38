// How one flat function is called from Python: its name, its parameters and what is missing when it
// cannot be called. Everything here is static and lives as long as the process.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Python.h>

namespace ascendcl::flat {

inline constexpr int kMostParameters = 19;  // aclblasGemmEx

struct Signature {
    const char *module = nullptr;               // "acl.rt"
    const char *name = nullptr;                 // "malloc"
    const char *parameters[kMostParameters]{};  // "size", "policy"
    int count = 0;                              // of parameters
    int required = 0;                           // the others may be left out or be None
};

// Sets TypeError "acl.rt.malloc: argument 'size' must be int, not str".
void raise_wrong_type(const Signature &signature, int position, const char *expected,
                      PyObject *given);

// Sets OverflowError "acl.rt.set_device: argument 'device_id' must fit into 32 bits (signed), not
// 2147483648".
void raise_out_of_range(const Signature &signature, int position, int bits, const char *kind,
                        PyObject *given);

// Sets ValueError "acl.rt.malloc: argument 'size' <what>".
void raise_bad_value(const Signature &signature, int position, const char *what);

// Sorts positional and keyword arguments into `bound` (signature.count borrowed references, null
// where an optional one is absent). False with TypeError set when they do not match.
bool bind_arguments(const Signature &signature, PyObject *const *given, Py_ssize_t positional,
                    PyObject *keywords, PyObject **bound);

}  // namespace ascendcl::flat
