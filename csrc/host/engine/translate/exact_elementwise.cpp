// Elementwise ops. Loops without calls, so that compilers vectorise them.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <memory>
#include <openvino/opsets/opset13.hpp>
#include <string>

#include "host/engine/refusal.h"
#include "host/engine/translate/broadcast_rows.h"
#include "host/engine/translate/exact.h"

namespace ascendcl::host::engine {
namespace {

using om::DataType;
using BinaryKind = op::BinaryKind;
using UnaryKind = op::UnaryKind;

// The type to compute in, so that overflow wraps: unsigned, and no smaller than int.
template <typename T>
struct Wrapping {
    using type = std::common_type_t<std::make_unsigned_t<T>, unsigned>;
};
template <>
struct Wrapping<double> {
    using type = double;
};
template <typename T>
using WrappingOf = typename Wrapping<T>::type;

template <typename T>
T negative(T a) {
    return static_cast<T>(WrappingOf<T>{0} - static_cast<WrappingOf<T>>(a));
}

// Rounded towards zero. 0 for a division by zero.
template <typename T>
T quotient(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
        return a / b;
    } else {
        if (b == 0) return 0;
        if constexpr (std::is_signed_v<T>)
            if (b == -1) return negative(a);
        return static_cast<T>(a / b);
    }
}

// With the sign of the dividend.
template <typename T>
T remainder(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
        return std::fmod(a, b);
    } else {
        if (b == 0) return 0;
        if constexpr (std::is_signed_v<T>)
            if (b == -1) return 0;
        return static_cast<T>(a % b);
    }
}

template <typename T>
bool have_unlike_signs([[maybe_unused]] T a, [[maybe_unused]] T b) {
    if constexpr (std::is_signed_v<T>) return (a < 0) != (b < 0);
    return false;
}

template <typename T>
T floor_quotient(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
        return std::floor(a / b);
    } else {
        const bool is_rounded_up = remainder(a, b) != 0 && have_unlike_signs(a, b);
        return static_cast<T>(quotient(a, b) - (is_rounded_up ? 1 : 0));
    }
}

// With the sign of the divisor.
template <typename T>
T floor_remainder(T a, T b) {
    const T rest = remainder(a, b);
    return rest != 0 && have_unlike_signs(rest, b) ? static_cast<T>(rest + b) : rest;
}

// A negative exponent leaves 0, except of 1 and -1.
template <typename T>
T power(T base, T exponent) {
    if constexpr (std::is_floating_point_v<T>) {
        return std::pow(base, exponent);
    } else {
        if constexpr (std::is_signed_v<T>) {
            if (exponent < 0) {
                if (base != 1 && base != -1) return 0;
                return exponent % 2 == 0 ? T{1} : base;
            }
        }
        WrappingOf<T> result = 1;
        auto factor = static_cast<WrappingOf<T>>(base);
        for (; exponent > 0; exponent = static_cast<T>(exponent / 2), factor *= factor)
            if (exponent % 2 != 0) result *= factor;
        return static_cast<T>(result);
    }
}

template <BinaryKind kKind>
constexpr bool is_predicate = kKind == BinaryKind::kEqual || kKind == BinaryKind::kNotEqual ||
                              kKind == BinaryKind::kGreater || kKind == BinaryKind::kGreaterEqual ||
                              kKind == BinaryKind::kLess || kKind == BinaryKind::kLessEqual ||
                              kKind == BinaryKind::kLogicalAnd || kKind == BinaryKind::kLogicalOr;

template <BinaryKind kKind, typename T>
auto binary(T a, T b) {
    using W = WrappingOf<T>;
    const auto x = static_cast<W>(a), y = static_cast<W>(b);
    if constexpr (kKind == BinaryKind::kAdd) return static_cast<T>(x + y);
    if constexpr (kKind == BinaryKind::kSubtract) return static_cast<T>(x - y);
    if constexpr (kKind == BinaryKind::kMultiply) return static_cast<T>(x * y);
    if constexpr (kKind == BinaryKind::kSquaredDifference) return static_cast<T>((x - y) * (x - y));
    if constexpr (kKind == BinaryKind::kDivide) return quotient(a, b);
    if constexpr (kKind == BinaryKind::kFloorDivide) return floor_quotient(a, b);
    if constexpr (kKind == BinaryKind::kFloorModulo) return floor_remainder(a, b);
    if constexpr (kKind == BinaryKind::kModulo) return remainder(a, b);
    if constexpr (kKind == BinaryKind::kPower) return power(a, b);
    // A NaN is the result of both.
    if constexpr (kKind == BinaryKind::kMaximum) return a > b || a != a ? a : b;
    if constexpr (kKind == BinaryKind::kMinimum) return a < b || a != a ? a : b;
    if constexpr (kKind == BinaryKind::kEqual) return a == b;
    if constexpr (kKind == BinaryKind::kNotEqual) return a != b;
    if constexpr (kKind == BinaryKind::kGreater) return a > b;
    if constexpr (kKind == BinaryKind::kGreaterEqual) return a >= b;
    if constexpr (kKind == BinaryKind::kLess) return a < b;
    if constexpr (kKind == BinaryKind::kLessEqual) return a <= b;
    if constexpr (kKind == BinaryKind::kLogicalAnd) return (a != 0) & (b != 0);
    if constexpr (kKind == BinaryKind::kLogicalOr) return (a != 0) | (b != 0);
}

// One row: each operand goes along, or stands still.
template <BinaryKind kKind, typename T, typename Result>
void binary_row(const Stored<T> *__restrict a, bool a_moves, const Stored<T> *__restrict b,
                bool b_moves, Result *__restrict result, size_t length) {
    const auto at = [](Stored<T> x, Stored<T> y) {
        return static_cast<Result>(binary<kKind, T>(static_cast<T>(x), static_cast<T>(y)));
    };
    if (a_moves && b_moves) {
        for (size_t i = 0; i < length; ++i) result[i] = at(a[i], b[i]);
    } else if (a_moves) {
        const Stored<T> y = *b;
        for (size_t i = 0; i < length; ++i) result[i] = at(a[i], y);
    } else {
        const Stored<T> x = *a;
        for (size_t i = 0; i < length; ++i) result[i] = at(x, b_moves ? b[i] : *b);
    }
}

template <BinaryKind kKind, typename T>
TensorFunction binary_function(const BroadcastRows<2> &rows) {
    using Result = std::conditional_t<is_predicate<kKind>, uint8_t, Stored<T>>;
    return [rows](const ov::TensorVector &inputs, ov::Tensor &output) {
        const Stored<T> *a = elements<T>(inputs[0]), *b = elements<T>(inputs[1]);
        auto *result = static_cast<Result *>(output.data());
        rows.walk([&](const auto &offsets, const auto &steps, size_t length) {
            binary_row<kKind, T>(a + offsets[0], steps[0] != 0, b + offsets[1], steps[1] != 0,
                                 result, length);
            result += length;
        });
    };
}

template <typename T>
TensorFunction binary_function(BinaryKind kind, const BroadcastRows<2> &rows) {
    switch (kind) {
        case BinaryKind::kAdd:
            return binary_function<BinaryKind::kAdd, T>(rows);
        case BinaryKind::kSubtract:
            return binary_function<BinaryKind::kSubtract, T>(rows);
        case BinaryKind::kMultiply:
            return binary_function<BinaryKind::kMultiply, T>(rows);
        case BinaryKind::kDivide:
            return binary_function<BinaryKind::kDivide, T>(rows);
        case BinaryKind::kMaximum:
            return binary_function<BinaryKind::kMaximum, T>(rows);
        case BinaryKind::kMinimum:
            return binary_function<BinaryKind::kMinimum, T>(rows);
        case BinaryKind::kPower:
            return binary_function<BinaryKind::kPower, T>(rows);
        case BinaryKind::kFloorDivide:
            return binary_function<BinaryKind::kFloorDivide, T>(rows);
        case BinaryKind::kFloorModulo:
            return binary_function<BinaryKind::kFloorModulo, T>(rows);
        case BinaryKind::kModulo:
            return binary_function<BinaryKind::kModulo, T>(rows);
        case BinaryKind::kSquaredDifference:
            return binary_function<BinaryKind::kSquaredDifference, T>(rows);
        case BinaryKind::kEqual:
            return binary_function<BinaryKind::kEqual, T>(rows);
        case BinaryKind::kNotEqual:
            return binary_function<BinaryKind::kNotEqual, T>(rows);
        case BinaryKind::kGreater:
            return binary_function<BinaryKind::kGreater, T>(rows);
        case BinaryKind::kGreaterEqual:
            return binary_function<BinaryKind::kGreaterEqual, T>(rows);
        case BinaryKind::kLess:
            return binary_function<BinaryKind::kLess, T>(rows);
        case BinaryKind::kLessEqual:
            return binary_function<BinaryKind::kLessEqual, T>(rows);
        case BinaryKind::kLogicalAnd:
            return binary_function<BinaryKind::kLogicalAnd, T>(rows);
        case BinaryKind::kLogicalOr:
            return binary_function<BinaryKind::kLogicalOr, T>(rows);
    }
    return {};
}

bool is_logical(BinaryKind kind) {
    return kind == BinaryKind::kLogicalAnd || kind == BinaryKind::kLogicalOr;
}

bool gives_booleans(BinaryKind kind) {
    switch (kind) {
        case BinaryKind::kEqual:
        case BinaryKind::kNotEqual:
        case BinaryKind::kGreater:
        case BinaryKind::kGreaterEqual:
        case BinaryKind::kLess:
        case BinaryKind::kLessEqual:
            return true;
        default:
            return is_logical(kind);
    }
}

// What a unary op is of an integer; alpha and beta are whole. Null for what is not defined.
template <UnaryKind kKind, typename T>
T unary(T x, [[maybe_unused]] T alpha, [[maybe_unused]] T beta) {
    using W = WrappingOf<T>;
    if constexpr (kKind == UnaryKind::kAbs) return have_unlike_signs(x, T{0}) ? negative(x) : x;
    if constexpr (kKind == UnaryKind::kNegative) return negative(x);
    if constexpr (kKind == UnaryKind::kSign)
        return static_cast<T>(static_cast<int>(x > T{0}) - static_cast<int>(x < T{0}));
    if constexpr (kKind == UnaryKind::kSquare)
        return static_cast<T>(static_cast<W>(x) * static_cast<W>(x));
    if constexpr (kKind == UnaryKind::kRelu) return x > T{0} ? x : T{0};
    if constexpr (kKind == UnaryKind::kClamp) return x < alpha ? alpha : (x > beta ? beta : x);
}

template <UnaryKind kKind, typename T>
TensorFunction unary_function(const op::Unary &op) {
    const auto alpha = static_cast<T>(op.alpha), beta = static_cast<T>(op.beta);
    return [alpha, beta](const ov::TensorVector &inputs, ov::Tensor &output) {
        const Stored<T> *__restrict x = elements<T>(inputs[0]);
        Stored<T> *__restrict result = elements<T>(output);
        const size_t count = output.get_byte_size() / sizeof(Stored<T>);
        for (size_t i = 0; i < count; ++i)
            result[i] = static_cast<Stored<T>>(unary<kKind, T>(static_cast<T>(x[i]), alpha, beta));
    };
}

template <typename T>
TensorFunction integer_function(const op::Unary &op) {
    switch (op.kind) {
        case UnaryKind::kAbs:
            return unary_function<UnaryKind::kAbs, T>(op);
        case UnaryKind::kNegative:
            return unary_function<UnaryKind::kNegative, T>(op);
        case UnaryKind::kSign:
            return unary_function<UnaryKind::kSign, T>(op);
        case UnaryKind::kSquare:
            return unary_function<UnaryKind::kSquare, T>(op);
        case UnaryKind::kRelu:
            return unary_function<UnaryKind::kRelu, T>(op);
        case UnaryKind::kClamp: {
            const auto is_number = [](float bound) {
                return bound == std::floor(bound) && bound >= std::numeric_limits<T>::min() &&
                       static_cast<double>(bound) <=
                           static_cast<double>(std::numeric_limits<int32_t>::max());
            };
            if (is_number(op.alpha) && is_number(op.beta))
                return unary_function<UnaryKind::kClamp, T>(op);
            return {};
        }
        default:
            return {};
    }
}

using RealFunction = double (*)(double);

// Null for what is computed in float32.
RealFunction real_function(UnaryKind kind) {
    switch (kind) {
        case UnaryKind::kAbs:
            return [](double x) { return std::fabs(x); };
        case UnaryKind::kAcos:
            return [](double x) { return std::acos(x); };
        case UnaryKind::kAcosh:
            return [](double x) { return std::acosh(x); };
        case UnaryKind::kAsin:
            return [](double x) { return std::asin(x); };
        case UnaryKind::kAsinh:
            return [](double x) { return std::asinh(x); };
        case UnaryKind::kAtan:
            return [](double x) { return std::atan(x); };
        case UnaryKind::kAtanh:
            return [](double x) { return std::atanh(x); };
        case UnaryKind::kCeil:
            return [](double x) { return std::ceil(x); };
        case UnaryKind::kCos:
            return [](double x) { return std::cos(x); };
        case UnaryKind::kCosh:
            return [](double x) { return std::cosh(x); };
        case UnaryKind::kErf:
            return [](double x) { return std::erf(x); };
        case UnaryKind::kExp:
            return [](double x) { return std::exp(x); };
        case UnaryKind::kFloor:
            return [](double x) { return std::floor(x); };
        case UnaryKind::kLog:
            return [](double x) { return std::log(x); };
        case UnaryKind::kNegative:
            return [](double x) { return -x; };
        case UnaryKind::kReciprocal:
            return [](double x) { return 1 / x; };
        case UnaryKind::kRelu:
            return [](double x) { return x < 0 ? 0 : x; };
        case UnaryKind::kRound:
            return [](double x) { return std::nearbyint(x); };
        case UnaryKind::kRsqrt:
            return [](double x) { return 1 / std::sqrt(x); };
        case UnaryKind::kSigmoid:
            return [](double x) { return 1 / (1 + std::exp(-x)); };
        case UnaryKind::kSign:
            return [](double x) { return x > 0 ? 1.0 : (x < 0 ? -1.0 : x); };
        case UnaryKind::kSin:
            return [](double x) { return std::sin(x); };
        case UnaryKind::kSinh:
            return [](double x) { return std::sinh(x); };
        case UnaryKind::kSqrt:
            return [](double x) { return std::sqrt(x); };
        case UnaryKind::kSquare:
            return [](double x) { return x * x; };
        case UnaryKind::kTan:
            return [](double x) { return std::tan(x); };
        case UnaryKind::kTanh:
            return [](double x) { return std::tanh(x); };
        default:
            return nullptr;
    }
}

TensorFunction real_loop(RealFunction function) {
    return [function](const ov::TensorVector &inputs, ov::Tensor &output) {
        const auto *x = elements<double>(inputs[0]);
        auto *result = elements<double>(output);
        const size_t count = output.get_byte_size() / sizeof(double);
        for (size_t i = 0; i < count; ++i) result[i] = function(x[i]);
    };
}

bool is_rounding(UnaryKind kind) {
    return kind == UnaryKind::kCeil || kind == UnaryKind::kFloor || kind == UnaryKind::kRound;
}

void negate(const ov::TensorVector &inputs, ov::Tensor &output) {
    const uint8_t *__restrict x = elements<bool>(inputs[0]);
    uint8_t *__restrict result = elements<bool>(output);
    const size_t count = output.get_byte_size();
    for (size_t i = 0; i < count; ++i) result[i] = x[i] == 0;
}

// Of two that are read already: a branch for each element of a mask costs more than reading both.
template <typename T>
T chosen(uint8_t condition, T a, T b) {
    return condition != 0 ? a : b;
}

template <typename T>
TensorFunction select_function(const BroadcastRows<3> &rows) {
    return [rows](const ov::TensorVector &inputs, ov::Tensor &output) {
        const uint8_t *condition = elements<bool>(inputs[0]);
        const auto *a = static_cast<const T *>(inputs[1].data());
        const auto *b = static_cast<const T *>(inputs[2].data());
        auto *result = static_cast<T *>(output.data());
        rows.walk([&](const auto &offsets, const auto &steps, size_t length) {
            const uint8_t *__restrict c = condition + offsets[0];
            const T *__restrict x = a + offsets[1], *__restrict y = b + offsets[2];
            T *__restrict to = result;
            result += length;
            if (steps[0] == 0) {
                const T *from = *c != 0 ? x : y;
                const size_t step = *c != 0 ? steps[1] : steps[2];
                for (size_t i = 0; i < length; ++i) to[i] = from[i * step];
            } else if (steps[1] != 0 && steps[2] != 0) {
                for (size_t i = 0; i < length; ++i) to[i] = chosen(c[i], x[i], y[i]);
            } else if (steps[1] != 0) {
                const T other = *y;
                for (size_t i = 0; i < length; ++i) to[i] = chosen(c[i], x[i], other);
            } else if (steps[2] != 0) {
                const T other = *x;
                for (size_t i = 0; i < length; ++i) to[i] = chosen(c[i], other, y[i]);
            } else {
                const T first = *x, second = *y;
                for (size_t i = 0; i < length; ++i) to[i] = chosen(c[i], first, second);
            }
        });
    };
}

// By the rules of the standard op, which throws for dims that do not go together.
Shape broadcast_dims(std::initializer_list<Shape> operands) {
    ov::PartialShape dims;
    for (const Shape &operand : operands) {
        const ov::PartialShape own(std::vector<ov::Dimension>(operand.begin(), operand.end()));
        if (!ov::PartialShape::broadcast_merge_into(dims, own, ov::op::AutoBroadcastType::NUMPY))
            throw Refusal("its inputs " + dims.to_string() + " and " + own.to_string() +
                          " do not go together");
    }
    const ov::Shape shape = dims.to_shape();
    return {shape.begin(), shape.end()};
}

bool is_native(const Typed &x) {
    return is_single(x.dtype) || x.node.get_element_type() == ov::element::boolean;
}

[[noreturn]] void refuse_types(const Typed &a, const Typed &b) {
    throw Refusal(std::string("its inputs are ") + om::name(a.dtype) + " and " + om::name(b.dtype));
}

std::string named(const char *what, int kind, DataType dtype) {
    return std::string(what) + " " + std::to_string(kind) + " of " + om::name(dtype);
}

}  // namespace

std::optional<Typed> exact_unary(const op::Unary &op, const Typed &x) {
    if (is_native(x)) return std::nullopt;
    std::string name = named("unary", static_cast<int>(op.kind), x.dtype);
    TensorFunction function;
    if (x.dtype == DataType::kBool) {
        if (op.kind == UnaryKind::kLogicalNot) function = negate;
    } else if (x.dtype == DataType::kDouble) {
        const RealFunction real = real_function(op.kind);
        if (real == nullptr) return std::nullopt;
        function = real_loop(real);
    } else {
        if (is_rounding(op.kind)) return x;
        with_number(x.dtype, [&](auto zero) {
            if constexpr (std::is_integral_v<decltype(zero)>)
                function = integer_function<decltype(zero)>(op);
        });
        name += " " + std::to_string(op.alpha) + " " + std::to_string(op.beta);
    }
    if (!function) throw Refusal(std::string("of ") + om::name(x.dtype) + " it is not supported");
    return computed_by(name, {x.node}, x.dtype, dims_of(x), std::move(function));
}

std::optional<Typed> exact_binary(BinaryKind kind, const Typed &a, const Typed &b) {
    if (is_native(a) && is_native(b)) return std::nullopt;
    if (a.dtype != b.dtype) refuse_types(a, b);
    const bool is_boolean = a.dtype == DataType::kBool;
    const bool is_defined = is_boolean ? gives_booleans(kind) : !is_logical(kind);
    if (!is_defined) throw Refusal(std::string("of ") + om::name(a.dtype) + " it is not supported");
    const Shape dims = broadcast_dims({dims_of(a), dims_of(b)});
    const BroadcastRows<2> rows(dims, {dims_of(a), dims_of(b)});
    TensorFunction function;
    if (is_boolean)
        function = binary_function<uint8_t>(kind, rows);
    else
        with_number(a.dtype,
                    [&](auto zero) { function = binary_function<decltype(zero)>(kind, rows); });
    return computed_by(named("binary", static_cast<int>(kind), a.dtype), {a.node, b.node},
                       gives_booleans(kind) ? DataType::kBool : a.dtype, dims, std::move(function));
}

std::optional<Typed> exact_select(const Typed &condition, const Typed &a, const Typed &b) {
    if (is_native(condition) && is_native(a) && is_native(b)) return std::nullopt;
    if (condition.dtype != DataType::kBool)
        throw Refusal(std::string("its condition is ") + om::name(condition.dtype));
    if (a.dtype != b.dtype) refuse_types(a, b);
    const std::array<Shape, 3> operands = {dims_of(condition), dims_of(a), dims_of(b)};
    const Shape dims = broadcast_dims({operands[0], operands[1], operands[2]});
    const BroadcastRows<3> rows(dims, operands);
    TensorFunction function;
    if (is_wide(a.dtype))
        function = select_function<uint64_t>(rows);
    else if (a.node.get_element_type().size() == 1)
        function = select_function<uint8_t>(rows);
    else
        function = select_function<uint32_t>(rows);
    return computed_by(std::string("select of ") + om::name(a.dtype),
                       {condition.node, a.node, b.node}, a.dtype, dims, std::move(function));
}

}  // namespace ascendcl::host::engine
