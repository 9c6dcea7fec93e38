// Arithmetic of convolution sizes. Reference: om_format.md 5.3, steps 1 and 3.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/conv_axis.h"

#include <algorithm>

namespace ascendcl::host::engine {

int64_t ceil_div(int64_t a, int64_t b) noexcept { return (a + b - 1) / b; }

bool maps(const ConvAxis &axis, AxisPads pads) noexcept {
    const int64_t room = axis.input + pads.begin + pads.end - axis.window();
    return room >= 0 && room / axis.stride + 1 == axis.output;
}

std::optional<int64_t> end_pad(const ConvAxis &axis, int64_t begin) noexcept {
    const int64_t end = std::max<int64_t>(0, axis.pads_read() - begin);
    if (!maps(axis, {begin, end})) return std::nullopt;
    return end;
}

Begins possible_begins(const ConvAxis &axis) noexcept {
    const int64_t reach = axis.window() - 1, read = axis.pads_read();
    // The end takes what the begin leaves of what is read; of a begin beyond that, less than a
    // stride may be left over.
    return {std::max<int64_t>(0, read - reach), std::min(reach, read + axis.stride - 1)};
}

std::optional<AxisPads> customary_pads(const ConvAxis &axis, Framework framework) noexcept {
    const int64_t total = axis.pads_read();
    if (framework == Framework::kTensorFlow) {
        if (axis.output == ceil_div(axis.input, axis.stride) && total >= 0)
            return AxisPads{total / 2, total - total / 2};  // SAME
        if (maps(axis, {0, 0})) return AxisPads{0, 0};      // VALID
        return std::nullopt;
    }
    const int64_t same = axis.dilation * (axis.kernel - 1) / 2;
    if (maps(axis, {same, same})) return AxisPads{same, same};
    if (maps(axis, {0, 0})) return AxisPads{0, 0};
    const int64_t half = ceil_div(std::max<int64_t>(total, 0), 2);
    if (half < axis.window() && maps(axis, {half, half})) return AxisPads{half, half};
    return std::nullopt;
}

std::optional<PointwiseStride> pointwise_stride(int64_t input, int64_t output) noexcept {
    if (output < 1) return std::nullopt;
    const int64_t stride = std::max<int64_t>(1, ceil_div(input, output));
    if (ceil_div(input, stride) != output) return std::nullopt;
    // With one output only index 0 is read, whatever the stride.
    return PointwiseStride{stride, output == 1 || ceil_div(input, stride + 1) != output};
}

}  // namespace ascendcl::host::engine
