// Image resizing. The node's attributes decide, whatever the source model said: the compiled file
// is the truth (om_format.md part 0). Neither align_corners nor half_pixel_centers: asymmetric.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "host/engine/lower/conv_geometry.h"
#include "host/engine/lower/ops.h"

namespace ascendcl::host::engine {
namespace {

using op::NearestRounding;
using op::ResizeCoordinates;

struct Sampling {
    ResizeCoordinates coordinates;
    NearestRounding rounding;
};

// One factor per dim, or for height and width alone; none where it is the ratio of the sizes.
using Scales = std::vector<float>;

std::optional<std::array<float, 2>> spatial_scales(const NodeView &view, const Scales &scales,
                                                   size_t height) {
    // Compilers write ones where the sizes are what was given.
    const auto is_one = [](float scale) { return scale == 1; };
    if (std::all_of(scales.begin(), scales.end(), is_one)) return std::nullopt;
    if (scales.size() == 2) return std::array<float, 2>{scales[0], scales[1]};
    if (scales.size() != 4) view.refuse("its scales are " + std::to_string(scales.size()));
    for (size_t i = 0; i < 4; ++i)
        if (i != height && i != height + 1 && scales[i] != 1)
            view.refuse("its scales resize more than height and width");
    return std::array<float, 2>{scales[height], scales[height + 1]};
}

// What a factor makes of a size is rounded down.
void require_scaled(const NodeView &view, int64_t from, float scale, int64_t to) {
    if (!(scale > 0) || std::floor(static_cast<float>(from) * scale) != static_cast<float>(to))
        view.refuse("its scale " + std::to_string(scale) + " does not map " + std::to_string(from) +
                    " to " + std::to_string(to));
}

Values resize_to_output(NodeView &view, op::ResizeMode mode, const Sampling &sampling,
                        const Scales &given = {}) {
    const Operand &x = view.operand(0);
    if (view.output_rank() != 4 || x.rank() != 4)
        view.refuse("only two spatial dims are supported, its input is " + to_string(x.shape()));
    const bool last =
        x.axes() == Axes::kNone ? attributes_channels_last(view, x) : x.channels_last();
    const int64_t h = last ? 1 : 2;
    const op::Resize resize{mode,
                            sampling.coordinates,
                            sampling.rounding,
                            view.output_dim(0, h),
                            view.output_dim(0, h + 1),
                            last,
                            spatial_scales(view, given, static_cast<size_t>(h))};
    if (resize.scales) {
        const auto height = static_cast<size_t>(h);
        require_scaled(view, x.shape()[height], (*resize.scales)[0], resize.height);
        require_scaled(view, x.shape()[height + 1], (*resize.scales)[1], resize.width);
    }
    return {view.add(resize, {x.value})};
}

void require_size(const NodeView &view, const std::vector<int64_t> &size) {
    const Shape &out = view.output_shape();
    const bool first = out.size() == 4 && size == std::vector<int64_t>{out[2], out[3]};
    const bool last = out.size() == 4 && size == std::vector<int64_t>{out[1], out[2]};
    if (!first && !last)
        view.refuse("its size " + to_string(size) + " is not the declared " + to_string(out));
}

// TensorFlow's ops. Nearest rounds down, except that aligned corners round halves up.
template <op::ResizeMode kMode>
Values resize(NodeView &view) {
    const bool align = view.boolean("align_corners", false);
    const bool half_pixel = view.boolean("half_pixel_centers", false);
    if (align && half_pixel) view.refuse("align_corners and half_pixel_centers are both set");
    if (view.attrs().has("size"))
        require_size(view, view.integers({"size"}));
    else if (view.has(1))
        require_size(view, view.constant_integers(1));
    if (align)
        return resize_to_output(view, kMode,
                                {ResizeCoordinates::kAlignCorners, NearestRounding::kHalfUp});
    if (!half_pixel)
        return resize_to_output(view, kMode,
                                {ResizeCoordinates::kAsymmetric, NearestRounding::kFloor});
    return resize_to_output(
        view, kMode,
        {kMode == op::ResizeMode::kNearest ? ResizeCoordinates::kTensorFlowHalfPixel
                                           : ResizeCoordinates::kHalfPixel,
         NearestRounding::kFloor});
}

// The entry named by attribute `name`. Throws Refusal for a name that is not in the table.
template <typename Value, size_t kCount>
Value named(const NodeView &view, std::string_view name, std::string_view fallback,
            const std::pair<std::string_view, Value> (&table)[kCount]) {
    const std::string_view text = view.text(name, fallback);
    for (const auto &[entry, value] : table)
        if (entry == text) return value;
    view.refuse("attribute '" + std::string(name) + "' is '" + std::string(text) + "'");
}

// ONNX's op has sizes (input 3) or scales (input 2); what an optional one lacks are its elements.
Scales scales_of(NodeView &view) {
    const auto has_elements = [&](size_t slot) {
        return view.has(slot) && element_count(view.operand(slot).shape()) != 0;
    };
    if (view.attrs().has("sizes") && !view.integers({"sizes"}).empty()) return {};
    if (has_elements(3)) return {};
    if (!view.attrs().reals("scales").empty()) return view.attrs().reals("scales");
    return has_elements(2) ? view.constant_floats(2) : Scales{};
}

// Of later versions of ONNX's op, which change what is computed.
void require_no_later_attributes(const NodeView &view) {
    if (view.boolean("antialias", false)) view.refuse("attribute 'antialias' is not supported");
    if (view.attrs().has("axes") && !view.integers({"axes"}).empty())
        view.refuse("attribute 'axes' is not supported");
    const std::string_view policy = view.text("keep_aspect_ratio_policy", "stretch");
    if (policy != "stretch")
        view.refuse("attribute 'keep_aspect_ratio_policy' is '" + std::string(policy) + "'");
}

// ONNX's op, with its attributes.
Values onnx_resize(NodeView &view) {
    static constexpr std::pair<std::string_view, op::ResizeMode> kModes[] = {
        {"nearest", op::ResizeMode::kNearest}, {"linear", op::ResizeMode::kLinear}};
    static constexpr std::pair<std::string_view, ResizeCoordinates> kCoordinates[] = {
        {"half_pixel", ResizeCoordinates::kHalfPixel},
        {"pytorch_half_pixel", ResizeCoordinates::kPytorchHalfPixel},
        {"align_corners", ResizeCoordinates::kAlignCorners},
        {"asymmetric", ResizeCoordinates::kAsymmetric},
        {"tf_half_pixel_for_nn", ResizeCoordinates::kTensorFlowHalfPixel}};
    static constexpr std::pair<std::string_view, NearestRounding> kRoundings[] = {
        {"round_prefer_floor", NearestRounding::kHalfDown},
        {"round_prefer_ceil", NearestRounding::kHalfUp},
        {"floor", NearestRounding::kFloor},
        {"ceil", NearestRounding::kCeil}};
    require_no_later_attributes(view);
    // Sizes that are known only at run time would have to be confirmed then.
    if (view.has(3) && view.graph().constant(view.operand(3).value) == nullptr)
        view.refuse("its sizes are not constant");
    return resize_to_output(
        view, named(view, "mode", "nearest", kModes),
        {named(view, "coordinate_transformation_mode", "half_pixel", kCoordinates),
         named(view, "nearest_mode", "round_prefer_floor", kRoundings)},
        scales_of(view));
}

// Caffe: each element becomes a block of stride_h by stride_w, times the scale.
Values upsample(NodeView &view) {
    const Operand &x = view.operand(0);
    const Shape &out = view.output_shape();
    const int64_t stride_h = view.integer("stride_h", 2), stride_w = view.integer("stride_w", 2);
    if (x.rank() == 4 && out.size() == 4) {
        const auto h = static_cast<size_t>(height_axis(x.axes()));
        if (stride_h < 1 || stride_w < 1 || out[h] % stride_h != 0 || out[h + 1] % stride_w != 0 ||
            out[h] / stride_h != x.shape()[h] || out[h + 1] / stride_w != x.shape()[h + 1])
            view.refuse("its strides do not map " + to_string(x.shape()) + " to " + to_string(out));
    }
    Values y = resize_to_output(view, op::ResizeMode::kNearest,
                                {ResizeCoordinates::kAsymmetric, NearestRounding::kFloor});
    const float scale = view.real("scale", 1);
    if (scale == 1.0f) return y;
    return {view.binary(op::BinaryKind::kMultiply, y[0], view.number(scale))};
}

using op::ResizeMode;

constexpr std::array kEntries = {
    OpEntry{"ResizeBilinearV2", resize<ResizeMode::kLinear>},
    OpEntry{"ResizeBilinearV2D", resize<ResizeMode::kLinear>},
    OpEntry{"ResizeBilinear", resize<ResizeMode::kLinear>},
    OpEntry{"ResizeNearestNeighborV2", resize<ResizeMode::kNearest>},
    OpEntry{"ResizeNearestNeighborV2D", resize<ResizeMode::kNearest>},
    OpEntry{"Resize", onnx_resize},
    OpEntry{"ResizeD", onnx_resize},
    OpEntry{"Upsample", upsample},
};

}  // namespace

OpFamily resize_ops() noexcept { return {kEntries.data(), kEntries.size()}; }

}  // namespace ascendcl::host::engine
