// What a fused convolution's kernel says of its geometry, held against the sizes of its image.
// Reference: om_format.md 5.3 step 2 and 8.1.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>

#include "host/engine/lower/conv_axis.h"
#include "host/engine/lower/conv_node.h"
#include "om/kernels.h"

namespace ascendcl::host::engine {

struct KernelReading {
    // The pads of one axis. A kernel that splits the image has a tile of its own for each core, and
    // may make the pad of the first one at run time: 0 from a tile smaller than the image says
    // nothing.
    struct Axis {
        std::optional<int64_t> begin;
        std::optional<int64_t> end;  // only where the tile is the whole image
        bool exceeds_image = false;  // the tile is larger: it is of something else
    };
    Pair strides{1, 1}, dilations{1, 1};
    std::array<Axis, 2> axes;  // vertical, horizontal
};

// Nothing without a kernel, and where its code does not show it.
std::optional<KernelReading> read_kernel(const om::KernelStore &kernels, const om::Node &node,
                                         const ConvSizes &sizes);

// One axis with the steps that were read.
ConvAxis axis_of(const ConvSizes &sizes, const Pair &strides, const Pair &dilations, size_t i);

// What the sizes say of pads that a kernel shows: nothing where they are no custom's and the kernel
// does not show the end.
enum class Verdict { kAgrees, kSilent, kContradicts };
Verdict verdict_of_sizes(const ConvAxis &axis, const KernelReading::Axis &reading);

}  // namespace ascendcl::host::engine
