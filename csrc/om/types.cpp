// Numbers and names of data types and formats.
// SPDX-License-Identifier: Apache-2.0
#include "om/types.h"

namespace ascendcl::om {

namespace {

struct TypeFacts {
    DataType type;
    int32_t proto;  // the number in ge_ir.proto, 0 where no file was seen to use one
    size_t size;
    const char *name;
};

constexpr TypeFacts kTypes[] = {
    {DataType::kFloat, 1, 4, "float32"},
    {DataType::kFloat16, 2, 2, "float16"},
    {DataType::kInt8, 3, 1, "int8"},
    {DataType::kUint8, 4, 1, "uint8"},
    {DataType::kInt16, 5, 2, "int16"},
    {DataType::kUint16, 6, 2, "uint16"},
    {DataType::kInt32, 7, 4, "int32"},
    {DataType::kInt64, 8, 8, "int64"},
    {DataType::kUint32, 9, 4, "uint32"},
    {DataType::kUint64, 10, 8, "uint64"},
    {DataType::kBool, 11, 1, "bool"},
    {DataType::kDouble, 12, 8, "float64"},
    {DataType::kString, 13, 0, "string"},
    {DataType::kComplex64, 16, 8, "complex64"},
    {DataType::kComplex128, 17, 16, "complex128"},
    {DataType::kBfloat16, 0, 2, "bfloat16"},
};

struct FormatFacts {
    Format format;
    const char *name;
};

constexpr FormatFacts kFormats[] = {
    {Format::kNCHW, "NCHW"},
    {Format::kNHWC, "NHWC"},
    {Format::kND, "ND"},
    {Format::kNC1HWC0, "NC1HWC0"},
    {Format::kFractalZ, "FRACTAL_Z"},
    {Format::kNC1HWC0C04, "NC1HWC0_C04"},
    {Format::kHWCN, "HWCN"},
    {Format::kNDHWC, "NDHWC"},
    {Format::kFractalNz, "FRACTAL_NZ"},
    {Format::kNCDHW, "NCDHW"},
    {Format::kNDC1HWC0, "NDC1HWC0"},
    {Format::kFractalZ3D, "FRACTAL_Z_3D"},
    {Format::kNC, "NC"},
    {Format::kReserved, "FORMAT_RESERVED"},
    {Format::kNCL, "NCL"},
};

const TypeFacts *facts(DataType type) noexcept {
    for (const TypeFacts &entry : kTypes) {
        if (entry.type == type) return &entry;
    }
    return nullptr;
}

}  // namespace

bool is_floating(DataType type) noexcept {
    return type == DataType::kFloat || type == DataType::kFloat16 || type == DataType::kBfloat16 ||
           type == DataType::kDouble;
}

size_t element_size(DataType type) noexcept {
    const TypeFacts *entry = facts(type);
    return entry == nullptr ? 0 : entry->size;
}

DataType data_type_from_proto(int64_t proto) noexcept {
    for (const TypeFacts &entry : kTypes) {
        if (proto != 0 && entry.proto == proto) return entry.type;
    }
    return DataType::kUndefined;
}

Format format_from_layout(std::string_view layout) noexcept {
    const std::string_view plain = layout.substr(0, layout.find(':'));
    for (const FormatFacts &entry : kFormats) {
        if (plain == entry.name) return entry.format;
    }
    return Format::kUndefined;
}

const char *name(DataType type) noexcept {
    const TypeFacts *entry = facts(type);
    return entry == nullptr ? "undefined" : entry->name;
}

const char *name(Format format) noexcept {
    for (const FormatFacts &entry : kFormats) {
        if (entry.format == format) return entry.name;
    }
    return "undefined";
}

}  // namespace ascendcl::om
