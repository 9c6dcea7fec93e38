// Which way each op goes, by the types of its operands.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/translate/typed_emit.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <openvino/opsets/opset13.hpp>

#include "host/engine/refusal.h"
#include "host/engine/translate/emit.h"
#include "host/engine/translate/exact.h"

namespace ascendcl::host::engine {
namespace {

namespace ops = ov::opset13;
using om::DataType;
using Notes = std::vector<std::string>;

template <typename Operation, typename... Listed>
constexpr bool is_one_of = (std::is_same_v<Operation, Listed> || ...);

// Ops whose first operand, or all of them where it is Concat, is moved; what is behind it are
// positions.
template <typename Operation>
constexpr bool moves =
    is_one_of<Operation, op::Reshape, op::Transpose, op::Concat, op::Split, op::StridedSlice,
              op::Pad, op::Gather, op::GatherElements, op::GatherNd, op::Tile, op::Broadcast,
              op::DepthToSpace, op::SpaceToDepth>;

std::string name_of(const Typed &x) { return om::name(x.dtype); }

bool is_single_or_double(const Typed &x) { return om::is_floating(x.dtype); }

Outputs nodes_of(const TypedList &inputs) {
    Outputs nodes;
    for (const Typed &input : inputs) nodes.push_back(input.node);
    return nodes;
}

// Booleans of one kind: OpenVINO's own only where all are.
TypedList with_like_booleans(const TypedList &inputs) {
    const bool is_own = std::all_of(inputs.begin(), inputs.end(), [](const Typed &input) {
        return input.node.get_element_type() == ov::element::boolean;
    });
    if (is_own || inputs[0].dtype != DataType::kBool) return inputs;
    TypedList like;
    for (const Typed &input : inputs)
        like.push_back({std::make_shared<ops::Convert>(input.node, ov::element::u8), input.dtype});
    return like;
}

// OpenVINO's op on f32 for float64.
template <typename Operation>
TypedList in_single(const Operation &op, const TypedList &inputs, Notes &notes) {
    Outputs nodes;
    bool is_double = false;
    for (const Typed &input : inputs) {
        if (!is_single_or_double(input))
            throw Refusal("of " + name_of(input) + " it is not supported");
        is_double |= input.dtype == DataType::kDouble;
        nodes.push_back(converted(input, DataType::kFloat).node);
    }
    TypedList outputs = typed(emit(op, nodes));
    if (!is_double) return outputs;
    notes.emplace_back("float64 is computed as float32");
    for (Typed &output : outputs)
        if (is_single(output.dtype)) output = converted(output, DataType::kDouble);
    return outputs;
}

template <typename Operation>
TypedList moved(const Operation &op, const TypedList &inputs) {
    const DataType dtype = inputs[0].dtype;
    if constexpr (std::is_same_v<Operation, op::Concat>) {
        for (const Typed &input : inputs)
            if (input.dtype != dtype && !(is_single(dtype) && is_single(input.dtype)))
                throw Refusal(std::string("its inputs are ") + om::name(dtype) + " and " +
                              name_of(input));
        if (is_wide(dtype)) return moved_wide(op, inputs);
        return typed(emit(op, nodes_of(with_like_booleans(inputs))), dtype);
    } else {
        if (is_wide(dtype)) return moved_wide(op, inputs);
        Outputs nodes = {inputs[0].node};
        for (size_t i = 1; i < inputs.size(); ++i) nodes.push_back(as_index(inputs[i]));
        return typed(emit(op, nodes), dtype);
    }
}

// By 16 bits of an element at a time, which f32 holds.
TypedList nearest(const op::Resize &resize, const Typed &x) {
    Outputs words;
    for (const auto &word : half_words(x)) words.push_back(emit(resize, {word})[0]);
    return {joined(words, x.dtype)};
}

bool fits_type(double value, DataType dtype) {
    bool fits = true;
    with_number(dtype, [&](auto zero) {
        using Limits = std::numeric_limits<decltype(zero)>;
        if constexpr (Limits::is_integer)
            fits = value == std::floor(value) && value >= static_cast<double>(Limits::min()) &&
                   value <= static_cast<double>(Limits::max());
    });
    return fits;
}

// What `value` is as an element.
uint64_t bits_of(double value, DataType dtype) {
    uint64_t bits = 0;
    with_number(dtype, [&](auto zero) {
        const auto number = static_cast<Stored<decltype(zero)>>(value);
        std::memcpy(&bits, &number, sizeof number);
    });
    return bits;
}

// OpenVINO rounds the fill to f32.
TypedList any(const op::Pad &pad, const TypedList &inputs, Notes &) {
    constexpr double kMostExact = 1 << 24;
    const Typed &x = inputs[0];
    const bool fits = is_wide(x.dtype) ? pad.value == 0 : std::abs(pad.value) <= kMostExact;
    if (is_single(x.dtype)) return moved(pad, inputs);
    if (!fits_type(pad.value, x.dtype))
        throw Refusal("its fill value " + std::to_string(pad.value) + " is no " + name_of(x));
    if (fits) return moved(pad, inputs);
    uint64_t fill = bits_of(pad.value, x.dtype);
    Outputs words;
    for (const auto &word : half_words(x)) {
        words.push_back(padded(word, pad, scalar_like(word, static_cast<double>(fill & 0xffff))));
        fill >>= 16;
    }
    return {joined(words, x.dtype)};
}

TypedList any(const op::Resize &resize, const TypedList &inputs, Notes &notes) {
    if (is_single_or_double(inputs[0]) && inputs[0].dtype != DataType::kDouble)
        return typed(emit(resize, nodes_of(inputs)));
    if (resize.mode == op::ResizeMode::kNearest) return nearest(resize, inputs[0]);
    return in_single(resize, inputs, notes);
}

bool fits_single(const Typed &x) {
    switch (x.dtype) {
        case DataType::kInt8:
        case DataType::kUint8:
        case DataType::kInt16:
        case DataType::kUint16:
            return true;
        default:
            return false;
    }
}

TypedList any(const op::Pool &pool, const TypedList &inputs, Notes &notes) {
    const Typed &x = inputs[0];
    if (pool.kind == op::PoolKind::kMax && fits_single(x)) {
        const Typed y = typed(emit(pool, {converted(x, DataType::kFloat).node}))[0];
        return {converted(y, x.dtype)};
    }
    return in_single(pool, inputs, notes);
}

TypedList any(const op::Constant &constant, const TypedList &, Notes &) {
    ov::Shape shape(constant.shape.begin(), constant.shape.end());
    ov::element::Type type = element_type(constant.dtype);
    if (constant.dtype == DataType::kInt16 || constant.dtype == DataType::kUint16)
        return {{std::make_shared<ops::Convert>(
                     std::make_shared<ops::Constant>(type, shape, constant.bytes->data()),
                     ov::element::i32),
                 constant.dtype}};
    if (is_wide(constant.dtype)) shape.push_back(2);
    if (is_wide(constant.dtype) || constant.dtype == DataType::kUint32) type = ov::element::i32;
    return {{std::make_shared<ops::Constant>(type, shape, constant.bytes->data(), constant.bytes),
             constant.dtype}};
}

TypedList any(const op::Cast &cast, const TypedList &inputs, Notes &) {
    return {converted(inputs[0], cast.dtype)};
}

TypedList any(const op::Unary &unary, const TypedList &inputs, Notes &notes) {
    if (auto exact = exact_unary(unary, inputs[0])) return {*exact};
    if (inputs[0].dtype == DataType::kBool) return typed(emit(unary, nodes_of(inputs)));
    return in_single(unary, inputs, notes);
}

// Numbers of ours are float32, beside float64 too.
TypedList with_like_reals(const TypedList &inputs) {
    const bool is_double = std::any_of(inputs.begin(), inputs.end(), [](const Typed &input) {
        return input.dtype == DataType::kDouble;
    });
    if (!is_double) return inputs;
    TypedList like;
    for (const Typed &input : inputs)
        like.push_back(is_single(input.dtype) ? converted(input, DataType::kDouble) : input);
    return like;
}

TypedList any(const op::Binary &binary, const TypedList &given, Notes &) {
    const TypedList inputs = with_like_reals(given);
    if (auto exact = exact_binary(binary.kind, inputs[0], inputs[1])) return {*exact};
    return typed(emit(binary, nodes_of(inputs)));
}

TypedList any(const op::Select &select, const TypedList &given, Notes &) {
    const TypedList inputs = with_like_reals(given);
    if (auto exact = exact_select(inputs[0], inputs[1], inputs[2])) return {*exact};
    return typed(emit(select, nodes_of(inputs)));
}

TypedList any(const op::MatMul &matmul, const TypedList &inputs, Notes &notes) {
    if (is_integer(inputs[0].dtype)) return {integer_product(inputs[0], inputs[1], matmul)};
    return in_single(matmul, inputs, notes);
}

TypedList any(const op::Reduce &reduce, const TypedList &inputs, Notes &) {
    if (auto exact = exact_reduction(reduce, inputs[0])) return {*exact};
    return typed(emit(reduce, nodes_of(inputs)));
}

TypedList any(const op::CumulativeSum &sum, const TypedList &inputs, Notes &) {
    if (auto exact = exact_sum_along(sum, inputs[0])) return {*exact};
    return typed(emit(sum, nodes_of(inputs)));
}

TypedList any(const op::TopK &top, const TypedList &inputs, Notes &) {
    auto exact = exact_top(top, inputs[0]);
    TypedList outputs = exact ? std::move(*exact) : typed(emit(top, nodes_of(inputs)));
    if (is_integer(top.dtype)) outputs[1] = converted(outputs[1], top.dtype);
    return outputs;
}

TypedList any(const op::ArgExtreme &arg, const TypedList &inputs, Notes &notes) {
    const Typed found = any(op::TopK{arg.axis, 1, arg.largest, arg.dtype}, inputs, notes)[1];
    Shape dims = dims_of(found);
    dims.erase(dims.begin() + arg.axis);
    return {reshaped(found, dims)};
}

TypedList any(const op::OneHot &one_hot, const TypedList &inputs, Notes &) {
    const TypedList values = with_like_booleans({inputs[1], inputs[2]});
    if (values[0].dtype != values[1].dtype)
        throw Refusal("its values are " + name_of(values[0]) + " and " + name_of(values[1]));
    if (is_wide(values[0].dtype)) return moved_wide(one_hot, inputs);
    return typed(emit(one_hot, {as_index(inputs[0]), values[0].node, values[1].node}),
                 values[0].dtype);
}

template <typename Operation>
TypedList any(const Operation &op, const TypedList &inputs, Notes &notes) {
    if constexpr (moves<Operation>)
        return moved(op, inputs);
    else if constexpr (is_one_of<Operation, op::Parameter, op::SliceAt, op::Require>)
        throw Refusal("the translation has its own way for it");
    else
        return in_single(op, inputs, notes);
}

}  // namespace

TypedList emit_typed(const Op &op, const TypedList &inputs, Notes &notes) {
    return std::visit([&](const auto &operation) { return any(operation, inputs, notes); }, op);
}

}  // namespace ascendcl::host::engine
