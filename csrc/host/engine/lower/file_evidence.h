// What one file says of the places that lost attributes are recovered from: nodes that still have
// theirs are held against what the same recovery makes of them, and sizes against what kernels
// show. A place that is contradicted counts as unknown in the whole file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "host/engine/engine.h"
#include "host/engine/lower/conv_axis.h"
#include "om/graph.h"
#include "om/kernels.h"

namespace ascendcl::host::engine {

struct FileEvidence {
    struct Source {
        int64_t confirmed = 0;     // nodes with attributes that agree
        int64_t contradicted = 0;  // nodes of any kind
        bool is_known() const noexcept { return contradicted == 0; }
    };
    Source steps;                // strides and dilations in kernels of convolutions
    std::array<Source, 2> pads;  // vertical, horizontal, in the same kernels
    Source custom;               // pads by the framework's custom
    Source slopes;               // of LeakyRelu, in kernels
    // Whether the second matrix is transposed: products of ONNX' Gemm and of MatMul.
    struct Transposed {
        int64_t yes = 0, no = 0;
    };
    Transposed gemm, matmul;
};

// What source nodes' names say of a product: Gemm or MatMul; kNone where they say neither.
enum class ProductKind { kNone, kGemm, kMatMul };
ProductKind product_kind(const om::Node &node);

// Contradictions go to `findings`.
FileEvidence gather_evidence(const om::Graph &graph, const om::KernelStore &kernels,
                             Framework framework, std::vector<Finding> &findings);

}  // namespace ascendcl::host::engine
