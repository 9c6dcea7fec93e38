// Values with their types.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/translate/typed.h"

#include "host/engine/refusal.h"
#include "host/engine/translate/emit.h"
#include "host/engine/translate/function_op.h"

namespace ascendcl::host::engine {
namespace {

om::DataType dtype_of(const ov::element::Type &type) {
    if (type == ov::element::f32) return om::DataType::kFloat;
    if (type == ov::element::boolean) return om::DataType::kBool;
    if (type == ov::element::i32) return om::DataType::kInt32;
    if (type == ov::element::i8) return om::DataType::kInt8;
    if (type == ov::element::u8) return om::DataType::kUint8;
    throw Refusal("it computes " + type.get_type_name() + ", which is not supported");
}

ov::element::Type type_of(om::DataType dtype) {
    switch (dtype) {
        case om::DataType::kBool:
        case om::DataType::kUint8:
            return ov::element::u8;
        case om::DataType::kInt8:
            return ov::element::i8;
        default:
            return is_single(dtype) ? ov::element::f32 : ov::element::i32;
    }
}

}  // namespace

Shape dims_of(const Typed &value) {
    const ov::Shape &shape = value.node.get_shape();
    return {shape.begin(), shape.end() - (is_wide(value.dtype) ? 1 : 0)};
}

Typed reshaped(const Typed &value, const Shape &dims) {
    Shape shape = dims;
    if (is_wide(value.dtype)) shape.push_back(2);
    return {reshaped(value.node, shape), value.dtype};
}

TypedList typed(const ov::OutputVector &outputs, om::DataType dtype) {
    TypedList list;
    for (const auto &output : outputs) list.push_back({output, dtype});
    return list;
}

TypedList typed(const ov::OutputVector &outputs) {
    TypedList list;
    for (const auto &output : outputs)
        list.push_back({output, dtype_of(output.get_element_type())});
    return list;
}

Typed computed_by(const std::string &name, const ov::OutputVector &inputs, om::DataType dtype,
                  const Shape &dims, TensorFunction function) {
    ov::Shape shape(dims.begin(), dims.end());
    if (is_wide(dtype)) shape.push_back(2);
    return {std::make_shared<FunctionOp>(name, inputs, type_of(dtype), shape, std::move(function)),
            dtype};
}

}  // namespace ascendcl::host::engine
