// Pooling. The declared output size decides how far a window may hang over the end, so that
// ceil_mode needs no rule of its own.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "host/engine/lower/conv_geometry.h"
#include "host/engine/lower/ops.h"

namespace ascendcl::host::engine {
namespace {

struct Window {
    Pair kernel, strides, pads_begin, pads_end;
};

enum class Padding { kExplicit, kSame, kValid };

Padding padding_of(const NodeView &view) {
    const std::string_view mode = view.text("padding_mode", view.text("padding", "CALCULATED"));
    if (mode == "SAME") return Padding::kSame;
    if (mode == "VALID") return Padding::kValid;
    if (mode == "CALCULATED" || mode == "NOTSET") return Padding::kExplicit;
    view.refuse("padding mode '" + std::string(mode) + "' is not supported");
}

// x with its stated padding as elements, so that they count into an average and what lies behind
// them does not.
ValueId with_padding(NodeView &view, const Operand &x, Window &window, const Pair &overhang,
                     bool last) {
    const size_t h = last ? 1 : 2;
    op::Pad pad{Shape(4, 0), Shape(4, 0), op::PadMode::kConstant, 0};
    for (size_t i = 0; i < 2; ++i) {
        pad.begin[h + i] = window.pads_begin[i];
        pad.end[h + i] = window.pads_end[i] - overhang[i];
        window.pads_begin[i] = 0;
        window.pads_end[i] = overhang[i];
    }
    return view.add(std::move(pad), {x.value});
}

Values pool(NodeView &view, op::PoolKind kind, Window window, Padding padding, bool exclude) {
    const Operand &x = view.operand(0);
    const Shape &out = view.output_shape();
    if (x.rank() != 4 || out.size() != 4)
        view.refuse("only two spatial dims are supported, its input is " + to_string(x.shape()));
    const bool last =
        x.axes() == Axes::kNone ? attributes_channels_last(view, x) : x.channels_last();
    const size_t h = last ? 1 : 2;
    Pair overhang{0, 0};
    for (size_t i = 0; i < 2; ++i) {
        const int64_t input = x.shape()[h + i], output = out[h + i];
        if (view.boolean("global_pooling", false)) {
            window.kernel[i] = input;
            window.strides[i] = 1;
            window.pads_begin[i] = window.pads_end[i] = 0;
        }
        if (window.kernel[i] < 1 || window.strides[i] < 1)
            view.refuse("kernel sizes and strides must be positive");
        const int64_t span = (output - 1) * window.strides[i] + window.kernel[i];
        if (padding == Padding::kSame) {
            const int64_t total = std::max<int64_t>(0, span - input);
            window.pads_begin[i] = total / 2;
            window.pads_end[i] = total - total / 2;
        } else if (padding == Padding::kValid) {
            window.pads_begin[i] = window.pads_end[i] = 0;
        }
        const int64_t end = std::max<int64_t>(0, span - input - window.pads_begin[i]);
        const int64_t room = input + window.pads_begin[i] + end - window.kernel[i];
        if (room < 0 || room / window.strides[i] + 1 != output || end >= window.kernel[i])
            view.refuse("its attributes do not map " + to_string(x.shape()) + " to " +
                        to_string(out));
        overhang[i] = std::max<int64_t>(0, end - window.pads_end[i]);
        window.pads_end[i] = end;
    }
    ValueId value = x.value;
    if (kind == op::PoolKind::kAverage && !exclude && overhang != Pair{0, 0}) {
        value = with_padding(view, x, window, overhang, last);
        exclude = true;
    }
    return {view.add(op::Pool{kind, window.kernel, window.strides, window.pads_begin,
                              window.pads_end, exclude, last},
                     {value})};
}

Window window_of(const NodeView &view, const Operand &x) {
    const bool last = attributes_channels_last(view, x);
    Window window{};
    window.kernel = spatial(view, view.integers({"ksize"}), last);
    window.strides = spatial(view, view.integers({"strides"}), last);
    if (view.attrs().has("pads")) {
        const Pads pads = pads_of(view, "pads");
        window.pads_begin = pads.begin;
        window.pads_end = pads.end;
    }
    return window;
}

Values max_pool(NodeView &view) {
    return pool(view, op::PoolKind::kMax, window_of(view, view.operand(0)), padding_of(view), true);
}

Values avg_pool(NodeView &view) {
    return pool(view, op::PoolKind::kAverage, window_of(view, view.operand(0)), padding_of(view),
                view.boolean("exclusive", true));
}

// Caffe.
Values pooling(NodeView &view) {
    const int64_t mode = view.integer("mode", 0);
    if (mode != 0 && mode != 1) view.refuse("attribute 'mode' is out of range");
    Window window{};
    if (!view.boolean("global_pooling", false)) {
        window.kernel = spatial(view, view.integers({"window"}), false);
        window.strides = spatial(view, view.integers({"stride"}), false);
        const Pads pads = pads_of(view, "pad");
        window.pads_begin = pads.begin;
        window.pads_end = pads.end;
    }
    return pool(view, mode == 0 ? op::PoolKind::kMax : op::PoolKind::kAverage, window,
                Padding::kExplicit, mode == 0);
}

Values global_average(NodeView &view) {
    const Operand &x = view.operand(0);
    if (x.rank() < 3) view.refuse("its input " + to_string(x.shape()) + " has no spatial dims");
    std::vector<int64_t> axes;
    for (int64_t axis = 1; axis < x.rank(); ++axis)
        axes.push_back(x.channels_last() ? axis : axis + 1);
    axes.pop_back();
    return {view.add(op::Reduce{op::ReduceKind::kMean, axes, true}, {x.value})};
}

constexpr std::array kEntries = {
    OpEntry{"MaxPool", max_pool},
    OpEntry{"MaxPoolV2", max_pool},
    OpEntry{"MaxPoolV3", max_pool},
    OpEntry{"AvgPool", avg_pool},
    OpEntry{"AvgPoolV2", avg_pool},
    OpEntry{"Pooling", pooling},
    OpEntry{"GlobalAveragePool", global_average},
};

}  // namespace

OpFamily pool_ops() noexcept { return {kEntries.data(), kEntries.size()}; }

}  // namespace ascendcl::host::engine
