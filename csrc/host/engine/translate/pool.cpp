// Pooling.
// SPDX-License-Identifier: Apache-2.0
#include <openvino/opsets/opset13.hpp>

#include "host/engine/translate/emit.h"

namespace ascendcl::host::engine {
namespace {

ov::Shape shape_of(const Pair &pair) {
    return {static_cast<size_t>(pair[0]), static_cast<size_t>(pair[1])};
}

}  // namespace

Outputs emit(const op::Pool &pool, const Outputs &inputs) {
    const ov::Output<ov::Node> x = to_channels_first(inputs[0], pool.channels_last);
    const ov::Shape begin = shape_of(pool.pads_begin), end = shape_of(pool.pads_end);
    const ov::Shape kernel = shape_of(pool.kernel);
    const ov::Strides strides = {static_cast<size_t>(pool.strides[0]),
                                 static_cast<size_t>(pool.strides[1])};
    ov::Output<ov::Node> y;
    if (pool.kind == op::PoolKind::kMax)
        y = std::make_shared<ov::op::v1::MaxPool>(x, strides, begin, end, kernel,
                                                  ov::op::RoundingType::FLOOR);
    else
        y = std::make_shared<ov::op::v1::AvgPool>(
            x, strides, begin, end, kernel, pool.exclude_padding, ov::op::RoundingType::FLOOR);
    return {from_channels_first(y, pool.channels_last)};
}

}  // namespace ascendcl::host::engine
