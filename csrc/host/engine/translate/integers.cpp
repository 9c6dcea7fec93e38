// Elementwise ops and reductions. Operands are brought to one shape, reduced axes to the end, by
// OpenVINO's own ops, so that plain loops remain.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/translate/integers.h"

#include <algorithm>
#include <limits>
#include <openvino/opsets/opset13.hpp>
#include <string>

#include "host/engine/translate/emit.h"
#include "host/engine/translate/function_op.h"

namespace ascendcl::host::engine {
namespace {

namespace ops = ov::opset13;
using Value = ov::Output<ov::Node>;

uint32_t bits(int32_t value) { return static_cast<uint32_t>(value); }
int32_t number(uint32_t value) { return static_cast<int32_t>(value); }

// Rounded down. 0 for a division by zero.
int32_t floor_divide(int32_t a, int32_t b) {
    if (b == 0) return 0;
    if (b == -1) return number(0 - bits(a));
    const int32_t quotient = a / b;
    return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

int32_t floor_modulo(int32_t a, int32_t b) {
    if (b == 0 || b == -1) return 0;
    const int32_t rest = a % b;
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

int32_t modulo(int32_t a, int32_t b) { return b == 0 || b == -1 ? 0 : a % b; }

// A negative exponent leaves 0, except of 1 and -1.
int32_t power(int32_t base, int32_t exponent) {
    if (exponent < 0) {
        if (base != 1 && base != -1) return 0;
        return exponent % 2 == 0 ? 1 : base;
    }
    uint32_t result = 1, factor = bits(base);
    for (; exponent > 0; exponent /= 2, factor *= factor)
        if (exponent % 2 != 0) result *= factor;
    return number(result);
}

template <typename Result, typename Operation>
Value elementwise(const std::string &name, const Value &a, const Value &b, Operation operation) {
    const Value sum = std::make_shared<ops::Add>(a, b);  // for its shape
    const ov::Shape &shape = sum.get_shape();
    const auto spread = [&](const Value &x) -> Value {
        if (x.get_shape() == shape) return x;
        return std::make_shared<ops::Broadcast>(
            x, integer_constant(Shape(shape.begin(), shape.end())));
    };
    const auto type = std::is_same_v<Result, bool> ? ov::element::boolean : ov::element::i32;
    return std::make_shared<FunctionOp>(
        name, Outputs{spread(a), spread(b)}, type, shape,
        [operation](const ov::TensorVector &inputs, ov::Tensor &output) {
            // OpenVINO's booleans are bytes.
            using Stored = std::conditional_t<std::is_same_v<Result, bool>, uint8_t, Result>;
            const auto *first = static_cast<const int32_t *>(inputs[0].data());
            const auto *second = static_cast<const int32_t *>(inputs[1].data());
            auto *result = static_cast<Stored *>(output.data());
            for (size_t i = 0; i < output.get_size(); ++i)
                result[i] = static_cast<Stored>(operation(first[i], second[i]));
        });
}

template <typename Operation>
Value reduction(const std::string &name, const op::Reduce &reduce, const Value &x, int32_t first,
                Operation operation) {
    const ov::Shape &shape = x.get_shape();
    std::vector<int64_t> order;
    Shape kept;
    int64_t outer = 1, inner = 1;
    for (size_t axis = 0; axis < shape.size(); ++axis) {
        const auto found =
            std::find(reduce.axes.begin(), reduce.axes.end(), static_cast<int64_t>(axis));
        const auto dim = static_cast<int64_t>(shape[axis]);
        const bool is_reduced = found != reduce.axes.end();
        if (is_reduced) {
            inner *= dim;
            if (reduce.keep_dims) kept.push_back(1);
        } else {
            order.push_back(static_cast<int64_t>(axis));
            outer *= dim;
            kept.push_back(dim);
        }
    }
    for (size_t axis = 0; axis < shape.size(); ++axis)
        if (std::find(order.begin(), order.end(), static_cast<int64_t>(axis)) == order.end())
            order.push_back(static_cast<int64_t>(axis));
    const Value rows = reshaped(permuted(x, order), {outer, inner});
    const Value reduced = std::make_shared<FunctionOp>(
        name, Outputs{rows}, ov::element::i32, ov::Shape{static_cast<size_t>(outer)},
        [first, operation](const ov::TensorVector &inputs, ov::Tensor &output) {
            const auto *row = static_cast<const int32_t *>(inputs[0].data());
            auto *result = static_cast<int32_t *>(output.data());
            const size_t length = inputs[0].get_shape()[1];
            for (size_t i = 0; i < output.get_size(); ++i, row += length) {
                result[i] = first;
                for (size_t j = 0; j < length; ++j) result[i] = operation(result[i], row[j]);
            }
        });
    return reshaped(reduced, kept);
}

}  // namespace

std::optional<Value> exact_binary(op::BinaryKind kind, const Value &a, const Value &b) {
    using Kind = op::BinaryKind;
    if (a.get_element_type() != ov::element::i32 || b.get_element_type() != ov::element::i32)
        return std::nullopt;
    switch (kind) {
        case Kind::kDivide:
        case Kind::kFloorDivide:
            return elementwise<int32_t>("divide", a, b, floor_divide);
        case Kind::kFloorModulo:
            return elementwise<int32_t>("floor modulo", a, b, floor_modulo);
        case Kind::kModulo:
            return elementwise<int32_t>("modulo", a, b, modulo);
        case Kind::kPower:
            return elementwise<int32_t>("power", a, b, power);
        case Kind::kEqual:
            return elementwise<bool>("equal", a, b, std::equal_to<>());
        case Kind::kNotEqual:
            return elementwise<bool>("not equal", a, b, std::not_equal_to<>());
        case Kind::kGreater:
            return elementwise<bool>("greater", a, b, std::greater<>());
        case Kind::kGreaterEqual:
            return elementwise<bool>("greater or equal", a, b, std::greater_equal<>());
        case Kind::kLess:
            return elementwise<bool>("less", a, b, std::less<>());
        case Kind::kLessEqual:
            return elementwise<bool>("less or equal", a, b, std::less_equal<>());
        default:
            return std::nullopt;
    }
}

std::optional<Value> exact_reduction(const op::Reduce &reduce, const Value &x) {
    using Kind = op::ReduceKind;
    using Limits = std::numeric_limits<int32_t>;
    if (x.get_element_type() != ov::element::i32) return std::nullopt;
    switch (reduce.kind) {
        case Kind::kSum:
            return reduction("sum", reduce, x, 0,
                             [](int32_t a, int32_t b) { return number(bits(a) + bits(b)); });
        case Kind::kProduct:
            return reduction("product", reduce, x, 1,
                             [](int32_t a, int32_t b) { return number(bits(a) * bits(b)); });
        case Kind::kMax:
            return reduction("maximum", reduce, x, Limits::min(),
                             [](int32_t a, int32_t b) { return std::max(a, b); });
        case Kind::kMin:
            return reduction("minimum", reduce, x, Limits::max(),
                             [](int32_t a, int32_t b) { return std::min(a, b); });
        default:
            return std::nullopt;
    }
}

}  // namespace ascendcl::host::engine
