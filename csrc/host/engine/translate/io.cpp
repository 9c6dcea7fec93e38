// Types at the model's boundary, and the small building blocks.
// SPDX-License-Identifier: Apache-2.0
#include <numeric>
#include <openvino/opsets/opset13.hpp>

#include "host/engine/refusal.h"
#include "host/engine/translate/emit.h"

namespace ascendcl::host::engine {

namespace ops = ov::opset13;

ov::element::Type element_type(om::DataType dtype) {
    switch (dtype) {
        case om::DataType::kFloat:
            return ov::element::f32;
        case om::DataType::kFloat16:
            return ov::element::f16;
        case om::DataType::kBfloat16:
            return ov::element::bf16;
        case om::DataType::kDouble:
            return ov::element::f64;
        case om::DataType::kInt8:
            return ov::element::i8;
        case om::DataType::kInt16:
            return ov::element::i16;
        case om::DataType::kInt32:
            return ov::element::i32;
        case om::DataType::kInt64:
            return ov::element::i64;
        case om::DataType::kUint8:
            return ov::element::u8;
        case om::DataType::kUint16:
            return ov::element::u16;
        case om::DataType::kUint32:
            return ov::element::u32;
        case om::DataType::kUint64:
            return ov::element::u64;
        case om::DataType::kBool:
            return ov::element::boolean;
        default:
            throw Refusal(std::string("the data type ") + om::name(dtype) + " is not supported");
    }
}

ov::Output<ov::Node> empty_constant(ov::element::Type type, const Shape &shape) {
    return std::make_shared<ops::Constant>(type, ov::Shape(shape.begin(), shape.end()),
                                           std::vector<float>{});
}

ov::Output<ov::Node> integer_constant(const std::vector<int64_t> &values) {
    return std::make_shared<ops::Constant>(ov::element::i64, ov::Shape{values.size()}, values);
}

ov::Output<ov::Node> integer_scalar(int64_t value) {
    return std::make_shared<ops::Constant>(ov::element::i64, ov::Shape{},
                                           std::vector<int64_t>{value});
}

ov::Output<ov::Node> scalar_like(const ov::Output<ov::Node> &x, double value) {
    return std::make_shared<ops::Constant>(x.get_element_type(), ov::Shape{},
                                           std::vector<double>{value});
}

ov::Output<ov::Node> permuted(const ov::Output<ov::Node> &x, const std::vector<int64_t> &order) {
    return std::make_shared<ops::Transpose>(x, integer_constant(order));
}

ov::Output<ov::Node> reshaped(const ov::Output<ov::Node> &x, const Shape &shape) {
    if (ov::shape_size(x.get_shape()) == 0) return empty_constant(x.get_element_type(), shape);
    // OpenVINO does not survive the Reshape of a matrix product to a scalar.
    if (shape.empty()) {
        Shape axes(x.get_shape().size());
        std::iota(axes.begin(), axes.end(), 0);
        return axes.empty() ? x : std::make_shared<ops::Squeeze>(x, integer_constant(axes));
    }
    return std::make_shared<ops::Reshape>(x, integer_constant(shape), false);
}

ov::Output<ov::Node> to_channels_first(const ov::Output<ov::Node> &x, bool channels_last) {
    return channels_last ? permuted(x, {0, 3, 1, 2}) : x;
}

ov::Output<ov::Node> from_channels_first(const ov::Output<ov::Node> &x, bool channels_last) {
    return channels_last ? permuted(x, {0, 2, 3, 1}) : x;
}

}  // namespace ascendcl::host::engine
