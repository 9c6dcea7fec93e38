// SPDX-License-Identifier: Apache-2.0
#include "host/engine/ir/checked_integers.h"

#include <cstring>
#include <openvino/opsets/opset13.hpp>
#include <set>
#include <string>

#include "host/engine/bodies.h"
#include "host/engine/ir/checked_counts.h"
#include "host/engine/ir/checked_results.h"
#include "host/engine/ir/node_words.h"
#include "host/engine/translate/function_op.h"
#include "host/engine/translate/run_time_values.h"
#include "host/engine/wide_integers.h"

namespace ascendcl::host::engine {
namespace {

namespace ops = ov::opset13;

constexpr int64_t kExactBelow = int64_t{1} << 24;

bool is_computed_in_float(const ov::Node &node) {
    return ov::is_type<ov::op::util::BinaryElementwiseComparison>(&node) ||
           ov::is_type<ops::Mod>(&node) || ov::is_type<ops::FloorMod>(&node) ||
           ov::is_type<ops::Divide>(&node) || ov::is_type<ops::ReduceMax>(&node) ||
           ov::is_type<ops::ReduceMin>(&node);
}

void require_exact(const ov::Tensor &tensor, const std::string &node) {
    with_wide_integers(tensor.get_element_type(), tensor.data(), [&](const auto *values) {
        using T = std::decay_t<decltype(*values)>;
        const auto at = first_unfit(values, tensor.get_size(), [](T value) {
            if constexpr (std::is_signed_v<T>)
                return (value > -static_cast<T>(kExactBelow)) &
                       (value < static_cast<T>(kExactBelow));
            else
                return value < static_cast<T>(kExactBelow);
        });
        if (at)
            throw RunTimeRefusal(node + ": an operand is " + std::to_string(values[*at]) +
                                 " (element " + std::to_string(*at) +
                                 "), and the host runtime computes this op in float32, exact "
                                 "below 2^24");
        return true;
    });
}

void check(ov::Node &node, size_t slot) {
    const std::string name = words_of(node);
    const auto checked = std::make_shared<FunctionOp>(
        name + " integers", ov::OutputVector{node.input_value(slot)},
        [name](const ov::TensorVector &inputs, ov::Tensor &output) {
            require_exact(inputs[0], name);
            std::memcpy(output.data(), inputs[0].data(), inputs[0].get_byte_size());
        });
    node.input(slot).replace_source_output(checked);
}

}  // namespace

void check_integers(const ov::Model &model) {
    // Nodes whose values depend on those of an input; shapes do not, and are folded.
    std::set<const ov::Node *> depend;
    for (const auto &node : model.get_ordered_ops()) {
        if (ov::is_type<ops::Parameter>(node)) depend.insert(node.get());
        if (ov::is_type<ops::ShapeOf>(node) || ov::is_type<ov::op::v0::ShapeOf>(node)) continue;
        for (size_t i = 0; i < node->get_input_size(); ++i) {
            if (depend.count(node->get_input_node_ptr(i)) == 0) continue;
            depend.insert(node.get());
            if (is_computed_in_float(*node) && is_wide_integer(node->get_input_element_type(i)))
                check(*node, i);
        }
        if (depend.count(node.get()) != 0) check_result(*node);
        if (node->get_input_size() > 1)
            check_count(*node, depend.count(node->get_input_node_ptr(1)) != 0);
        for (const auto &body : bodies_of(*node)) check_integers(*body);
    }
}

}  // namespace ascendcl::host::engine
