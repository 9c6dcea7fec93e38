// Failures on their way to Python.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/objects/status.h"

#include <atomic>
#include <cstring>

#include "bindings/python_call.h"

namespace py = pybind11;

namespace ascendcl::objects {
namespace {

py::str text_of(const char *message) {
    // Not always UTF-8.
    PyObject *text =
        PyUnicode_DecodeUTF8(message, static_cast<Py_ssize_t>(std::strlen(message)), "replace");
    if (text == nullptr) throw py::error_already_set();
    return py::reinterpret_steal<py::str>(text);
}

// What the runtime says about the calling thread's last failure.
py::str recent_message(core::Status status) {
    const bool asks = status.code > 0 && aclGetRecentErrMsg != nullptr;
    const char *message = asks ? aclGetRecentErrMsg() : nullptr;
    return message == nullptr ? py::str() : text_of(message);
}

// What ascendcl.errors gave to bind_errors(). Never destroyed, and looked up nowhere: calls fail
// late in the life of the interpreter, and after somebody has emptied sys.modules.
py::dict &bound_errors() {
    static auto &bound = *new py::dict;
    return bound;
}

// The thread that ran the hook at exit; null before.
std::atomic<unsigned long> exiting_thread{0};

// Whether the calling thread was left over when the hook at exit ran: a daemon, which nobody waits
// for. It ends as CPython ends such threads, without a traceback for what it cannot help.
bool is_left_over() noexcept {
    const unsigned long exiting = exiting_thread.load();
    return exiting != 0 && exiting != PyThread_get_thread_ident();
}

}  // namespace

py::object bound_error(const char *name) { return bound_errors()[name]; }

py::object exception_for(core::Status status, const std::string &path, const std::string &message) {
    const py::str words = message.empty() ? recent_message(status) : text_of(message.c_str());
    return call(bound_error("from_status"), status.code, status.function, words, py::bytes(path));
}

void register_errors(py::module_ &module) {
    // The first dict that was given: there is one set of classes for all who catch them, however
    // often ascendcl.errors is imported or reloaded.
    module.def(
        "bind_errors",
        [](const py::dict &errors) {
            if (bound_errors().empty()) bound_errors() = errors;
            return bound_errors();
        },
        py::arg("errors"));
}

void shut_down() {
    exiting_thread = PyThread_get_thread_ident();
    without_gil([] { core::shut_down(); });
    if (raised_in_wait()) throw py::error_already_set();
}

void raise(core::Status status, const std::string &path, const std::string &message) {
    if (is_left_over()) {
        PyErr_SetNone(PyExc_SystemExit);
        throw py::error_already_set();
    }
    const py::object exception = exception_for(status, path, message);
    PyErr_SetObject(py::type::handle_of(exception).ptr(), exception.ptr());
    throw py::error_already_set();
}

void warn(core::Status status) noexcept {
    // Too late for Python: nobody could see it.
    if (Py_IsInitialized() == 0) return;
    const WithGil gil;
    const py::error_scope pending;  // a destructor may run while an exception is on its way
    try {
        call(bound_error("warn"), exception_for(status));
    } catch (py::error_already_set &error) {
        write_unraisable(error, "releasing an ACL resource");
    } catch (const std::exception &) {
        PyErr_WriteUnraisable(nullptr);
    }
}

}  // namespace ascendcl::objects
