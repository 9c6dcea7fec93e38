// _acl.core.Stream and _acl.core.Event.
// SPDX-License-Identifier: Apache-2.0
#include "core/stream.h"

#include "bindings/objects/handle_class.h"
#include "bindings/objects/status.h"

namespace py = pybind11;

namespace ascendcl::objects {

using core::ContextHandle;
using core::Event;
using core::EventHandle;
using core::Stream;
using core::StreamHandle;

namespace {

// What the classes of one handle in a context share.
template <typename T>
HandleClass<T> in_context(py::module_ &module, const char *name) {
    HandleClass<T> type = handle_class<T>(module, name);
    type.def_static(
            "create",
            [](const ContextHandle &context) {
                std::shared_ptr<T> object;
                call_core([&] { return T::create(context, object); });
                return object;
            },
            py::arg("context").none(false))
        .def_property_readonly("device", &T::device)
        .def_property_readonly(
            "handle", [](const T &object) { return reinterpret_cast<uintptr_t>(object.handle()); })
        .def_property_readonly(
            "closed",
            [](const T &object) { return without_gil([&] { return !object.is_open(); }); })
        .def("close", [](T &object) { call_core([&] { return object.close(); }); });
    return type;
}

}  // namespace

void register_stream(py::module_ &module) {
    auto stream = in_context<Stream>(module, "Stream");
    in_context<Event>(module, "Event")
        .def(
            "record",
            [](Event &event, Stream &queue) { call_core([&] { return event.record(queue); }); },
            py::arg("stream"))
        .def("synchronize", [](Event &event) { call_core([&] { return event.synchronize(); }); })
        .def("query",
             [](Event &event) {
                 bool done = false;
                 call_core([&] { return event.query(done); });
                 return done;
             })
        .def(
            "elapsed_since",
            [](Event &event, Event &start) {
                float milliseconds = 0;
                call_core([&] { return event.elapsed_since(start, milliseconds); });
                return milliseconds;
            },
            py::arg("start"));
    stream
        .def(
            "synchronize",
            [](Stream &queue, int32_t timeout_ms) {
                call_core([&] { return queue.synchronize(timeout_ms); });
            },
            py::arg("timeout_ms") = -1)
        .def(
            "wait",
            [](Stream &queue, Event &event) { call_core([&] { return queue.wait(event); }); },
            py::arg("event"));
}

}  // namespace ascendcl::objects
