// Calling Python from a thread that the runtime or pthread started.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

namespace ascendcl::flat {

inline bool is_python_running() {
#if PY_VERSION_HEX >= 0x030D0000
    return Py_IsInitialized() && !Py_IsFinalizing();
#else
    return Py_IsInitialized() && !_Py_IsFinalizing();
#endif
}

// Not noexcept on purpose: CPython up to 3.13 ends a thread that asks for the GIL while the
// interpreter is finalizing by unwinding it.
class WithGil {
   public:
    WithGil() : state_(PyGILState_Ensure()) {}
    WithGil(const WithGil &) = delete;
    WithGil &operator=(const WithGil &) = delete;
    ~WithGil() { PyGILState_Release(state_); }

   private:
    PyGILState_STATE state_;
};

// Runs `body` with the GIL; answers `otherwise` when Python is gone or `body` raised.
template <typename Result, typename Body>
Result call_python(const char *what, Result otherwise, Body &&body) {
    if (!is_python_running()) return otherwise;
    const WithGil gil;
    try {
        return body();
    } catch (pybind11::error_already_set &error) {
        error.discard_as_unraisable(what);
    } catch (const std::exception &error) {
        PyErr_SetString(PyExc_RuntimeError, error.what());
        pybind11::error_already_set raised;
        raised.discard_as_unraisable(what);
    }
    return otherwise;
}

}  // namespace ascendcl::flat
