// SPDX-License-Identifier: Apache-2.0
#include "host/engine/ir/checked_integers.h"

#include <cstring>
#include <openvino/op/util/multi_subgraph_base.hpp>
#include <openvino/opsets/opset13.hpp>
#include <set>
#include <string>

#include "host/engine/translate/function_op.h"
#include "host/engine/translate/run_time_values.h"

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

bool is_wide_integer(ov::element::Type type) {
    return type == ov::element::i32 || type == ov::element::i64 || type == ov::element::u32 ||
           type == ov::element::u64;
}

template <typename T>
void require_exact(const ov::Tensor &tensor, const std::string &node) {
    const auto *values = static_cast<const T *>(tensor.data());
    const size_t count = tensor.get_size();
    const auto is_exact = [](T value) {
        if constexpr (std::is_signed_v<T>)
            return (value > -static_cast<T>(kExactBelow)) & (value < static_cast<T>(kExactBelow));
        else
            return value < static_cast<T>(kExactBelow);
    };
    bool all = true;  // without a branch in the loop, so that compilers vectorise it
    for (size_t i = 0; i < count; ++i) all &= is_exact(values[i]);
    if (all) return;
    size_t at = 0;
    while (is_exact(values[at])) ++at;
    throw RunTimeRefusal(node + ": an operand is " + std::to_string(values[at]) + " (element " +
                         std::to_string(at) +
                         "), and the host runtime computes this op in float32, exact below 2^24");
}

void require_exact(const ov::Tensor &tensor, const std::string &node) {
    switch (tensor.get_element_type()) {
        case ov::element::i32:
            return require_exact<int32_t>(tensor, node);
        case ov::element::i64:
            return require_exact<int64_t>(tensor, node);
        case ov::element::u32:
            return require_exact<uint32_t>(tensor, node);
        case ov::element::u64:
            return require_exact<uint64_t>(tensor, node);
        default:
            return;
    }
}

void check(ov::Node &node, size_t slot) {
    const std::string name =
        "node '" + node.get_friendly_name() + "' (" + node.get_type_name() + ")";
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
        const auto *outer = dynamic_cast<const ov::op::util::MultiSubGraphOp *>(node.get());
        if (outer == nullptr) continue;
        for (const auto &body : outer->get_functions()) check_integers(*body);
    }
}

}  // namespace ascendcl::host::engine
