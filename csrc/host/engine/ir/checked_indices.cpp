// Which ops have indices, where they point, and the check.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/ir/checked_indices.h"

#include <algorithm>
#include <cstring>
#include <openvino/op/util/gather_base.hpp>
#include <openvino/op/util/gather_nd_base.hpp>
#include <openvino/op/util/scatter_base.hpp>
#include <openvino/op/util/scatter_elements_update_base.hpp>
#include <openvino/op/util/scatter_nd_base.hpp>
#include <openvino/opsets/opset13.hpp>
#include <optional>
#include <string>

#include "host/engine/bodies.h"
#include "host/engine/ir/node_words.h"
#include "host/engine/translate/function_op.h"
#include "host/engine/translate/run_time_values.h"

namespace ascendcl::host::engine {
namespace {

namespace ops = ov::opset13;

// Input `slot` points into one axis of input 0, or its last axis holds one index for each of the
// leading axes of input 0.
struct Indices {
    size_t slot = 0;
    std::optional<int64_t> axis;
};

std::optional<int64_t> constant_axis(const ov::Node &node, size_t slot) {
    const auto constant =
        ov::as_type_ptr<ops::Constant>(node.input_value(slot).get_node_shared_ptr());
    if (constant == nullptr || ov::shape_size(constant->get_shape()) != 1) return {};
    return constant->cast_vector<int64_t>().front();
}

std::optional<Indices> along_axis(size_t slot, std::optional<int64_t> axis) {
    if (!axis) return {};
    return Indices{slot, axis};
}

std::optional<Indices> indices_of(const ov::Node &node) {
    if (ov::is_type<ov::op::util::GatherBase>(&node)) return along_axis(1, constant_axis(node, 2));
    if (const auto *elements = ov::as_type<const ops::GatherElements>(&node))
        return along_axis(1, elements->get_axis());
    if (ov::is_type<ov::op::util::ScatterBase>(&node) ||
        ov::is_type<ov::op::util::ScatterElementsUpdateBase>(&node))
        return along_axis(1, constant_axis(node, 3));
    if (ov::is_type<ov::op::util::GatherNDBase>(&node) ||
        ov::is_type<ov::op::util::ScatterNDBase>(&node))
        return Indices{1, {}};
    return {};
}

int64_t batch_dims(const ov::Node &node) {
    const auto *gather = dynamic_cast<const ov::op::util::GatherNDBase *>(&node);
    return gather == nullptr ? 0 : static_cast<int64_t>(gather->get_batch_dims());
}

template <typename T>
void require_within(const T *indices, size_t count, const std::vector<int64_t> &bounds,
                    const std::string &node) {
    bool all = true;  // without a branch in the loop, so that compilers vectorise it
    const auto is_within = [&](size_t i) {
        const auto index = static_cast<int64_t>(indices[i]);
        const int64_t bound = bounds[i % bounds.size()];
        return index >= -bound && index < bound;
    };
    if (bounds.size() == 1) {
        const int64_t bound = bounds[0];
        for (size_t i = 0; i < count; ++i) {
            const auto index = static_cast<int64_t>(indices[i]);
            all &= (index >= -bound) & (index < bound);
        }
    } else {
        for (size_t i = 0; i < count; ++i) all &= is_within(i);
    }
    if (all) return;
    size_t at = 0;
    while (is_within(at)) ++at;
    throw RunTimeRefusal(node + ": index " + std::to_string(indices[at]) + " (element " +
                         std::to_string(at) + " of its indices) is out of range of an axis of " +
                         std::to_string(bounds[at % bounds.size()]));
}

// The sizes that the indices of a run point into.
std::vector<int64_t> bounds_of(const Indices &indices, int64_t first, const ov::Shape &data,
                               const ov::Shape &positions) {
    const auto rank = static_cast<int64_t>(data.size());
    if (indices.axis) {
        const int64_t axis = *indices.axis < 0 ? *indices.axis + rank : *indices.axis;
        return {static_cast<int64_t>(data.at(static_cast<size_t>(axis)))};
    }
    const auto begin = data.begin() + std::min(first, rank);
    const int64_t count = std::min(static_cast<int64_t>(positions.back()), rank - first);
    return {begin, begin + std::max<int64_t>(count, 0)};
}

// Takes the indices and the shape of what they point into.
FunctionOp::Function checking(const Indices &indices, int64_t first, const std::string &node) {
    return [=](const ov::TensorVector &inputs, ov::Tensor &output) {
        const ov::Tensor &positions = inputs[0];
        const auto *dims = static_cast<const int32_t *>(inputs[1].data());
        const ov::Shape data(dims, dims + inputs[1].get_size());
        const size_t count = positions.get_size();
        if (count > 0) {
            const std::vector<int64_t> bounds =
                bounds_of(indices, first, data, positions.get_shape());
            if (positions.get_element_type() == ov::element::i32)
                require_within(static_cast<const int32_t *>(positions.data()), count, bounds, node);
            else
                require_within(static_cast<const int64_t *>(positions.data()), count, bounds, node);
        }
        std::memcpy(output.data(), positions.data(), positions.get_byte_size());
    };
}

void check(ov::Node &node, const Indices &indices) {
    const ov::Output<ov::Node> positions = node.input_value(indices.slot);
    if (ov::is_type<ops::Constant>(positions.get_node())) return;
    const ov::element::Type type = positions.get_element_type();
    if (type != ov::element::i32 && type != ov::element::i64) return;
    const auto shape = std::make_shared<ops::ShapeOf>(node.input_value(0), ov::element::i32);
    const std::string name = words_of(node);
    const auto checked =
        std::make_shared<FunctionOp>(name + " indices", ov::OutputVector{positions, shape},
                                     checking(indices, batch_dims(node), name));
    node.input(indices.slot).replace_source_output(checked);
}

}  // namespace

void check_indices(const ov::Model &model) {
    for (const auto &node : model.get_ordered_ops()) {
        if (const auto indices = indices_of(*node)) check(*node, *indices);
        // Loops and branches have models of their own.
        for (const auto &body : bodies_of(*node)) check_indices(*body);
    }
}

}  // namespace ascendcl::host::engine
