// Edges: the compiler deletes Reshape nodes, so that a consumer may see another logical shape than
// its producer declares. Reference: om_format.md part 4.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/engine/lower/lowering.h"

namespace ascendcl::host::engine {

// The producer's value in the logical form that the consumer's descriptor declares (`desc` may be
// null: as produced). Throws Refusal.
Operand connect(Lowering &lowering, const om::Node &consumer, const om::Edge &edge,
                const om::TensorDesc *desc);

}  // namespace ascendcl::host::engine
