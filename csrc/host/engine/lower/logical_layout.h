// The logical form of a tensor: what a stored (possibly fractal) layout stands for.
// Reference: om_format.md parts 4 and 4.2.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/engine/plain_graph.h"
#include "om/graph.h"

namespace ascendcl::host::engine {

// What the four axes of a rank-4 tensor mean; kNone where the file does not say.
enum class Axes { kNone, kNCHW, kNHWC, kHWCN };

struct LogicalTensor {
    Shape shape;
    Axes axes = Axes::kNone;
    om::Format stored = om::Format::kUndefined;
    om::DataType dtype = om::DataType::kUndefined;
};

// Plain layouts are taken as they are, NC1HWC0 and FRACTAL_NZ in their origin format, filters in
// FRACTAL_Z always as out, in/groups, height, width. Throws Refusal without a node's name.
LogicalTensor logical_tensor(const om::TensorDesc &desc);
// The same with dynamic dims as they are.
LogicalTensor logical_tensor_or_open(const om::TensorDesc &desc);

Axes axes_of(om::Format format, size_t rank) noexcept;

// transposed[i] = source[permutation[i]]; nullopt when nothing has to move or an order is unknown.
std::optional<std::vector<int64_t>> axis_permutation(Axes from, Axes to);

// Height, width and channel of a rank-4 shape whose axes are NCHW or NHWC.
int64_t channel_axis(Axes axes) noexcept;
int64_t height_axis(Axes axes) noexcept;

int64_t element_count(const Shape &shape) noexcept;

// Dynamic shapes: -1 stands for a dim that is not known, -2 alone for a rank that is not.
bool is_open(const Shape &shape) noexcept;
bool has_open_rank(const Shape &shape) noexcept;
// The same for a shape out of a file: throws Refusal when it is dynamic or implausibly large.
int64_t checked_element_count(const Shape &shape);
std::string to_string(const Shape &shape);

}  // namespace ascendcl::host::engine
