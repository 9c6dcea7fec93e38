// DLPack's structures, as its specification gives them (https://dmlc.github.io/dlpack),
// version 1.0.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace ascendcl::dlpack {

inline constexpr int32_t kCpu = 1;
inline constexpr int32_t kExtension = 12;  // a device that the enumeration does not know: an NPU

struct Device {
    int32_t type;
    int32_t id;
};

struct DataType {
    uint8_t code;
    uint8_t bits;
    uint16_t lanes;
};

struct Tensor {
    void *data;
    Device device;
    int32_t ndim;
    DataType dtype;
    int64_t *shape;
    int64_t *strides;  // in elements
    uint64_t byte_offset;
};

// Before version 1.0. In a capsule "dltensor", "used_dltensor" once taken.
struct ManagedTensor {
    Tensor tensor;
    void *context;
    void (*deleter)(ManagedTensor *);
};

struct Version {
    uint32_t major;
    uint32_t minor;
};

inline constexpr uint64_t kReadOnly = 1;
inline constexpr uint64_t kIsCopied = 2;

// In a capsule "dltensor_versioned", "used_dltensor_versioned" once taken.
struct ManagedTensorVersioned {
    Version version;
    void *context;
    void (*deleter)(ManagedTensorVersioned *);
    uint64_t flags;
    Tensor tensor;
};

}  // namespace ascendcl::dlpack
