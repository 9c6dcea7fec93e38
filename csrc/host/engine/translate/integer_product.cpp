// Products of integer matrices. Plain loops, the innermost along the rows of the second matrix, so
// that compilers vectorise it.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <openvino/opsets/opset13.hpp>
#include <vector>

#include "host/engine/refusal.h"
#include "host/engine/translate/exact.h"

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

// Sums of int8 are int32, those of others of their own type.
template <typename T>
using Sum = std::conditional_t<std::is_same_v<T, int8_t>, int32_t, T>;

// The products wrap as two's complement does.
template <typename T>
void multiply(const T *a, Matrix a_form, const T *b, Matrix b_form, Sum<T> *out) {
    using Unsigned = std::make_unsigned_t<Sum<T>>;
    const size_t columns = b_form.columns;
    std::vector<T> moved;
    if (b_form.column_step != 1) {
        moved = in_rows(b, b_form);
        b = moved.data();
    }
    std::vector<Unsigned> sums(columns);
    for (size_t i = 0; i < a_form.rows; ++i) {
        std::fill(sums.begin(), sums.end(), 0);
        for (size_t k = 0; k < a_form.columns; ++k) {
            const T *row = b + k * columns;
            const auto factor =
                static_cast<Unsigned>(a[i * a_form.row_step + k * a_form.column_step]);
            for (size_t j = 0; j < columns; ++j) sums[j] += factor * static_cast<Unsigned>(row[j]);
        }
        for (const Unsigned sum : sums) *out++ = static_cast<Sum<T>>(sum);
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

// The dims of an operand and whether they are swapped.
struct Factor {
    ov::Shape dims;
    bool transposed;
};

template <typename T>
TensorFunction multiply_all(const Factor &a, const Factor &b, const ov::Shape &dims) {
    const Matrix a_form = matrix_of(a.dims, a.transposed), b_form = matrix_of(b.dims, b.transposed);
    const size_t out_size = a_form.rows * b_form.columns;
    const size_t count = out_size == 0 ? 0 : shape_size(dims) / out_size;
    return
        [=, a_dims = a.dims, b_dims = b.dims](const ov::TensorVector &inputs, ov::Tensor &output) {
            for (size_t i = 0; i < count; ++i)
                multiply<T>(elements<T>(inputs[0]) +
                                batch_index(a_dims, dims, i) * a_form.rows * a_form.columns,
                            a_form,
                            elements<T>(inputs[1]) +
                                batch_index(b_dims, dims, i) * b_form.rows * b_form.columns,
                            b_form, elements<Sum<T>>(output) + i * out_size);
        };
}

// By the rules of the standard op.
ov::Shape product_dims(const Factor &a, const Factor &b) {
    const auto stand_in = [](const Factor &factor) {
        return std::make_shared<ov::opset13::Parameter>(ov::element::i32, factor.dims);
    };
    const ov::opset13::MatMul standard(stand_in(a), stand_in(b), a.transposed, b.transposed);
    return standard.get_output_shape(0);
}

}  // namespace

Typed integer_product(const Typed &a, const Typed &b, const op::MatMul &matmul) {
    const Shape a_dims = dims_of(a), b_dims = dims_of(b);
    if (a_dims.size() < 2 || b_dims.size() < 2)
        throw Refusal("a product of integers takes matrices");
    const Factor first{{a_dims.begin(), a_dims.end()}, matmul.transpose_a};
    const Factor second{{b_dims.begin(), b_dims.end()}, matmul.transpose_b};
    const ov::Shape dims = product_dims(first, second);
    TensorFunction function;
    if (a.dtype == b.dtype) {
        switch (a.dtype) {
            case om::DataType::kInt8:
                function = multiply_all<int8_t>(first, second, dims);
                break;
            case om::DataType::kInt32:
                function = multiply_all<int32_t>(first, second, dims);
                break;
            case om::DataType::kUint32:
                function = multiply_all<uint32_t>(first, second, dims);
                break;
            case om::DataType::kInt64:
                function = multiply_all<int64_t>(first, second, dims);
                break;
            case om::DataType::kUint64:
                function = multiply_all<uint64_t>(first, second, dims);
                break;
            default:
                break;
        }
    }
    if (!function)
        throw Refusal(
            "a product of integer matrices takes two of one type, which is int8 or has 32 bits or "
            "more");
    const std::string name = std::string("product of ") + om::name(a.dtype) +
                             (first.transposed ? " a'" : "") + (second.transposed ? " b'" : "");
    return computed_by(name, {a.node, b.node},
                       a.dtype == om::DataType::kInt8 ? om::DataType::kInt32 : a.dtype,
                       {dims.begin(), dims.end()}, std::move(function));
}

}  // namespace ascendcl::host::engine
