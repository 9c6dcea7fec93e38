// Where the elements of a constant lie. Reference: om_format.md 4.1.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "om/bytes.h"
#include "om/graph.h"

namespace ascendcl::om {

// Data stored in the definition itself, else the part of the weights (partition 1) that the
// description addresses, exactly as long as its shape and data type say. Throws Error(kBadWeights)
// where that is outside.
Bytes constant_bytes(const TensorDef &tensor, Bytes weights);

}  // namespace ascendcl::om
