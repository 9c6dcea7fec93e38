// _acl.core.Buffer.
// SPDX-License-Identifier: Apache-2.0
#include "core/buffer.h"

#include "bindings/objects/handle_class.h"
#include "bindings/objects/host_memory.h"
#include "bindings/objects/status.h"
#include "bindings/python_call.h"

namespace py = pybind11;

namespace ascendcl::objects {

using core::Buffer;
using core::BufferHandle;
using core::ContextHandle;
using core::Stream;

namespace {

// Holds a Python object for core, which knows no Python: dropped with the GIL, or never when the
// interpreter is gone.
std::shared_ptr<void> keep_alive(py::object object) {
    return {object.release().ptr(), [](void *kept) {
                if (Py_IsInitialized() == 0) return;
                const WithGil gil;
                without_unwinding([kept] { Py_DECREF(static_cast<PyObject *>(kept)); });
            }};
}

void require_room(const Buffer &buffer, const HostMemory &memory, const char *argument) {
    if (memory.size() <= buffer.size()) return;
    throw py::value_error(std::string(argument) + ": " + std::to_string(memory.size()) +
                          " bytes do not fit a buffer of " + std::to_string(buffer.size()) +
                          " bytes");
}

}  // namespace

void register_buffer(py::module_ &module) {
    handle_class<Buffer>(module, "Buffer")
        .def_static(
            "allocate",
            [](const ContextHandle &context, size_t size) {
                BufferHandle buffer;
                call_core([&] { return Buffer::allocate(context, size, buffer); });
                return buffer;
            },
            py::arg("context").none(false), py::arg("size"))
        .def_static(
            "allocate_block",
            [](const ContextHandle &context, size_t size) {
                BufferHandle buffer;
                call_core([&] { return Buffer::allocate_block(context, size, buffer); });
                return buffer;
            },
            py::arg("context").none(false), py::arg("size"))
        .def_static(
            "allocate_shareable",
            [](const ContextHandle &context, size_t size) {
                BufferHandle buffer;
                call_core([&] { return Buffer::allocate_shareable(context, size, buffer); });
                return buffer;
            },
            py::arg("context").none(false), py::arg("size"))
        .def_static(
            "import_shared",
            [](const ContextHandle &context, uint64_t handle, size_t size) {
                BufferHandle buffer;
                call_core([&] { return Buffer::import(context, handle, size, buffer); });
                return buffer;
            },
            py::arg("context").none(false), py::arg("handle"), py::arg("size"))
        .def("share",
             [](Buffer &buffer) {
                 uint64_t handle = 0;
                 call_core([&] { return buffer.share(handle); });
                 return handle;
             })
        .def_property_readonly("is_shareable", &Buffer::is_shareable)
        .def_property_readonly("group_size", &Buffer::group_size)
        .def_static(
            "adopt",
            [](const ContextHandle &context, uintptr_t address, size_t size, py::object owner,
               bool is_known) {
                BufferHandle buffer;
                std::shared_ptr<void> kept = keep_alive(std::move(owner));
                call_core([&] {
                    return Buffer::adopt(context, reinterpret_cast<void *>(address), size, kept,
                                         is_known, buffer);
                });
                return buffer;
            },
            py::arg("context").none(false), py::arg("address"), py::arg("size"), py::arg("owner"),
            py::arg("is_known") = false)
        .def_property_readonly("device", &Buffer::device)
        .def_property_readonly("context",
                               [](const Buffer &buffer) {
                                   ContextHandle context;
                                   call_core([&] { return buffer.context(context); });
                                   return context;
                               })
        .def_property_readonly(
            "address",
            [](const Buffer &buffer) { return reinterpret_cast<uintptr_t>(buffer.handle()); })
        .def_property_readonly("size", &Buffer::size)
        .def_property_readonly(
            "closed",
            [](const Buffer &buffer) { return without_gil([&] { return !buffer.is_open(); }); })
        .def_property_readonly("lease_count",
                               [](const Buffer &buffer) {
                                   size_t count = 0;
                                   call_core([&] { return buffer.lease_count(count); });
                                   return count;
                               })
        .def("close", [](Buffer &buffer) { call_core([&] { return buffer.close(); }); })
        .def(
            "write",
            [](Buffer &buffer, const py::object &source, Stream *stream, size_t offset) {
                const HostMemory memory(source, HostMemory::Access::kRead,
                                        "DeviceBuffer.copy_from: source");
                require_room(buffer, memory, "DeviceBuffer.copy_from: source");
                call_core(
                    [&] { return buffer.write(memory.data(), memory.size(), stream, offset); });
            },
            py::arg("source"), py::arg("stream").none(true), py::arg("offset") = 0)
        .def(
            "read",
            [](Buffer &buffer, const py::object &target, Stream *stream, size_t offset) {
                const HostMemory memory(target, HostMemory::Access::kWrite,
                                        "DeviceBuffer.copy_to: target");
                require_room(buffer, memory, "DeviceBuffer.copy_to: target");
                call_core(
                    [&] { return buffer.read(memory.data(), memory.size(), stream, offset); });
            },
            py::arg("target"), py::arg("stream").none(true), py::arg("offset") = 0)
        .def(
            "fill",
            [](Buffer &buffer, int32_t value) { call_core([&] { return buffer.fill(value); }); },
            py::arg("value"));
}

}  // namespace ascendcl::objects
