// SPDX-License-Identifier: Apache-2.0
#include "host/engine/ir/guarded_loops.h"

#include <algorithm>
#include <cstring>
#include <openvino/opsets/opset13.hpp>
#include <string>

#include "host/engine/ir/node_words.h"
#include "host/engine/translate/function_op.h"
#include "host/engine/translate/run_time_values.h"

namespace ascendcl::host::engine {
namespace {

namespace ops = ov::opset13;
using MultiSubGraph = ov::op::util::MultiSubGraphOp;

constexpr size_t kTripCount = 0;
constexpr size_t kFirstCondition = 1;

bool joins_its_rounds(const ops::Loop &loop) {
    const auto &outputs = loop.get_output_descriptions();
    return std::any_of(outputs.begin(), outputs.end(), [](const auto &output) {
        return std::dynamic_pointer_cast<MultiSubGraph::ConcatOutputDescription>(output) != nullptr;
    });
}

// A negative trip count is one without an end.
bool is_zero(const ov::Tensor &tensor) {
    const auto *bytes = static_cast<const uint8_t *>(tensor.data());
    return std::all_of(bytes, bytes + tensor.get_byte_size(),
                       [](uint8_t byte) { return byte == 0; });
}

void guard(ops::Loop &loop, size_t slot) {
    const ov::Output<ov::Node> value = loop.input_value(slot);
    if (ov::is_type<ops::Constant>(value.get_node())) return;
    const std::string node = words_of(loop);
    const auto guarded = std::make_shared<FunctionOp>(
        node + " runs", ov::OutputVector{value},
        [node](const ov::TensorVector &inputs, ov::Tensor &output) {
            if (is_zero(inputs[0]))
                throw RunTimeRefusal(node +
                                     ": it would run no time at all, which the host runtime "
                                     "cannot do: an output would be that of an earlier request");
            std::memcpy(output.data(), inputs[0].data(), inputs[0].get_byte_size());
        });
    loop.input(slot).replace_source_output(guarded);
}

}  // namespace

void guard_loops(const ov::Model &model) {
    for (const auto &node : model.get_ordered_ops()) {
        if (const auto loop = ov::as_type_ptr<ops::Loop>(node); loop && joins_its_rounds(*loop)) {
            guard(*loop, kTripCount);
            guard(*loop, kFirstCondition);
        }
        if (const auto *outer = dynamic_cast<const MultiSubGraph *>(node.get()))
            for (const auto &body : outer->get_functions()) guard_loops(*body);
    }
}

}  // namespace ascendcl::host::engine
