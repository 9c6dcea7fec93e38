// NodeView: operands, attributes and small building blocks.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/lowering.h"

#include <algorithm>
#include <cstring>

#include "host/engine/lower/conv_node.h"
#include "host/engine/lower/reshapes.h"

namespace ascendcl::host::engine {
namespace {

template <typename Stored, typename Wanted>
std::vector<Wanted> elements_as(const std::vector<uint8_t> &bytes) {
    std::vector<Wanted> values(bytes.size() / sizeof(Stored));
    for (size_t i = 0; i < values.size(); ++i) {
        Stored stored;
        std::memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));
        values[i] = static_cast<Wanted>(stored);
    }
    return values;
}

template <typename Wanted>
std::optional<std::vector<Wanted>> elements(const op::Constant &constant) {
    switch (constant.dtype) {
        case om::DataType::kFloat:
            return elements_as<float, Wanted>(*constant.bytes);
        case om::DataType::kDouble:
            return elements_as<double, Wanted>(*constant.bytes);
        case om::DataType::kInt8:
            return elements_as<int8_t, Wanted>(*constant.bytes);
        case om::DataType::kInt16:
            return elements_as<int16_t, Wanted>(*constant.bytes);
        case om::DataType::kInt32:
            return elements_as<int32_t, Wanted>(*constant.bytes);
        case om::DataType::kInt64:
            return elements_as<int64_t, Wanted>(*constant.bytes);
        case om::DataType::kUint8:
        case om::DataType::kBool:
            return elements_as<uint8_t, Wanted>(*constant.bytes);
        case om::DataType::kUint16:
            return elements_as<uint16_t, Wanted>(*constant.bytes);
        case om::DataType::kUint32:
            return elements_as<uint32_t, Wanted>(*constant.bytes);
        case om::DataType::kUint64:
            return elements_as<uint64_t, Wanted>(*constant.bytes);
        default:
            return std::nullopt;
    }
}

}  // namespace

NodeView::NodeView(Lowering &lowering, const om::Node &node) : lowering_(lowering), node_(node) {
    for (size_t slot = 0; slot < node.inputs.size(); ++slot) {
        // Control edges may stand among the inputs; ops do not count them.
        if (node.inputs[slot].kind == om::Edge::Kind::kControl) continue;
        if (node.inputs[slot].kind == om::Edge::Kind::kNone) {
            operands_.emplace_back();
            continue;
        }
        operands_.push_back(connect(lowering, node, node.inputs[slot], input_desc(node, slot)));
    }
    outputs_.resize(node.output_descs.size());
}

const Operand &NodeView::operand(size_t slot) const {
    if (!has(slot)) refuse("input " + std::to_string(slot) + " is not connected");
    return *operands_[slot];
}

std::vector<Operand> NodeView::connected() const {
    std::vector<Operand> result;
    for (const auto &operand : operands_)
        if (operand) result.push_back(*operand);
    return result;
}

const LogicalTensor &NodeView::output(size_t index) const {
    if (index >= outputs_.size())
        refuse("it has no descriptor for output " + std::to_string(index));
    if (!outputs_[index]) outputs_[index] = logical_tensor_or_open(node_.output_descs[index]);
    return *outputs_[index];
}

const Shape &NodeView::output_shape(size_t index) const {
    const Shape &shape = output(index).shape;
    if (is_open(shape)) throw OpenOutput(node_.name, node_.type);
    return shape;
}

size_t NodeView::output_rank(size_t index) const {
    const Shape &shape = output(index).shape;
    if (has_open_rank(shape)) throw OpenOutput(node_.name, node_.type);
    return shape.size();
}

int64_t NodeView::output_dim(size_t index, int64_t axis) const {
    const int64_t dim = output(index).shape.at(static_cast<size_t>(axis));
    if (dim < 0) throw OpenOutput(node_.name, node_.type);
    return dim;
}

ValueId NodeView::constant(const std::vector<float> &values, const Shape &shape) {
    op::Constant constant{om::DataType::kFloat, shape,
                          std::make_shared<std::vector<uint8_t>>(values.size() * sizeof(float))};
    if (!values.empty()) std::memcpy(constant.bytes->data(), values.data(), constant.bytes->size());
    return add(std::move(constant), {});
}

ValueId NodeView::reshape(ValueId value, const Shape &from, const Shape &to) {
    if (from == to) return value;
    if (const op::Constant *source = graph().constant(value))
        return add(op::Constant{source->dtype, to, source->bytes}, {});
    return add(op::Reshape{to}, {value});
}

ValueId NodeView::transpose(ValueId value, const std::vector<int64_t> &permutation) {
    return add(op::Transpose{permutation}, {value});
}

ValueId NodeView::per_channel(const Shape &x, Axes axes, const Operand &parameter) {
    const auto axis = static_cast<size_t>(channel_axis(axes));
    const int64_t count = element_count(parameter.shape());
    if (axis >= x.size() || (count != x[axis] && count != 1))
        refuse("a parameter has shape " + to_string(parameter.shape()) + " for " + to_string(x));
    Shape shape(x.size(), 1);
    shape[axis] = count;
    return reshape(parameter.value, parameter.shape(), shape);
}

ValueId NodeView::in_output_axes(ValueId value, Axes computed) {
    const auto order = axis_permutation(computed, output().axes);
    return order ? transpose(value, *order) : value;
}

std::vector<int64_t> NodeView::constant_integers(size_t slot) const {
    if (const op::Constant *source = lowering_.graph.constant(operand(slot).value))
        if (auto values = elements<int64_t>(*source)) return *values;
    refuse("input " + std::to_string(slot) + " is not a constant");
}

std::vector<float> NodeView::constant_floats(size_t slot) const {
    const std::vector<double> values = constant_reals(slot);
    return {values.begin(), values.end()};
}

std::vector<double> NodeView::constant_reals(size_t slot) const {
    if (const op::Constant *source = lowering_.graph.constant(operand(slot).value))
        if (auto values = elements<double>(*source)) return *values;
    refuse("input " + std::to_string(slot) + " is not a constant");
}

std::vector<int64_t> NodeView::integers(std::initializer_list<std::string_view> names) const {
    for (const std::string_view name : names) {
        std::vector<int64_t> values = attrs().integers(name);
        if (!values.empty()) return values;
        if (const auto single = attrs().integer(name)) return {*single};
        if (attrs().has(name)) return values;
    }
    refuse_without(*names.begin());
}

int64_t NodeView::one_integer(std::string_view name) const {
    const std::vector<int64_t> values = integers({name});
    if (values.size() != 1) refuse("attribute '" + std::string(name) + "' is not one integer");
    return values[0];
}

// Plugins of a compiler may write a flag as a number and a whole real as an integer.
int64_t NodeView::integer(std::string_view name, int64_t fallback) const {
    if (const auto flag = attrs().boolean(name)) return *flag ? 1 : 0;
    return attrs().integer(name).value_or(fallback);
}

float NodeView::real(std::string_view name, float fallback) const {
    if (const auto whole = attrs().integer(name)) return static_cast<float>(*whole);
    return attrs().real(name).value_or(fallback);
}

bool NodeView::boolean(std::string_view name, bool fallback) const {
    if (const auto number = attrs().integer(name)) return *number != 0;
    return attrs().boolean(name).value_or(fallback);
}

std::string_view NodeView::text(std::string_view name, std::string_view fallback) const {
    return attrs().text(name).value_or(fallback);
}

void NodeView::find(Finding::Kind kind, std::string_view quantity, std::string value,
                    std::string reason) {
    lowering_.findings.push_back({kind, std::string(node_.name), std::string(node_.type),
                                  std::string(quantity), std::move(value), std::move(reason)});
}

void NodeView::read(std::string_view quantity, std::string value, std::string where) {
    find(Finding::Kind::kRead, quantity, std::move(value), std::move(where));
}

void NodeView::checked(std::string_view quantity, std::string value, std::string how) {
    find(Finding::Kind::kChecked, quantity, std::move(value), std::move(how));
}

void NodeView::assumed(std::string_view quantity, std::string value, std::string why) {
    find(Finding::Kind::kAssumed, quantity, std::move(value), std::move(why));
}

void NodeView::refuse(const std::string &reason) const {
    throw Refusal(node_.name, node_.type, reason);
}

void NodeView::refuse_undecided(const std::string &reason) const {
    refuse(reason +
           "; a model compiled without fusion (ATC: --fusion_switch_file) keeps its attributes");
}

void NodeView::refuse_without(std::string_view attribute) const {
    throw MissingAttribute(node_.name, node_.type,
                           "attribute '" + std::string(attribute) + "' is missing");
}

}  // namespace ascendcl::host::engine
