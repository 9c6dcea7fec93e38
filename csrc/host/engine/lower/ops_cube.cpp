// Unfused convolutions and matrix products.
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "host/engine/lower/cube.h"
#include "host/engine/lower/ops.h"

namespace ascendcl::host::engine {
namespace {

std::optional<Operand> optional_operand(const NodeView &view, size_t slot) {
    if (!view.has(slot)) return std::nullopt;
    return view.operand(slot);
}

Values lower_at(NodeView &view, StepKind kind, size_t first) {
    if (view.has(first + 3)) view.refuse("offset_w is not supported");
    if (view.integer("offset_x", 0) != 0) view.refuse("offset_x is not supported");
    return {lower_cube(view, kind, view.operand(first), view.operand(first + 1),
                       optional_operand(view, first + 2))};
}

Values conv2d(NodeView &view) { return lower_at(view, StepKind::kConvolution, 0); }
Values transposed_d(NodeView &view) { return lower_at(view, StepKind::kTransposedConvolution, 0); }
Values depthwise(NodeView &view) { return lower_at(view, StepKind::kDepthwiseConvolution, 0); }
// Input 0 is the output size, which the descriptor repeats.
Values transposed(NodeView &view) { return lower_at(view, StepKind::kTransposedConvolution, 1); }
Values backprop_d(NodeView &view) { return lower_at(view, StepKind::kBackpropInput, 0); }
Values backprop(NodeView &view) { return lower_at(view, StepKind::kBackpropInput, 1); }
Values mat_mul(NodeView &view) { return lower_at(view, StepKind::kMatMul, 0); }
Values fully_connection(NodeView &view) { return lower_at(view, StepKind::kFullyConnection, 0); }

// alpha * a @ b + beta * c, the factors being inputs. A product of int8 matrices is int32, c and
// the factors may be float.
Values gemm(NodeView &view) {
    ValueId y = lower_cube(view, StepKind::kMatMul, view.operand(0), view.operand(1), std::nullopt);
    if (!om::is_floating(view.operand(0).logical.dtype) && om::is_floating(view.output().dtype))
        y = view.add(op::Cast{om::DataType::kFloat}, {y});
    const auto scaled = [&](ValueId value, size_t factor) {
        if (!view.has(factor)) return value;
        if (view.operand(factor).is_constant) {
            const std::vector<float> values = view.constant_floats(factor);
            if (values.size() == 1 && values[0] == 1.0f) return value;
        }
        return view.add(op::Binary{op::BinaryKind::kMultiply}, {value, view.operand(factor).value});
    };
    y = scaled(y, 3);
    if (view.has(2))
        y = view.add(op::Binary{op::BinaryKind::kAdd}, {y, scaled(view.operand(2).value, 4)});
    return {y};
}

constexpr std::array kEntries = {
    OpEntry{"Conv2D", conv2d},
    OpEntry{"DepthwiseConv2D", depthwise},
    OpEntry{"DepthwiseConv2DNative", depthwise},
    OpEntry{"Conv2DTransposeD", transposed_d},
    OpEntry{"Deconvolution", transposed_d},
    OpEntry{"Conv2DTranspose", transposed},
    OpEntry{"Conv2DBackpropInputD", backprop_d},
    OpEntry{"Conv2DBackpropInput", backprop},
    OpEntry{"MatMul", mat_mul},
    OpEntry{"MatMulV2", mat_mul},
    OpEntry{"BatchMatMul", mat_mul},
    OpEntry{"BatchMatMulV2", mat_mul},
    OpEntry{"MatMulV3", mat_mul},
    OpEntry{"BatchMatMulV3", mat_mul},
    OpEntry{"FullyConnection", fully_connection},
    OpEntry{"GEMM", gemm},
    OpEntry{"Gemm", gemm},
};

}  // namespace

OpFamily cube_ops() noexcept { return {kEntries.data(), kEntries.size()}; }

}  // namespace ascendcl::host::engine
