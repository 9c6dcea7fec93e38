// Moving elements of two words: with one more dim where that goes, otherwise the words apart.
// SPDX-License-Identifier: Apache-2.0
#include <openvino/opsets/opset13.hpp>

#include "host/engine/refusal.h"
#include "host/engine/translate/emit.h"
#include "host/engine/translate/exact.h"
#include "host/engine/translate/typed_emit.h"

namespace ascendcl::host::engine {
namespace {

namespace ops = ov::opset13;
using Node = ov::Output<ov::Node>;

// The op on whole elements; operands behind the first are positions.
template <typename Operation>
TypedList whole(const Operation &op, const TypedList &inputs) {
    Outputs nodes = {inputs[0].node};
    for (size_t i = 1; i < inputs.size(); ++i) nodes.push_back(as_index(inputs[i]));
    return typed(emit(op, nodes), inputs[0].dtype);
}

// The lower words, or the upper ones.
Node words_of(const Typed &x, int64_t word) {
    return std::make_shared<ops::Gather>(x.node, integer_scalar(word), integer_scalar(-1));
}

Typed from_words(const Node &low, const Node &high, om::DataType dtype) {
    Outputs words;
    for (const Node &word : {low, high})
        words.push_back(std::make_shared<ops::Unsqueeze>(word, integer_scalar(-1)));
    return {std::make_shared<ops::Concat>(words, -1), dtype};
}

// The op on the words apart; operands behind the first are positions.
template <typename Operation>
TypedList apart(const Operation &op, const TypedList &inputs) {
    std::array<Node, 2> moved;
    for (int64_t word = 0; word < 2; ++word) {
        Outputs nodes = {words_of(inputs[0], word)};
        for (size_t i = 1; i < inputs.size(); ++i) nodes.push_back(as_index(inputs[i]));
        moved[static_cast<size_t>(word)] = emit(op, nodes)[0];
    }
    return {from_words(moved[0], moved[1], inputs[0].dtype)};
}

}  // namespace

TypedList moved_wide(const op::Reshape &op, const TypedList &inputs) {
    return {reshaped(inputs[0], op.shape)};
}

TypedList moved_wide(const op::Transpose &op, const TypedList &inputs) {
    op::Transpose wider = op;
    wider.permutation.push_back(static_cast<int64_t>(op.permutation.size()));
    return whole(wider, inputs);
}

TypedList moved_wide(const op::Concat &op, const TypedList &inputs) {
    Outputs nodes;
    for (const Typed &input : inputs) nodes.push_back(input.node);
    return typed(emit(op, nodes), inputs[0].dtype);
}

TypedList moved_wide(const op::Split &op, const TypedList &inputs) { return whole(op, inputs); }

TypedList moved_wide(const op::StridedSlice &op, const TypedList &inputs) {
    return op.ellipsis_mask == 0 ? whole(op, inputs) : apart(op, inputs);
}

TypedList moved_wide(const op::Pad &op, const TypedList &inputs) { return apart(op, inputs); }

TypedList moved_wide(const op::Gather &op, const TypedList &inputs) { return whole(op, inputs); }

TypedList moved_wide(const op::GatherElements &op, const TypedList &inputs) {
    return apart(op, inputs);
}

TypedList moved_wide(const op::GatherNd &op, const TypedList &inputs) { return whole(op, inputs); }

TypedList moved_wide(const op::Tile &op, const TypedList &inputs) {
    op::Tile wider = op;
    wider.repeats.push_back(1);
    return whole(wider, inputs);
}

TypedList moved_wide(const op::Broadcast &op, const TypedList &inputs) {
    op::Broadcast wider = op;
    wider.shape.push_back(2);
    return whole(wider, inputs);
}

TypedList moved_wide(const op::DepthToSpace &op, const TypedList &inputs) {
    return apart(op, inputs);
}

TypedList moved_wide(const op::SpaceToDepth &op, const TypedList &inputs) {
    return apart(op, inputs);
}

TypedList moved_wide(const op::OneHot &op, const TypedList &inputs) {
    const auto part = [&](int64_t word) {
        return emit(op,
                    {as_index(inputs[0]), words_of(inputs[1], word), words_of(inputs[2], word)})[0];
    };
    return {from_words(part(0), part(1), inputs[1].dtype)};
}

}  // namespace ascendcl::host::engine
