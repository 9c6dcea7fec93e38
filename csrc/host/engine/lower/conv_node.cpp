// Reading convolutions off the stored graph.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/conv_node.h"

#include <algorithm>
#include <array>

#include "host/engine/lower/logical_layout.h"
#include "host/engine/refusal.h"

namespace ascendcl::host::engine {
namespace {

constexpr int64_t kMostStated = int64_t{1} << 20;  // what is beyond, no model has

// Slots of data and filter, counted without control edges.
struct Slots {
    std::string_view type;
    size_t x, filter;
    bool is_transposed;
};
constexpr std::array kSlots = {
    Slots{"Conv2D", 0, 1, false},
    Slots{"DepthwiseConv2D", 0, 1, false},
    Slots{"DepthwiseConv2DNative", 0, 1, false},
    Slots{"Conv2DTransposeD", 0, 1, true},
    Slots{"Deconvolution", 0, 1, true},
    Slots{"Conv2DBackpropInputD", 1, 0, true},
    // Their first input is the output's size.
    Slots{"Conv2DTranspose", 1, 2, true},
    Slots{"Conv2DBackpropInput", 2, 1, true},
};

// Height and width of an NCHW or NHWC shape behind `first`.
Pair spatial_of(const LogicalTensor &tensor) {
    const auto h = static_cast<size_t>(height_axis(tensor.axes));
    return {tensor.shape[h], tensor.shape[h + 1]};
}

int64_t channels_of(const LogicalTensor &tensor) {
    return tensor.shape[static_cast<size_t>(channel_axis(tensor.axes))];
}

std::optional<LogicalTensor> tensor_of(const om::TensorDesc *desc) {
    if (desc == nullptr || desc->dtype == om::DataType::kUndefined) return std::nullopt;
    try {
        LogicalTensor tensor = logical_tensor(*desc);
        if (tensor.shape.size() == 4) return tensor;
    } catch (const Refusal &) {
        // Whoever lowers the node says what is wrong with it.
    }
    return std::nullopt;
}

// Out, in/groups, height and width.
std::optional<Shape> filter_shape(const LogicalTensor &tensor) {
    const auto order = axis_permutation(tensor.axes, Axes::kNCHW);
    if (!order) return tensor.shape;
    Shape shape;
    for (const int64_t axis : *order) shape.push_back(tensor.shape[static_cast<size_t>(axis)]);
    return shape;
}

// The op whose slots a node has: its own type or, of a fused node, that of its cube op.
std::string_view op_type(const om::Node &node) {
    if (!is_fused(node)) return node.type;
    try {
        for (const FusedStep &step : fused_steps(node)) {
            if (step.kind == StepKind::kConvolution) return "Conv2D";
            if (step.kind == StepKind::kDepthwiseConvolution) return "DepthwiseConv2D";
            if (step.kind == StepKind::kTransposedConvolution) return "Conv2DTransposeD";
            if (step.kind == StepKind::kBackpropInput) return "Conv2DBackpropInputD";
            if (step.kind != StepKind::kPass && step.kind != StepKind::kAipp) return {};
        }
    } catch (const Refusal &) {
        // A kernel's name with an op that is not known.
    }
    return node.type;
}

}  // namespace

const om::TensorDesc *input_desc(const om::Node &node, size_t slot) {
    const auto is_control = [&](size_t i) {
        return node.inputs[i].kind == om::Edge::Kind::kControl;
    };
    size_t index = slot;
    // Where the file holds fewer descriptors than inputs, control edges have none.
    if (node.input_descs.size() < node.inputs.size()) {
        size_t controls = 0;
        for (size_t i = 0; i < slot; ++i) controls += is_control(i);
        if (controls > 0 || slot >= node.input_descs.size()) index = slot - controls;
    }
    return index < node.input_descs.size() ? &node.input_descs[index] : nullptr;
}

std::optional<ConvNode> conv_node(const om::Node &node) {
    const std::string_view type = op_type(node);
    const auto slots = std::find_if(kSlots.begin(), kSlots.end(),
                                    [&](const Slots &each) { return each.type == type; });
    if (slots == kSlots.end()) return std::nullopt;
    std::vector<size_t> inputs;
    for (size_t i = 0; i < node.inputs.size(); ++i)
        if (node.inputs[i].kind != om::Edge::Kind::kControl) inputs.push_back(i);
    if (std::max(slots->x, slots->filter) >= inputs.size() || node.output_descs.empty())
        return std::nullopt;
    ConvNode conv;
    conv.is_transposed = slots->is_transposed;
    const om::Edge &edge = node.inputs[inputs[slots->filter]];
    if (edge.kind == om::Edge::Kind::kData) conv.filter = edge.node;
    conv.filter_desc = input_desc(node, inputs[slots->filter]);
    const auto x = tensor_of(input_desc(node, inputs[slots->x]));
    const auto filter = tensor_of(conv.filter_desc);
    const auto y = tensor_of(&node.output_descs[0]);
    if (!x || !filter || !y) return std::nullopt;
    const auto shape = filter_shape(*filter);
    conv.sizes = {spatial_of(*x), spatial_of(*y), {(*shape)[2], (*shape)[3]}};
    // The forward convolution's input is a transposed one's output.
    const int64_t channels = channels_of(conv.is_transposed ? *y : *x);
    conv.groups = (*shape)[1] > 0 && channels % (*shape)[1] == 0 ? channels / (*shape)[1] : 0;
    for (const Pair &pair : {conv.sizes.input, conv.sizes.output, conv.sizes.kernel})
        if (pair[0] < 1 || pair[1] < 1) return std::nullopt;
    return conv;
}

std::optional<StatedGeometry> stated_geometry(const om::Node &node) {
    const std::vector<int64_t> strides = node.attrs.integers("strides");
    const std::vector<int64_t> dilations = node.attrs.integers("dilations");
    const std::vector<int64_t> pads = node.attrs.integers("pads");
    const std::string_view format = node.attrs.text("data_format").value_or("");
    if (strides.size() != 4 || dilations.size() != 4 || pads.size() != 4 ||
        (format != "NCHW" && format != "NHWC"))
        return std::nullopt;
    const auto are_within = [](const std::vector<int64_t> &values, int64_t least) {
        return std::all_of(values.begin(), values.end(), [least](int64_t value) {
            return value >= least && value <= kMostStated;
        });
    };
    if (!are_within(strides, 1) || !are_within(dilations, 1) || !are_within(pads, 0))
        return std::nullopt;
    const size_t h = format == "NHWC" ? 1 : 2;
    return StatedGeometry{
        {strides[h], strides[h + 1]}, {dilations[h], dilations[h + 1]}, {pads[0], pads[2]}};
}

}  // namespace ascendcl::host::engine
