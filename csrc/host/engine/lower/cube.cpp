// Lowering of Conv2D, its transposed forms, MatMul and FullyConnection.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/cube.h"

#include <algorithm>

#include "host/engine/lower/conv_geometry.h"
#include "host/engine/lower/matmul.h"

namespace ascendcl::host::engine {
namespace {

Pair spatial_of(const Shape &shape, bool channels_last) {
    const size_t h = channels_last ? 1 : 2;
    return {shape[h], shape[h + 1]};
}

int64_t channels_of(const Shape &shape, bool channels_last) { return shape[channels_last ? 3 : 1]; }

struct Filter {
    ValueId value;
    Shape shape;  // out, in/groups, kh, kw
};

Filter filter_in_oihw(NodeView &view, const Operand &operand) {
    Filter filter{operand.value, operand.shape()};
    if (operand.rank() != 4)
        view.refuse("its filter has " + std::to_string(operand.rank()) + " dims instead of 4");
    if (const auto order = axis_permutation(operand.axes(), Axes::kNCHW)) {
        for (size_t i = 0; i < 4; ++i)
            filter.shape[i] = operand.shape()[static_cast<size_t>((*order)[i])];
        filter.value = view.transpose(operand.value, *order);
    }
    return filter;
}

// A depthwise filter of TensorFlow counts (channel multiplier, channels); convolution wants
// (channels * multiplier, 1).
void as_depthwise(NodeView &view, Filter &filter, int64_t input_channels) {
    if (filter.shape[1] == 1) return;
    if (filter.shape[1] != input_channels)
        view.refuse("its depthwise filter has " + std::to_string(filter.shape[1]) +
                    " channels, its input has " + std::to_string(input_channels));
    const Shape swapped = {filter.shape[1], filter.shape[0], filter.shape[2], filter.shape[3]};
    const Shape flat = {swapped[0] * swapped[1], 1, swapped[2], swapped[3]};
    filter.value = view.reshape(view.transpose(filter.value, {1, 0, 2, 3}), swapped, flat);
    filter.shape = flat;
}

std::vector<ValueId> with_bias(NodeView &view, ValueId x, ValueId filter,
                               const std::optional<Operand> &bias, int64_t channels) {
    std::vector<ValueId> inputs = {x, filter};
    if (!bias) return inputs;
    if (element_count(bias->shape()) != channels)
        view.refuse("its bias has shape " + to_string(bias->shape()) + " for " +
                    std::to_string(channels) + " channels");
    inputs.push_back(view.reshape(bias->value, bias->shape(), {channels}));
    return inputs;
}

struct ConvOperands {
    Axes axes;
    bool channels_last;
    ConvSizes sizes;
    int64_t input_channels, output_channels;
};

// Of data whose descriptor does not name its axes. A fused node's data_format is the IR's default.
Axes unstated_axes(NodeView &view, const Operand &x) {
    if (has_geometry_attributes(view))
        return attributes_channels_last(view, x) ? Axes::kNHWC : Axes::kNCHW;
    const Axes axes = view.output().axes;
    if (axes != Axes::kNCHW && axes != Axes::kNHWC)
        view.refuse_undecided(
            "the file does not say which of its input's axes are height and width");
    view.assumed("axes of the data", axes == Axes::kNHWC ? "NHWC" : "NCHW", "those of its output");
    return axes;
}

ConvOperands conv_operands(NodeView &view, const Operand &x, const Operand &weights,
                           const Filter &filter) {
    const auto is_integer = [](const Operand &operand) {
        return operand.logical.dtype != om::DataType::kUndefined &&
               !om::is_floating(operand.logical.dtype);
    };
    if (is_integer(x) || is_integer(weights))
        view.refuse(std::string("it convolves ") + om::name(x.logical.dtype) + " with " +
                    om::name(weights.logical.dtype) +
                    ": there is no AIPP before it, and quantised weights are not supported");
    if (x.rank() != 4 || view.output_rank() != 4)
        view.refuse("only two spatial dims are supported, its input is " + to_string(x.shape()));
    ConvOperands operands;
    operands.axes = x.axes();
    if (operands.axes == Axes::kNone) operands.axes = unstated_axes(view, x);
    if (operands.axes == Axes::kHWCN) view.refuse("its input has HWCN axes");
    if (element_count(x.shape()) < 1 || element_count(view.output_shape()) < 1)
        view.refuse("it works on empty tensors");
    operands.channels_last = operands.axes == Axes::kNHWC;
    const Axes out = view.output().axes == Axes::kNone ? operands.axes : view.output().axes;
    const bool out_last = out == Axes::kNHWC;
    operands.sizes = {spatial_of(x.shape(), operands.channels_last),
                      spatial_of(view.output_shape(), out_last),
                      {filter.shape[2], filter.shape[3]}};
    operands.input_channels = channels_of(x.shape(), operands.channels_last);
    operands.output_channels = channels_of(view.output_shape(), out_last);
    return operands;
}

ValueId lower_convolution(NodeView &view, const Operand &x, const Operand &weights,
                          const std::optional<Operand> &bias, bool depthwise) {
    Filter filter = filter_in_oihw(view, weights);
    const ConvOperands conv = conv_operands(view, x, weights, filter);
    int64_t groups = conv.input_channels;
    if (depthwise)
        as_depthwise(view, filter, conv.input_channels);
    else
        groups = convolution_groups(view, conv.input_channels, filter.shape[1], weights.desc);
    if (filter.shape[0] != conv.output_channels || filter.shape[0] % groups != 0)
        view.refuse("its filter " + to_string(filter.shape) + " does not yield " +
                    std::to_string(conv.output_channels) + " channels in " +
                    std::to_string(groups) + " groups");
    const Geometry geometry = convolution_geometry(view, conv.sizes);
    const ValueId y =
        view.add(op::Convolution{geometry.strides, geometry.dilations, geometry.pads_begin,
                                 geometry.pads_end, groups, conv.channels_last},
                 with_bias(view, x.value, filter.value, bias, filter.shape[0]));
    return view.in_output_axes(y, conv.axes);
}

ValueId lower_transposed(NodeView &view, const Operand &x, const Operand &weights,
                         const std::optional<Operand> &bias) {
    const Filter filter = filter_in_oihw(view, weights);
    const ConvOperands conv = conv_operands(view, x, weights, filter);
    if (filter.shape[0] != conv.input_channels)
        view.refuse("its filter " + to_string(filter.shape) + " does not take " +
                    std::to_string(conv.input_channels) + " channels");
    // The forward convolution's input is this one's output.
    const int64_t groups =
        convolution_groups(view, conv.output_channels, filter.shape[1], weights.desc);
    if (conv.input_channels % groups != 0)
        view.refuse(std::to_string(conv.input_channels) + " channels do not split into " +
                    std::to_string(groups) + " groups");
    const Geometry geometry = transposed_geometry(view, conv.sizes);
    const ValueId y =
        view.add(op::TransposedConvolution{geometry.strides, geometry.dilations,
                                           geometry.pads_begin, geometry.pads_end,
                                           geometry.output_padding, groups, conv.channels_last},
                 with_bias(view, x.value, filter.value, bias, conv.output_channels));
    return view.in_output_axes(y, conv.axes);
}

// Are the operands of a fused product swapped? Refuses what the file leaves open.
bool is_swapped(NodeView &view, const Operand &first, const Operand &second, bool is_transformed) {
    constexpr std::string_view kQuantity = "order of the operands";
    const Shape &out = view.output_shape();
    const bool given = product_fits(first.shape(), second.shape(), out);
    const bool other = product_fits(second.shape(), first.shape(), out);
    if (given != other) {
        view.checked(kQuantity, given ? "as they stand" : "the second one first",
                     "the shapes fit in no other");
        return other;
    }
    if (!given || !is_transformed) return false;  // misfits are refused with the transposes
    if (!second.is_constant || first.is_constant)
        view.refuse_undecided("the file does not say which of its operands " +
                              to_string(first.shape()) + " and " + to_string(second.shape()) +
                              " is the first");
    view.assumed(kQuantity, "as they stand", "the shapes fit in both; weights mostly come second");
    return false;
}

}  // namespace

bool begins_with_transformation(const std::vector<FusedStep> &steps) noexcept {
    return !steps.empty() && (steps[0].token == "trans_data" || steps[0].token == "transdata");
}

ValueId lower_fused_cube(NodeView &view, StepKind kind, const Operand &first, const Operand &second,
                         const std::optional<Operand> &bias, bool is_transformed) {
    if (kind == StepKind::kMatMul && is_swapped(view, first, second, is_transformed))
        return lower_cube(view, kind, second, first, bias);
    return lower_cube(view, kind, first, second, bias);
}

ValueId lower_cube(NodeView &view, StepKind kind, const Operand &first, const Operand &second,
                   const std::optional<Operand> &bias) {
    switch (kind) {
        case StepKind::kConvolution:
            return lower_convolution(view, first, second, bias, false);
        case StepKind::kDepthwiseConvolution:
            return lower_convolution(view, first, second, bias, true);
        case StepKind::kTransposedConvolution:
            return lower_transposed(view, first, second, bias);
        case StepKind::kBackpropInput:
            return lower_transposed(view, second, first, bias);
        case StepKind::kMatMul:
            return lower_matmul(view, first, second, bias);
        case StepKind::kFullyConnection:
            return lower_fully_connection(view, first, second, bias);
        default:
            view.refuse("it is not a cube op");
    }
}

}  // namespace ascendcl::host::engine
