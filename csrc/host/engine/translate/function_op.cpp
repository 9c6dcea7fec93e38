// What OpenVINO asks of an op. Passes take ops of the same inputs and attributes for one: a
// function has a number among them.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/translate/function_op.h"

#include <atomic>
#include <utility>

namespace ascendcl::host::engine {
namespace {

int64_t next_number() {
    static std::atomic<int64_t> count{0};
    return ++count;
}

}  // namespace

struct FunctionOp::Definition {
    std::string name;
    bool is_as_first_input;
    ov::element::Type type;
    ov::Shape shape;
    Function function;
    int64_t number = next_number();
};

FunctionOp::FunctionOp(std::string name, const ov::OutputVector &inputs, ov::element::Type type,
                       const ov::Shape &shape, Function function)
    : Op(inputs),
      definition_(std::make_shared<const Definition>(
          Definition{std::move(name), false, type, shape, std::move(function)})) {
    constructor_validate_and_infer_types();
}

FunctionOp::FunctionOp(std::string name, const ov::OutputVector &inputs, Function function)
    : Op(inputs),
      definition_(std::make_shared<const Definition>(
          Definition{std::move(name), true, {}, {}, std::move(function)})) {
    constructor_validate_and_infer_types();
}

FunctionOp::FunctionOp(const ov::OutputVector &inputs, std::shared_ptr<const Definition> definition)
    : Op(inputs), definition_(std::move(definition)) {
    constructor_validate_and_infer_types();
}

void FunctionOp::validate_and_infer_types() {
    if (definition_->is_as_first_input)
        set_output_type(0, get_input_element_type(0), get_input_partial_shape(0));
    else
        set_output_type(0, definition_->type, definition_->shape);
}

std::shared_ptr<ov::Node> FunctionOp::clone_with_new_inputs(const ov::OutputVector &inputs) const {
    return std::make_shared<FunctionOp>(inputs, definition_);
}

bool FunctionOp::visit_attributes(ov::AttributeVisitor &visitor) {
    int64_t number = definition_->number;
    std::string name = definition_->name;
    visitor.on_attribute("number", number);
    visitor.on_attribute("name", name);
    return true;
}

bool FunctionOp::evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const {
    definition_->function(inputs, outputs[0]);
    return true;
}

}  // namespace ascendcl::host::engine
