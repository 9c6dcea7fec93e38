// _acl.core.Model. A run is one call: all copies and the execution, without the GIL.
// SPDX-License-Identifier: Apache-2.0
#include "core/model.h"

#include <pybind11/stl.h>

#include "bindings/objects/assumptions.h"
#include "bindings/objects/future_run.h"
#include "bindings/objects/handle_class.h"

namespace py = pybind11;

namespace ascendcl::objects {

using core::BufferHandle;
using core::ContextHandle;
using core::Model;
using core::ModelHandle;
using core::ModelSource;
using core::TensorInfo;

namespace {

py::tuple query_size(const ModelSource &source) {
    size_t work = 0;
    size_t weight = 0;
    call_core([&] { return core::query_size(source, work, weight); }, source.path);
    return py::make_tuple(work, weight);
}

ModelHandle load(const ContextHandle &context, const ModelSource &source, BufferHandle work,
                 BufferHandle weight, bool is_placed_later) {
    ModelHandle model;
    ReportCapture reports;
    call_core(
        [&] {
            return Model::load(context, source, std::move(work), std::move(weight), is_placed_later,
                               model);
        },
        source.path);
    reports.warn();
    return model;
}

// (name, dims, dtype number, format number, bytes, ranges) of each tensor.
py::list describe(const std::vector<TensorInfo> &infos) {
    py::list result;
    for (const TensorInfo &info : infos) {
        // Names are bytes of a file: whatever is not UTF-8 must not make the model unloadable.
        PyObject *name = PyUnicode_DecodeUTF8(
            info.name.data(), static_cast<Py_ssize_t>(info.name.size()), "backslashreplace");
        if (name == nullptr) throw py::error_already_set();
        result.append(py::make_tuple(py::reinterpret_steal<py::str>(name),
                                     py::tuple(py::cast(info.dims)), static_cast<int>(info.dtype),
                                     static_cast<int>(info.format), info.size,
                                     py::tuple(py::cast(info.ranges))));
    }
    return result;
}

// (dims of each input, dims of each output) of each gear.
py::list describe_gears(const Model &model) {
    const auto shapes = [](const std::vector<std::vector<int64_t>> &all) {
        py::list result;
        for (const std::vector<int64_t> &dims : all) result.append(py::tuple(py::cast(dims)));
        return py::tuple(result);
    };
    py::list result;
    for (const core::Gear &gear : model.gears()) {
        result.append(py::make_tuple(shapes(gear.inputs), shapes(gear.outputs)));
    }
    return result;
}

// `timeout` is in seconds; below 0 there is none.
void run(Model &model, const py::list &inputs, const py::list &outputs, size_t gear,
         double timeout) {
    // Keeps the arrays: the lists may be changed by other threads while the GIL is away.
    std::vector<HostMemory> kept;
    std::vector<core::HostInput> from;
    std::vector<core::HostOutput> to;
    keep_arrays(inputs, outputs, kept, from, to);
    std::string message;
    call_core([&] { return model.run(from, to, gear, deadline_in(timeout), message); }, {},
              message);
}

// (dims, bytes) of each output.
py::list run_dynamic(Model &model, const py::list &inputs, double timeout) {
    std::vector<HostMemory> kept;
    std::vector<core::HostInput> from;
    std::vector<core::HostOutput> none;
    keep_arrays(inputs, py::list(), kept, from, none);
    const std::vector<core::Dims> dims = dims_of(inputs);
    std::vector<core::HostTensor> outputs;
    call_core([&] { return model.run_dynamic(from, dims, outputs, deadline_in(timeout)); });
    return described(outputs);
}

// Answers the run's number.
uint64_t submit_run(Model &model, const QueueReader &reader, py::object owner,
                    const py::list &inputs, const py::list &outputs, size_t gear, double timeout,
                    py::object future, py::object result) {
    auto run = reader.make_run(std::move(owner), std::move(future), std::move(result), timeout);
    keep_arrays(inputs, outputs, run->kept, run->inputs, run->outputs);
    run->gear = gear;
    if (model.is_dynamic()) run->dims = dims_of(inputs);
    return submit(model, std::move(run));
}

}  // namespace

void register_model(py::module_ &module) {
    module.def(
        "query_size_of_file", [](std::string path) { return query_size({std::move(path)}); },
        py::arg("path"));
    module.def(
        "query_size_of_bytes",
        [](const py::object &data, const std::string &argument) {
            const HostMemory memory(data, HostMemory::Access::kRead, argument.c_str());
            return query_size({{}, memory.data(), memory.size()});
        },
        py::arg("data"), py::arg("argument"));

    handle_class<Model>(module, "Model")
        .def_static(
            "load_file",
            [](const ContextHandle &context, std::string path, BufferHandle work,
               BufferHandle weight, bool is_placed_later) {
                return load(context, {std::move(path)}, std::move(work), std::move(weight),
                            is_placed_later);
            },
            py::arg("context").none(false), py::arg("path"), py::arg("work").none(true),
            py::arg("weight").none(true), py::arg("is_placed_later") = false)
        .def_static(
            "load_bytes",
            [](const ContextHandle &context, const py::object &data, BufferHandle work,
               BufferHandle weight, bool is_placed_later) {
                const HostMemory memory(data, HostMemory::Access::kRead, "Model.from_bytes: data");
                return load(context, {{}, memory.data(), memory.size()}, std::move(work),
                            std::move(weight), is_placed_later);
            },
            py::arg("context").none(false), py::arg("data"), py::arg("work").none(true),
            py::arg("weight").none(true), py::arg("is_placed_later") = false)
        .def_property_readonly("placed_size", &Model::placed_size)
        .def(
            "place",
            [](Model &model, BufferHandle memory) {
                call_core([&] { return model.place(std::move(memory)); });
            },
            py::arg("memory").none(false))
        .def(
            "place_second",
            [](Model &model, BufferHandle memory) {
                call_core([&] { return model.place_second(std::move(memory)); });
            },
            py::arg("memory").none(false))
        .def_property_readonly("device", &Model::device)
        .def_property_readonly("model_id", &Model::id)
        .def_property_readonly(
            "closed",
            [](const Model &model) { return without_gil([&] { return !model.is_open(); }); })
        .def_property_readonly("is_dynamic", &Model::is_dynamic)
        .def_property_readonly("is_in_group", &Model::is_in_group)
        .def("close", [](Model &model) { call_core([&] { return model.close(); }); })
        .def("describe_inputs", [](const Model &model) { return describe(model.inputs()); })
        .def("describe_outputs", [](const Model &model) { return describe(model.outputs()); })
        .def("describe_gears", &describe_gears)
        .def("run", &run, py::arg("inputs"), py::arg("outputs"), py::arg("gear"),
             py::arg("timeout") = -1.0)
        .def("run_dynamic", &run_dynamic, py::arg("inputs"), py::arg("timeout") = -1.0)
        .def("submit", &submit_run, py::arg("queue"), py::arg("owner"), py::arg("inputs"),
             py::arg("outputs"), py::arg("gear"), py::arg("timeout"), py::arg("future"),
             py::arg("result"))
        .def("expire", &expire<Model>, py::arg("number"));
}

}  // namespace ascendcl::objects
