// Elementwise ops, activations with tensor parameters, and Caffe's scalar ops.
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "host/engine/lower/activations.h"
#include "host/engine/lower/elementwise_names.h"
#include "host/engine/lower/fused_scalars.h"
#include "host/engine/lower/ops.h"

namespace ascendcl::host::engine {
namespace {

Values prelu(NodeView &view) {
    const Operand &x = view.operand(0);
    return {add_prelu(view, x.value, x.shape(), x.axes(), view.operand(1))};
}

Values clip_by_value(NodeView &view) {
    return {add_clip(view, view.operand(0).value, view.operand(1), view.operand(2))};
}

// A vector on the channel axis.
Values bias_add(NodeView &view) {
    const Operand &x = view.operand(0), &bias = view.operand(1);
    const int64_t channels = element_count(bias.shape());
    Shape shape(x.shape().size(), 1);
    const bool last =
        x.rank() == 4 ? x.channels_last() ||
                            (x.axes() == Axes::kNone && view.text("data_format", "NHWC") == "NHWC")
                      : view.text("data_format", "NHWC") == "NHWC" || x.rank() < 3;
    const size_t axis = last ? shape.size() - 1 : 1;
    if (shape.empty() || x.shape()[axis] != channels)
        view.refuse("its bias has " + std::to_string(channels) + " entries for " +
                    to_string(x.shape()));
    shape[axis] = channels;
    return {view.add(op::Binary{op::BinaryKind::kAdd},
                     {x.value, view.reshape(bias.value, bias.shape(), shape)})};
}

Values with_scalar(NodeView &view, op::BinaryKind kind) {
    const auto value = view.attrs().real("value");
    if (!value) view.refuse_without("value");
    return {view.add(op::Binary{kind}, {view.operand(0).value, view.constant({*value}, {})})};
}
Values muls(NodeView &view) { return with_scalar(view, op::BinaryKind::kMultiply); }
Values adds(NodeView &view) { return with_scalar(view, op::BinaryKind::kAdd); }

// (shift + scale * x) ^ power
Values power(NodeView &view) {
    ValueId y = view.operand(0).value;
    const auto apply = [&](const char *attr, float neutral, op::BinaryKind kind) {
        const float value = view.real(attr, neutral);
        if (value != neutral) y = view.add(op::Binary{kind}, {y, view.constant({value}, {})});
    };
    apply("scale", 1, op::BinaryKind::kMultiply);
    apply("shift", 0, op::BinaryKind::kAdd);
    apply("power", 1, op::BinaryKind::kPower);
    return {y};
}

// Caffe: product, weighted sum or maximum of any number of inputs.
Values eltwise(NodeView &view) {
    const std::vector<Operand> inputs = view.connected();
    if (inputs.empty()) view.refuse("it has no inputs");
    const int64_t mode = view.integer("mode", 1);
    if (mode < 0 || mode > 2) view.refuse("attribute 'mode' is out of range");
    const std::vector<float> factors = view.attrs().reals("coeff");
    if (mode == 1 && !factors.empty() && factors.size() != inputs.size())
        view.refuse("attribute 'coeff' does not match the inputs");
    constexpr std::array kKinds = {op::BinaryKind::kMultiply, op::BinaryKind::kAdd,
                                   op::BinaryKind::kMaximum};
    std::optional<ValueId> sum;
    for (size_t i = 0; i < inputs.size(); ++i) {
        ValueId term = inputs[i].value;
        if (mode == 1 && !factors.empty() && factors[i] != 1.0f)
            term = view.add(op::Binary{op::BinaryKind::kMultiply},
                            {term, view.constant({factors[i]}, {})});
        sum = sum ? view.add(op::Binary{kKinds[static_cast<size_t>(mode)]}, {*sum, term}) : term;
    }
    return {*sum};
}

Values add_n(NodeView &view) {
    const std::vector<Operand> inputs = view.connected();
    if (inputs.empty()) view.refuse("it has no inputs");
    ValueId sum = inputs[0].value;
    for (size_t i = 1; i < inputs.size(); ++i)
        sum = view.add(op::Binary{op::BinaryKind::kAdd}, {sum, inputs[i].value});
    return {sum};
}

Values select(NodeView &view) {
    return {view.add(op::Select{},
                     {view.operand(0).value, view.operand(1).value, view.operand(2).value})};
}

constexpr std::array kEntries = {
    OpEntry{"PRelu", prelu},      OpEntry{"ClipByValue", clip_by_value},
    OpEntry{"BiasAdd", bias_add}, OpEntry{"Muls", muls},
    OpEntry{"Adds", adds},        OpEntry{"Power", power},
    OpEntry{"Eltwise", eltwise},  OpEntry{"AddN", add_n},
    OpEntry{"Select", select},    OpEntry{"SelectV2", select},
};

}  // namespace

Values lower_elementwise(NodeView &view, std::string_view type) {
    const ElementwiseName *name = elementwise_by_type(type);
    if (name == nullptr) view.refuse("the op is not supported");
    if (name->is_unary())
        return {view.add(unary_from_attributes(view, *name), {view.operand(0).value})};
    return {view.add(op::Binary{name->binary()}, {view.operand(0).value, view.operand(1).value})};
}

OpFamily activation_ops() noexcept { return {kEntries.data(), kEntries.size()}; }

}  // namespace ascendcl::host::engine
