// Recovery of convolution geometry. Reference: om_format.md 5.3, in its order.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/conv_geometry.h"

#include <algorithm>

namespace ascendcl::host::engine {
namespace {

int64_t ceil_div(int64_t a, int64_t b) noexcept { return (a + b - 1) / b; }

std::string text_of(const Pair &pair) {
    return std::to_string(pair[0]) + "x" + std::to_string(pair[1]);
}

int64_t window(int64_t kernel, int64_t dilation) noexcept { return dilation * (kernel - 1) + 1; }

// True when begin, end and stride map `input` to `output`.
bool maps(int64_t input, int64_t output, int64_t kernel, int64_t stride, int64_t dilation,
          int64_t begin, int64_t end) noexcept {
    const int64_t room = input + begin + end - window(kernel, dilation);
    return room >= 0 && room / stride + 1 == output;
}

// The end pad that yields `output`, no more than is read; nullopt when none does.
std::optional<int64_t> end_pad(int64_t input, int64_t output, int64_t kernel, int64_t stride,
                               int64_t dilation, int64_t begin) noexcept {
    const int64_t end =
        std::max<int64_t>(0, (output - 1) * stride + window(kernel, dilation) - input - begin);
    if (!maps(input, output, kernel, stride, dilation, begin, end)) return std::nullopt;
    return end;
}

struct Pads {
    int64_t begin, end;
};

// Pads by the framework's custom when only sizes are known; nullopt when no custom fits.
std::optional<Pads> customary_pads(int64_t input, int64_t output, int64_t kernel, int64_t stride,
                                   int64_t dilation, Framework framework) noexcept {
    const int64_t total = (output - 1) * stride + window(kernel, dilation) - input;
    const auto fits = [&](int64_t begin, int64_t end) {
        return maps(input, output, kernel, stride, dilation, begin, end);
    };
    if (framework == Framework::kTensorFlow) {
        if (output == ceil_div(input, stride) && total >= 0)
            return Pads{total / 2, total - total / 2};  // SAME
        if (fits(0, 0)) return Pads{0, 0};              // VALID
        return std::nullopt;
    }
    const int64_t same = dilation * (kernel - 1) / 2;
    if (fits(same, same)) return Pads{same, same};
    if (fits(0, 0)) return Pads{0, 0};
    const int64_t half = ceil_div(std::max<int64_t>(total, 0), 2);
    if (half < window(kernel, dilation) && fits(half, half)) return Pads{half, half};
    return std::nullopt;
}

// Step 1: a 1x1 kernel has no pads, and its stride is what the sizes say.
std::optional<Geometry> pointwise(const ConvSizes &sizes) noexcept {
    if (sizes.kernel != Pair{1, 1}) return std::nullopt;
    Geometry geometry;
    for (size_t i = 0; i < 2; ++i) {
        if (sizes.output[i] < 1) return std::nullopt;
        // With one output only index 0 is read, whatever the stride.
        const int64_t stride = std::max<int64_t>(1, ceil_div(sizes.input[i], sizes.output[i]));
        if (ceil_div(sizes.input[i], stride) != sizes.output[i]) return std::nullopt;
        geometry.strides[i] = stride;
    }
    return geometry;
}

// Step 2: LOAD3D and FMATRIX of the kernel's machine code.
std::optional<Geometry> from_kernel(NodeView &view, const ConvSizes &sizes) {
    const om::Bytes elf = view.lowering().kernels.find(view.node());
    if (elf.empty()) return std::nullopt;
    const auto decoded = om::decode_conv_geometry(elf, sizes.kernel[0], sizes.kernel[1]);
    if (!decoded) return std::nullopt;
    Geometry geometry;
    geometry.strides = {decoded->stride_h, decoded->stride_w};
    geometry.dilations = {decoded->dilation_h, decoded->dilation_w};
    const std::array<std::optional<int64_t>, 2> begins = {decoded->pad_top, decoded->pad_left};
    for (size_t i = 0; i < 2; ++i) {
        if (geometry.strides[i] < 1 || geometry.dilations[i] < 1) return std::nullopt;
        // A kernel of extent 1 reads nothing of its pads; none are customary.
        const std::optional<int64_t> end =
            begins[i] ? end_pad(sizes.input[i], sizes.output[i], sizes.kernel[i],
                                geometry.strides[i], geometry.dilations[i], *begins[i])
                      : std::nullopt;
        if (end) {
            geometry.pads_begin[i] = *begins[i];
            geometry.pads_end[i] = *end;
            continue;
        }
        const auto pads =
            customary_pads(sizes.input[i], sizes.output[i], sizes.kernel[i], geometry.strides[i],
                           geometry.dilations[i], view.lowering().framework);
        if (!pads) return std::nullopt;
        view.note(std::string(i == 0 ? "vertical" : "horizontal") +
                  " pads taken from shapes, the kernel does not show them");
        geometry.pads_begin[i] = pads->begin;
        geometry.pads_end[i] = pads->end;
    }
    return geometry;
}

// Steps 3 and 4: dilation 1, strides and pads from the sizes.
std::optional<Geometry> from_shapes(NodeView &view, const ConvSizes &sizes) {
    Geometry geometry;
    for (size_t i = 0; i < 2; ++i) {
        if (sizes.output[i] < 1 || sizes.input[i] < 1) return std::nullopt;
        std::optional<Pads> pads;
        const int64_t rounded =
            std::max<int64_t>(1, (sizes.input[i] + sizes.output[i] / 2) / sizes.output[i]);
        const int64_t floored = std::max<int64_t>(1, sizes.input[i] / sizes.output[i]);
        for (const int64_t stride : {rounded, floored, floored + 1}) {
            pads = customary_pads(sizes.input[i], sizes.output[i], sizes.kernel[i], stride, 1,
                                  view.lowering().framework);
            geometry.strides[i] = stride;
            if (pads) break;
        }
        if (!pads) return std::nullopt;
        geometry.pads_begin[i] = pads->begin;
        geometry.pads_end[i] = pads->end;
    }
    view.note("no kernel shows the geometry: strides " + text_of(geometry.strides) + ", pads " +
              text_of(geometry.pads_begin) + " taken from shapes, dilation 1 assumed");
    return geometry;
}

std::string describe(const ConvSizes &sizes) {
    return "kernel " + text_of(sizes.kernel) + " from " + text_of(sizes.input) + " to " +
           text_of(sizes.output);
}

Pair optional_spatial(const NodeView &view, std::string_view name, bool channels_last,
                      int64_t fallback) {
    if (!view.attrs().has(name)) return {fallback, fallback};
    return spatial(view, view.integers({name}), channels_last);
}

Geometry geometry_from_attributes(NodeView &view, const ConvSizes &sizes) {
    const bool last = attributes_channels_last(view, view.operand(0));
    Geometry geometry;
    geometry.strides = spatial(view, view.integers({"strides", "stride"}), last);
    geometry.dilations = optional_spatial(view, "dilations", last, 1);
    for (size_t i = 0; i < 2; ++i)
        if (geometry.strides[i] < 1 || geometry.dilations[i] < 1)
            view.refuse("strides and dilations must be positive");
    if (!view.attrs().has("pads")) {
        const std::string_view padding = view.text("padding", "");
        if (padding != "SAME" && padding != "VALID") view.refuse_without("pads");
        if (padding == "VALID") return geometry;
    } else {
        const std::vector<int64_t> pads = view.integers({"pads"});
        if (pads.size() != 4) view.refuse("attribute 'pads' has not 4 entries");
        if (*std::min_element(pads.begin(), pads.end()) >= 0) {
            geometry.pads_begin = {pads[0], pads[2]};
            geometry.pads_end = {pads[1], pads[3]};
            return geometry;
        }
    }
    // SAME, or negative pads, which stand for it.
    for (size_t i = 0; i < 2; ++i) {
        const int64_t total = std::max<int64_t>(
            0, (sizes.output[i] - 1) * geometry.strides[i] +
                   window(sizes.kernel[i], geometry.dilations[i]) - sizes.input[i]);
        geometry.pads_begin[i] = total / 2;
        geometry.pads_end[i] = total - total / 2;
    }
    return geometry;
}

int64_t transposed_output(const ConvSizes &sizes, const Geometry &geometry, size_t i) noexcept {
    return (sizes.input[i] - 1) * geometry.strides[i] - geometry.pads_begin[i] -
           geometry.pads_end[i] + window(sizes.kernel[i], geometry.dilations[i]) +
           geometry.output_padding[i];
}

// Pads of a transposed convolution whose stride, dilation and output size are known.
bool customary_transposed(const ConvSizes &sizes, Framework framework, Geometry &geometry,
                          size_t i) noexcept {
    const int64_t total = (sizes.input[i] - 1) * geometry.strides[i] +
                          window(sizes.kernel[i], geometry.dilations[i]) - sizes.output[i];
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

}  // namespace

bool has_geometry_attributes(const NodeView &view) {
    return view.attrs().has("strides") || view.attrs().has("stride");
}

Pair spatial(const NodeView &view, const std::vector<int64_t> &values, bool channels_last) {
    switch (values.size()) {
        case 1:
            return {values[0], values[0]};
        case 2:
            return {values[0], values[1]};
        case 4: {
            const size_t h = channels_last ? 1 : 2;
            return {values[h], values[h + 1]};
        }
        default:
            view.refuse("an attribute has " + std::to_string(values.size()) +
                        " entries where 4 are expected");
    }
}

bool attributes_channels_last(const NodeView &view, const Operand &x) {
    const std::string_view format = view.text("data_format", "");
    if (format == "NHWC") return true;
    if (format == "NCHW") return false;
    return x.channels_last();
}

Geometry convolution_geometry(NodeView &view, const ConvSizes &sizes) {
    if (has_geometry_attributes(view)) {
        const Geometry geometry = geometry_from_attributes(view, sizes);
        for (size_t i = 0; i < 2; ++i)
            if (!maps(sizes.input[i], sizes.output[i], sizes.kernel[i], geometry.strides[i],
                      geometry.dilations[i], geometry.pads_begin[i], geometry.pads_end[i]))
                view.refuse("its attributes do not map " + describe(sizes));
        return geometry;
    }
    if (const auto geometry = pointwise(sizes)) return *geometry;
    if (const auto geometry = from_kernel(view, sizes)) return *geometry;
    if (const auto geometry = from_shapes(view, sizes)) return *geometry;
    view.refuse("the geometry of the fused convolution could not be recovered: " + describe(sizes));
}

Geometry transposed_geometry(NodeView &view, const ConvSizes &sizes) {
    if (has_geometry_attributes(view)) {
        Geometry geometry = geometry_from_attributes(view, sizes);
        const std::vector<int64_t> pads = view.attrs().integers("pads");
        const bool explicit_pads = !pads.empty() && pads[0] >= 0;
        for (size_t i = 0; i < 2; ++i) {
            if (!explicit_pads && view.text("padding", "SAME") != "VALID" &&
                !customary_transposed(sizes, Framework::kTensorFlow, geometry, i))
                view.refuse("its attributes do not map " + describe(sizes));
            // What the pads do not explain is output padding (or an input_size chosen by hand).
            geometry.output_padding[i] = 0;
            geometry.output_padding[i] = sizes.output[i] - transposed_output(sizes, geometry, i);
            if (geometry.output_padding[i] < 0 ||
                geometry.output_padding[i] >= std::max(geometry.strides[i], geometry.dilations[i]))
                view.refuse("its attributes do not map " + describe(sizes));
        }
        return geometry;
    }
    Geometry geometry;
    for (size_t i = 0; i < 2; ++i) {
        if (sizes.input[i] < 1) view.refuse("its input is empty");
        const int64_t stride =
            std::max<int64_t>(1, (sizes.output[i] + sizes.input[i] / 2) / sizes.input[i]);
        geometry.strides[i] = stride;
        if (!customary_transposed(sizes, view.lowering().framework, geometry, i))
            view.refuse(
                "the geometry of the fused transposed convolution could not be recovered: " +
                describe(sizes));
    }
    // A window as large as the stride tiles the output: there is no other reading.
    if (geometry.strides != sizes.kernel || geometry.pads_begin != Pair{0, 0})
        view.note("strides " + text_of(geometry.strides) + " and pads " +
                  text_of(geometry.pads_begin) +
                  " of the transposed convolution taken from shapes, dilation 1 assumed");
    return geometry;
}

int64_t convolution_groups(NodeView &view, int64_t input_channels, int64_t filter_channels,
                           const om::TensorDesc *filter_desc) {
    if (filter_channels < 1 || input_channels < 1 || input_channels % filter_channels != 0)
        view.refuse("its filter has " + std::to_string(filter_channels) +
                    " channels, its input has " + std::to_string(input_channels));
    const int64_t groups = input_channels / filter_channels;
    const auto check = [&](int64_t stated, const char *where) {
        if (stated > 1 && stated != groups)
            view.refuse(std::string(where) + " says " + std::to_string(stated) +
                        " groups, the channels say " + std::to_string(groups));
    };
    if (filter_desc != nullptr) check(filter_desc->sub_format(), "the filter's layout");
    if (has_geometry_attributes(view)) {
        const int64_t stated = view.integer("groups", 1);
        check(stated, "attribute 'groups'");
        if (stated == 1 && groups != 1 && view.attrs().has("groups"))
            view.refuse("attribute 'groups' says 1, the channels say " + std::to_string(groups));
    }
    return groups;
}

}  // namespace ascendcl::host::engine
