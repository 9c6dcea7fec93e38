// Convolutions. The bias is an Add of a [1, C, 1, 1] constant, the form that the CPU plugin fuses.
// SPDX-License-Identifier: Apache-2.0
#include <openvino/opsets/opset13.hpp>

#include "host/engine/translate/emit.h"

namespace ascendcl::host::engine {
namespace {

namespace ops = ov::opset13;

ov::Strides strides_of(const Pair &pair) {
    return {static_cast<size_t>(pair[0]), static_cast<size_t>(pair[1])};
}
ov::CoordinateDiff diff_of(const Pair &pair) { return {pair[0], pair[1]}; }

// [N, C, kh, kw] -> [groups, N / groups, C, kh, kw]; a constant changes its shape in place.
ov::Output<ov::Node> grouped(const ov::Output<ov::Node> &filter, int64_t groups) {
    const ov::Shape &flat = filter.get_shape();
    ov::Shape shape = {static_cast<size_t>(groups), flat[0] / static_cast<size_t>(groups), flat[1],
                       flat[2], flat[3]};
    if (const auto constant = ov::as_type_ptr<ops::Constant>(filter.get_node_shared_ptr()))
        return std::make_shared<ops::Constant>(*constant, shape);
    return reshaped(filter, Shape(shape.begin(), shape.end()));
}

ov::Output<ov::Node> with_bias(const ov::Output<ov::Node> &y, const Outputs &inputs) {
    if (inputs.size() < 3) return y;
    const ov::Shape shape = {1, inputs[2].get_shape()[0], 1, 1};
    if (const auto constant = ov::as_type_ptr<ops::Constant>(inputs[2].get_node_shared_ptr()))
        return std::make_shared<ops::Add>(y, std::make_shared<ops::Constant>(*constant, shape));
    return std::make_shared<ops::Add>(y, reshaped(inputs[2], Shape(shape.begin(), shape.end())));
}

}  // namespace

Outputs emit(const op::Convolution &conv, const Outputs &inputs) {
    const ov::Output<ov::Node> x = to_channels_first(inputs[0], conv.channels_last);
    const ov::Strides strides = strides_of(conv.strides), dilations = strides_of(conv.dilations);
    const ov::CoordinateDiff begin = diff_of(conv.pads_begin), end = diff_of(conv.pads_end);
    ov::Output<ov::Node> y;
    if (conv.groups == 1)
        y = std::make_shared<ops::Convolution>(x, inputs[1], strides, begin, end, dilations);
    else
        y = std::make_shared<ops::GroupConvolution>(x, grouped(inputs[1], conv.groups), strides,
                                                    begin, end, dilations);
    return {from_channels_first(with_bias(y, inputs), conv.channels_last)};
}

Outputs emit(const op::TransposedConvolution &conv, const Outputs &inputs) {
    const ov::Output<ov::Node> x = to_channels_first(inputs[0], conv.channels_last);
    const ov::Strides strides = strides_of(conv.strides), dilations = strides_of(conv.dilations);
    const ov::CoordinateDiff begin = diff_of(conv.pads_begin), end = diff_of(conv.pads_end);
    const ov::CoordinateDiff extra = diff_of(conv.output_padding);
    ov::Output<ov::Node> y;
    if (conv.groups == 1)
        y = std::make_shared<ops::ConvolutionBackpropData>(
            x, inputs[1], strides, begin, end, dilations, ov::op::PadType::EXPLICIT, extra);
    else
        y = std::make_shared<ops::GroupConvolutionBackpropData>(x, grouped(inputs[1], conv.groups),
                                                                strides, begin, end, dilations,
                                                                ov::op::PadType::EXPLICIT, extra);
    return {from_channels_first(with_bias(y, inputs), conv.channels_last)};
}

}  // namespace ascendcl::host::engine
