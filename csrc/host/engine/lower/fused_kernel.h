// What a fused node was made of: the op list of its kernel's name. Reference: om_format.md 5.1.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "host/engine/lower/elementwise_names.h"
#include "om/graph.h"

namespace ascendcl::host::engine {

enum class StepKind {
    kConvolution,
    kDepthwiseConvolution,
    kTransposedConvolution,  // x, filter
    kBackpropInput,          // filter, x
    kMatMul,
    kFullyConnection,
    kFixPipe,
    kElementwise,
    kPRelu,
    kBiasAdd,
    kEltwise,  // Caffe's, of two operands
    kClip,
    kBatchNormInference,
    kAipp,  // of a picture that the runtime has preprocessed already (lower/aipp.h)
    kPass,  // cast, trans_data, strided_read, ...: nothing in logical terms
};

struct FusedStep {
    StepKind kind;
    std::string_view token;
    const ElementwiseName *elementwise = nullptr;  // of kElementwise
    std::optional<op::Unary> exact = {};           // with its scalars, where they are known

    bool is_cube() const noexcept { return kind <= StepKind::kFullyConnection; }
};

// True for nodes that stand for several source ops.
bool is_fused(const om::Node &node);

// The steps in the order of the kernel's name, split by greedy longest match. Throws Refusal
// (with the node's name) when the node has no such name or a part of it is not known.
std::vector<FusedStep> fused_steps(const om::Node &node);

}  // namespace ascendcl::host::engine
