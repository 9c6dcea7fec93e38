// Parameters and results. A model may take or give NC1HWC0: unpacked and packed here.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/model_io.h"

#include <algorithm>

#include "host/engine/lower/aipp.h"
#include "om/aipp.h"
#include "om/gears.h"

namespace ascendcl::host::engine {
namespace {

constexpr std::string_view kNoDynamicAipp =
    "dynamic AIPP is supported in models that were compiled for the host runtime; of other "
    "compilers no file with it was seen";

// [N, C1, H, W, C0] -> logical NCHW or NHWC.
ValueId unpack_channels(NodeView &view, ValueId value, const Shape &stored,
                        const LogicalTensor &logical) {
    if (stored.size() != 5 || logical.shape.size() != 4)
        view.refuse("an input of layout NC1HWC0 and shape " + to_string(stored));
    const bool last = logical.axes == Axes::kNHWC;
    const int64_t channels = stored[1] * stored[4];
    value = view.transpose(
        value, last ? std::vector<int64_t>{0, 2, 3, 1, 4} : std::vector<int64_t>{0, 1, 4, 2, 3});
    const Shape full = last ? Shape{stored[0], stored[2], stored[3], channels}
                            : Shape{stored[0], channels, stored[2], stored[3]};
    value = view.add(op::Reshape{full}, {value});
    if (full == logical.shape) return value;
    const std::vector<int64_t> zeros(4, 0), ones(4, 1);
    return view.add(op::StridedSlice{zeros, logical.shape, ones}, {value});
}

ValueId pack_channels(NodeView &view, ValueId value, const Shape &stored,
                      const LogicalTensor &logical) {
    if (stored.size() != 5 || logical.shape.size() != 4)
        view.refuse("an output of layout NC1HWC0 and shape " + to_string(stored));
    const bool last = logical.axes == Axes::kNHWC;
    const auto axis = static_cast<size_t>(channel_axis(logical.axes));
    std::vector<int64_t> end(4, 0);
    end[axis] = stored[1] * stored[4] - logical.shape[axis];
    if (end[axis] < 0) view.refuse("an output of layout NC1HWC0 and shape " + to_string(stored));
    if (end[axis] > 0)
        value = view.add(op::Pad{{0, 0, 0, 0}, end, op::PadMode::kConstant, 0}, {value});
    const Shape split = last ? Shape{stored[0], stored[2], stored[3], stored[1], stored[4]}
                             : Shape{stored[0], stored[1], stored[4], stored[2], stored[3]};
    value = view.add(op::Reshape{split}, {value});
    return view.transpose(
        value, last ? std::vector<int64_t>{0, 3, 1, 2, 4} : std::vector<int64_t>{0, 1, 3, 4, 2});
}

// The image that the runtime makes of a picture, and the program computes on.
void add_image(Lowering &lowering, const om::Graph &graph, const om::Node &node,
               const om::IoDescriptor &descriptor) {
    NodeView view(lowering, node);
    if (om::aipp_mode(node) != om::AippMode::kStatic) view.refuse(std::string(kNoDynamicAipp));
    if (om::gear_switch(lowering.def.graphs.at(0)) != nullptr)
        view.refuse(
            "AIPP and gears are supported in models that were compiled for the host "
            "runtime; of other compilers no file with both was seen");
    check_aipp_input(view, graph, descriptor);
    const ValueId value = view.add(op::Parameter{descriptor.dtype, descriptor.dims}, {});
    lowering.graph.parameters.push_back(value);
    lowering.images.insert(node.name);
    LogicalTensor logical = view.output();
    logical.dtype = descriptor.dtype;
    if (logical.axes != Axes::kNHWC || logical.shape != descriptor.dims)
        view.refuse("it has AIPP, and its output is not the image " + to_string(descriptor.dims));
    lowering.done[node.name].push_back(Produced{value, logical});
}

void add_parameter(Lowering &lowering, const om::Graph &graph, const om::Node &node,
                   const om::IoDescriptor &descriptor) {
    checked_element_count(descriptor.dims);
    if (node.output_descs.empty()) throw Refusal(node.name, node.type, "it has no output");
    if (om::aipp_mode(node) != om::AippMode::kNone) {
        add_image(lowering, graph, node, descriptor);
        return;
    }
    NodeView view(lowering, node);
    ValueId value = view.add(op::Parameter{descriptor.dtype, descriptor.dims}, {});
    lowering.graph.parameters.push_back(value);

    const om::TensorDesc &stored =
        node.input_descs.empty() ? node.output_descs[0] : node.input_descs[0];
    LogicalTensor logical = view.output();
    checked_element_count(logical.shape);
    if (stored.format == om::Format::kNC1HWC0) {
        logical = logical_tensor(stored);
        value = unpack_channels(view, value, descriptor.dims, logical);
    } else if (stored.format == om::Format::kFractalZ || stored.format == om::Format::kFractalNz) {
        view.refuse("inputs of layout " + std::string(stored.layout) + " are not supported");
    } else if (element_count(descriptor.dims) != element_count(logical.shape)) {
        view.refuse("its descriptor says " + to_string(descriptor.dims) + ", its output " +
                    to_string(logical.shape));
    } else {
        value = view.reshape(value, descriptor.dims, logical.shape);
    }
    lowering.done[node.name].push_back(Produced{value, logical});
}

}  // namespace

bool is_input(const om::Node &node) noexcept {
    return node.type == "Data" || node.type == "AippData" || node.type == "AnnData";
}

void add_parameters(Lowering &lowering, const om::Graph &graph, const om::Descriptors &descriptors,
                    RefusedNodes &refused) {
    for (const om::Node &node : graph.nodes) {
        if (is_input(node) && om::aipp_mode(node) == om::AippMode::kParameters)
            refused.collect(node, lowering, [&] {
                throw Refusal(node.name, node.type, std::string(kNoDynamicAipp));
            });
    }
    for (const om::IoDescriptor &descriptor : descriptors.inputs) {
        const om::Node *node = graph.find(descriptor.name);
        if (node == nullptr || !is_input(*node))
            throw Damage("the model's input '" + descriptor.name + "' is no node of its graph");
        refused.collect(*node, lowering,
                        [&] { add_parameter(lowering, graph, *node, descriptor); });
    }
}

void add_results(NodeView &view, const om::Descriptors &descriptors) {
    const std::vector<Operand> outputs = view.connected();
    if (outputs.size() != descriptors.outputs.size())
        view.refuse("it has " + std::to_string(outputs.size()) + " inputs, the model has " +
                    std::to_string(descriptors.outputs.size()) + " outputs");
    size_t result = 0;
    for (size_t slot = 0; slot < view.slots(); ++slot) {
        if (!view.has(slot)) continue;
        const Operand &operand = view.operand(slot);
        const om::IoDescriptor &descriptor = descriptors.outputs[result++];
        checked_element_count(descriptor.dims);
        ValueId value = operand.value;
        if (operand.logical.stored == om::Format::kNC1HWC0) {
            value = pack_channels(view, value, descriptor.dims, operand.logical);
        } else if (operand.logical.stored == om::Format::kFractalZ ||
                   operand.logical.stored == om::Format::kFractalNz) {
            view.refuse("outputs of a fractal layout are not supported");
        } else {
            if (element_count(descriptor.dims) != element_count(operand.shape()))
                view.refuse("output " + descriptor.name + " has shape " +
                            to_string(operand.shape()) + ", its descriptor says " +
                            to_string(descriptor.dims));
            value = view.reshape(value, operand.shape(), descriptor.dims);
        }
        view.graph().results.push_back({value, descriptor.name, descriptor.dtype, descriptor.dims});
    }
}

}  // namespace ascendcl::host::engine
