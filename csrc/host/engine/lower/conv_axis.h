// One axis of a convolution: which strides, dilations and pads map its input size to its output's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace ascendcl::host::engine {

enum class Framework { kUnknown, kOnnx, kTensorFlow, kCaffe };

// Sizes and steps of one axis; the pads are what is looked for.
struct ConvAxis {
    int64_t input, output, kernel;
    int64_t stride = 1, dilation = 1;

    int64_t window() const noexcept { return dilation * (kernel - 1) + 1; }
    // Rows of pads that the outputs read in all, negative where input is left over.
    int64_t pads_read() const noexcept { return (output - 1) * stride + window() - input; }
};

struct AxisPads {
    int64_t begin, end;
    bool operator==(const AxisPads &other) const noexcept {
        return begin == other.begin && end == other.end;
    }
};

int64_t ceil_div(int64_t a, int64_t b) noexcept;

bool maps(const ConvAxis &axis, AxisPads pads) noexcept;

// The end pad that yields the output, no more than is read; nullopt when none does.
std::optional<int64_t> end_pad(const ConvAxis &axis, int64_t begin) noexcept;

// Begin pads, no wider than the window reaches, with which some end pad yields the output.
struct Begins {
    int64_t least, most;
    bool none() const noexcept { return least > most; }
    bool only_one() const noexcept { return least == most; }
};
Begins possible_begins(const ConvAxis &axis) noexcept;

// Pads by the framework's custom when only sizes are known; nullopt when no custom fits.
std::optional<AxisPads> customary_pads(const ConvAxis &axis, Framework framework) noexcept;

// The strides of a window of 1 without pads.
struct PointwiseStride {
    int64_t stride;
    bool is_only;  // no other one yields that output, or it makes no difference
};
std::optional<PointwiseStride> pointwise_stride(int64_t input, int64_t output) noexcept;

}  // namespace ascendcl::host::engine
