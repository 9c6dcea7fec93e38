// Products of f32 matrices.
// SPDX-License-Identifier: Apache-2.0
#include <openvino/opsets/opset13.hpp>

#include "host/engine/translate/emit.h"

namespace ascendcl::host::engine {

Outputs emit(const op::MatMul &matmul, const Outputs &inputs) {
    return {std::make_shared<ov::opset13::MatMul>(inputs[0], inputs[1], matmul.transpose_a,
                                                  matmul.transpose_b)};
}

}  // namespace ascendcl::host::engine
