// Bounds of constants in the weights partition.
// SPDX-License-Identifier: Apache-2.0
#include "om/constants.h"

#include <string>

#include "om/error.h"

namespace ascendcl::om {

namespace {

[[noreturn]] void fail(const std::string &what) {
    throw Error(ErrorCode::kBadWeights, "a constant " + what);
}

uint64_t byte_size(const TensorDesc &desc) {
    uint64_t size = element_size(desc.dtype);
    if (size == 0) fail("has elements of no known size");
    for (const int64_t dim : desc.shape) {
        if (dim < 0) fail("has a shape with unknown dims");
        if (__builtin_mul_overflow(size, static_cast<uint64_t>(dim), &size)) {
            fail("has a shape larger than any memory");
        }
    }
    return size;
}

}  // namespace

Bytes constant_bytes(const TensorDef &tensor, Bytes weights) {
    if (!tensor.data.empty()) return tensor.data;
    const uint64_t size = byte_size(tensor.desc);
    const int64_t offset = tensor.desc.data_offset();
    if (offset < 0 || !weights.contains(static_cast<uint64_t>(offset), size)) {
        fail("of " + std::to_string(size) + " bytes at " + std::to_string(offset) +
             " lies outside the " + std::to_string(weights.size) + " bytes of weights");
    }
    return weights.slice(static_cast<uint64_t>(offset), size);
}

}  // namespace ascendcl::om
