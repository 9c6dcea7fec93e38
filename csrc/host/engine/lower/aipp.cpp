// Where the compiler put AIPP: in front of a convolution's ops, or as a node of its own.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/aipp.h"

#include <algorithm>
#include <string>

#include "om/aipp.h"

namespace ascendcl::host::engine {
namespace {

constexpr std::string_view kQuantity = "image of AIPP";

bool begins_with_aipp(const om::Node &node) {
    if (node.type == "Aipp") return true;
    if (!is_fused(node)) return false;
    try {
        return fused_steps(node).front().kind == StepKind::kAipp;
    } catch (const Refusal &) {
        return true;  // is refused for what it does not know
    }
}

void require_aipp_behind(NodeView &view, const om::Graph &graph) {
    for (const om::Node &node : graph.nodes) {
        const bool takes_it =
            std::any_of(node.inputs.begin(), node.inputs.end(), [&](const om::Edge &edge) {
                return edge.kind == om::Edge::Kind::kData && edge.node == view.node().name;
            });
        if (takes_it && !begins_with_aipp(node))
            view.refuse("it has AIPP, and '" + std::string(node.name) +
                        "', which takes it, has none in its kernel's name");
    }
}

// N, H, W, C of what the compiler noted; empty where it is no image.
Shape image_dims(const om::IoDescriptor &noted) {
    const Shape &dims = noted.dims;
    if (noted.format == om::Format::kNHWC && dims.size() == 4) return dims;
    if (noted.format == om::Format::kNCHW && dims.size() == 4)
        return {dims[0], dims[2], dims[3], dims[1]};
    return {};
}

// NC1HWC0 keeps channels in blocks.
bool holds_image(const om::IoDescriptor &noted, const Shape &image) {
    const Shape &dims = noted.dims;
    if (noted.format != om::Format::kNC1HWC0 || dims.size() != 5) return image_dims(noted) == image;
    return dims[0] == image[0] && dims[2] == image[1] && dims[3] == image[2] &&
           image[3] <= dims[1] * dims[4];
}

bool is_picture(NodeView &view, const Operand &operand) {
    const auto found = view.lowering().images.find(operand.source);
    return found != view.lowering().images.end() && operand.source_index == 0;
}

}  // namespace

void check_aipp_input(NodeView &view, const om::Graph &graph, const om::IoDescriptor &image) {
    require_aipp_behind(view, graph);
    const auto network = om::aipp_tensors(view.node(), om::kAippInputs);
    const auto made = om::aipp_tensors(view.node(), om::kAippOutputs);
    for (const om::IoDescriptor &noted : network) {
        if (image_dims(noted) != image.dims)
            view.refuse("AIPP makes an image of " + to_string(image.dims) +
                        " (NHWC), the network's own input is " + om::name(noted.format) + " " +
                        to_string(noted.dims));
    }
    for (const om::IoDescriptor &noted : made) {
        if (noted.dtype != om::DataType::kFloat16)
            view.refuse(std::string("its AIPP makes ") + om::name(noted.dtype) +
                        ": only float16 is supported");
        if (!holds_image(noted, image.dims))
            view.refuse("AIPP makes an image of " + to_string(image.dims) +
                        " (NHWC), the file says also " + om::name(noted.format) + " " +
                        to_string(noted.dims));
    }
    const std::string value = to_string(image.dims) + " NHWC";
    if (!network.empty() && !made.empty())
        view.checked(kQuantity, value,
                     "by the input's description; the network's own input and what AIPP makes "
                     "agree");
    else
        view.assumed(kQuantity, value, "by the input's description alone");
}

void take_out_aipp(NodeView &view, std::vector<FusedStep> &steps) {
    const auto is_aipp = [](const FusedStep &step) { return step.kind == StepKind::kAipp; };
    if (std::none_of(steps.begin(), steps.end(), is_aipp)) return;
    if (!is_aipp(steps.front()) || std::count_if(steps.begin(), steps.end(), is_aipp) != 1)
        view.refuse("its kernel has AIPP behind other ops");
    if (!is_picture(view, view.operand(0)))
        view.refuse(
            "its kernel begins with AIPP, and its first input is no input of the model "
            "with static AIPP");
    steps.erase(steps.begin());
    if (steps.empty()) view.refuse("its kernel has AIPP and nothing else");
}

Values lower_aipp(NodeView &view) {
    const Operand &picture = view.operand(0);
    if (!is_picture(view, picture))
        view.refuse("its input is no input of the model with static AIPP");
    const ValueId value = view.in_output_axes(picture.value, picture.axes());
    if (element_count(view.output_shape()) != element_count(picture.shape()))
        view.refuse("it makes " + to_string(view.output_shape()) + " of an image of " +
                    to_string(picture.shape()));
    return {value};
}

}  // namespace ascendcl::host::engine
