// Calling Python: from any thread, and so that the thread is never unwound (without_gil.h).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <exception>

#include "bindings/without_gil.h"

namespace ascendcl {

// True until Py_Finalize begins.
inline bool is_python_running() {
#if PY_VERSION_HEX >= 0x030D0000
    return Py_IsInitialized() && !Py_IsFinalizing();
#else
    return Py_IsInitialized() && !_Py_IsFinalizing();
#endif
}

// Takes the GIL in a thread that may be none of Python's.
class WithGil {
   public:
    WithGil() : state_(without_unwinding([] { return PyGILState_Ensure(); })) {}
    WithGil(const WithGil &) = delete;
    WithGil &operator=(const WithGil &) = delete;
    ~WithGil() {
        without_unwinding([this] { PyGILState_Release(state_); });
    }

   private:
    PyGILState_STATE state_;
};

// fn(arguments...). Throws error_already_set.
template <typename... Arguments>
pybind11::object call(const pybind11::object &fn, const Arguments &...arguments) {
    const pybind11::tuple packed = pybind11::make_tuple(arguments...);
    PyObject *const answer =
        without_unwinding([&] { return PyObject_CallObject(fn.ptr(), packed.ptr()); });
    if (!answer) throw pybind11::error_already_set();
    return pybind11::reinterpret_steal<pybind11::object>(answer);
}

// Shows an error that has no caller: `what` is what was being done.
inline void write_unraisable(pybind11::error_already_set &error, const char *what) {
    const pybind11::str doing(what);
    error.restore();
    without_unwinding([&] { PyErr_WriteUnraisable(doing.ptr()); });
}

// Runs `body` with the GIL; answers `otherwise` when Python is gone or `body` raised.
template <typename Result, typename Body>
Result call_python(const char *what, Result otherwise, Body &&body) {
    if (!is_python_running()) return otherwise;
    const WithGil gil;
    try {
        return body();
    } catch (pybind11::error_already_set &error) {
        write_unraisable(error, what);
    } catch (const std::exception &error) {
        PyErr_SetString(PyExc_RuntimeError, error.what());
        pybind11::error_already_set raised;
        write_unraisable(raised, what);
    }
    return otherwise;
}

}  // namespace ascendcl
