// An op that is a function of ours: the CPU plugin, which does not know it, runs it by evaluate().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <openvino/op/op.hpp>
#include <string>

namespace ascendcl::host::engine {

class FunctionOp : public ov::op::Op {
   private:
    struct Definition;

   public:
    // Inputs are whole tensors; there is one output.
    using Function = std::function<void(const ov::TensorVector &inputs, ov::Tensor &output)>;

    OPENVINO_OP("FunctionOp", "ascendcl")

    // An output of the type and the shape of the first input, whatever a plugin makes of them.
    FunctionOp(std::string name, const ov::OutputVector &inputs, Function function);
    FunctionOp(std::string name, const ov::OutputVector &inputs, ov::element::Type type,
               const ov::Shape &shape, Function function);
    // For copies.
    FunctionOp(const ov::OutputVector &inputs, std::shared_ptr<const Definition> definition);

    void validate_and_infer_types() override;
    std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector &inputs) const override;
    bool visit_attributes(ov::AttributeVisitor &visitor) override;
    bool evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const override;
    bool has_evaluate() const override { return true; }

   private:
    std::shared_ptr<const Definition> definition_;
};

}  // namespace ascendcl::host::engine
