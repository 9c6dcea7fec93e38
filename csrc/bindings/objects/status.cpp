// Failures on their way to Python.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/objects/status.h"

#include <cstring>

#include "bindings/python_call.h"

namespace py = pybind11;

namespace ascendcl::objects {
namespace {

// What the runtime says about the calling thread's last failure. Not always UTF-8.
py::str recent_message(core::Status status) {
    const bool asks = status.code > 0 && aclGetRecentErrMsg != nullptr;
    const char *message = asks ? aclGetRecentErrMsg() : nullptr;
    if (message == nullptr) return py::str();
    PyObject *text =
        PyUnicode_DecodeUTF8(message, static_cast<Py_ssize_t>(std::strlen(message)), "replace");
    if (text == nullptr) throw py::error_already_set();
    return py::reinterpret_steal<py::str>(text);
}

py::object exception_for(core::Status status, const std::string &path) {
    const py::str message = recent_message(status);
    return call(py::module_::import("ascendcl.errors").attr("from_status"), status.code,
                status.function, message, py::bytes(path));
}

}  // namespace

void raise(core::Status status, const std::string &path) {
    const py::object exception = exception_for(status, path);
    PyErr_SetObject(py::type::handle_of(exception).ptr(), exception.ptr());
    throw py::error_already_set();
}

void warn(core::Status status) noexcept {
    // Too late for Python: nobody could see it.
    if (Py_IsInitialized() == 0) return;
    const WithGil gil;
    const py::error_scope pending;  // a destructor may run while an exception is on its way
    try {
        call(py::module_::import("ascendcl.errors").attr("warn"), exception_for(status, {}));
    } catch (py::error_already_set &error) {
        write_unraisable(error, "releasing an ACL resource");
    } catch (const std::exception &) {
        PyErr_WriteUnraisable(nullptr);
    }
}

}  // namespace ascendcl::objects
