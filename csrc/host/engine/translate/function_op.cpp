// What OpenVINO asks of an op. It writes a model out and reads it again in this process to time its
// ops: a function goes by a number there, under which its definition is found while it lives.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/translate/function_op.h"

#include <map>
#include <mutex>
#include <utility>

namespace ascendcl::host::engine {
namespace {

// Never destroyed: plugin threads may outlive static destructors.
struct Known {
    std::mutex mutex;
    int64_t count = 0;
    std::map<int64_t, std::weak_ptr<const void>> definitions;
};

Known &known() {
    static auto &instance = *new Known;
    return instance;
}

}  // namespace

struct FunctionOp::Definition {
    std::string name;
    bool is_as_first_input;
    ov::element::Type type;
    ov::Shape shape;
    Function function;
    int64_t number = 0;

    ~Definition() {
        std::lock_guard lock(known().mutex);
        known().definitions.erase(number);
    }

    static std::shared_ptr<const Definition> numbered(Definition &&made) {
        auto definition = std::make_shared<Definition>(std::move(made));
        std::lock_guard lock(known().mutex);
        definition->number = ++known().count;
        known().definitions[definition->number] = definition;
        return definition;
    }

    static std::shared_ptr<const Definition> find(int64_t number) {
        std::lock_guard lock(known().mutex);
        const auto found = known().definitions.find(number);
        if (found == known().definitions.end()) return nullptr;
        return std::static_pointer_cast<const Definition>(found->second.lock());
    }
};

FunctionOp::FunctionOp(std::string name, const ov::OutputVector &inputs, ov::element::Type type,
                       const ov::Shape &shape, Function function)
    : Op(inputs),
      definition_(
          Definition::numbered({std::move(name), false, type, shape, std::move(function)})) {
    constructor_validate_and_infer_types();
}

FunctionOp::FunctionOp(std::string name, const ov::OutputVector &inputs, Function function)
    : Op(inputs),
      definition_(Definition::numbered({std::move(name), true, {}, {}, std::move(function)})) {
    constructor_validate_and_infer_types();
}

FunctionOp::FunctionOp(const ov::OutputVector &inputs, std::shared_ptr<const Definition> definition)
    : Op(inputs), definition_(std::move(definition)) {
    constructor_validate_and_infer_types();
}

void FunctionOp::validate_and_infer_types() {
    NODE_VALIDATION_CHECK(this, definition_ != nullptr, "a function of another process");
    if (definition_->is_as_first_input)
        set_output_type(0, get_input_element_type(0), get_input_partial_shape(0));
    else
        set_output_type(0, definition_->type, definition_->shape);
}

std::shared_ptr<ov::Node> FunctionOp::clone_with_new_inputs(const ov::OutputVector &inputs) const {
    return std::make_shared<FunctionOp>(inputs, definition_);
}

bool FunctionOp::visit_attributes(ov::AttributeVisitor &visitor) {
    int64_t number = definition_ != nullptr ? definition_->number : 0;
    std::string name = definition_ != nullptr ? definition_->name : std::string();
    visitor.on_attribute("number", number);
    visitor.on_attribute("name", name);
    if (definition_ == nullptr) definition_ = Definition::find(number);
    return true;
}

bool FunctionOp::evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const {
    definition_->function(inputs, outputs[0]);
    return true;
}

}  // namespace ascendcl::host::engine
