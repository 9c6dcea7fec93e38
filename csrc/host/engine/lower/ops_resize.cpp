// Image resizing. The node's attributes decide, whatever the source model said: the compiled file
// is the truth (om_format.md part 0). Neither align_corners nor half_pixel_centers: asymmetric.
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "host/engine/lower/conv_geometry.h"
#include "host/engine/lower/ops.h"

namespace ascendcl::host::engine {
namespace {

template <op::ResizeMode kMode>
Values resize(NodeView &view) {
    const Operand &x = view.operand(0);
    const Shape &out = view.output().shape;
    if (x.rank() != 4 || out.size() != 4)
        view.refuse("only two spatial dims are supported, its input is " + to_string(x.shape()));
    const bool align = view.boolean("align_corners", false);
    const bool half_pixel = view.boolean("half_pixel_centers", false);
    if (align && half_pixel) view.refuse("align_corners and half_pixel_centers are both set");
    const bool last =
        x.axes() == Axes::kNone ? attributes_channels_last(view, x) : x.channels_last();
    const size_t h = last ? 1 : 2;
    const bool has_size = view.attrs().has("size");
    if (has_size || view.has(1)) {
        const std::vector<int64_t> size =
            has_size ? view.integers({"size"}) : view.constant_integers(1);
        if (size != std::vector<int64_t>{out[h], out[h + 1]})
            view.refuse("its size " + to_string(size) + " is not the declared " + to_string(out));
    }
    return {view.add(op::Resize{kMode, align, half_pixel, out[h], out[h + 1], last}, {x.value})};
}

using op::ResizeMode;

constexpr std::array kEntries = {
    OpEntry{"ResizeBilinearV2", resize<ResizeMode::kLinear>},
    OpEntry{"ResizeBilinearV2D", resize<ResizeMode::kLinear>},
    OpEntry{"ResizeBilinear", resize<ResizeMode::kLinear>},
    OpEntry{"ResizeNearestNeighborV2", resize<ResizeMode::kNearest>},
    OpEntry{"ResizeNearestNeighborV2D", resize<ResizeMode::kNearest>},
};

}  // namespace

OpFamily resize_ops() noexcept { return {kEntries.data(), kEntries.size()}; }

}  // namespace ascendcl::host::engine
