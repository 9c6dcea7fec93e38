// The product of integer matrices, exact to the last bit: OpenVINO's CPU plugin multiplies matrices
// in floating point only. An op of our own, which the plugin runs by calling evaluate().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openvino/op/op.hpp>

namespace ascendcl::host::engine {

// Inputs: two int8 or two int32 matrices, or batches of them. The result is int32, modulo 2^32.
class IntegerMatMul : public ov::op::Op {
   public:
    OPENVINO_OP("IntegerMatMul", "ascendcl")

    IntegerMatMul() = default;
    IntegerMatMul(const ov::Output<ov::Node> &a, const ov::Output<ov::Node> &b, bool transpose_a,
                  bool transpose_b);

    void validate_and_infer_types() override;
    std::shared_ptr<ov::Node> clone_with_new_inputs(const ov::OutputVector &inputs) const override;
    bool visit_attributes(ov::AttributeVisitor &visitor) override;
    bool evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const override;
    bool has_evaluate() const override { return true; }

   private:
    bool transpose_a_ = false;
    bool transpose_b_ = false;
};

}  // namespace ascendcl::host::engine
