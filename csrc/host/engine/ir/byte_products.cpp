// SPDX-License-Identifier: Apache-2.0
#include "host/engine/ir/byte_products.h"

#include <algorithm>
#include <openvino/opsets/opset13.hpp>

#include "host/engine/bodies.h"
#include "host/engine/wide_integers.h"

namespace ascendcl::host::engine {
namespace {

namespace ops = ov::opset13;

constexpr int64_t kGreatestByte = 255;
constexpr int64_t kExactBelow = int64_t{1} << 24;

bool is_byte(ov::element::Type type) { return type == ov::element::u8 || type == ov::element::i8; }

bool is_of_bytes(ov::Output<ov::Node> value) {
    while (ov::is_type<ops::Subtract>(value.get_node()) ||
           ov::is_type<ops::Reshape>(value.get_node()) ||
           ov::is_type<ops::Squeeze>(value.get_node()) ||
           ov::is_type<ops::Unsqueeze>(value.get_node()) ||
           ov::is_type<ops::Transpose>(value.get_node()))
        value = value.get_node()->input_value(0);
    if (const auto *constant = ov::as_type<const ops::Constant>(value.get_node())) {
        const std::vector<int64_t> values = constant->cast_vector<int64_t>();
        return std::all_of(values.begin(), values.end(), [](int64_t each) {
            return each >= -kGreatestByte && each <= kGreatestByte;
        });
    }
    return ov::is_type<ops::Convert>(value.get_node()) &&
           is_byte(value.get_node()->get_input_element_type(0));
}

// How many products are added up to one result; -1 where only a run tells.
int64_t terms_of(const ov::Node &node) {
    const ov::PartialShape &shape = node.get_input_partial_shape(1);
    if (shape.rank().is_dynamic() || shape.size() == 0) return -1;
    size_t first = 1, end = shape.size();  // of a kernel: all but its outputs
    if (const auto *product = ov::as_type<const ops::MatMul>(&node)) {
        const bool is_last = product->get_transpose_b() || shape.size() == 1;
        first = shape.size() - (is_last ? 1 : 2);
        end = first + 1;
    }
    int64_t terms = 1;
    for (size_t i = first; i < end; ++i) {
        if (shape[i].is_dynamic()) return -1;
        terms *= shape[i].get_length();
    }
    return terms;
}

}  // namespace

bool is_byte_product(const ov::Node &node) {
    return (ov::is_type<ops::MatMul>(&node) || ov::is_type<ops::Convolution>(&node)) &&
           is_wide_integer(node.get_output_element_type(0)) && is_of_bytes(node.input_value(0)) &&
           is_of_bytes(node.input_value(1));
}

bool rounds_byte_products(const ov::Model &model) {
    for (const auto &node : model.get_ordered_ops()) {
        if (is_byte_product(*node)) {
            const int64_t terms = terms_of(*node);
            if (terms < 0 || terms * kGreatestByte * kGreatestByte >= kExactBelow) return true;
        }
        for (const auto &body : bodies_of(*node))
            if (rounds_byte_products(*body)) return true;
    }
    return false;
}

}  // namespace ascendcl::host::engine
