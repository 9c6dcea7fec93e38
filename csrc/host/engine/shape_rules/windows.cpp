// Ops over images: four dims, the channels in front or last.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/logical_layout.h"
#include "host/engine/refusal.h"
#include "host/engine/shape_rules/rules.h"

namespace ascendcl::host::engine::shape_rules {
namespace {

constexpr int64_t kMostSide = int64_t{1} << 31;  // products of two stay in range

// An image with the channels in front, whatever the node's axes are.
struct Image {
    int64_t batch, channels;
    Pair size;
};

Image image_of(const Shape &shape, bool channels_last) {
    require_rank(shape, 4);
    for (const int64_t dim : shape)
        if (dim > kMostSide)
            throw Refusal("its input " + to_string(shape) + " is implausibly large");
    if (channels_last) return {shape[0], shape[3], {shape[1], shape[2]}};
    return {shape[0], shape[1], {shape[2], shape[3]}};
}

Shape shape_of(const Image &image, bool channels_last) {
    if (channels_last) return {image.batch, image.size[0], image.size[1], image.channels};
    return {image.batch, image.channels, image.size[0], image.size[1]};
}

void require_plausible(std::initializer_list<Pair> positive, std::initializer_list<Pair> others) {
    for (const Pair &pair : positive)
        for (const int64_t value : pair)
            if (value < 1 || value > kMostSide)
                throw Refusal("kernel sizes, strides and dilations must be positive");
    for (const Pair &pair : others)
        for (const int64_t value : pair)
            if (value < -kMostSide || value > kMostSide)
                throw Refusal("its paddings are implausible");
}

// Positions of a window of `kernel` elements.
int64_t positions(int64_t size, int64_t kernel, int64_t stride) {
    if (size < kernel)
        throw Refusal("a window of " + std::to_string(kernel) + " does not fit " +
                      std::to_string(size));
    return (size - kernel) / stride + 1;
}

void require_bias(const Shapes &inputs, int64_t channels) {
    if (inputs.size() > 2 && inputs[2] != Shape{channels})
        throw Refusal("its bias has shape " + to_string(inputs[2]) + " for " +
                      std::to_string(channels) + " channels");
}

// The filter's part of the channels, in all groups.
int64_t in_groups(int64_t channels, int64_t groups) {
    if (groups < 1 || groups > kMostSide || channels > kMostSide)
        throw Refusal("its groups are implausible");
    return channels * groups;
}

}  // namespace

Shapes rule(const op::Convolution &conv, const Shapes &inputs) {
    require_inputs(inputs, 2, 3);
    Image image = image_of(inputs[0], conv.channels_last);
    const Shape &filter = inputs[1];
    require_rank(filter, 4);
    require_plausible({{filter[2], filter[3]}, conv.strides, conv.dilations},
                      {conv.pads_begin, conv.pads_end});
    if (in_groups(filter[1], conv.groups) != image.channels || filter[0] % conv.groups != 0)
        throw Refusal("its filter " + to_string(filter) + " in " + std::to_string(conv.groups) +
                      " groups does not take " + to_string(inputs[0]));
    image.channels = filter[0];
    for (size_t i = 0; i < 2; ++i)
        image.size[i] = positions(image.size[i] + conv.pads_begin[i] + conv.pads_end[i],
                                  conv.dilations[i] * (filter[2 + i] - 1) + 1, conv.strides[i]);
    require_bias(inputs, image.channels);
    return {shape_of(image, conv.channels_last)};
}

Shapes rule(const op::TransposedConvolution &conv, const Shapes &inputs) {
    require_inputs(inputs, 2, 3);
    Image image = image_of(inputs[0], conv.channels_last);
    const Shape &filter = inputs[1];
    require_rank(filter, 4);
    require_plausible({{filter[2], filter[3]}, conv.strides, conv.dilations},
                      {conv.pads_begin, conv.pads_end, conv.output_padding});
    const int64_t channels = in_groups(filter[1], conv.groups);
    if (filter[0] != image.channels || filter[0] % conv.groups != 0)
        throw Refusal("its filter " + to_string(filter) + " in " + std::to_string(conv.groups) +
                      " groups does not take " + to_string(inputs[0]));
    image.channels = channels;
    for (size_t i = 0; i < 2; ++i) {
        const int64_t size = conv.strides[i] * (image.size[i] - 1) +
                             conv.dilations[i] * (filter[2 + i] - 1) + 1 - conv.pads_begin[i] -
                             conv.pads_end[i] + conv.output_padding[i];
        if (size < 1) throw Refusal("its paddings leave nothing");
        image.size[i] = size;
    }
    require_bias(inputs, image.channels);
    return {shape_of(image, conv.channels_last)};
}

Shapes rule(const op::Pool &pool, const Shapes &inputs) {
    require_inputs(inputs, 1);
    Image image = image_of(inputs[0], pool.channels_last);
    require_plausible({pool.kernel, pool.strides}, {pool.pads_begin, pool.pads_end});
    for (size_t i = 0; i < 2; ++i) {
        // A window that lies in the padding alone has no elements.
        for (const int64_t pad : {pool.pads_begin[i], pool.pads_end[i]})
            if (pad < 0 || pad >= pool.kernel[i]) throw Refusal("its paddings are implausible");
        image.size[i] = positions(image.size[i] + pool.pads_begin[i] + pool.pads_end[i],
                                  pool.kernel[i], pool.strides[i]);
    }
    return {shape_of(image, pool.channels_last)};
}

Shapes rule(const op::Resize &resize, const Shapes &inputs) {
    require_inputs(inputs, 1);
    Image image = image_of(inputs[0], resize.channels_last);
    if (resize.height < 0 || resize.width < 0) throw Refusal("its size is negative");
    image.size = {resize.height, resize.width};
    return {shape_of(image, resize.channels_last)};
}

Shapes rule(const op::LocalResponse &lrn, const Shapes &inputs) {
    require_inputs(inputs, 1);
    require_rank(inputs[0], 4);
    if (lrn.radius < 0 || lrn.radius > kMostSide)
        throw Refusal("attribute 'depth_radius' is out of range");
    return inputs;
}

Shapes rule(const op::DepthToSpace &op, const Shapes &inputs) {
    require_inputs(inputs, 1);
    Image image = image_of(inputs[0], op.channels_last);
    if (op.block < 1 || op.block > kMostSide || image.channels % (op.block * op.block) != 0)
        throw Refusal("blocks of " + std::to_string(op.block) + " do not divide the channels of " +
                      to_string(inputs[0]));
    image.channels /= op.block * op.block;
    for (int64_t &side : image.size) side *= op.block;
    return {shape_of(image, op.channels_last)};
}

Shapes rule(const op::SpaceToDepth &op, const Shapes &inputs) {
    require_inputs(inputs, 1);
    Image image = image_of(inputs[0], op.channels_last);
    if (op.block < 1 || op.block > kMostSide || image.size[0] % op.block != 0 ||
        image.size[1] % op.block != 0)
        throw Refusal("blocks of " + std::to_string(op.block) + " do not divide the sides of " +
                      to_string(inputs[0]));
    for (int64_t &side : image.size) {
        if (image.channels > kMostSide) throw Refusal("its blocks are implausibly large");
        side /= op.block;
        image.channels *= op.block;
    }
    return {shape_of(image, op.channels_last)};
}

}  // namespace ascendcl::host::engine::shape_rules
