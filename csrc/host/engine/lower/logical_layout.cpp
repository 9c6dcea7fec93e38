// Logical shapes from stored descriptors.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/logical_layout.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "host/engine/refusal.h"

namespace ascendcl::host::engine {
namespace {

constexpr int64_t kMaxElements = int64_t{1} << 40;

std::string_view letters(Axes axes) noexcept {
    switch (axes) {
        case Axes::kNCHW:
            return "NCHW";
        case Axes::kNHWC:
            return "NHWC";
        case Axes::kHWCN:
            return "HWCN";
        case Axes::kNone:
            break;
    }
    return "";
}

// Layouts whose stored dims are the logical ones, besides those that om::Format names.
bool is_plain_layout(std::string_view layout) noexcept {
    static constexpr std::array<std::string_view, 8> kPlain = {"NDHWC", "NCDHW", "DHWCN", "DHWNC",
                                                               "CHWN",  "HWC",   "NC",    "NCL"};
    return std::find(kPlain.begin(), kPlain.end(), layout) != kPlain.end();
}

LogicalTensor unchecked_tensor(const om::TensorDesc &desc) {
    LogicalTensor tensor;
    tensor.stored = desc.format;
    tensor.dtype = desc.dtype;
    tensor.shape = desc.shape;
    switch (desc.format) {
        case om::Format::kNCHW:
        case om::Format::kNHWC:
        case om::Format::kHWCN:
        case om::Format::kND:
            tensor.axes = axes_of(desc.format, tensor.shape.size());
            break;
        case om::Format::kNC1HWC0: {
            tensor.shape = desc.origin_shape();
            const om::Format origin = desc.origin_format();
            if (tensor.shape.size() > 4)
                throw Refusal("NC1HWC0 tensor without a logical shape of at most 4 dims");
            // A vector of channels is stored [1, C1, 1, 1, C0]: it broadcasts along the channels.
            if (tensor.shape.size() == 1)
                tensor.shape = origin == om::Format::kNHWC ? Shape{1, 1, 1, tensor.shape[0]}
                                                           : Shape{1, tensor.shape[0], 1, 1};
            tensor.axes = axes_of(origin, tensor.shape.size());
            if (tensor.shape.size() == 4 && tensor.axes == Axes::kNone) tensor.axes = Axes::kNCHW;
            break;
        }
        case om::Format::kFractalZ: {
            tensor.shape = desc.origin_shape();
            const Axes origin = axes_of(desc.origin_format(), tensor.shape.size());
            if (const auto order = axis_permutation(origin, Axes::kNCHW)) {
                Shape filter;
                for (const int64_t axis : *order)
                    filter.push_back(tensor.shape[static_cast<size_t>(axis)]);
                tensor.shape = filter;
            }
            tensor.axes = tensor.shape.size() == 4 ? Axes::kNCHW : Axes::kNone;
            break;
        }
        case om::Format::kFractalNz:
            tensor.shape = desc.origin_shape();
            tensor.axes = axes_of(desc.origin_format(), tensor.shape.size());
            break;
        default:
            if (!is_plain_layout(desc.layout))
                throw Refusal("the storage layout '" + std::string(desc.layout) +
                              "' is not supported");
    }
    return tensor;
}

}  // namespace

Axes axes_of(om::Format format, size_t rank) noexcept {
    if (rank != 4) return Axes::kNone;
    switch (format) {
        case om::Format::kNCHW:
            return Axes::kNCHW;
        case om::Format::kNHWC:
            return Axes::kNHWC;
        case om::Format::kHWCN:
            return Axes::kHWCN;
        default:
            return Axes::kNone;
    }
}

LogicalTensor logical_tensor(const om::TensorDesc &desc) {
    LogicalTensor tensor = unchecked_tensor(desc);
    checked_element_count(tensor.shape);
    return tensor;
}

LogicalTensor logical_tensor_or_open(const om::TensorDesc &desc) {
    LogicalTensor tensor = unchecked_tensor(desc);
    Shape known = tensor.shape;
    known.erase(std::remove_if(known.begin(), known.end(), [](int64_t dim) { return dim < 0; }),
                known.end());
    checked_element_count(known);
    return tensor;
}

std::optional<std::vector<int64_t>> axis_permutation(Axes from, Axes to) {
    if (from == to || from == Axes::kNone || to == Axes::kNone) return std::nullopt;
    std::vector<int64_t> permutation;
    for (const char letter : letters(to))
        permutation.push_back(static_cast<int64_t>(letters(from).find(letter)));
    return permutation;
}

int64_t channel_axis(Axes axes) noexcept { return axes == Axes::kNHWC ? 3 : 1; }
int64_t height_axis(Axes axes) noexcept { return axes == Axes::kNHWC ? 1 : 2; }

int64_t checked_element_count(const Shape &shape) {
    int64_t count = 1;
    for (const int64_t dim : shape) {
        if (dim < 0) throw Refusal("its shape " + to_string(shape) + " is dynamic");
        if (dim > kMaxElements || (dim > 0 && count > kMaxElements / dim))
            throw Refusal("its shape " + to_string(shape) + " is implausibly large");
        count *= dim;
    }
    return count;
}

bool is_open(const Shape &shape) noexcept {
    return std::any_of(shape.begin(), shape.end(), [](int64_t dim) { return dim < 0; });
}

bool has_open_rank(const Shape &shape) noexcept { return shape.size() == 1 && shape[0] == -2; }

int64_t element_count(const Shape &shape) noexcept {
    int64_t count = 1;
    for (const int64_t dim : shape) count *= dim;
    return count;
}

std::string to_string(const Shape &shape) {
    std::string text = "[";
    for (size_t i = 0; i < shape.size(); ++i)
        text += (i == 0 ? "" : ",") + std::to_string(shape[i]);
    return text + "]";
}

}  // namespace ascendcl::host::engine
