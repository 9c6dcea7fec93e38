// The driver of the lowering passes.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/lower.h"

#include <algorithm>
#include <array>

#include "host/engine/lower/aipp.h"
#include "host/engine/lower/constants.h"
#include "host/engine/lower/cube.h"
#include "host/engine/lower/execution_order.h"
#include "host/engine/lower/fixpipe.h"
#include "host/engine/lower/fused_kernel.h"
#include "host/engine/lower/lowering.h"
#include "host/engine/lower/model_io.h"
#include "host/engine/lower/ops.h"
#include "host/engine/lower/ub_fusion.h"
#include "om/error.h"

namespace ascendcl::host::engine {
namespace {

// Nodes that order or clear device memory and compute nothing.
bool is_skipped(std::string_view type) noexcept {
    static constexpr std::array<std::string_view, 6> kTypes = {
        "Send", "Recv", "AtomicAddrClean", "MemSet", "StreamActive", "NoOp"};
    return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end() ||
           type.substr(0, 5) == "Label";
}

// The compiler's option: "--framework=5".
std::string_view framework_option(const om::ModelDef &def) {
    constexpr std::string_view kOption = "--framework=";
    const std::string_view command = def.attrs.text("atc_cmdline").value_or("");
    const size_t at = command.find(kOption);
    if (at == std::string_view::npos) return {};
    return command.substr(at + kOption.size(), 1);
}

Framework framework_of(const om::ModelDef &def, const om::Graph &graph) {
    const std::string_view type = def.attrs.text("framework_type").value_or(framework_option(def));
    if (type == "Onnx" || type == "ONNX" || type == "5") return Framework::kOnnx;
    if (type == "TensorFlow" || type == "Tensorflow" || type == "3") return Framework::kTensorFlow;
    if (type == "Caffe" || type == "0") return Framework::kCaffe;
    // Old files do not say; only TensorFlow's filters have HWCN axes.
    for (const om::Node &node : graph.nodes)
        for (const om::TensorDesc &desc : node.input_descs)
            if (desc.format == om::Format::kFractalZ && desc.origin_format() == om::Format::kHWCN)
                return Framework::kTensorFlow;
    return Framework::kUnknown;
}

Values lower_fused(NodeView &view) {
    std::vector<FusedStep> steps = fused_steps(view.node());
    take_out_aipp(view, steps);
    const bool fixpipe = std::any_of(steps.begin(), steps.end(), [](const FusedStep &step) {
        return step.kind == StepKind::kFixPipe;
    });
    if (!fixpipe) return {lower_ub_fusion(view, steps)};
    const bool is_transformed = begins_with_transformation(steps);
    steps.erase(std::remove_if(steps.begin(), steps.end(),
                               [](const FusedStep &step) { return step.kind == StepKind::kPass; }),
                steps.end());
    if (steps.size() != 2 || !steps[0].is_cube() || steps[1].kind != StepKind::kFixPipe)
        view.refuse("a FixPipe fusion with other ops than its cube op");
    return {lower_fixpipe(view, steps[0].kind, is_transformed)};
}

LowerFunction lowering_of(const om::Node &node) {
    const LowerFunction function = find_lowering(node.type);
    if (function == nullptr)
        throw Refusal(node.name, node.type, std::string(node.type) + " is not supported");
    return function;
}

Values lower_node(NodeView &view) {
    if (view.node().type == "Aipp") return lower_aipp(view);
    if (is_fused(view.node())) return lower_fused(view);
    return lowering_of(view.node())(view);
}

// Remembers the values under the declared logical form; declared shapes are checked when the graph
// is translated, where shapes are computed.
void finish(Lowering &lowering, NodeView &view, const Values &values, size_t values_before) {
    std::vector<std::optional<Produced>> &done = lowering.done[view.node().name];
    for (size_t i = 0; i < values.size() && i < view.output_count(); ++i) {
        const LogicalTensor &logical = view.output(i);
        checked_element_count(logical.shape);  // all shapes are known by now
        const ValueId value = values[i];
        if (static_cast<size_t>(value) >= values_before &&
            lowering.graph.producer(value).output_count == 1)
            lowering.graph.declare(value, logical.shape);
        done.push_back(Produced{value, logical});
    }
}

// Any number of constants may point to the same bytes. Compilers give each its own; decoding
// doubles what is stored as f16.
void charge_constant(Lowering &lowering, const op::Constant &constant) {
    constexpr uint64_t kMostTimes = 8;
    constexpr uint64_t kAlways = uint64_t{16} << 20;
    const uint64_t stored = lowering.weights.size + lowering.def.attrs.owner().size;
    lowering.decoded_bytes += constant.bytes->size();
    if (lowering.decoded_bytes > stored * kMostTimes + kAlways)
        throw Damage("the constants up to this one take " + std::to_string(lowering.decoded_bytes) +
                     " bytes, the file holds " + std::to_string(stored));
}

void lower_const(Lowering &lowering, const om::Node &node) {
    const auto groups = lowering.filter_groups.find(node.name);
    op::Constant constant = decode_constant(
        node, lowering.weights, groups == lowering.filter_groups.end() ? 1 : groups->second);
    charge_constant(lowering, constant);
    LogicalTensor logical = logical_tensor(node.output_descs[0]);
    logical.shape = constant.shape;
    const ValueId value =
        lowering.graph.add(std::string(node.name), std::string(node.type), std::move(constant), {});
    lowering.done[node.name].push_back(Produced{value, logical});
}

void lower_one(Lowering &lowering, const om::Descriptors &descriptors, const om::Node &node) {
    if (is_skipped(node.type)) {
        lowering.done[node.name];
        return;
    }
    if (is_input(node)) return;
    if (node.type == "Const" || node.type == "Constant") {
        lower_const(lowering, node);
        return;
    }
    NodeView view(lowering, node);
    if (node.type == "NetOutput") {
        add_results(view, descriptors);
        return;
    }
    const size_t before = lowering.graph.value_count();
    const Values values = lower_node(view);
    finish(lowering, view, values, before);
}

// Its operands are not known: refuses what its type alone is refused for.
void require_supported_type(const om::Node &node) {
    if (is_skipped(node.type) || is_input(node) || node.type == "Const" ||
        node.type == "Constant" || node.type == "NetOutput" || node.type == "Aipp")
        return;
    if (is_fused(node))
        fused_steps(node);
    else
        lowering_of(node);
}

// Op types of 2018/19 that compilers have not written since. Reference: om_format.md 8.4.
void require_present_ops(const om::Graph &graph) {
    static constexpr std::array<std::string_view, 3> kOld = {"Convolution", "FullConnection",
                                                             "Activation"};
    for (const om::Node &node : graph.nodes)
        if (std::find(kOld.begin(), kOld.end(), node.type) != kOld.end() &&
            find_lowering(node.type) == nullptr)
            throw Refusal(node.name, node.type, om::kMadeByOldDdk);
}

void lower_all(Lowering &lowering, const om::Graph &graph, const om::Descriptors &descriptors,
               RefusedNodes &refused) {
    for (const om::Node *node : execution_order(graph)) {
        refused.collect(*node, lowering, [&] {
            if (!refused.hides_input_of(*node)) {
                lower_one(lowering, descriptors, *node);
                return;
            }
            refused.hide(*node);
            require_supported_type(*node);
        });
    }
}

}  // namespace

Lowered lower(const LowerInput &input, RefusedNodes &refused) {
    const om::Graph &graph = input.graph;
    Lowering lowering{
        input.def, input.kernels, input.weights, framework_of(input.def, graph), {}, {}, {}};
    lowering.evidence =
        gather_evidence(graph, input.kernels, lowering.framework, lowering.findings);
    lowering.filter_groups = filter_groups(graph);
    require_present_ops(graph);
    add_parameters(lowering, graph, input.descriptors, refused);
    lower_all(lowering, graph, input.descriptors, refused);
    if (refused.nodes().empty() &&
        lowering.graph.results.size() != input.descriptors.outputs.size())
        throw Damage("the graph has no NetOutput node for the model's outputs");
    return {std::move(lowering.graph), std::move(lowering.findings)};
}

Lowered lower(const LowerInput &input) {
    RefusedNodes refused;
    Lowered lowered = lower(input, refused);
    if (!refused.nodes().empty()) refused.refuse();
    return lowered;
}

RefusedNodes unsupported_types(const om::Graph &graph) {
    RefusedNodes refused;
    for (const om::Node &node : graph.nodes) {
        try {
            require_supported_type(node);
        } catch (const Refusal &refusal) {
            refused.add(refusal);
        }
    }
    return refused;
}

Lowered lower_gear(const LowerInput &model, int32_t gear) {
    return with_gear(model, gear, [](const LowerInput &input) { return lower(input); });
}

}  // namespace ascendcl::host::engine
