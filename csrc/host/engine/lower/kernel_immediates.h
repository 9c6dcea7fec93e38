// Scalars that a fused kernel carries as immediates: attributes of ops that fusion swallowed.
// Reference: om_format.md 5.3 (MOV encoding) and 6.1.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "om/graph.h"
#include "om/kernels.h"

namespace ascendcl::host::engine {

class KernelImmediates {
   public:
    KernelImmediates(const om::KernelStore &kernels, const om::Node &node);

    bool empty() const noexcept { return values_.empty(); }
    // True when `value` is loaded, as f32 or rounded to f16.
    bool contains(float value) const;
    // All loaded values inside (low, high) that are a decimal of at most three digits (f32) or two
    // (f16) and unlikely to be an address or a count: 0.2, 0.01, but not 0.25 in f16.
    std::vector<float> decimals(float low, float high) const;

   private:
    std::vector<uint64_t> values_;  // every value a register took, in code order
};

}  // namespace ascendcl::host::engine
