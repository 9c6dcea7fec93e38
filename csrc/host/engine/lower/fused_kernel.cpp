// Kernel names: te_fused_op_<token>_<token>_..._<hex>[_<hex>_<n>][__kernel0].
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/fused_kernel.h"

#include <algorithm>
#include <array>

#include "host/engine/refusal.h"

namespace ascendcl::host::engine {
namespace {

constexpr std::string_view kPrefix = "te_fused_op_";

struct Token {
    std::string_view text;
    StepKind kind;
};

constexpr std::array kTokens = {
    Token{"conv2d", StepKind::kConvolution},
    Token{"depthwise_conv2d", StepKind::kDepthwiseConvolution},
    Token{"conv2d_transpose_d", StepKind::kTransposedConvolution},
    Token{"deconvolution", StepKind::kTransposedConvolution},
    Token{"conv2d_backprop_input_d", StepKind::kBackpropInput},
    Token{"mat_mul", StepKind::kMatMul},
    Token{"mat_mul_v2", StepKind::kMatMul},
    Token{"matmul", StepKind::kMatMul},
    Token{"matmul_v2", StepKind::kMatMul},
    Token{"batch_mat_mul", StepKind::kMatMul},
    Token{"batch_mat_mul_v2", StepKind::kMatMul},
    Token{"batch_matmul", StepKind::kMatMul},
    Token{"batch_matmul_v2", StepKind::kMatMul},
    Token{"fully_connection", StepKind::kFullyConnection},
    Token{"fix_pipe", StepKind::kFixPipe},
    Token{"prelu", StepKind::kPRelu},
    Token{"p_relu", StepKind::kPRelu},
    Token{"bias_add", StepKind::kBiasAdd},
    Token{"eltwise", StepKind::kEltwise},
    Token{"clip_by_value", StepKind::kClip},
    Token{"bninference_d", StepKind::kBatchNormInference},
    Token{"bn_inference_d", StepKind::kBatchNormInference},
    Token{"aipp", StepKind::kAipp},
    Token{"cast", StepKind::kPass},
    Token{"trans_data", StepKind::kPass},
    Token{"transdata", StepKind::kPass},
    Token{"strided_read", StepKind::kPass},
    Token{"strided_write", StepKind::kPass},
};

bool starts_with(std::string_view text, std::string_view prefix) noexcept {
    return text.substr(0, prefix.size()) == prefix;
}

// The name of the kernel as a fused one, or empty.
std::string_view fused_kernel_name(const om::Node &node) {
    const std::string own = std::string(node.name) + "_kernelname";
    for (const std::string_view attr : {std::string_view("_kernelname"), std::string_view(own),
                                        std::string_view("_tbe_kernel_name")})
        if (const auto name = node.attrs.text(attr); name && starts_with(*name, kPrefix))
            return *name;
    return {};
}

// What follows the tokens: hexadecimal digests and a counter.
bool is_digest(std::string_view text) noexcept {
    const size_t digits = std::min(text.find('_'), text.size());
    return digits >= 8 &&
           std::all_of(text.begin(), text.begin() + static_cast<long>(digits),
                       [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::optional<FusedStep> longest_step(std::string_view text) noexcept {
    std::optional<FusedStep> longest;
    for (const Token &token : kTokens) {
        const size_t length = token.text.size();
        if (!starts_with(text, token.text)) continue;
        if (text.size() > length && text[length] != '_') continue;
        if (!longest || length > longest->token.size())
            longest = {token.kind, token.text, nullptr, {}};
    }
    const ElementwiseName *name = longest_elementwise_prefix(text);
    if (name != nullptr && (!longest || name->token.size() > longest->token.size()))
        longest = {StepKind::kElementwise, name->token, name, {}};
    return longest;
}

}  // namespace

bool is_fused(const om::Node &node) {
    if (node.type == "AutomaticBufferFusionOp" || !fused_kernel_name(node).empty()) return true;
    return (node.attrs.boolean("_is_fusion_op").value_or(false) ||
            node.attrs.boolean("_is_compiled_fusion_op").value_or(false)) &&
           node.attrs.texts("_datadump_original_op_names").size() > 1;
}

std::vector<FusedStep> fused_steps(const om::Node &node) {
    std::string_view rest = fused_kernel_name(node);
    if (rest.empty())
        throw Refusal(node.name, node.type,
                      "it is a fused node whose kernel name does not list its ops");
    rest.remove_prefix(kPrefix.size());
    std::vector<FusedStep> steps;
    while (!rest.empty() && !is_digest(rest)) {
        const auto step = longest_step(rest);
        if (!step)
            throw Refusal(node.name, node.type,
                          "its fused kernel contains an op that is not supported, at '" +
                              std::string(rest) + "'");
        steps.push_back(*step);
        rest.remove_prefix(std::min(rest.size(), step->token.size() + 1));
    }
    if (steps.empty()) throw Refusal(node.name, node.type, "its fused kernel's name lists no ops");
    return steps;
}

}  // namespace ascendcl::host::engine
