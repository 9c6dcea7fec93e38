// Elementwise ops, and what is composed of a few of them.
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "host/engine/lower/activations.h"
#include "host/engine/lower/elementwise_names.h"
#include "host/engine/lower/fused_scalars.h"
#include "host/engine/lower/ops.h"

namespace ascendcl::host::engine {
namespace {

using op::BinaryKind;
using op::UnaryKind;

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
    if (!view.attrs().has("value")) view.refuse_without("value");
    return {view.binary(kind, view.operand(0).value, view.number(view.real("value", 0)))};
}
Values muls(NodeView &view) { return with_scalar(view, op::BinaryKind::kMultiply); }
Values adds(NodeView &view) { return with_scalar(view, op::BinaryKind::kAdd); }

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

// x, mask, value.
Values masked_fill(NodeView &view) {
    return {view.add(op::Select{},
                     {view.operand(1).value, view.operand(2).value, view.operand(0).value})};
}

// 0 where the divisor is.
Values divide_no_nan(NodeView &view) {
    const ValueId divisor = view.operand(1).value, zero = view.number(0);
    const ValueId quotient = view.binary(BinaryKind::kDivide, view.operand(0).value, divisor);
    return {
        view.add(op::Select{}, {view.binary(BinaryKind::kEqual, divisor, zero), zero, quotient})};
}

// a * b + c
Values fused_mul_add(NodeView &view) {
    return {view.binary(
        BinaryKind::kAdd,
        view.binary(BinaryKind::kMultiply, view.operand(0).value, view.operand(1).value),
        view.operand(2).value)};
}

// a + alpha * b
Values axpy(NodeView &view) {
    return {view.binary(BinaryKind::kAdd, view.operand(0).value,
                        view.binary(BinaryKind::kMultiply, view.operand(1).value,
                                    view.number(view.real("alpha", 1))))};
}

// start + weight * (end - start)
Values lerp(NodeView &view) {
    const ValueId start = view.operand(0).value;
    const ValueId way = view.binary(BinaryKind::kSubtract, view.operand(1).value, start);
    return {view.binary(BinaryKind::kAdd, start,
                        view.binary(BinaryKind::kMultiply, way, view.operand(2).value))};
}

// x + value * (a op b)
template <BinaryKind kKind>
Values add_with_factor(NodeView &view) {
    const ValueId inner = view.binary(kKind, view.operand(1).value, view.operand(2).value);
    return {view.binary(BinaryKind::kAdd, view.operand(0).value,
                        view.binary(BinaryKind::kMultiply, inner, view.operand(3).value))};
}

Values log_plus_one(NodeView &view) {
    return {view.unary(UnaryKind::kLog,
                       view.binary(BinaryKind::kAdd, view.operand(0).value, view.number(1)))};
}

Values exp_minus_one(NodeView &view) {
    return {view.binary(BinaryKind::kSubtract, view.unary(UnaryKind::kExp, view.operand(0).value),
                        view.number(1))};
}

// x above alpha, 0 elsewhere.
Values thresholded_relu(NodeView &view) {
    const ValueId x = view.operand(0).value;
    const ValueId above = view.binary(BinaryKind::kGreater, x, view.number(view.real("alpha", 1)));
    return {view.add(op::Select{}, {above, x, view.number(0)})};
}

// log(1 + exp(beta * x)) / beta
Values softplus_v2(NodeView &view) {
    const ValueId beta = view.number(view.real("beta", 1));
    const ValueId scaled = view.binary(BinaryKind::kMultiply, view.operand(0).value, beta);
    return {view.binary(BinaryKind::kDivide, view.unary(UnaryKind::kSoftplus, scaled), beta)};
}

Values log_sigmoid(NodeView &view) {
    const ValueId negative = view.unary(UnaryKind::kNegative, view.operand(0).value);
    return {view.unary(UnaryKind::kNegative, view.unary(UnaryKind::kSoftplus, negative))};
}

Values gelu_v2(NodeView &view) {
    const std::string_view form = view.text("approximate", "none");
    if (form != "none" && form != "tanh")
        view.refuse("attribute 'approximate' is '" + std::string(form) + "'");
    return {view.unary(form == "tanh" ? UnaryKind::kGeluTanh : UnaryKind::kGelu,
                       view.operand(0).value)};
}

// Two NC1HWC0 operands meet along the stored axes, whatever their logical ones are called.
ValueId in_axes_of_output(NodeView &view, const Operand &operand) {
    if (operand.logical.stored != om::Format::kNC1HWC0) return operand.value;
    return view.in_output_axes(operand.value, operand.axes());
}

constexpr std::array kEntries = {
    OpEntry{"PRelu", prelu},
    OpEntry{"ClipByValue", clip_by_value},
    OpEntry{"BiasAdd", bias_add},
    OpEntry{"Muls", muls},
    OpEntry{"Adds", adds},
    OpEntry{"AddN", add_n},
    OpEntry{"Select", select},
    OpEntry{"SelectV2", select},
    OpEntry{"MaskedFill", masked_fill},
    OpEntry{"DivNoNan", divide_no_nan},
    OpEntry{"FusedMulAdd", fused_mul_add},
    OpEntry{"Axpy", axpy},
    OpEntry{"Lerp", lerp},
    OpEntry{"Addcmul", add_with_factor<BinaryKind::kMultiply>},
    OpEntry{"Addcdiv", add_with_factor<BinaryKind::kDivide>},
    OpEntry{"Log1p", log_plus_one},
    OpEntry{"Expm1", exp_minus_one},
    OpEntry{"ThresholdedRelu", thresholded_relu},
    OpEntry{"SoftplusV2", softplus_v2},
    OpEntry{"LogSigmoid", log_sigmoid},
    OpEntry{"GeluV2", gelu_v2},
};

}  // namespace

Values lower_elementwise(NodeView &view, std::string_view type) {
    const ElementwiseName *name = elementwise_by_type(type);
    if (name == nullptr) view.refuse("the op is not supported");
    if (name->is_unary())
        return {view.add(unary_from_attributes(view, *name), {view.operand(0).value})};
    return {view.binary(name->binary(), in_axes_of_output(view, view.operand(0)),
                        in_axes_of_output(view, view.operand(1)))};
}

OpFamily activation_ops() noexcept { return {kEntries.data(), kEntries.size()}; }

}  // namespace ascendcl::host::engine
