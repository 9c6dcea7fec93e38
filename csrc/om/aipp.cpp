// The texts that describe tensors before and behind AIPP.
// SPDX-License-Identifier: Apache-2.0
#include "om/aipp.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "om/host_ir.h"

namespace ascendcl::om {
namespace {

constexpr char kMode[] = "_data_related_aipp_mode";
constexpr size_t kMostDims = 8;
constexpr size_t kMostGears = 128;  // that the ACL interface can tell of

[[noreturn]] void damaged(const Node &input, const std::string &what) {
    throw Error(ErrorCode::kBadModelDef, "input '" + std::string(input.name) + "': " + what);
}

DataType type_named(std::string_view name) noexcept {
    struct Named {
        std::string_view name;
        DataType type;
    };
    static constexpr std::array kNames = {
        Named{"DT_FLOAT", DataType::kFloat}, Named{"DT_FLOAT16", DataType::kFloat16},
        Named{"DT_UINT8", DataType::kUint8}, Named{"DT_INT8", DataType::kInt8},
        Named{"DT_INT32", DataType::kInt32},
    };
    const auto found = std::find_if(kNames.begin(), kNames.end(),
                                    [&](const Named &each) { return each.name == name; });
    return found == kNames.end() ? DataType::kUndefined : found->type;
}

// The number that all of `text` is. Not so: false.
template <typename Integer>
bool parse(std::string_view text, Integer &number) noexcept {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

bool parse_dims(std::string_view text, std::vector<int64_t> &dims) {
    while (dims.size() < kMostDims) {
        const size_t comma = text.find(',');
        int64_t dim = 0;
        if (!parse(text.substr(0, comma), dim) || dim < 0) return false;
        dims.push_back(dim);
        if (comma == std::string_view::npos) return true;
        text.remove_prefix(comma + 1);
    }
    return false;
}

// Fields are parted by colons; the name, the third one, may hold some of its own.
bool parse_tensor(std::string_view text, IoDescriptor &tensor) {
    const auto cut_first = [&text] {
        const size_t colon = text.find(':');
        const std::string_view field = text.substr(0, colon);
        text.remove_prefix(std::min(text.size(), colon == text.npos ? colon : colon + 1));
        return field;
    };
    const auto cut_last = [&text] {
        const size_t colon = text.rfind(':');
        const std::string_view field = colon == text.npos ? text : text.substr(colon + 1);
        text = text.substr(0, colon == text.npos ? 0 : colon);
        return field;
    };
    tensor.format = format_from_layout(cut_first());
    tensor.dtype = type_named(cut_first());
    size_t rank = 0;
    const bool numbers = parse_dims(cut_last(), tensor.dims) && parse(cut_last(), rank) &&
                         parse(cut_last(), tensor.size);
    tensor.name = text;
    tensor.dims_v2 = tensor.dims;
    return numbers && rank == tensor.dims.size() && tensor.format != Format::kUndefined &&
           tensor.dtype != DataType::kUndefined;
}

// Where N, H, W and C stand.
std::array<size_t, 4> image_axes(Format format) noexcept {
    return format == Format::kNHWC ? std::array<size_t, 4>{0, 1, 2, 3}
                                   : std::array<size_t, 4>{0, 2, 3, 1};
}

bool is_image(const IoDescriptor &tensor) noexcept {
    return tensor.dims.size() == 4 &&
           (tensor.format == Format::kNCHW || tensor.format == Format::kNHWC);
}

// A gear leaves some of what is fed open.
bool are_same_image(const IoDescriptor &a, const IoDescriptor &b) noexcept {
    for (size_t i = 0; i < 4; ++i) {
        const int64_t first = a.dims[image_axes(a.format)[i]];
        const int64_t second = b.dims[image_axes(b.format)[i]];
        if (first != second && first >= 0 && second >= 0) return false;
    }
    return true;
}

void set_size(const Node &input, IoDescriptor &tensor) {
    tensor.size = element_size(tensor.dtype);
    for (const int64_t dim : tensor.dims) {
        if (dim <= 0 ||
            __builtin_mul_overflow(tensor.size, static_cast<uint64_t>(dim), &tensor.size))
            damaged(input, "AIPP makes no image of it: a dim is " + std::to_string(dim));
    }
}

IoDescriptor own_input(const Node &input, const IoDescriptor &fed, int32_t gear) {
    const std::vector<IoDescriptor> tensors = aipp_tensors(input, kAippInputs);
    const size_t index = tensors.size() == 1 || gear < 0 ? 0 : static_cast<size_t>(gear);
    if (index >= tensors.size())
        damaged(input, std::string(kAippInputs) + " does not say what the network takes");
    IoDescriptor taken = tensors[index];
    const bool has_type = taken.dtype == DataType::kFloat || taken.dtype == DataType::kFloat16 ||
                          taken.dtype == DataType::kUint8;
    if (!is_image(taken) || !has_type)
        damaged(input, std::string("AIPP makes images of float32, float16 or uint8, in NCHW or "
                                   "NHWC; the network takes ") +
                           name(taken.dtype) + ", " + name(taken.format) + " and " +
                           std::to_string(taken.dims.size()) + " dims");
    if (is_image(fed) && !are_same_image(fed, taken))
        damaged(input, "its description is not the image that the network takes");
    return taken;
}

IoDescriptor image_of_halves(const Node &input, const IoDescriptor &fed) {
    if (!is_image(fed) || fed.format != Format::kNHWC)
        damaged(input, std::string("AIPP takes NHWC, the input is ") + name(fed.format) +
                           " and has " + std::to_string(fed.dims.size()) + " dims");
    IoDescriptor taken = fed;
    taken.dtype = DataType::kFloat16;
    return taken;
}

const Node *input_named(const Graph &graph, const std::string &name) noexcept {
    const auto found = std::find_if(graph.nodes.begin(), graph.nodes.end(), [&](const Node &node) {
        return node.name == name && node.input_descs.size() > 0;
    });
    return found == graph.nodes.end() ? nullptr : &*found;
}

}  // namespace

AippMode aipp_mode(const Node &input) {
    if (input.type == "AippData") return AippMode::kParameters;
    const std::string_view mode = input.attrs.text(kMode).value_or("");
    if (mode.empty()) return AippMode::kNone;
    if (mode == "static_aipp") return AippMode::kStatic;
    if (mode == "dynamic_aipp") return AippMode::kDynamic;
    if (mode == "dynamic_aipp_conf") return AippMode::kParameters;
    damaged(input, "'" + std::string(mode.substr(0, 64)) + "' is no mode of AIPP");
}

std::vector<IoDescriptor> aipp_tensors(const Node &input, const char *attribute) {
    std::vector<IoDescriptor> tensors;
    const std::vector<std::string_view> texts = input.attrs.texts(attribute);
    if (texts.size() > kMostGears)
        damaged(input,
                std::string(attribute) + " has " + std::to_string(texts.size()) + " entries");
    for (const std::string_view text : texts) {
        if (!parse_tensor(text, tensors.emplace_back()))
            damaged(input, std::string(attribute) + " has '" + std::string(text.substr(0, 64)) +
                               "', which describes no tensor");
    }
    return tensors;
}

IoDescriptor behind_aipp(const Node &input, const IoDescriptor &fed, bool carries_ir,
                         int32_t gear) {
    IoDescriptor taken = carries_ir ? own_input(input, fed, gear) : image_of_halves(input, fed);
    taken.name = fed.name;
    taken.dims_v2 = taken.dims;
    taken.ranges.clear();
    set_size(input, taken);
    return taken;
}

Descriptors descriptors_behind_aipp(const ModelDef &def, Descriptors model, int32_t gear) {
    const bool carries_ir = has_ir(def);
    std::vector<IoDescriptor> inputs;
    for (IoDescriptor &fed : model.inputs) {
        const Node *node = input_named(def.graphs.at(0), fed.name);
        const AippMode mode = node == nullptr ? AippMode::kNone : aipp_mode(*node);
        if (mode == AippMode::kParameters) continue;
        inputs.push_back(mode == AippMode::kNone ? std::move(fed)
                                                 : behind_aipp(*node, fed, carries_ir, gear));
    }
    model.inputs = std::move(inputs);
    return model;
}

}  // namespace ascendcl::om
