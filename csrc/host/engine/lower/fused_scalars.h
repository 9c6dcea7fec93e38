// Scalar attributes of unary ops inside a fusion: the node's own, else the kernel's immediates,
// else a default that is noted. Reference: om_format.md 6.1.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/engine/lower/elementwise_names.h"
#include "host/engine/lower/kernel_immediates.h"
#include "host/engine/lower/lowering.h"

namespace ascendcl::host::engine {

class FusedScalars {
   public:
    explicit FusedScalars(NodeView &view)
        : view_(view), immediates_(view.lowering().kernels, view.node()) {}

    // Throws Refusal for a scalar that nothing in the file shows (LeakyRelu's slope).
    op::Unary unary(const ElementwiseName &name);

   private:
    op::Unary hard_sigmoid();
    op::Unary leaky_relu();

    NodeView &view_;
    KernelImmediates immediates_;
};

// The same op unfused, with its scalars from attributes.
op::Unary unary_from_attributes(NodeView &view, const ElementwiseName &name);

}  // namespace ascendcl::host::engine
