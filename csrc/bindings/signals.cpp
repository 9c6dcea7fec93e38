// Asking Python in the middle of a C call.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/signals.h"

#include <pybind11/pybind11.h>

#include "bindings/python_call.h"
#include "core/interrupt.h"

namespace ascendcl {
namespace {

// Only comes from the process's first thread (core/interrupt.h).
bool has_handler_raised() noexcept {
    if (!is_python_running()) return false;
    const WithGil gil;
    if (PyErr_Occurred()) return true;  // in an earlier wait of the same call
    const int raised = without_unwinding([] { return PyErr_CheckSignals(); });
    if (raised == 0) return false;
    signals::a_handler_raised = true;
    return true;
}

int raise_now(void *exception) {
    auto *const value = static_cast<PyObject *>(exception);
    PyErr_SetObject(reinterpret_cast<PyObject *>(Py_TYPE(value)), value);
    Py_DECREF(value);
    return -1;
}

}  // namespace

bool signals::take_raised() noexcept {
    if (PyErr_Occurred() == nullptr) return false;  // it was raised on another thread
    a_handler_raised = false;
    core::forget_interrupt();
    return true;
}

void serve_signals_in_waits() { core::set_interrupt_check(&has_handler_raised); }

void raise_soon() noexcept {
    if (!raised_in_wait()) return;
    PyObject *type = nullptr;
    PyObject *value = nullptr;
    PyObject *trace = nullptr;
    PyErr_Fetch(&type, &value, &trace);
    PyErr_NormalizeException(&type, &value, &trace);
    Py_XDECREF(type);
    Py_XDECREF(trace);
    if (value != nullptr && Py_AddPendingCall(&raise_now, value) != 0) Py_DECREF(value);
}

}  // namespace ascendcl
