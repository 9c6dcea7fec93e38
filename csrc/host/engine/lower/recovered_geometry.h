// Geometry of fused convolutions, which have no attributes: from their sizes and their kernels, in
// the order of om_format.md 5.3, each step held against another.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "host/engine/lower/conv_geometry.h"
#include "host/engine/lower/kernel_reading.h"

namespace ascendcl::host::engine {

// Both tell on the view what they found and how. They throw Refusal when nothing fits, and where
// what is left to assume does not hold in this very file.
Geometry recovered_geometry(NodeView &view, const ConvSizes &sizes);
Geometry recovered_transposed_geometry(NodeView &view, const ConvSizes &sizes);

// "kernel 3x3 from 16x16 to 8x8"
std::string to_string(const ConvSizes &sizes);

int64_t transposed_output(const ConvSizes &sizes, const Geometry &geometry, size_t i) noexcept;

// Pads of a transposed convolution whose stride, dilation and output size are known.
bool customary_transposed(const ConvSizes &sizes, Framework framework, Geometry &geometry,
                          size_t i) noexcept;

}  // namespace ascendcl::host::engine
