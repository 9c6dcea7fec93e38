// The state of one lowering and the view of one node that the passes work on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "host/engine/lower/conv_axis.h"
#include "host/engine/lower/file_evidence.h"
#include "host/engine/lower/filter_groups.h"
#include "host/engine/lower/logical_layout.h"
#include "host/engine/plain_graph.h"
#include "host/engine/refusal.h"
#include "om/bytes.h"
#include "om/graph.h"
#include "om/kernels.h"

namespace ascendcl::host::engine {

// A value of the GE graph: its plain value and the logical form its producer declares.
struct Produced {
    ValueId value;
    LogicalTensor logical;
};

struct Lowering {
    const om::ModelDef &def;
    const om::KernelStore &kernels;
    om::Bytes weights;
    Framework framework = Framework::kUnknown;
    PlainGraph graph;
    std::vector<Finding> findings;
    // Outputs of the nodes that are done; a producer of nothing (Send, ...) has an empty list.
    std::unordered_map<std::string_view, std::vector<std::optional<Produced>>> done;
    FileEvidence evidence{};
    FilterGroups filter_groups{};
    uint64_t decoded_bytes = 0;  // of constants
    // Inputs with AIPP, which the runtime does before the program.
    std::unordered_set<std::string_view> images{};
};

// One input of a node as the node sees it.
struct Operand {
    ValueId value;
    LogicalTensor logical;
    std::string_view source;  // producing node, for telling repeated inputs
    int32_t source_index;
    bool is_constant;
    const om::TensorDesc *desc;  // what the node says of it; null where it says nothing

    const Shape &shape() const noexcept { return logical.shape; }
    int64_t rank() const noexcept { return static_cast<int64_t>(logical.shape.size()); }
    Axes axes() const noexcept { return logical.axes; }
    bool channels_last() const noexcept { return logical.axes == Axes::kNHWC; }
    bool same_source(const Operand &other) const noexcept {
        return source == other.source && source_index == other.source_index;
    }
};

// A node with its operands connected. What a lowering function works on.
class NodeView {
   public:
    NodeView(Lowering &lowering, const om::Node &node);

    Lowering &lowering() noexcept { return lowering_; }
    PlainGraph &graph() noexcept { return lowering_.graph; }
    const om::Node &node() const noexcept { return node_; }
    const om::AttrMap &attrs() const noexcept { return node_.attrs; }

    size_t slots() const noexcept { return operands_.size(); }
    bool has(size_t slot) const noexcept {
        return slot < operands_.size() && operands_[slot].has_value();
    }
    // Throws Refusal when the slot is not connected.
    const Operand &operand(size_t slot) const;
    // All connected operands in slot order.
    std::vector<Operand> connected() const;

    // The logical form of output `index`. A shape that is dynamic is in it as the file has it;
    // those below throw OpenOutput where they would have to answer what is not known.
    const LogicalTensor &output(size_t index = 0) const;
    const Shape &output_shape(size_t index = 0) const;
    size_t output_rank(size_t index = 0) const;
    int64_t output_dim(size_t index, int64_t axis) const;
    size_t output_count() const noexcept { return node_.output_descs.size(); }

    ValueId add(Op operation, std::vector<ValueId> inputs, int32_t outputs = 1) {
        return lowering_.graph.add(std::string(node_.name), std::string(node_.type),
                                   std::move(operation), std::move(inputs), std::nullopt, outputs);
    }
    ValueId unary(op::UnaryKind kind, ValueId x) { return add(op::Unary{kind}, {x}); }
    ValueId binary(op::BinaryKind kind, ValueId a, ValueId b) {
        return add(op::Binary{kind}, {a, b});
    }
    ValueId constant(const std::vector<float> &values, const Shape &shape);
    ValueId number(float value) { return constant({value}, {}); }
    // `value` with another shape of as many elements; constants are reshaped in place.
    ValueId reshape(ValueId value, const Shape &from, const Shape &to);
    ValueId transpose(ValueId value, const std::vector<int64_t> &permutation);
    // A parameter with one entry per channel, or one for all, broadcastable to x. Throws Refusal.
    ValueId per_channel(const Shape &x, Axes axes, const Operand &parameter);
    // From the axes it was computed in to those that the output's descriptor names.
    ValueId in_output_axes(ValueId value, Axes computed);

    // Integers, floats or doubles of a constant operand. Throws Refusal when it is not constant.
    std::vector<int64_t> constant_integers(size_t slot) const;
    std::vector<float> constant_floats(size_t slot) const;
    std::vector<double> constant_reals(size_t slot) const;

    // Attributes, by the first of the names that exists. Throws Refusal when none does.
    std::vector<int64_t> integers(std::initializer_list<std::string_view> names) const;
    // Refuses another number of entries than one, too.
    int64_t one_integer(std::string_view name) const;
    int64_t integer(std::string_view name, int64_t fallback) const;
    float real(std::string_view name, float fallback) const;
    bool boolean(std::string_view name, bool fallback) const;
    std::string_view text(std::string_view name, std::string_view fallback) const;

    // How a quantity was found that the node does not state as its op would (engine.h's Finding).
    void read(std::string_view quantity, std::string value, std::string where);
    void checked(std::string_view quantity, std::string value, std::string how);
    void assumed(std::string_view quantity, std::string value, std::string why);
    [[noreturn]] void refuse(const std::string &reason) const;
    // What the file leaves open, with a way out.
    [[noreturn]] void refuse_undecided(const std::string &reason) const;
    [[noreturn]] void refuse_without(std::string_view attribute) const;

   private:
    void find(Finding::Kind kind, std::string_view quantity, std::string value, std::string reason);

    Lowering &lowering_;
    const om::Node &node_;
    std::vector<std::optional<Operand>> operands_;
    mutable std::vector<std::optional<LogicalTensor>> outputs_;
};

// Values of the node's outputs, in order.
using Values = std::vector<ValueId>;

}  // namespace ascendcl::host::engine
