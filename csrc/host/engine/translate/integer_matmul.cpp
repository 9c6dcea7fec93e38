// Plain loops, the innermost along the rows of the second matrix, so that compilers vectorise it.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/translate/integer_matmul.h"

#include <algorithm>
#include <openvino/opsets/opset13.hpp>
#include <vector>

#include "host/engine/refusal.h"

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

IntegerMatMul::IntegerMatMul(const ov::Output<ov::Node> &a, const ov::Output<ov::Node> &b,
                             bool transpose_a, bool transpose_b)
    : Op({a, b}), transpose_a_(transpose_a), transpose_b_(transpose_b) {
    constructor_validate_and_infer_types();
}

void IntegerMatMul::validate_and_infer_types() {
    const ov::element::Type type = get_input_element_type(0);
    if (type != get_input_element_type(1) || (type != ov::element::i8 && type != ov::element::i32))
        throw Refusal("a product of integer matrices takes two of int8 or two of int32");
    // Shapes by the rules of the standard op.
    const ov::opset13::MatMul shape(
        std::make_shared<ov::opset13::Parameter>(ov::element::i32, get_input_partial_shape(0)),
        std::make_shared<ov::opset13::Parameter>(ov::element::i32, get_input_partial_shape(1)),
        transpose_a_, transpose_b_);
    set_output_type(0, ov::element::i32, shape.get_output_partial_shape(0));
}

std::shared_ptr<ov::Node> IntegerMatMul::clone_with_new_inputs(
    const ov::OutputVector &inputs) const {
    return std::make_shared<IntegerMatMul>(inputs.at(0), inputs.at(1), transpose_a_, transpose_b_);
}

bool IntegerMatMul::visit_attributes(ov::AttributeVisitor &visitor) {
    visitor.on_attribute("transpose_a", transpose_a_);
    visitor.on_attribute("transpose_b", transpose_b_);
    return true;
}

bool IntegerMatMul::evaluate(ov::TensorVector &outputs, const ov::TensorVector &inputs) const {
    const bool is_narrow = inputs[0].get_element_type() == ov::element::i8;
    (is_narrow ? multiply_all<int8_t> : multiply_all<int32_t>)(inputs[0], transpose_a_, inputs[1],
                                                               transpose_b_, outputs[0]);
    return true;
}

}  // namespace ascendcl::host::engine
