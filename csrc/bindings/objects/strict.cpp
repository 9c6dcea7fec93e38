// The host runtime's strict mode (ascendcl/strict.h), looked up by name: CANN's library has none.
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string>
#include <string_view>

#include "bindings/modules.h"
#include "bindings/objects/host_function.h"
#include "bindings/objects/status.h"
#include "bindings/python_call.h"

namespace py = pybind11;

namespace ascendcl::objects {
namespace {

constexpr int kPythonFrames = 8;

// As ascendcl/strict.h declares them.
using SetMode = int (*)(int mode);
using GetMode = int (*)();
using SetProvider = void (*)(size_t (*provider)(char *text, size_t size, int *is_of_binding));
using SetSink = void (*)(int (*sink)(const char *report));

// A thread that Python does not know has no frames, and no warnings to give.
bool is_python_thread() {
    return is_python_running() && PyGILState_GetThisThreadState() != nullptr;
}

const char *utf8(PyObject *text) {
    const char *bytes = PyUnicode_AsUTF8(text);
    if (bytes == nullptr) PyErr_Clear();
    return bytes == nullptr ? "?" : bytes;
}

// The package's folder with a slash behind it. Never destroyed: calls may come late.
const std::string &package_folder() {
    static const auto &folder = *new std::string([] {
        const auto file = py::module_::import("ascendcl").attr("__file__").cast<std::string>();
        return file.substr(0, file.rfind('/') + 1);
    }());
    return folder;
}

size_t write_python_frames(char *text, size_t size, int *is_of_binding) {
    if (!is_python_thread()) return 0;
    const WithGil gil;
    const py::error_scope pending;  // the call may come from a destructor
    size_t length = 0;
    py::object frame =
        py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject *>(PyEval_GetFrame()));
    for (int count = 0; frame && count < kPythonFrames; ++count) {
        auto *raw = reinterpret_cast<PyFrameObject *>(frame.ptr());
        PyCodeObject *code = PyFrame_GetCode(raw);
        const auto owner = py::reinterpret_steal<py::object>(reinterpret_cast<PyObject *>(code));
        const int written =
            std::snprintf(text + length, size - length, "%s:%d in %s\n", utf8(code->co_filename),
                          PyFrame_GetLineNumber(raw), utf8(code->co_name));
        if (count == 0)
            *is_of_binding = std::string_view(text).rfind(package_folder(), 0) == 0 ? 1 : 0;
        if (written < 0 || static_cast<size_t>(written) >= size - length) break;
        length += static_cast<size_t>(written);
        frame =
            py::reinterpret_steal<py::object>(reinterpret_cast<PyObject *>(PyFrame_GetBack(raw)));
    }
    return length;
}

// 0 leaves the report to the runtime.
int warn_of_report(const char *report) {
    if (!is_python_thread()) return 0;
    const WithGil gil;
    const py::error_scope pending;
    try {
        const py::object category = bound_error("StrictWarning");
        // A filter may make an exception of it, which has no way up from inside a C call.
        const int raised =
            without_unwinding([&] { return PyErr_WarnEx(category.ptr(), report, 1); });
        if (raised != 0) throw py::error_already_set();
    } catch (py::error_already_set &error) {
        write_unraisable(error, "a call under acl.strict()");
    } catch (const std::exception &) {
        return 0;
    }
    return 1;
}

// The mode before; None where there is no strict mode.
py::object set_strict_mode(int mode) {
    const auto set = host_function<SetMode>("ascendclSetStrictMode");
    const auto get = host_function<GetMode>("ascendclGetStrictMode");
    if (set == nullptr || get == nullptr) return py::none();
    const int before = get();
    call_core([&] { return core::Status{set(mode), "ascendclSetStrictMode"}; });
    return py::int_(before);
}

}  // namespace

void register_strict(py::module_ &module) {
    package_folder();
    if (const auto set = host_function<SetProvider>("ascendclSetCallSiteProvider")) {
        set(&write_python_frames);
    }
    if (const auto set = host_function<SetSink>("ascendclSetReportSink")) set(&warn_of_report);
    module.def("set_strict_mode", &set_strict_mode);
}

}  // namespace ascendcl::objects
