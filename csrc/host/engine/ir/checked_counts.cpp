// SPDX-License-Identifier: Apache-2.0
#include "host/engine/ir/checked_counts.h"

#include <cstring>
#include <openvino/op/util/topk_base.hpp>
#include <openvino/opsets/opset13.hpp>
#include <optional>
#include <string>

#include "host/engine/ir/node_words.h"
#include "host/engine/refusal.h"
#include "host/engine/translate/function_op.h"
#include "host/engine/translate/run_time_values.h"
#include "host/engine/wide_integers.h"

namespace ascendcl::host::engine {
namespace {

namespace ops = ov::opset13;

constexpr size_t kCount = 1;

// Why not; nothing where the axis has as many.
std::optional<std::string> words_of_count(int64_t count, int64_t dim) {
    if (count >= 1 && count <= dim) return {};
    return "k is " + std::to_string(count) + ", its axis has " + std::to_string(dim) + " elements";
}

void check_known(const ov::op::util::TopKBase &top) {
    const auto count =
        ov::as_type_ptr<ops::Constant>(top.input_value(kCount).get_node_shared_ptr());
    const ov::PartialShape &shape = top.get_input_partial_shape(0);
    if (count == nullptr || ov::shape_size(count->get_shape()) != 1 || shape.rank().is_dynamic())
        return;
    const ov::Dimension &dim = shape[static_cast<std::ptrdiff_t>(top.get_axis())];
    if (dim.is_dynamic()) return;
    if (const auto words = words_of_count(count->cast_vector<int64_t>().front(), dim.get_length()))
        throw Refusal(top.get_friendly_name(), top.get_type_name(), *words);
}

void check_in_each_run(ov::op::util::TopKBase &top) {
    const ov::Output<ov::Node> count = top.input_value(kCount);
    if (!is_wide_integer(count.get_element_type())) return;
    const auto shape = std::make_shared<ops::ShapeOf>(top.input_value(0), ov::element::i32);
    const std::string name = words_of(top);
    const int64_t axis = top.get_provided_axis();
    const auto checked = std::make_shared<FunctionOp>(
        name + " count", ov::OutputVector{count, shape},
        [name, axis](const ov::TensorVector &inputs, ov::Tensor &output) {
            const auto *dims = static_cast<const int32_t *>(inputs[1].data());
            const auto rank = static_cast<int64_t>(inputs[1].get_size());
            const int64_t dim = dims[axis < 0 ? axis + rank : axis];
            const auto wanted = with_wide_integers(
                inputs[0].get_element_type(), inputs[0].data(),
                [](const auto *values) { return static_cast<int64_t>(*values); });
            if (const auto words = words_of_count(wanted, dim))
                throw RunTimeRefusal(name + ": " + *words);
            std::memcpy(output.data(), inputs[0].data(), inputs[0].get_byte_size());
        });
    top.input(kCount).replace_source_output(checked);
}

}  // namespace

void check_count(ov::Node &node, bool comes_from_a_request) {
    auto *top = dynamic_cast<ov::op::util::TopKBase *>(&node);
    if (top == nullptr) return;
    if (comes_from_a_request)
        check_in_each_run(*top);
    else
        check_known(*top);
}

}  // namespace ascendcl::host::engine
