// Edge reshapes.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/reshapes.h"

#include <utility>

namespace ascendcl::host::engine {
namespace {

const Produced &find_produced(const Lowering &lowering, const om::Node &consumer,
                              const om::Edge &edge) {
    const auto found = lowering.done.find(edge.node);
    if (found == lowering.done.end())
        throw Damage(consumer.name, consumer.type,
                     "its input '" + std::string(edge.node) + "' does not exist");
    const auto index = static_cast<size_t>(edge.index);
    if (edge.index < 0 || index >= found->second.size() || !found->second[index])
        throw Damage(
            consumer.name, consumer.type,
            "'" + std::string(edge.node) + "' has no output " + std::to_string(edge.index));
    return *found->second[index];
}

}  // namespace

Operand connect(Lowering &lowering, const om::Node &consumer, const om::Edge &edge,
                const om::TensorDesc *desc) {
    const Produced &produced = find_produced(lowering, consumer, edge);
    PlainGraph &graph = lowering.graph;
    Operand operand{produced.value,
                    produced.logical,
                    edge.node,
                    edge.index,
                    graph.constant(produced.value) != nullptr,
                    desc};
    // A descriptor that says nothing (FORMAT_RESERVED): as produced.
    if (desc == nullptr || desc->dtype == om::DataType::kUndefined) return operand;

    LogicalTensor wanted;
    try {
        wanted = logical_tensor(*desc);
    } catch (const Refusal &refusal) {
        throw Refusal(consumer.name, consumer.type,
                      "input '" + std::string(edge.node) + "': " + refusal.what());
    }
    // Of an image what stands before AIPP is described: its bytes have become floats.
    if (lowering.images.count(edge.node) != 0) {
        if (wanted.axes != operand.logical.axes || wanted.shape != operand.logical.shape)
            throw Refusal(consumer.name, consumer.type,
                          "AIPP makes " + to_string(operand.logical.shape) +
                              " (NHWC) of its input, where " + to_string(wanted.shape) +
                              " is expected");
        return operand;
    }
    const std::string name(consumer.name), type(consumer.type);
    Shape shape = operand.logical.shape;
    // One NC1HWC0 memory seen under two origin formats: the axes move, the elements do not.
    if (operand.logical.stored == om::Format::kNC1HWC0 && wanted.stored == om::Format::kNC1HWC0) {
        if (const auto order = axis_permutation(operand.logical.axes, wanted.axes)) {
            Shape moved;
            for (const int64_t axis : *order) moved.push_back(shape[static_cast<size_t>(axis)]);
            operand.value = graph.add(name, type, op::Transpose{*order}, {operand.value});
            shape = moved;
        }
    }
    if (shape != wanted.shape) {
        if (element_count(shape) != element_count(wanted.shape))
            throw Refusal(consumer.name, consumer.type,
                          "'" + std::string(edge.node) + "' produces " + to_string(shape) +
                              " where " + to_string(wanted.shape) + " is expected");
        if (const op::Constant *source = graph.constant(operand.value)) {
            op::Constant copy{source->dtype, wanted.shape, source->bytes};
            operand.value = graph.add(name, type, std::move(copy), {});
        } else {
            operand.value = graph.add(name, type, op::Reshape{wanted.shape}, {operand.value});
        }
    }
    operand.logical = std::move(wanted);
    return operand;
}

}  // namespace ascendcl::host::engine
