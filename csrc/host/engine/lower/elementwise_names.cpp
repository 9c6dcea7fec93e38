// The table of elementwise ops.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/elementwise_names.h"

#include <array>

namespace ascendcl::host::engine {
namespace {

using B = op::BinaryKind;
using U = op::UnaryKind;

constexpr std::array kNames = {
    ElementwiseName{"Abs", "abs", U::kAbs},
    ElementwiseName{"Acos", "acos", U::kAcos},
    ElementwiseName{"Acosh", "acosh", U::kAcosh},
    ElementwiseName{"Asin", "asin", U::kAsin},
    ElementwiseName{"Asinh", "asinh", U::kAsinh},
    ElementwiseName{"Atan", "atan", U::kAtan},
    ElementwiseName{"Atanh", "atanh", U::kAtanh},
    ElementwiseName{"BNLL", "bnll", U::kSoftplus},
    ElementwiseName{"Ceil", "ceil", U::kCeil},
    ElementwiseName{"Cos", "cos", U::kCos},
    ElementwiseName{"Cosh", "cosh", U::kCosh},
    ElementwiseName{"Elu", "elu", U::kElu},
    ElementwiseName{"Erf", "erf", U::kErf},
    ElementwiseName{"Exp", "exp", U::kExp},
    ElementwiseName{"FastGelu", "fast_gelu", U::kSwish},
    ElementwiseName{"Floor", "floor", U::kFloor},
    ElementwiseName{"Gelu", "gelu", U::kGeluTanh},
    ElementwiseName{"HardSigmoid", "hard_sigmoid", U::kHardSigmoid},
    ElementwiseName{"HardSwish", "hard_swish", U::kHardSwish},
    ElementwiseName{"Inv", "inv", U::kReciprocal},
    ElementwiseName{"LeakyRelu", "leaky_relu", U::kLeakyRelu},
    ElementwiseName{"Log", "log", U::kLog},
    ElementwiseName{"LogicalNot", "logical_not", U::kLogicalNot},
    ElementwiseName{"Mish", "mish", U::kMish},
    ElementwiseName{"Neg", "neg", U::kNegative},
    ElementwiseName{"Reciprocal", "reciprocal", U::kReciprocal},
    ElementwiseName{"Relu", "relu", U::kRelu},
    ElementwiseName{"Relu6", "relu6", U::kClamp},
    ElementwiseName{"Rint", "rint", U::kRound},
    ElementwiseName{"Round", "round", U::kRound},
    ElementwiseName{"Rsqrt", "rsqrt", U::kRsqrt},
    ElementwiseName{"Selu", "selu", U::kSelu},
    ElementwiseName{"Sigmoid", "sigmoid", U::kSigmoid},
    ElementwiseName{"Sign", "sign", U::kSign},
    ElementwiseName{"Sin", "sin", U::kSin},
    ElementwiseName{"Sinh", "sinh", U::kSinh},
    ElementwiseName{"Softplus", "softplus", U::kSoftplus},
    ElementwiseName{"Softsign", "softsign", U::kSoftsign},
    ElementwiseName{"Sqrt", "sqrt", U::kSqrt},
    ElementwiseName{"Square", "square", U::kSquare},
    ElementwiseName{"Swish", "swish", U::kSwish},
    ElementwiseName{"Tan", "tan", U::kTan},
    ElementwiseName{"Tanh", "tanh", U::kTanh},
    ElementwiseName{"Add", "add", B::kAdd},
    ElementwiseName{"AddV2", "add_v2", B::kAdd},
    ElementwiseName{"Div", "div", B::kDivide},
    ElementwiseName{"Equal", "equal", B::kEqual},
    ElementwiseName{"FloorDiv", "floor_div", B::kFloorDivide},
    ElementwiseName{"FloorMod", "floor_mod", B::kFloorModulo},
    ElementwiseName{"Greater", "greater", B::kGreater},
    ElementwiseName{"GreaterEqual", "greater_equal", B::kGreaterEqual},
    ElementwiseName{"Less", "less", B::kLess},
    ElementwiseName{"LessEqual", "less_equal", B::kLessEqual},
    ElementwiseName{"LogicalAnd", "logical_and", B::kLogicalAnd},
    ElementwiseName{"LogicalOr", "logical_or", B::kLogicalOr},
    ElementwiseName{"Maximum", "maximum", B::kMaximum},
    ElementwiseName{"Minimum", "minimum", B::kMinimum},
    ElementwiseName{"Mod", "mod", B::kModulo},
    ElementwiseName{"Mul", "mul", B::kMultiply},
    ElementwiseName{"NotEqual", "not_equal", B::kNotEqual},
    ElementwiseName{"Pow", "pow", B::kPower},
    ElementwiseName{"RealDiv", "real_div", B::kDivide},
    ElementwiseName{"SquaredDifference", "squared_difference", B::kSquaredDifference},
    ElementwiseName{"Sub", "sub", B::kSubtract},
};

}  // namespace

const ElementwiseName *elementwise_by_type(std::string_view type) noexcept {
    for (const ElementwiseName &name : kNames)
        if (name.type == type) return &name;
    return nullptr;
}

const ElementwiseName *elementwise_by_token(std::string_view token) noexcept {
    for (const ElementwiseName &name : kNames)
        if (name.token == token) return &name;
    return nullptr;
}

const ElementwiseName *longest_elementwise_prefix(std::string_view text) noexcept {
    const ElementwiseName *longest = nullptr;
    for (const ElementwiseName &name : kNames) {
        const size_t length = name.token.size();
        if (text.substr(0, length) != name.token) continue;
        if (text.size() > length && text[length] != '_') continue;
        if (longest == nullptr || length > longest->token.size()) longest = &name;
    }
    return longest;
}

bool is_commutative(op::BinaryKind kind) noexcept {
    switch (kind) {
        case B::kAdd:
        case B::kMultiply:
        case B::kMaximum:
        case B::kMinimum:
        case B::kSquaredDifference:
        case B::kEqual:
        case B::kNotEqual:
        case B::kLogicalAnd:
        case B::kLogicalOr:
            return true;
        default:
            return false;
    }
}

}  // namespace ascendcl::host::engine
