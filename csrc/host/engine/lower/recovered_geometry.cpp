// Every quantity has a source and a check; what has no check is told as assumed.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/recovered_geometry.h"

#include <algorithm>

namespace ascendcl::host::engine {
namespace {

constexpr const char *kSides[] = {"vertical", "horizontal"};

std::string text_of(const Pair &pair) {
    return std::to_string(pair[0]) + "x" + std::to_string(pair[1]);
}

std::string quantity(size_t i, const char *what) { return std::string(kSides[i]) + " " + what; }

std::string text_of(const AxisPads &pads) {
    return std::to_string(pads.begin) + " and " + std::to_string(pads.end);
}

std::string count_of(int64_t nodes) {
    return nodes == 1 ? "one node that has" : std::to_string(nodes) + " nodes that have";
}

// Step 1: a 1x1 kernel has no pads, and its stride is what the sizes say.
std::optional<Geometry> pointwise(NodeView &view, const ConvSizes &sizes) {
    if (sizes.kernel != Pair{1, 1}) return std::nullopt;
    Geometry geometry;
    bool is_only = true;
    for (size_t i = 0; i < 2; ++i) {
        const auto found = pointwise_stride(sizes.input[i], sizes.output[i]);
        if (!found) return std::nullopt;
        geometry.strides[i] = found->stride;
        is_only = is_only && found->is_only;
    }
    const std::string strides = text_of(geometry.strides);
    if (is_only) {
        view.checked("strides", strides, "no others make that size with a window of 1x1");
        return geometry;
    }
    const auto reading = view.lowering().evidence.steps.is_known()
                             ? read_kernel(view.lowering().kernels, view.node(), sizes)
                             : std::nullopt;
    if (!reading) {
        view.assumed("strides", strides, "the sizes allow larger ones too");
        return geometry;
    }
    for (size_t i = 0; i < 2; ++i)
        if (ceil_div(sizes.input[i], reading->strides[i]) != sizes.output[i])
            view.refuse_undecided("its kernel says strides " + text_of(reading->strides) +
                                  ", which do not make its size: " + to_string(sizes));
    geometry.strides = reading->strides;
    view.checked("strides", text_of(geometry.strides), "from the kernel; the sizes agree");
    return geometry;
}

// Step 2: LOAD3D and FMATRIX of the kernel's machine code.
class FromKernel {
   public:
    FromKernel(NodeView &view, const ConvSizes &sizes, const KernelReading &reading)
        : view_(view), evidence_(view.lowering().evidence), sizes_(sizes), reading_(reading) {}

    std::optional<Geometry> geometry() {
        Geometry geometry;
        geometry.strides = reading_.strides;
        geometry.dilations = reading_.dilations;
        std::array<AxisPads, 2> pads{};
        for (size_t i = 0; i < 2; ++i)
            if (possible_begins(axis(i)).none()) return std::nullopt;
        tell_steps();
        for (size_t i = 0; i < 2; ++i) {
            pads[i] = shown_begin(i) ? as_shown(i) : from_sizes(i);
            geometry.pads_begin[i] = pads[i].begin;
            geometry.pads_end[i] = pads[i].end;
        }
        return geometry;
    }

   private:
    ConvAxis axis(size_t i) const {
        return axis_of(sizes_, reading_.strides, reading_.dilations, i);
    }

    void tell_steps() {
        const std::string value =
            "strides " + text_of(reading_.strides) + ", dilations " + text_of(reading_.dilations);
        if (evidence_.steps.confirmed > 0)
            view_.checked("strides and dilations", value,
                          "from the kernel, read as in " + count_of(evidence_.steps.confirmed) +
                              " attributes");
        else if (confirms_steps(0) || confirms_steps(1))
            view_.checked("strides and dilations", value,
                          "from the kernel; they and its pads make the output's size");
        else
            view_.assumed("strides and dilations", value,
                          "from the kernel, and nothing else in the file confirms them");
    }

    // One axis is enough: both are fields of one operand.
    bool confirms_steps(size_t i) const {
        return sizes_.kernel[i] > 1 && verdict(i) == Verdict::kAgrees;
    }

    Verdict verdict(size_t i) const { return verdict_of_sizes(axis(i), reading_.axes[i]); }

    // The begin pad that the kernel shows, where it can be believed.
    std::optional<int64_t> shown_begin(size_t i) const {
        if (!evidence_.pads[i].is_known() || verdict(i) == Verdict::kContradicts)
            return std::nullopt;
        return reading_.axes[i].begin;
    }

    AxisPads as_shown(size_t i) {
        const int64_t begin = *reading_.axes[i].begin;
        const AxisPads pads{begin, *end_pad(axis(i), begin)};
        if (sizes_.kernel[i] == 1) return pads;
        if (verdict(i) == Verdict::kAgrees)
            view_.checked(quantity(i, "pads"), text_of(pads), "from the kernel; the sizes agree");
        else if (evidence_.pads[i].confirmed > 0)
            view_.checked(quantity(i, "pads"), text_of(pads),
                          "from the kernel, read as in " + count_of(evidence_.pads[i].confirmed) +
                              " attributes");
        else
            view_.assumed(quantity(i, "pads"), text_of(pads),
                          "from the kernel, and nothing else in the file confirms them");
        return pads;
    }

    // The kernel does not show them.
    AxisPads from_sizes(size_t i) {
        const ConvAxis own = axis(i);
        const Begins begins = possible_begins(own);
        if (begins.only_one()) {
            const AxisPads pads{begins.least, *end_pad(own, begins.least)};
            if (own.kernel > 1)
                view_.checked(quantity(i, "pads"), text_of(pads), "no others make that size");
            return pads;
        }
        const auto custom = customary_pads(own, view_.lowering().framework);
        if (const auto other = shown_begin(1 - i)) {
            const auto its_custom = customary_pads(axis(1 - i), view_.lowering().framework);
            if (custom && its_custom && its_custom->begin == *other && sizes_.kernel[1 - i] > 1) {
                view_.checked(quantity(i, "pads"), text_of(*custom),
                              "by the framework's custom, which the kernel's " +
                                  quantity(1 - i, "pads") + " follow");
                return *custom;
            }
            const bool is_like = sizes_.kernel[0] == sizes_.kernel[1] &&
                                 reading_.strides[0] == reading_.strides[1] &&
                                 reading_.dilations[0] == reading_.dilations[1];
            if (is_like && *other >= begins.least && *other <= begins.most) {
                const AxisPads pads{*other, *end_pad(own, *other)};
                view_.assumed(quantity(i, "pads"), text_of(pads),
                              "the kernel shows only the " + quantity(1 - i, "pads") +
                                  ", which are no custom of the framework");
                return pads;
            }
        }
        if (!custom || !evidence_.custom.is_known())
            view_.refuse_undecided("the file does not show its " + quantity(i, "pads") + " (" +
                                   to_string(sizes_) + ")");
        view_.assumed(quantity(i, "pads"), text_of(*custom),
                      "the kernel does not show them; so many are the framework's custom");
        return *custom;
    }

    NodeView &view_;
    const FileEvidence &evidence_;
    const ConvSizes &sizes_;
    const KernelReading &reading_;
};

std::optional<Geometry> from_kernel(NodeView &view, const ConvSizes &sizes) {
    if (!view.lowering().evidence.steps.is_known()) return std::nullopt;
    const auto reading = read_kernel(view.lowering().kernels, view.node(), sizes);
    if (!reading) return std::nullopt;
    return FromKernel(view, sizes, *reading).geometry();
}

// Steps 3 and 4: dilation 1, strides and pads from the sizes.
std::optional<Geometry> from_shapes(NodeView &view, const ConvSizes &sizes) {
    Geometry geometry;
    for (size_t i = 0; i < 2; ++i) {
        std::optional<AxisPads> pads;
        const int64_t rounded =
            std::max<int64_t>(1, (sizes.input[i] + sizes.output[i] / 2) / sizes.output[i]);
        const int64_t floored = std::max<int64_t>(1, sizes.input[i] / sizes.output[i]);
        for (const int64_t stride : {rounded, floored, floored + 1}) {
            pads = customary_pads({sizes.input[i], sizes.output[i], sizes.kernel[i], stride},
                                  view.lowering().framework);
            geometry.strides[i] = stride;
            if (pads) break;
        }
        if (!pads) return std::nullopt;
        geometry.pads_begin[i] = pads->begin;
        geometry.pads_end[i] = pads->end;
    }
    if (!view.lowering().evidence.custom.is_known())
        view.refuse_undecided("the file does not show its geometry (" + to_string(sizes) + ")");
    view.assumed("strides, dilations and pads",
                 "strides " + text_of(geometry.strides) + ", dilation 1, pads " +
                     text_of(geometry.pads_begin),
                 "no kernel shows them; they are what makes the output's size by custom");
    return geometry;
}

}  // namespace

Geometry recovered_geometry(NodeView &view, const ConvSizes &sizes) {
    if (const auto geometry = pointwise(view, sizes)) return *geometry;
    if (const auto geometry = from_kernel(view, sizes)) return *geometry;
    if (const auto geometry = from_shapes(view, sizes)) return *geometry;
    view.refuse_undecided("the geometry of the fused convolution could not be recovered: " +
                          to_string(sizes));
}

int64_t transposed_output(const ConvSizes &sizes, const Geometry &geometry, size_t i) noexcept {
    return (sizes.input[i] - 1) * geometry.strides[i] - geometry.pads_begin[i] -
           geometry.pads_end[i] + geometry.dilations[i] * (sizes.kernel[i] - 1) + 1 +
           geometry.output_padding[i];
}

bool customary_transposed(const ConvSizes &sizes, Framework framework, Geometry &geometry,
                          size_t i) noexcept {
    const int64_t total = (sizes.input[i] - 1) * geometry.strides[i] +
                          geometry.dilations[i] * (sizes.kernel[i] - 1) + 1 - sizes.output[i];
    if (framework == Framework::kTensorFlow) {
        if (total < 0 && -total >= geometry.strides[i]) return false;
        geometry.pads_begin[i] = std::max<int64_t>(total, 0) / 2;
        geometry.pads_end[i] = std::max<int64_t>(total, 0) - geometry.pads_begin[i];
        geometry.output_padding[i] = std::max<int64_t>(-total, 0);
        return true;
    }
    const int64_t pad = ceil_div(std::max<int64_t>(total, 0), 2);
    const int64_t extra = 2 * pad - total;
    if (extra < 0 || extra >= std::max(geometry.strides[i], geometry.dilations[i])) return false;
    geometry.pads_begin[i] = geometry.pads_end[i] = pad;
    geometry.output_padding[i] = extra;
    return true;
}

Geometry recovered_transposed_geometry(NodeView &view, const ConvSizes &sizes) {
    Geometry geometry;
    for (size_t i = 0; i < 2; ++i) {
        const int64_t stride =
            std::max<int64_t>(1, (sizes.output[i] + sizes.input[i] / 2) / sizes.input[i]);
        geometry.strides[i] = stride;
        if (!customary_transposed(sizes, view.lowering().framework, geometry, i))
            view.refuse_undecided(
                "the geometry of the fused transposed convolution could not be recovered: " +
                to_string(sizes));
    }
    const std::string value = "strides " + text_of(geometry.strides) + ", dilation 1, pads " +
                              text_of(geometry.pads_begin);
    // A window as large as the stride tiles the output: there is no other reading.
    if (geometry.strides == sizes.kernel && geometry.pads_begin == Pair{0, 0} &&
        geometry.output_padding == Pair{0, 0})
        view.checked("strides, dilations and pads", value, "the window tiles the output");
    else
        view.assumed("strides, dilations and pads", value,
                     "of a transposed convolution; they make the output's size by custom");
    return geometry;
}

std::string to_string(const ConvSizes &sizes) {
    return "kernel " + text_of(sizes.kernel) + " from " + text_of(sizes.input) + " to " +
           text_of(sizes.output);
}

}  // namespace ascendcl::host::engine
