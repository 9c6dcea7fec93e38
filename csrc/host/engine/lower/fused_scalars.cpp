// Scalars of unary ops.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/fused_scalars.h"

namespace ascendcl::host::engine {
namespace {

using op::UnaryKind;

constexpr float kSixth = 1.0f / 6.0f;
constexpr float kFastGeluBeta = 1.702f;
// Smaller f16 values in a kernel are counts and strides, not slopes.
constexpr float kLeastSlope = 1e-3f;

// Attributes that change what an op computes and that are only supported at their defaults.
void require_default(const NodeView &view, std::string_view attr, float value) {
    if (view.real(attr, value) != value)
        view.refuse("attribute '" + std::string(attr) + "' other than " + std::to_string(value) +
                    " is not supported");
}

}  // namespace

op::Unary FusedScalars::unary(const ElementwiseName &name) {
    switch (name.unary()) {
        case UnaryKind::kHardSigmoid:
            return hard_sigmoid();
        case UnaryKind::kLeakyRelu:
            return leaky_relu();
        case UnaryKind::kClamp:
            return {UnaryKind::kClamp, 0, 6};
        case UnaryKind::kElu:
            view_.assumed("scalars of Elu", "alpha 1", "its default; the file does not keep it");
            return {UnaryKind::kElu, 1};
        case UnaryKind::kSwish:
            if (name.type == "FastGelu") return {UnaryKind::kSwish, kFastGeluBeta};
            view_.assumed("scalars of Swish", "scale 1", "its default; the file does not keep it");
            return {UnaryKind::kSwish, 1};
        case UnaryKind::kExp:
        case UnaryKind::kLog:
            view_.assumed("scalars of " + std::string(name.type), "base e, scale 1, shift 0",
                          "its defaults; the file does not keep them");
            return {name.unary()};
        default:
            return {name.unary()};
    }
}

op::Unary FusedScalars::hard_sigmoid() {
    constexpr std::string_view kQuantity = "scalars of HardSigmoid";
    const auto alpha = view_.attrs().real("alpha"), beta = view_.attrs().real("beta");
    // The IR's defaults are no fact on a fused node.
    if (alpha && beta && *alpha != kSixth) {
        view_.read(kQuantity, "alpha " + std::to_string(*alpha) + ", beta " + std::to_string(*beta),
                   "the node's attributes");
        return {UnaryKind::kHardSigmoid, *alpha, *beta};
    }
    if (immediates_.contains(kSixth)) {
        view_.checked(kQuantity, "alpha 1/6, beta 0.5", "the op's defaults; its kernel loads 1/6");
        return {UnaryKind::kHardSigmoid, kSixth, 0.5f};
    }
    // ONNX's and Keras' default.
    if (immediates_.contains(0.2f)) {
        view_.assumed(kQuantity, "alpha 0.2, beta 0.5",
                      "the kernel loads 0.2, and beta is its default");
        return {UnaryKind::kHardSigmoid, 0.2f, 0.5f};
    }
    view_.assumed(kQuantity, "alpha 1/6, beta 0.5", "its defaults; the file does not keep them");
    return {UnaryKind::kHardSigmoid, kSixth, 0.5f};
}

op::Unary FusedScalars::leaky_relu() {
    constexpr std::string_view kQuantity = "slope of LeakyRelu";
    // 0 is the IR's default, which fused nodes show whatever the slope was.
    if (const float slope = view_.real("negative_slope", 0); slope != 0) {
        view_.read(kQuantity, std::to_string(slope), "the node's attribute");
        return {UnaryKind::kLeakyRelu, slope};
    }
    const FileEvidence::Source &evidence = view_.lowering().evidence.slopes;
    const std::vector<float> slopes = immediates_.decimals(kLeastSlope, 1);
    if (slopes.size() == 1 && evidence.is_known()) {
        if (evidence.confirmed > 0)
            view_.checked(kQuantity, std::to_string(slopes[0]),
                          "from the kernel, read as in nodes that have the attribute");
        else
            view_.assumed(kQuantity, std::to_string(slopes[0]),
                          "the only value in its kernel that may be one");
        return {UnaryKind::kLeakyRelu, slopes[0]};
    }
    view_.refuse_undecided(
        slopes.empty() ? "the slope of the fused LeakyRelu is not in the file"
        : slopes.size() == 1
            ? "kernels of this file do not show slopes as LeakyRelu nodes have them"
            : "the fused kernel shows several values that may be the slope of its "
              "LeakyRelu");
}

op::Unary unary_from_attributes(NodeView &view, const ElementwiseName &name) {
    switch (name.unary()) {
        case UnaryKind::kHardSigmoid:
            return {UnaryKind::kHardSigmoid, view.real("alpha", kSixth), view.real("beta", 0.5f)};
        case UnaryKind::kLeakyRelu:
            return {UnaryKind::kLeakyRelu, view.real("negative_slope", 0)};
        case UnaryKind::kClamp:
            return {UnaryKind::kClamp, 0, 6};
        case UnaryKind::kElu:
            require_default(view, "scale", 1);
            require_default(view, "input_scale", 1);
            return {UnaryKind::kElu, view.real("alpha", 1)};
        case UnaryKind::kSwish:
            return {UnaryKind::kSwish,
                    name.type == "FastGelu" ? kFastGeluBeta : view.real("scale", 1)};
        case UnaryKind::kExp:
        case UnaryKind::kLog:
            require_default(view, "base", -1);
            require_default(view, "scale", 1);
            require_default(view, "shift", 0);
            return {name.unary()};
        default:
            return {name.unary()};
    }
}

}  // namespace ascendcl::host::engine
