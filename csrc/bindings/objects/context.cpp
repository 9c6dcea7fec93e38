// _acl.core.Context and the questions about devices.
// SPDX-License-Identifier: Apache-2.0
#include "core/context.h"

#include <dlfcn.h>

#include "bindings/objects/handle_class.h"
#include "bindings/objects/status.h"

namespace py = pybind11;

namespace ascendcl::objects {

using core::Context;
using core::ContextHandle;

void register_context(py::module_ &module) {
    handle_class<Context>(module, "Context")
        .def_static(
            "of_device",
            [](int32_t device) {
                ContextHandle context;
                call_core([&] { return Context::of_device(device, context); });
                return context;
            },
            py::arg("device"))
        .def_static(
            "create",
            [](int32_t device) {
                ContextHandle context;
                call_core([&] { return Context::create(device, context); });
                return context;
            },
            py::arg("device"))
        .def_property_readonly("device", &Context::device)
        .def_property_readonly("is_default", &Context::is_default)
        .def_property_readonly(
            "handle",
            [](const Context &context) { return reinterpret_cast<uintptr_t>(context.handle()); })
        .def("make_current",
             [](Context &context) { call_core([&] { return context.make_current(); }); })
        .def("memory_info", [](Context &context) {
            size_t free = 0;
            size_t total = 0;
            call_core([&] { return context.memory_info(free, total); });
            return py::make_tuple(free, total);
        });

    module.def("device_count", [] {
        // Who asks by this means to use what there is: the host runtime shows what it would hide
        // from detectors (ascendcl/devices.h).
        using Show = void (*)();
        static const auto show = reinterpret_cast<Show>(dlsym(RTLD_DEFAULT, "ascendclShowDevices"));
        if (show != nullptr) show();
        uint32_t count = 0;
        call_core([&] { return core::device_count(count); });
        return count;
    });
}

}  // namespace ascendcl::objects
