// _acl.core.pinned_bytes.
// SPDX-License-Identifier: Apache-2.0
#include "core/pinned_memory.h"

#include <pybind11/numpy.h>

#include "bindings/objects/status.h"

namespace py = pybind11;

namespace ascendcl::objects {
namespace {

// An array of bytes that owns its memory.
py::array pinned_bytes(const core::ContextHandle &context, size_t size) {
    std::unique_ptr<core::PinnedMemory> memory;
    call_core([&] { return core::PinnedMemory::allocate(context, size, memory); });
    void *const data = memory->data();
    const py::capsule owner(memory.get(), [](void *kept) {
        const std::unique_ptr<core::PinnedMemory> freed(static_cast<core::PinnedMemory *>(kept));
    });
    static_cast<void>(memory.release());  // the capsule's
    return py::array(py::dtype::of<uint8_t>(), {size}, {}, data, owner);
}

}  // namespace

void register_pinned_memory(py::module_ &module) {
    module.def("pinned_bytes", &pinned_bytes, py::arg("context").none(false), py::arg("size"));
}

}  // namespace ascendcl::objects
