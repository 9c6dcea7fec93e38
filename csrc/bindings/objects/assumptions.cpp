// The host runtime's findings and its reports, looked up by name: CANN's library has neither.
// SPDX-License-Identifier: Apache-2.0
#include "bindings/objects/assumptions.h"

#include "bindings/modules.h"
#include "bindings/objects/host_function.h"
#include "bindings/objects/status.h"
#include "bindings/python_call.h"

namespace py = pybind11;

namespace ascendcl::objects {
namespace {

// As ascendcl/findings.h declares them.
struct Finding {
    int kind;
    const char *node, *type, *quantity, *value, *reason;
};
using GetCount = int (*)(uint32_t model_id, size_t *count);
using GetFinding = int (*)(uint32_t model_id, size_t index, Finding *finding);
using SetSink = void (*)(int (*sink)(const char *report));
// As ascendcl/substitution.h declares it.
struct Substitution {
    const char *file, *host_file;
};
using GetSubstitutionCount = int (*)(size_t *count);
using GetSubstitution = int (*)(size_t index, Substitution *substitution);

// Categories of warnings, by name.
constexpr char kAssumption[] = "HostAssumption";
constexpr char kSubstitution[] = "HostSubstitution";

// Frames between a warning and the program: the one that calls this extension.
constexpr Py_ssize_t kOfCaller = 2;

thread_local ReportCapture *capturing = nullptr;

void warn_now(const char *category_name, const char *report, Py_ssize_t level) {
    const py::object category = bound_error(category_name);
    const int raised =
        without_unwinding([&] { return PyErr_WarnEx(category.ptr(), report, level); });
    if (raised != 0) throw py::error_already_set();
}

// 0 leaves the report to the runtime.
template <const char *kCategory>
int take_report(const char *report) {
    try {
        if (capturing != nullptr) {
            capturing->keep(kCategory, report);
            return 1;
        }
        if (!is_python_running() || PyGILState_GetThisThreadState() == nullptr) return 0;
        const WithGil gil;
        const py::error_scope pending;
        try {
            warn_now(kCategory, report, 1);
        } catch (py::error_already_set &error) {
            write_unraisable(error, "a model that the host runtime loaded");
        }
        return 1;
    } catch (const std::exception &) {
        return 0;
    }
}

// A file's names are bytes: whatever is not UTF-8 must not hide the rest.
py::str text(const char *bytes) {
    PyObject *decoded = PyUnicode_DecodeUTF8(
        bytes, static_cast<Py_ssize_t>(std::string_view(bytes).size()), "backslashreplace");
    if (decoded == nullptr) throw py::error_already_set();
    return py::reinterpret_steal<py::str>(decoded);
}

// (kind, node, type, quantity, value, reason) of each; empty where the runtime has none.
py::list findings(uint32_t model_id) {
    py::list all;
    const auto get_count = host_function<GetCount>("ascendclGetFindingCount");
    const auto get = host_function<GetFinding>("ascendclGetFinding");
    if (get_count == nullptr || get == nullptr) return all;
    size_t count = 0;
    call_core([&] { return core::Status{get_count(model_id, &count), "ascendclGetFindingCount"}; });
    for (size_t i = 0; i < count; ++i) {
        Finding found{};
        call_core([&] { return core::Status{get(model_id, i, &found), "ascendclGetFinding"}; });
        all.append(py::make_tuple(found.kind, text(found.node), text(found.type),
                                  text(found.quantity), text(found.value), text(found.reason)));
    }
    return all;
}

// (file, host file) of each; empty where the runtime has none.
py::list substitutions() {
    py::list all;
    const auto get_count = host_function<GetSubstitutionCount>("ascendclGetSubstitutionCount");
    const auto get = host_function<GetSubstitution>("ascendclGetSubstitution");
    if (get_count == nullptr || get == nullptr) return all;
    size_t count = 0;
    call_core([&] { return core::Status{get_count(&count), "ascendclGetSubstitutionCount"}; });
    for (size_t i = 0; i < count; ++i) {
        Substitution found{};
        call_core([&] { return core::Status{get(i, &found), "ascendclGetSubstitution"}; });
        all.append(py::make_tuple(text(found.file), text(found.host_file)));
    }
    return all;
}

}  // namespace

ReportCapture::ReportCapture() noexcept { capturing = this; }
ReportCapture::~ReportCapture() { capturing = nullptr; }

void ReportCapture::warn() {
    for (const auto &[category, report] : reports_) warn_now(category, report.c_str(), kOfCaller);
}

void register_assumptions(py::module_ &module) {
    if (const auto set = host_function<SetSink>("ascendclSetAssumptionSink"))
        set(&take_report<kAssumption>);
    if (const auto set = host_function<SetSink>("ascendclSetSubstitutionSink"))
        set(&take_report<kSubstitution>);
    module.def("substitutions", &substitutions);
    module.def("findings", &findings, py::arg("model_id"));
}

}  // namespace ascendcl::objects
