// _acl.core: what the Python classes of the package are made of.
// SPDX-License-Identifier: Apache-2.0
#include <pybind11/pybind11.h>

#include "bindings/modules.h"
#include "bindings/objects/status.h"
#include "bindings/plain_type.h"
#include "bindings/signals.h"
#include "core/process.h"

namespace py = pybind11;

void register_core(py::module_ &module) {
    using namespace ascendcl;
    py::module_ core_module = module.def_submodule("core", "Handles over the C API.");
    objects::register_errors(core_module);
    objects::register_context(core_module);
    objects::register_stream(core_module);
    objects::register_buffer(core_module);
    objects::register_run_times(core_module);
    objects::register_completion_queue(core_module);
    objects::register_model(core_module);
    objects::register_bound_model(core_module);
    objects::register_pinned_memory(core_module);
    objects::register_array_memory(core_module);
    objects::register_strict(core_module);
    objects::register_assumptions(core_module);
    objects::register_codecs(core_module);

    // How many of each kind are alive, for tests.
    core_module.def("live_counts", [] {
        const auto counts = core::live_counts();
        using Kind = core::Resource::Kind;
        const auto count = [&counts](Kind kind) { return counts[static_cast<size_t>(kind)]; };
        py::dict result;
        result["models"] = count(Kind::kModel);
        result["events"] = count(Kind::kEvent);
        result["streams"] = count(Kind::kStream);
        result["buffers"] = count(Kind::kBuffer);
        result["contexts"] = count(Kind::kContext);
        return result;
    });
    core_module.def("shut_down", &objects::shut_down);
    // The version of the ACL interface, or None where the runtime does not say.
    core_module.def("version", []() -> py::object {
        int32_t major = 0;
        int32_t minor = 0;
        int32_t patch = 0;
        if (aclrtGetVersion == nullptr || aclrtGetVersion(&major, &minor, &patch) != ACL_SUCCESS) {
            return py::none();
        }
        return py::make_tuple(major, minor, patch);
    });
    core_module.def("soc_name", [] {
        const char *name = aclrtGetSocName == nullptr ? nullptr : aclrtGetSocName();
        return name == nullptr ? py::str() : py::str(name);
    });
    core::set_failure_sink(&objects::warn);
    bindings::seal_classes(core_module);
    serve_signals_in_waits();
    if (const core::Status status = core::watch_forks(); !status.ok()) objects::raise(status);
}
