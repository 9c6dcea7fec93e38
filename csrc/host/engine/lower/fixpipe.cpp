// FixPipe decoding. Activations are told by their slope slots and, a plain Relu having none, by the
// source types; which side of the eltwise a lone Relu is on, by the name of the output's source.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/fixpipe.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>

#include "host/engine/lower/activations.h"
#include "host/engine/lower/cube.h"
#include "host/engine/lower/numbers.h"

namespace ascendcl::host::engine {
namespace {

// The slots behind x, filter, bias and offset_w.
enum Slot : size_t {
    kBias = 2,
    kOffsetW = 3,
    kEltwise = 4,
    kQuantScale0 = 5,
    kReluWeight0 = 6,
    kClipValue0 = 7,
    kQuantScale1 = 8,
    kReluWeight1 = 9,
    kClipValue1 = 10,
    kAntiQuantScale = 11,
    kAntiQuantOffset = 12,
};

constexpr std::string_view kActivations[] = {"Relu", "Relu6", "PRelu", "LeakyRelu"};

// Source ops that are folded into the cube op or mean nothing in logical terms.
constexpr std::string_view kAbsorbed[] = {
    // folded into weights and bias
    "BatchNorm", "BatchNormalization", "BNInference", "BNInferenceD", "BatchNormExt2",
    "FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3", "Scale", "BiasAdd", "Bias",
    // the cube op itself
    "Conv", "Convolution", "ConvolutionDepthwise", "Conv2D", "Conv2DTranspose", "Conv2DTransposeD",
    "ConvTranspose", "Conv2DBackpropInput", "Conv2DBackpropInputD", "Deconvolution",
    "DepthwiseConv2D", "DepthwiseConv2DNative", "DepthwiseConv2dNative", "MatMul", "MatMulV2",
    "MatMulV3", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3", "Gemm", "GEMM", "FullyConnection",
    "InnerProduct",
    // operands: the weights and the bias of ONNX' Gemm
    "Const", "Constant",
    // other types, layouts and shapes of the same numbers
    "Cast", "TransData", "Identity", "FixPipe", "ExpandDims", "Unsqueeze", "UnsqueezeV2", "Squeeze",
    "SqueezeV2", "Flatten", "FlattenV2", "Reshape", "StridedRead", "StridedWrite",
    // training only
    "Dropout", "StopGradient"};

template <size_t kCount>
bool contains(const std::string_view (&types)[kCount], std::string_view type) noexcept {
    return std::find(std::begin(types), std::end(types), type) != std::end(types);
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower;
}

// A source node's own name: behind the last '/', in small letters.
std::string own_name(std::string_view name) { return lower_case(name.substr(name.rfind('/') + 1)); }

bool name_shows(std::string_view name, std::string_view type) {
    return own_name(name).find(lower_case(type)) != std::string::npos;
}

// "res2a_relu", "relu_15": numbers aside, the name ends with the type.
bool ends_with_type(std::string_view name, std::string_view type) {
    std::string own = own_name(name);
    while (!own.empty() && (own.back() == '_' || std::isdigit(own.back()) != 0)) own.pop_back();
    const std::string lower = lower_case(type);
    return own.size() >= lower.size() &&
           own.compare(own.size() - lower.size(), lower.size(), lower) == 0;
}

// The type that a name is made of ("Relu_15", "block/Relu6"); empty when there is none.
std::string_view type_shown_by(std::string_view name) {
    const std::string own = own_name(name);
    const size_t bar = own.rfind('_');
    const bool numbered = bar != std::string::npos &&
                          std::all_of(own.begin() + static_cast<long>(bar) + 1, own.end(),
                                      [](unsigned char c) { return std::isdigit(c) != 0; });
    const std::string stem = numbered ? own.substr(0, bar) : own;
    const auto is_shown = [&](std::string_view type) {
        const std::string lower = lower_case(type);
        return lower == own || lower == stem;
    };
    for (const std::string_view type : kActivations)
        if (is_shown(type)) return type;
    for (const std::string_view type : kAbsorbed)
        if (is_shown(type)) return type;
    for (const std::string_view type : {"Add", "AddV2", "Sub", "Mul", "Maximum", "Minimum"})
        if (is_shown(type)) return type;
    return {};
}

// Of all sources but the cube op. Files of CANN 7 list names only.
std::vector<std::string_view> source_types(const NodeView &view) {
    constexpr std::string_view kTypes = "_datadump_original_op_types";
    if (view.attrs().has(kTypes)) return view.attrs().texts(kTypes);
    std::vector<std::string_view> types;
    for (const std::string_view name : view.attrs().texts("_datadump_original_op_names")) {
        types.push_back(type_shown_by(name));
        if (types.back().empty())
            view.refuse("the file does not say what its source '" + std::string(name) + "' was");
    }
    return types;
}

struct SourceOps {
    std::vector<std::string_view> activations;
    const ElementwiseName *eltwise = nullptr;
    std::string_view eltwise_type;
};

void tell_of_eltwise(NodeView &view) {
    view.assumed("mode of Eltwise", "a sum with factors of 1",
                 "its default; the file does not keep it");
}

SourceOps classify_sources(NodeView &view) {
    SourceOps ops;
    for (const std::string_view type : source_types(view)) {
        const bool is_caffes = type == "Eltwise";
        const ElementwiseName *name = elementwise_by_type(is_caffes ? "Add" : type);
        if (contains(kActivations, type)) {
            ops.activations.push_back(type);
        } else if (name != nullptr && !name->is_unary()) {
            if (ops.eltwise != nullptr)
                view.refuse("FixPipe with two elementwise ops (" + std::string(type) + ")");
            if (is_caffes) tell_of_eltwise(view);
            ops.eltwise = name;
            ops.eltwise_type = type;
        } else if (!contains(kAbsorbed, type)) {
            view.refuse("FixPipe with source op " + std::string(type) + " is not supported");
        }
    }
    return ops;
}

// What happens at one of FixPipe's two activation places.
enum class Activation { kNone, kRelu, kRelu6, kSlope };

Activation plain_activation(const NodeView &view, std::string_view type) {
    if (type == "Relu") return Activation::kRelu;
    if (type == "Relu6") return Activation::kRelu6;
    view.refuse("FixPipe with " + std::string(type) + " but no slope");
}

// Is the lone activation behind the eltwise? By the source whose value the node puts out.
bool activation_is_last(NodeView &view, std::string_view activation, std::string_view eltwise) {
    const auto &outputs = view.node().output_descs;
    const auto origin =
        outputs.empty() ? std::nullopt : outputs[0].attrs.text("_datadump_origin_name");
    if (origin) {
        const bool act = name_shows(*origin, activation), elt = name_shows(*origin, eltwise);
        if (act != elt) return act;
        // Parallel lists of names and types tell too.
        const auto names = view.attrs().texts("_datadump_original_op_names");
        const auto types = view.attrs().texts("_datadump_original_op_types");
        const auto found = std::find(names.begin(), names.end(), *origin);
        if (names.size() == types.size() && found != names.end())
            return types[static_cast<size_t>(found - names.begin())] == activation;
        // One activation: where another source is it, the output's is the other op.
        const bool elsewhere = std::any_of(names.begin(), names.end(), [&](std::string_view name) {
            return name != *origin && ends_with_type(name, activation);
        });
        if (!act && elsewhere) return false;
    }
    view.refuse("the file does not say whether its " + std::string(activation) +
                " comes before or after its " + std::string(eltwise));
}

std::array<Activation, 2> place_activations(NodeView &view, const SourceOps &ops) {
    std::array<Activation, 2> places = {
        view.has(kReluWeight0) ? Activation::kSlope : Activation::kNone,
        view.has(kReluWeight1) ? Activation::kSlope : Activation::kNone};
    std::vector<std::string_view> left = ops.activations;
    // A slope slot is a PRelu's or, with one slope, a LeakyRelu's.
    for (const Activation place : places) {
        if (place != Activation::kSlope) continue;
        const auto sloped = std::find_if(left.begin(), left.end(), [](std::string_view type) {
            return type == "PRelu" || type == "LeakyRelu";
        });
        if (sloped == left.end()) view.refuse("FixPipe has a slope but no PRelu among its sources");
        left.erase(sloped);
    }
    if (left.size() > 2 ||
        (left.size() == 2 && (places[0] != Activation::kNone || places[1] != Activation::kNone)))
        view.refuse("FixPipe with more than two activations");
    if (left.size() == 2) {
        if (left[0] != left[1]) view.refuse("the file does not say which activation comes first");
        return {plain_activation(view, left[0]), plain_activation(view, left[1])};
    }
    if (left.empty()) return places;
    const Activation lone = plain_activation(view, left[0]);
    if (places[0] != Activation::kNone && places[1] != Activation::kNone)
        view.refuse("FixPipe with more than two activations");
    size_t place = 0;
    if (places[0] != Activation::kNone)
        place = 1;
    else if (places[1] == Activation::kNone && view.has(kEltwise))
        place = activation_is_last(view, left[0], ops.eltwise_type) ? 1 : 0;
    places[place] = lone;
    return places;
}

// A scale per channel or for all. uint64 scales hold an f32 in their low half; what the high half
// may hold (offsets, modes) is not known, so it has to be zero.
ValueId scale_factors(NodeView &view, size_t slot) {
    const Operand &operand = view.operand(slot);
    const int64_t count = element_count(operand.shape());
    const Axes axes = view.output().axes;
    const Shape shape = count == 1                                       ? Shape{1}
                        : axes == Axes::kNHWC || view.output_rank() != 4 ? Shape{count}
                                                                         : Shape{count, 1, 1};
    const op::Constant *constant = view.graph().constant(operand.value);
    if (constant == nullptr) view.refuse("its quantisation scale is not a constant");
    if (constant->dtype == om::DataType::kFloat)
        return view.reshape(operand.value, operand.shape(), shape);
    if (constant->dtype != om::DataType::kUint64)
        view.refuse(std::string("its quantisation scale has type ") + om::name(constant->dtype));
    std::vector<float> factors(static_cast<size_t>(count));
    for (size_t i = 0; i < factors.size(); ++i) {
        uint64_t packed;
        std::memcpy(&packed, constant->bytes->data() + i * sizeof packed, sizeof packed);
        if (packed >> 32 != 0) view.refuse("its quantisation scale carries more than a scale");
        factors[i] = bits_to_float(static_cast<uint32_t>(packed));
    }
    return view.constant(factors, shape);
}

ValueId apply_activation(NodeView &view, ValueId value, Activation activation, size_t slope_slot,
                         size_t clip_slot) {
    switch (activation) {
        case Activation::kNone:
            break;
        case Activation::kRelu:
        case Activation::kRelu6:
            // Relu6 keeps its bound in the clip slot, if it has one.
            value = activation == Activation::kRelu6 && !view.has(clip_slot)
                        ? view.add(op::Unary{op::UnaryKind::kClamp, 0, 6}, {value})
                        : view.add(op::Unary{op::UnaryKind::kRelu}, {value});
            break;
        case Activation::kSlope:
            value = add_prelu(view, value, view.output_shape(), view.output().axes,
                              view.operand(slope_slot));
            break;
    }
    if (!view.has(clip_slot)) return value;
    if (activation != Activation::kRelu && activation != Activation::kRelu6)
        view.refuse("FixPipe with a clip value but no Relu before it");
    const std::vector<float> bound = view.constant_floats(clip_slot);
    if (bound.size() != 1) view.refuse("FixPipe with a clip value per channel");
    return view.add(op::Unary{op::UnaryKind::kClamp, 0, bound[0]}, {value});
}

// What was made of slots, types and names, and whether two of them say the same.
void tell_chain(NodeView &view, const SourceOps &ops,
                const std::array<Activation, 2> &activations) {
    const auto text_of = [](Activation activation) {
        switch (activation) {
            case Activation::kRelu:
                return ", Relu";
            case Activation::kRelu6:
                return ", Relu6";
            case Activation::kSlope:
                return ", PRelu";
            case Activation::kNone:
                break;
        }
        return "";
    };
    std::string chain = "the cube op";
    chain += text_of(activations[0]);
    if (ops.eltwise != nullptr) chain += ", " + std::string(ops.eltwise->type);
    chain += text_of(activations[1]);
    // Slots show slopes and the second operand; of a plain activation a second place has to speak.
    const auto names = view.attrs().texts("_datadump_original_op_names");
    const bool has_types = view.attrs().has("_datadump_original_op_types");
    const auto &outputs = view.node().output_descs;
    const auto origin =
        outputs.empty() ? std::nullopt : outputs[0].attrs.text("_datadump_origin_name");
    const bool are_named = std::all_of(
        ops.activations.begin(), ops.activations.end(), [&](std::string_view activation) {
            if (activation != "Relu" && activation != "Relu6") return true;
            const auto shows = [&](std::string_view name) { return name_shows(name, activation); };
            return (origin && shows(*origin)) ||
                   (has_types && std::any_of(names.begin(), names.end(), shows));
        });
    constexpr std::string_view kQuantity = "order of its ops";
    if (are_named)
        view.checked(kQuantity, std::move(chain), "by the slots and the sources' types and names");
    else
        view.assumed(kQuantity, std::move(chain),
                     "only one place in the file says that there is an activation");
}

}  // namespace

ValueId lower_fixpipe(NodeView &view, StepKind cube, bool is_transformed) {
    if (view.slots() > kAntiQuantOffset + 1) view.refuse("FixPipe with more than 13 inputs");
    if (view.has(kOffsetW)) view.refuse("FixPipe with offset_w is not supported");
    if (view.has(kAntiQuantOffset))
        view.refuse("FixPipe with an anti-quantisation offset is not supported");
    const SourceOps ops = classify_sources(view);
    if (view.has(kEltwise) != (ops.eltwise != nullptr))
        view.refuse(view.has(kEltwise)
                        ? "FixPipe has a second operand but no elementwise op among its sources"
                        : "FixPipe has an elementwise op but no second operand");
    if (ops.eltwise != nullptr && !is_commutative(ops.eltwise->binary()))
        view.refuse("the file does not keep the operand order of its " +
                    std::string(ops.eltwise->type));
    if (view.has(kAntiQuantScale) && !view.has(kEltwise))
        view.refuse("FixPipe with an anti-quantisation scale but no second operand");
    if (view.output().dtype == om::DataType::kInt8 || view.output().dtype == om::DataType::kUint8)
        view.refuse("FixPipe that quantises its output is not supported");
    const std::array<Activation, 2> activations = place_activations(view, ops);
    if (!view.has(kEltwise) && activations[1] != Activation::kNone &&
        activations[0] != Activation::kNone)
        view.assumed("order of the activations", "as their slots stand",
                     "no elementwise op is between them");

    tell_chain(view, ops, activations);

    std::optional<Operand> bias;
    if (view.has(kBias)) bias = view.operand(kBias);
    ValueId value =
        lower_fused_cube(view, cube, view.operand(0), view.operand(1), bias, is_transformed);
    const auto scale = [&](ValueId x, size_t slot) {
        if (!view.has(slot)) return x;
        const ValueId factors = scale_factors(view, slot);
        return view.add(op::Binary{op::BinaryKind::kMultiply}, {x, factors});
    };
    value = scale(value, kQuantScale0);
    value = apply_activation(view, value, activations[0], kReluWeight0, kClipValue0);
    if (view.has(kEltwise)) {
        const ValueId other = scale(view.operand(kEltwise).value, kAntiQuantScale);
        value = view.add(op::Binary{ops.eltwise->binary()}, {value, other});
    }
    value = scale(value, kQuantScale1);
    return apply_activation(view, value, activations[1], kReluWeight1, kClipValue1);
}

}  // namespace ascendcl::host::engine
