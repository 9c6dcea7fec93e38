// Calling Python from a thread that the runtime or pthread started.
//
// CPython up to 3.13 ends a thread that comes for the GIL of a finalizing interpreter by unwinding
// it, also in the middle of Python code. As in without_gil.h, such a thread sleeps for good
// instead. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>
#include <unistd.h>

#include <exception>

namespace ascendcl::flat {

namespace detail {

template <typename Call>
auto without_unwinding(Call &&call) {
    try {
        return call();
    } catch (...) {  // CPython itself throws nothing
        for (;;) ::pause();
    }
}

}  // namespace detail

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
    WithGil() : state_(detail::without_unwinding([] { return PyGILState_Ensure(); })) {}
    WithGil(const WithGil &) = delete;
    WithGil &operator=(const WithGil &) = delete;
    ~WithGil() { PyGILState_Release(state_); }

   private:
    PyGILState_STATE state_;
};

// fn(arguments...). Throws error_already_set.
template <typename... Arguments>
pybind11::object call(const pybind11::object &fn, const Arguments &...arguments) {
    const pybind11::tuple packed = pybind11::make_tuple(arguments...);
    PyObject *const answer =
        detail::without_unwinding([&] { return PyObject_CallObject(fn.ptr(), packed.ptr()); });
    if (!answer) throw pybind11::error_already_set();
    return pybind11::reinterpret_steal<pybind11::object>(answer);
}

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
