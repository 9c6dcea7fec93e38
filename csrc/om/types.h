// Data types and formats of a GE graph. Numbers are those of the ACL interface (aclDataType,
// aclFormat), so that they can be handed out unchanged.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ascendcl::om {

enum class DataType : int32_t {
    kUndefined = -1,
    kFloat = 0,
    kFloat16 = 1,
    kInt8 = 2,
    kInt32 = 3,
    kUint8 = 4,
    kInt16 = 6,
    kUint16 = 7,
    kUint32 = 8,
    kInt64 = 9,
    kUint64 = 10,
    kDouble = 11,
    kBool = 12,
    kString = 13,
    kComplex64 = 16,
    kComplex128 = 17,
    kBfloat16 = 27,
};

enum class Format : int32_t {
    kUndefined = -1,
    kNCHW = 0,
    kNHWC = 1,
    kND = 2,
    kNC1HWC0 = 3,
    kFractalZ = 4,
    kNC1HWC0C04 = 12,
    kHWCN = 16,
    kNDHWC = 27,
    kFractalNz = 29,
    kNCDHW = 30,
    kNDC1HWC0 = 32,
    kFractalZ3D = 33,
    kNC = 35,
    kReserved = 40,  // of slots that are not connected
    kNCL = 47,
};

// Of any width.
bool is_floating(DataType type) noexcept;

// Bytes of one element, 0 for undefined and string.
size_t element_size(DataType type) noexcept;

// From the number that ge_ir.proto uses for it.
DataType data_type_from_proto(int64_t proto) noexcept;

// From a layout string, "NCHW" or "FRACTAL_Z:72" (old files put the groups behind a colon).
Format format_from_layout(std::string_view layout) noexcept;

// "float16", "NC1HWC0": for messages.
const char *name(DataType type) noexcept;
const char *name(Format format) noexcept;

}  // namespace ascendcl::om
