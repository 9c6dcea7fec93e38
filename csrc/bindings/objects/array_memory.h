// What acl.DeviceArray exports: the memory of an array in a device buffer, through Python's buffer
// protocol and DLPack. Each export is a lease: the buffer is not closed under it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bindings/dlpack.h"
#include "core/buffer.h"

namespace ascendcl::objects {

// An array in C order.
struct ArrayMemory {
    core::BufferHandle buffer;
    size_t offset = 0;
    std::vector<int64_t> shape;
    std::vector<int64_t> strides;  // in elements
    dlpack::DataType dtype{};
    std::string format;  // as module struct has it; empty where that knows no such type
    bool is_read_only = false;
    bool is_host_readable = false;

    void *data() const noexcept { return static_cast<char *>(buffer->handle()) + offset; }
    size_t item_size() const noexcept { return dtype.bits / 8; }
    size_t size() const noexcept;
    dlpack::Device device() const noexcept;
    core::Status take(core::Export &hold) const noexcept;
};

// As __dlpack__ of the array API standard has them; None is a null pointer.
struct DlpackRequest {
    PyObject *stream = nullptr;
    PyObject *max_version = nullptr;
    PyObject *dl_device = nullptr;
    PyObject *copy = nullptr;
};

// A capsule. Throws error_already_set: BufferError for what cannot be exported as asked.
PyObject *export_dlpack(const std::shared_ptr<const ArrayMemory> &memory,
                        const DlpackRequest &request);

}  // namespace ascendcl::objects
