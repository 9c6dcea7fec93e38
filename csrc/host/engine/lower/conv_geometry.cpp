// Geometry as attributes state it, and the choice between that and recovery.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/conv_geometry.h"

#include <algorithm>

#include "host/engine/lower/recovered_geometry.h"

namespace ascendcl::host::engine {
namespace {

// Times any dim that a shape may have (logical_layout.h), it is far from overflow.
constexpr int64_t kMostExtent = int64_t{1} << 20;

void require_plausible(const NodeView &view, const std::vector<int64_t> &values) {
    for (const int64_t value : values)
        if (value < -kMostExtent || value > kMostExtent)
            view.refuse("an attribute's entry " + std::to_string(value) + " is implausible");
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
        const Pads pads = pads_of(view, "pads");
        if (std::min({pads.begin[0], pads.begin[1], pads.end[0], pads.end[1]}) >= 0) {
            geometry.pads_begin = pads.begin;
            geometry.pads_end = pads.end;
            return geometry;
        }
    }
    // SAME, or negative pads, which stand for it.
    for (size_t i = 0; i < 2; ++i) {
        const int64_t total = std::max<int64_t>(
            0, axis_of(sizes, geometry.strides, geometry.dilations, i).pads_read());
        geometry.pads_begin[i] = total / 2;
        geometry.pads_end[i] = total - total / 2;
    }
    return geometry;
}

}  // namespace

bool has_geometry_attributes(const NodeView &view) {
    return view.attrs().has("strides") || view.attrs().has("stride");
}

Pair spatial(const NodeView &view, const std::vector<int64_t> &values, bool channels_last) {
    require_plausible(view, values);
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

Pads pads_of(const NodeView &view, std::string_view name) {
    const std::vector<int64_t> pads = view.integers({name});
    if (pads.size() != 4) view.refuse("attribute '" + std::string(name) + "' has not 4 entries");
    require_plausible(view, pads);
    return {{pads[0], pads[2]}, {pads[1], pads[3]}};
}

bool attributes_channels_last(const NodeView &view, const Operand &x) {
    const std::string_view format = view.text("data_format", "");
    if (format == "NHWC") return true;
    if (format == "NCHW") return false;
    return x.channels_last();
}

Geometry convolution_geometry(NodeView &view, const ConvSizes &sizes) {
    if (!has_geometry_attributes(view)) return recovered_geometry(view, sizes);
    const Geometry geometry = geometry_from_attributes(view, sizes);
    for (size_t i = 0; i < 2; ++i)
        if (!maps(axis_of(sizes, geometry.strides, geometry.dilations, i),
                  {geometry.pads_begin[i], geometry.pads_end[i]}))
            view.refuse("its attributes do not map " + to_string(sizes));
    return geometry;
}

Geometry transposed_geometry(NodeView &view, const ConvSizes &sizes) {
    if (!has_geometry_attributes(view)) return recovered_transposed_geometry(view, sizes);
    Geometry geometry = geometry_from_attributes(view, sizes);
    const std::vector<int64_t> pads = view.attrs().integers("pads");
    const bool explicit_pads = !pads.empty() && pads[0] >= 0;
    for (size_t i = 0; i < 2; ++i) {
        if (!explicit_pads && view.text("padding", "SAME") != "VALID" &&
            !customary_transposed(sizes, Framework::kTensorFlow, geometry, i))
            view.refuse("its attributes do not map " + to_string(sizes));
        // What the pads do not explain is output padding (or an input_size chosen by hand).
        geometry.output_padding[i] = 0;
        geometry.output_padding[i] = sizes.output[i] - transposed_output(sizes, geometry, i);
        if (geometry.output_padding[i] < 0 ||
            geometry.output_padding[i] >= std::max(geometry.strides[i], geometry.dilations[i]))
            view.refuse("its attributes do not map " + to_string(sizes));
    }
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
    } else if (groups > 1) {
        const bool is_labelled = filter_desc != nullptr && filter_desc->sub_format() == groups;
        view.checked("groups", std::to_string(groups),
                     is_labelled ? "by the channels; the filter's layout agrees"
                                 : "by the channels; the filter is stored so");
    }
    return groups;
}

}  // namespace ascendcl::host::engine
