// What OpenVINO asks of an op.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/translate/function_op.h"

#include <utility>

namespace ascendcl::host::engine {

FunctionOp::FunctionOp(std::string name, const ov::OutputVector &inputs, ov::element::Type type,
                       ov::Shape shape, Function function)
    : Op(inputs),
      name_(std::move(name)),
      type_(type),
      shape_(std::move(shape)),
      function_(std::move(function)) {
    constructor_validate_and_infer_types();
}

std::shared_ptr<ov::Node> FunctionOp::clone_with_new_inputs(const ov::OutputVector &inputs) const {
    return std::make_shared<FunctionOp>(name_, inputs, type_, shape_, function_);
}

bool FunctionOp::visit_attributes(ov::AttributeVisitor &visitor) {
    visitor.on_attribute("name", name_);
    return true;
}

bool FunctionOp::evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const {
    function_(inputs, outputs[0]);
    return true;
}

}  // namespace ascendcl::host::engine
