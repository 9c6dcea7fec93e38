// _acl.core.BoundModel.
// SPDX-License-Identifier: Apache-2.0
#include "core/bound_model.h"

#include <pybind11/stl.h>

#include "bindings/objects/future_run.h"
#include "bindings/objects/handle_class.h"

namespace py = pybind11;

namespace ascendcl::objects {

using core::BoundModel;

namespace {

// (buffer or None, offset, host array or None, bytes) of each tensor.
std::vector<core::BoundMemory> memory_of(const py::list &parts, HostMemory::Access access,
                                         std::vector<HostMemory> &kept) {
    std::vector<core::BoundMemory> memory;
    for (const py::handle item : parts) {
        const auto part = py::cast<py::tuple>(item);
        core::BoundMemory &bound = memory.emplace_back();
        bound.buffer = py::cast<core::BufferHandle>(part[0]);
        bound.offset = py::cast<size_t>(part[1]);
        bound.size = py::cast<size_t>(part[3]);
        if (bound.buffer == nullptr) {
            const HostMemory &host = kept.emplace_back(part[2], access, "Model.bind: an array");
            bound.host = host.data();
            bound.size = host.size();
        }
    }
    return memory;
}

// The arrays are kept by the Python object.
core::BoundModelHandle bind(const core::ModelHandle &model, const py::list &inputs,
                            const py::list &outputs, size_t gear,
                            const core::BoundModel::State &state) {
    std::vector<HostMemory> kept;
    auto from = memory_of(inputs, HostMemory::Access::kRead, kept);
    auto to = memory_of(outputs, HostMemory::Access::kWrite, kept);
    core::BoundModelHandle bound;
    call_core([&] {
        return BoundModel::bind(model, std::move(from), std::move(to), gear, state, bound);
    });
    return bound;
}

}  // namespace

void register_bound_model(py::module_ &module) {
    handle_class<BoundModel>(module, "BoundModel")
        .def_static("bind", &bind, py::arg("model").none(false), py::arg("inputs"),
                    py::arg("outputs"), py::arg("gear"), py::arg("state"))
        .def_property_readonly(
            "closed",
            [](const BoundModel &bound) { return without_gil([&] { return !bound.is_open(); }); })
        .def_property_readonly("exchanges", &BoundModel::exchanges)
        .def("close", [](BoundModel &bound) { call_core([&] { return bound.close(); }); })
        .def(
            "run",
            [](BoundModel &bound, double timeout) {
                std::string message;
                call_core([&] { return bound.run(deadline_in(timeout), message); }, {}, message);
            },
            py::arg("timeout") = -1.0)
        .def(
            "submit",
            [](BoundModel &bound, const QueueReader &reader, py::object owner, double timeout,
               py::object future, py::object result) {
                return submit(bound, reader.make_run(std::move(owner), std::move(future),
                                                     std::move(result), timeout));
            },
            py::arg("queue"), py::arg("owner"), py::arg("timeout"), py::arg("future"),
            py::arg("result"))
        .def("expire", &expire<BoundModel>, py::arg("number"));
}

}  // namespace ascendcl::objects
