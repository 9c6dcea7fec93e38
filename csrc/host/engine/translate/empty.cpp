// A reduction of nothing is its neutral element, as ONNX has it; a product of matrices that share
// no dim is 0; what is joined or split goes on without its empty parts.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/translate/empty.h"

#include <algorithm>
#include <limits>
#include <openvino/opsets/opset13.hpp>

#include "host/engine/lower/logical_layout.h"
#include "host/engine/refusal.h"
#include "host/engine/translate/emit.h"
#include "host/engine/translate/exact.h"
#include "host/engine/translate/typed_emit.h"

namespace ascendcl::host::engine {
namespace {

using om::DataType;
using Notes = std::vector<std::string>;

// The type of an output, by the op and its inputs.
template <typename Operation>
DataType type_of(const Operation &, const TypedList &inputs, size_t) {
    return inputs.at(0).dtype;
}
DataType type_of(const op::Constant &constant, const TypedList &, size_t) { return constant.dtype; }
DataType type_of(const op::RandomNormal &, const TypedList &, size_t) { return DataType::kFloat; }
DataType type_of(const op::Cast &cast, const TypedList &, size_t) { return cast.dtype; }
DataType type_of(const op::Select &, const TypedList &inputs, size_t) { return inputs.at(1).dtype; }
DataType type_of(const op::OneHot &, const TypedList &inputs, size_t) { return inputs.at(1).dtype; }
DataType type_of(const op::ArgExtreme &arg, const TypedList &, size_t) { return arg.dtype; }
DataType type_of(const op::TopK &top, const TypedList &inputs, size_t output) {
    return output == 0 ? inputs.at(0).dtype : top.dtype;
}
DataType type_of(const op::MatMul &, const TypedList &inputs, size_t) {
    const DataType dtype = inputs.at(0).dtype;
    return dtype == DataType::kInt8 ? DataType::kInt32 : dtype;
}
DataType type_of(const op::Binary &binary, const TypedList &inputs, size_t) {
    switch (binary.kind) {
        case op::BinaryKind::kEqual:
        case op::BinaryKind::kNotEqual:
        case op::BinaryKind::kGreater:
        case op::BinaryKind::kGreaterEqual:
        case op::BinaryKind::kLess:
        case op::BinaryKind::kLessEqual:
        case op::BinaryKind::kLogicalAnd:
        case op::BinaryKind::kLogicalOr:
            return DataType::kBool;
        default:
            return inputs.at(0).dtype;
    }
}

double neutral(op::ReduceKind kind) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    switch (kind) {
        case op::ReduceKind::kSum:
        case op::ReduceKind::kAny:
            return 0;
        case op::ReduceKind::kProduct:
        case op::ReduceKind::kAll:
            return 1;
        case op::ReduceKind::kMax:
            return -kInfinity;
        case op::ReduceKind::kMin:
            return kInfinity;
        case op::ReduceKind::kMean:
            break;
    }
    return std::numeric_limits<double>::quiet_NaN();
}

// A number past those of a type becomes its largest or smallest.
Typed filled(double number, DataType dtype, const Shape &dims, Notes &notes) {
    using ov::opset13::Constant;
    Typed value{std::make_shared<Constant>(ov::element::f32, ov::Shape{},
                                           std::vector<float>{static_cast<float>(number)}),
                DataType::kFloat};
    value = converted(value, dtype);
    return dims.empty() ? value : emit_typed(op::Broadcast{dims}, {value}, notes)[0];
}

// An op with an empty input and an output that is not.
template <typename Operation>
TypedList something(const Operation &, const TypedList &, const Shapes &shapes, Notes &) {
    throw Refusal("it computes " + to_string(shapes.at(0)) + " of an input without elements");
}
TypedList something(const op::Reduce &reduce, const TypedList &inputs, const Shapes &shapes,
                    Notes &notes) {
    using Kind = op::ReduceKind;
    const DataType dtype = inputs[0].dtype;
    const bool is_logical = reduce.kind == Kind::kAll || reduce.kind == Kind::kAny;
    if (is_logical != (dtype == DataType::kBool))
        throw Refusal(std::string("of ") + om::name(dtype) + " it is not supported");
    if (reduce.kind == Kind::kMean && !om::is_floating(dtype))
        throw Refusal("a mean of no integers");
    return {filled(neutral(reduce.kind), dtype, shapes[0], notes)};
}
TypedList something(const op::MatMul &matmul, const TypedList &inputs, const Shapes &shapes,
                    Notes &notes) {
    return {filled(0, type_of(matmul, inputs, 0), shapes[0], notes)};
}
TypedList something(const op::Concat &concat, const TypedList &inputs, const Shapes &,
                    Notes &notes) {
    TypedList kept;
    std::copy_if(inputs.begin(), inputs.end(), std::back_inserter(kept),
                 [](const Typed &value) { return !is_empty(value); });
    return emit_typed(concat, kept, notes);
}
TypedList something(const op::Pad &pad, const TypedList &inputs, const Shapes &shapes,
                    Notes &notes) {
    if (pad.mode != op::PadMode::kConstant) throw Refusal("it mirrors what has no elements");
    if (static_cast<double>(static_cast<float>(pad.value)) != pad.value)
        throw Refusal("its fill value " + std::to_string(pad.value) + " is not supported here");
    return {filled(pad.value, inputs[0].dtype, shapes[0], notes)};
}

// An op whose outputs are empty in part.
template <typename Operation>
TypedList in_part(const Operation &, const TypedList &, const Shapes &, Notes &) {
    throw Refusal("one of its outputs has no elements");
}
TypedList in_part(const op::Split &split, const TypedList &inputs, const Shapes &shapes,
                  Notes &notes) {
    op::Split kept = split;
    kept.lengths.erase(std::remove(kept.lengths.begin(), kept.lengths.end(), 0),
                       kept.lengths.end());
    const TypedList pieces = emit_typed(kept, inputs, notes);
    TypedList all;
    size_t next = 0;
    for (size_t i = 0; i < split.lengths.size(); ++i)
        all.push_back(split.lengths[i] == 0 ? empty_of(inputs[0].dtype, shapes[i])
                                            : pieces[next++]);
    return all;
}

bool has_none(const Shape &shape) { return element_count(shape) == 0; }

Shape with_words(om::DataType dtype, Shape dims) {
    if (is_wide(dtype)) dims.push_back(2);
    return dims;
}

}  // namespace

bool is_empty(const Typed &value) { return ov::shape_size(value.node.get_shape()) == 0; }

Typed empty_of(om::DataType dtype, const Shape &dims) {
    if (is_single(dtype)) return {empty_constant(ov::element::f32, dims), DataType::kFloat};
    const bool is_as_stored = dtype == DataType::kInt8 || dtype == DataType::kUint8 ||
                              dtype == DataType::kBool || dtype == DataType::kInt32;
    const ov::element::Type type =
        is_as_stored ? element_type(dtype) : ov::element::Type(ov::element::i32);
    return {empty_constant(type, with_words(dtype, dims)), dtype};
}

ov::Output<ov::Node> empty_output(om::DataType dtype, const Shape &dims) {
    const bool is_in_words = is_wide(dtype) || dtype == DataType::kUint32;
    return empty_constant(is_in_words ? ov::element::Type(ov::element::i32) : element_type(dtype),
                          with_words(dtype, dims));
}

TypedList emit_of_empty(const Op &operation, const TypedList &inputs, const Shapes &shapes,
                        Notes &notes) {
    return std::visit(
        [&](const auto &plain_op) -> TypedList {
            if (std::all_of(shapes.begin(), shapes.end(), has_none)) {
                TypedList outputs;
                for (size_t i = 0; i < shapes.size(); ++i)
                    outputs.push_back(empty_of(type_of(plain_op, inputs, i), shapes[i]));
                return outputs;
            }
            if (std::any_of(shapes.begin(), shapes.end(), has_none))
                return in_part(plain_op, inputs, shapes, notes);
            return something(plain_op, inputs, shapes, notes);
        },
        operation);
}

}  // namespace ascendcl::host::engine
