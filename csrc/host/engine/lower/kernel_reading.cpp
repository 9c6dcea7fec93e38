// Decoded immediates against image and output sizes.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/kernel_reading.h"

namespace ascendcl::host::engine {

ConvAxis axis_of(const ConvSizes &sizes, const Pair &strides, const Pair &dilations, size_t i) {
    return {sizes.input[i], sizes.output[i], sizes.kernel[i], strides[i], dilations[i]};
}

std::optional<KernelReading> read_kernel(const om::KernelStore &kernels, const om::Node &node,
                                         const ConvSizes &sizes) {
    const om::Bytes elf = kernels.find(node);
    if (elf.empty()) return std::nullopt;
    const auto decoded = om::decode_conv_geometry(elf, sizes.kernel[0], sizes.kernel[1]);
    if (!decoded || decoded->stride_h < 1 || decoded->stride_w < 1 || decoded->dilation_h < 1 ||
        decoded->dilation_w < 1)
        return std::nullopt;
    KernelReading reading;
    reading.strides = {decoded->stride_h, decoded->stride_w};
    reading.dilations = {decoded->dilation_h, decoded->dilation_w};
    const std::array<std::optional<int64_t>, 2> tiles = {decoded->input_h, decoded->input_w};
    const std::array<std::optional<int64_t>, 2> begins = {decoded->pad_top, decoded->pad_left};
    const std::array<std::optional<int64_t>, 2> ends = {decoded->pad_bottom, decoded->pad_right};
    for (size_t i = 0; i < 2; ++i) {
        KernelReading::Axis &axis = reading.axes[i];
        axis.exceeds_image = tiles[i] && *tiles[i] > sizes.input[i];
        const bool is_whole = tiles[i] == sizes.input[i];
        if (begins[i] && (*begins[i] > 0 || is_whole)) axis.begin = begins[i];
        if (is_whole) axis.end = ends[i];
    }
    return reading;
}

Verdict verdict_of_sizes(const ConvAxis &axis, const KernelReading::Axis &reading) {
    if (reading.exceeds_image || possible_begins(axis).none()) return Verdict::kContradicts;
    if (!reading.begin) return Verdict::kSilent;
    const auto end = end_pad(axis, *reading.begin);
    if (!end) return Verdict::kContradicts;
    // The end may be cut down to what the stride uses, but what is used must be there.
    if (reading.end) return *reading.end >= *end ? Verdict::kAgrees : Verdict::kContradicts;
    if (possible_begins(axis).only_one()) return Verdict::kAgrees;
    const bool is_symmetric = maps(axis, {*reading.begin, *reading.begin});
    return is_symmetric ? Verdict::kAgrees : Verdict::kSilent;
}

}  // namespace ascendcl::host::engine
