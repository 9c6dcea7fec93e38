// SPDX-License-Identifier: Apache-2.0
#include "host/engine/ir/wide_constants.h"

#include <openvino/opsets/opset13.hpp>
#include <vector>

#include "host/engine/bodies.h"
#include "host/engine/ir/node_words.h"
#include "host/engine/narrow_integers.h"
#include "host/engine/translate/function_op.h"

namespace ascendcl::host::engine {
namespace {

namespace ops = ov::opset13;

bool needs_the_value(const ov::Node &node) {
    return ov::is_type<ops::Add>(&node) || ov::is_type<ops::Subtract>(&node) ||
           ov::is_type<ops::Multiply>(&node) || ov::is_type<ops::Power>(&node) ||
           ov::is_type<ops::Mod>(&node) || ov::is_type<ops::FloorMod>(&node) ||
           ov::is_type<ops::Maximum>(&node) || ov::is_type<ops::Equal>(&node) ||
           ov::is_type<ops::NotEqual>(&node) || ov::is_type<ops::Select>(&node) ||
           ov::is_type<ops::Convert>(&node) || ov::is_type<ops::Result>(&node);
}

std::vector<ov::Output<const ov::Node>> inputs_of(const ov::Node &node) {
    std::vector<ov::Output<const ov::Node>> inputs;
    for (const auto &value : node.input_values())
        inputs.emplace_back(value.get_node(), value.get_index());
    return inputs;
}

std::optional<std::string> words_of_operands(const ov::Node &node) {
    for (ov::Output<const ov::Node> value : inputs_of(node)) {
        // Behind a check, which answers its first input.
        while (ov::is_type<FunctionOp>(value.get_node())) value = inputs_of(*value.get_node())[0];
        const auto *constant = ov::as_type<const ops::Constant>(value.get_node());
        if (constant == nullptr) continue;
        if (const auto words = beyond_32_bits(value, constant->get_data_ptr()))
            return words_of(node) + ": " + *words;
    }
    return {};
}

}  // namespace

std::optional<std::string> constant_beyond_32_bits(const ov::Model &model) {
    for (const auto &node : model.get_ordered_ops()) {
        if (needs_the_value(*node))
            if (auto words = words_of_operands(*node)) return words;
        for (const auto &body : bodies_of(*node))
            if (auto words = constant_beyond_32_bits(*body)) return words;
    }
    return {};
}

}  // namespace ascendcl::host::engine
