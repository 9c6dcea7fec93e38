// Matrix products.
// SPDX-License-Identifier: Apache-2.0
#include <openvino/opsets/opset13.hpp>

#include "host/engine/translate/emit.h"
#include "host/engine/translate/integers.h"

namespace ascendcl::host::engine {

Outputs emit(const op::MatMul &matmul, const Outputs &inputs) {
    if (inputs[0].get_element_type().is_integral())
        return {integer_product(inputs[0], inputs[1], matmul)};
    return {std::make_shared<ov::opset13::MatMul>(inputs[0], inputs[1], matmul.transpose_a,
                                                  matmul.transpose_b)};
}

}  // namespace ascendcl::host::engine
