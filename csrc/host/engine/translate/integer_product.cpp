// Products of integer matrices. Plain loops, the innermost along the rows of the second matrix, so
// that compilers vectorise it.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <openvino/opsets/opset13.hpp>
#include <vector>

#include "host/engine/refusal.h"
#include "host/engine/translate/function_op.h"
#include "host/engine/translate/integers.h"

namespace ascendcl::host::engine {
namespace {

// Where the elements of one matrix of a batch lie.
struct Matrix {
    size_t rows, columns;
    size_t row_step, column_step;
};

Matrix matrix_of(const ov::Shape &shape, bool transposed) {
    const size_t rows = shape[shape.size() - 2], columns = shape[shape.size() - 1];
    if (transposed) return {columns, rows, 1, columns};
    return {rows, columns, columns, 1};
}

// The matrix row by row, for loops along its rows.
template <typename T>
std::vector<T> in_rows(const T *stored, Matrix form) {
    std::vector<T> rows;
    rows.reserve(form.rows * form.columns);
    for (size_t i = 0; i < form.rows; ++i)
        for (size_t j = 0; j < form.columns; ++j)
            rows.push_back(stored[i * form.row_step + j * form.column_step]);
    return rows;
}

uint32_t bits_of(int32_t value) noexcept { return static_cast<uint32_t>(value); }

// The products wrap as two's complement does.
template <typename T>
void multiply(const T *a, Matrix a_form, const T *b, Matrix b_form, int32_t *out) {
    const size_t columns = b_form.columns;
    std::vector<T> moved;
    if (b_form.column_step != 1) {
        moved = in_rows(b, b_form);
        b = moved.data();
    }
    std::vector<uint32_t> sums(columns);
    for (size_t i = 0; i < a_form.rows; ++i) {
        std::fill(sums.begin(), sums.end(), 0);
        for (size_t k = 0; k < a_form.columns; ++k) {
            const T *row = b + k * columns;
            const auto factor = bits_of(a[i * a_form.row_step + k * a_form.column_step]);
            for (size_t j = 0; j < columns; ++j) sums[j] += factor * bits_of(row[j]);
        }
        for (const uint32_t sum : sums) *out++ = static_cast<int32_t>(sum);
    }
}

// Which matrix of `shape` belongs to matrix `index` of the broadcast batch.
size_t batch_index(const ov::Shape &shape, const ov::Shape &batch, size_t index) {
    size_t found = 0, step = 1;
    for (size_t i = 0; i + 2 < batch.size(); ++i) {
        const size_t from_end = batch.size() - 3 - i;
        const size_t position = index % batch[from_end];
        index /= batch[from_end];
        if (i + 2 >= shape.size()) continue;
        const size_t own = shape[shape.size() - 3 - i];
        found += own == 1 ? 0 : position * step;
        step *= own;
    }
    return found;
}

template <typename T>
void multiply_all(const ov::Tensor &a, bool transpose_a, const ov::Tensor &b, bool transpose_b,
                  ov::Tensor &out) {
    const Matrix a_form = matrix_of(a.get_shape(), transpose_a);
    const Matrix b_form = matrix_of(b.get_shape(), transpose_b);
    const size_t out_size = a_form.rows * b_form.columns;
    const size_t count = out_size == 0 ? 0 : out.get_size() / out_size;
    for (size_t i = 0; i < count; ++i)
        multiply(a.data<T>() +
                     batch_index(a.get_shape(), out.get_shape(), i) * a_form.rows * a_form.columns,
                 a_form,
                 b.data<T>() +
                     batch_index(b.get_shape(), out.get_shape(), i) * b_form.rows * b_form.columns,
                 b_form, out.data<int32_t>() + i * out_size);
}

}  // namespace

ov::Output<ov::Node> integer_product(const ov::Output<ov::Node> &a, const ov::Output<ov::Node> &b,
                                     const op::MatMul &matmul) {
    const bool transpose_a = matmul.transpose_a, transpose_b = matmul.transpose_b;
    const ov::element::Type type = a.get_element_type();
    if (type != b.get_element_type() || (type != ov::element::i8 && type != ov::element::i32))
        throw Refusal("a product of integer matrices takes two of int8 or two of int32");
    const auto multiply_typed =
        type == ov::element::i8 ? multiply_all<int8_t> : multiply_all<int32_t>;
    // The shape by the rules of the standard op.
    const ov::opset13::MatMul standard(a, b, transpose_a, transpose_b);
    const std::string name =
        std::string("product") + (transpose_a ? " a'" : "") + (transpose_b ? " b'" : "");
    return std::make_shared<FunctionOp>(
        name, ov::OutputVector{a, b}, ov::element::i32, standard.get_output_shape(0),
        [=](const ov::TensorVector &inputs, ov::Tensor &output) {
            multiply_typed(inputs[0], transpose_a, inputs[1], transpose_b, output);
        });
}

}  // namespace ascendcl::host::engine
