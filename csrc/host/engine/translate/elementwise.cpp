// Elementwise ops of f32 and of OpenVINO's booleans.
// SPDX-License-Identifier: Apache-2.0
#include <openvino/opsets/opset13.hpp>

#include "host/engine/refusal.h"
#include "host/engine/translate/emit.h"

namespace ascendcl::host::engine {
namespace {

namespace ops = ov::opset13;
using Value = ov::Output<ov::Node>;

template <typename Op, typename... Arguments>
Outputs one(Arguments &&...arguments) {
    return {std::make_shared<Op>(std::forward<Arguments>(arguments)...)};
}

// Selu's constants, as its paper has them.
constexpr float kSeluAlpha = 1.6732632423543772f;
constexpr float kSeluScale = 1.0507009873554805f;

Outputs softsign(const Value &x) {
    const Value magnitude = std::make_shared<ops::Abs>(x);
    return one<ops::Divide>(x, std::make_shared<ops::Add>(magnitude, scalar_like(x, 1)));
}

}  // namespace

Outputs emit(const op::Unary &unary, const Outputs &inputs) {
    using Kind = op::UnaryKind;
    const Value &x = inputs[0];
    const auto number = [&](float value) { return scalar_like(x, value); };
    switch (unary.kind) {
        case Kind::kAbs:
            return one<ops::Abs>(x);
        case Kind::kAcos:
            return one<ops::Acos>(x);
        case Kind::kAcosh:
            return one<ops::Acosh>(x);
        case Kind::kAsin:
            return one<ops::Asin>(x);
        case Kind::kAsinh:
            return one<ops::Asinh>(x);
        case Kind::kAtan:
            return one<ops::Atan>(x);
        case Kind::kAtanh:
            return one<ops::Atanh>(x);
        case Kind::kCeil:
            return one<ops::Ceiling>(x);
        case Kind::kClamp:
            return one<ops::Clamp>(x, unary.alpha, unary.beta);
        case Kind::kCos:
            return one<ops::Cos>(x);
        case Kind::kCosh:
            return one<ops::Cosh>(x);
        case Kind::kElu:
            return one<ops::Elu>(x, unary.alpha);
        case Kind::kErf:
            return one<ops::Erf>(x);
        case Kind::kExp:
            return one<ops::Exp>(x);
        case Kind::kFloor:
            return one<ops::Floor>(x);
        case Kind::kGelu:
            return one<ops::Gelu>(x, ov::op::GeluApproximationMode::ERF);
        case Kind::kGeluTanh:
            return one<ops::Gelu>(x, ov::op::GeluApproximationMode::TANH);
        case Kind::kHardSigmoid:
            return one<ops::HardSigmoid>(x, number(unary.alpha), number(unary.beta));
        case Kind::kHardSwish:
            return one<ops::HSwish>(x);
        case Kind::kLeakyRelu:
            return one<ops::PRelu>(
                x, std::make_shared<ops::Constant>(x.get_element_type(), ov::Shape{1},
                                                   std::vector<float>{unary.alpha}));
        case Kind::kLog:
            return one<ops::Log>(x);
        case Kind::kLogicalNot:
            return one<ops::LogicalNot>(x);
        case Kind::kMish:
            return one<ops::Mish>(x);
        case Kind::kNegative:
            return one<ops::Negative>(x);
        case Kind::kReciprocal:
            return one<ops::Divide>(number(1), x);
        case Kind::kRelu:
            return one<ops::Relu>(x);
        case Kind::kRound:
            return one<ops::Round>(x, ops::Round::RoundMode::HALF_TO_EVEN);
        case Kind::kRsqrt:
            return one<ops::Power>(x, number(-0.5f));
        case Kind::kSelu:
            return one<ops::Selu>(x, number(kSeluAlpha), number(kSeluScale));
        case Kind::kSigmoid:
            return one<ops::Sigmoid>(x);
        case Kind::kSign:
            return one<ops::Sign>(x);
        case Kind::kSin:
            return one<ops::Sin>(x);
        case Kind::kSinh:
            return one<ops::Sinh>(x);
        case Kind::kSoftplus:
            return one<ops::SoftPlus>(x);
        case Kind::kSoftsign:
            return softsign(x);
        case Kind::kSqrt:
            return one<ops::Sqrt>(x);
        case Kind::kSquare:
            return one<ops::Multiply>(x, x);
        case Kind::kSwish:
            return unary.alpha == 1.0f ? one<ops::Swish>(x)
                                       : one<ops::Swish>(x, number(unary.alpha));
        case Kind::kTan:
            return one<ops::Tan>(x);
        case Kind::kTanh:
            return one<ops::Tanh>(x);
    }
    throw Refusal("an elementwise op without translation");
}

Outputs emit(const op::Binary &binary, const Outputs &inputs) {
    using Kind = op::BinaryKind;
    const Value &a = inputs[0], &b = inputs[1];
    switch (binary.kind) {
        case Kind::kAdd:
            return one<ops::Add>(a, b);
        case Kind::kSubtract:
            return one<ops::Subtract>(a, b);
        case Kind::kMultiply:
            return one<ops::Multiply>(a, b);
        case Kind::kDivide:
            return one<ops::Divide>(a, b);
        case Kind::kMaximum:
            return one<ops::Maximum>(a, b);
        case Kind::kMinimum:
            return one<ops::Minimum>(a, b);
        case Kind::kPower:
            return one<ops::Power>(a, b);
        case Kind::kFloorDivide:
            return one<ops::Floor>(std::make_shared<ops::Divide>(a, b));
        case Kind::kFloorModulo:
            return one<ops::FloorMod>(a, b);
        case Kind::kModulo:
            return one<ops::Mod>(a, b);
        case Kind::kSquaredDifference:
            return one<ops::SquaredDifference>(a, b);
        case Kind::kEqual:
            return one<ops::Equal>(a, b);
        case Kind::kNotEqual:
            return one<ops::NotEqual>(a, b);
        case Kind::kGreater:
            return one<ops::Greater>(a, b);
        case Kind::kGreaterEqual:
            return one<ops::GreaterEqual>(a, b);
        case Kind::kLess:
            return one<ops::Less>(a, b);
        case Kind::kLessEqual:
            return one<ops::LessEqual>(a, b);
        case Kind::kLogicalAnd:
            return one<ops::LogicalAnd>(a, b);
        case Kind::kLogicalOr:
            return one<ops::LogicalOr>(a, b);
    }
    throw Refusal("an elementwise op without translation");
}

Outputs emit(const op::Select &, const Outputs &inputs) {
    return one<ops::Select>(inputs[0], inputs[1], inputs[2]);
}

Outputs emit(const op::PRelu &, const Outputs &inputs) {
    // OpenVINO's PRelu knows one slope, or one per channel of axis 1.
    const Value &x = inputs[0], &slope = inputs[1];
    if (slope.get_shape().size() == 1) return one<ops::PRelu>(x, slope);
    const Value zero = scalar_like(x, 0);
    const Value negative = std::make_shared<ops::Minimum>(x, zero);
    return one<ops::Add>(std::make_shared<ops::Relu>(x),
                         std::make_shared<ops::Multiply>(negative, slope));
}

}  // namespace ascendcl::host::engine
