// Reductions, sums along an axis, the largest elements.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <numeric>
#include <string>

#include "host/engine/refusal.h"
#include "host/engine/translate/emit.h"
#include "host/engine/translate/exact.h"

namespace ascendcl::host::engine {
namespace {

using om::DataType;
using op::ReduceKind;

// Wraps, where T is an integer.
template <typename T>
T sum(T a, T b) {
    if constexpr (std::is_floating_point_v<T>)
        return a + b;
    else
        return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
template <typename T>
T product(T a, T b) {
    if constexpr (std::is_floating_point_v<T>)
        return a * b;
    else
        return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}

// Each row of the last axis to one element: `first`, then with each of the row, then `last` with
// the row's length.
template <typename T, typename Value, typename Step, typename Last>
TensorFunction rows_to_one(Value first, Step step, Last last) {
    return [first, step, last](const ov::TensorVector &inputs, ov::Tensor &output) {
        const Stored<T> *row = elements<T>(inputs[0]);
        Stored<T> *result = elements<T>(output);
        const size_t rows = inputs[0].get_shape()[0], length = inputs[0].get_shape()[1];
        for (size_t i = 0; i < rows; ++i, row += length) {
            Value value = first;
            for (size_t j = 0; j < length; ++j)
                value = step(value, static_cast<Value>(static_cast<T>(row[j])));
            result[i] = static_cast<Stored<T>>(last(value, length));
        }
    };
}

// Rounded towards zero. The sum does not wrap but that of 64 bits.
template <typename T>
TensorFunction mean_of_rows() {
    using Sum = std::conditional_t<std::is_floating_point_v<T>, T,
                                   std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>>;
    return rows_to_one<T>(
        Sum{0}, [](Sum a, Sum b) { return sum(a, b); },
        [](Sum value, size_t count) {
            if constexpr (std::is_integral_v<T>)
                if (count == 0) return T{0};
            return static_cast<T>(value / static_cast<Sum>(count));
        });
}

template <typename T>
TensorFunction reduction_of(ReduceKind kind) {
    using Limits = std::numeric_limits<T>;
    const auto same = [](T value, size_t) { return value; };
    constexpr T low = Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
    constexpr T high = Limits::has_infinity ? Limits::infinity() : Limits::max();
    switch (kind) {
        case ReduceKind::kSum:
            return rows_to_one<T>(T{0}, [](T a, T b) { return sum(a, b); }, same);
        case ReduceKind::kProduct:
            return rows_to_one<T>(T{1}, [](T a, T b) { return product(a, b); }, same);
        // A NaN stays.
        case ReduceKind::kMax:
            return rows_to_one<T>(low, [](T a, T b) { return a > b || a != a ? a : b; }, same);
        case ReduceKind::kMin:
            return rows_to_one<T>(high, [](T a, T b) { return a < b || a != a ? a : b; }, same);
        case ReduceKind::kMean:
            return mean_of_rows<T>();
        default:
            return {};
    }
}

TensorFunction boolean_reduction(bool all) {
    return [all](const ov::TensorVector &inputs, ov::Tensor &output) {
        const uint8_t *row = elements<bool>(inputs[0]);
        uint8_t *result = elements<bool>(output);
        const size_t rows = inputs[0].get_shape()[0], length = inputs[0].get_shape()[1];
        for (size_t i = 0; i < rows; ++i, row += length) {
            bool value = all;
            for (size_t j = 0; j < length; ++j)
                value = all ? value & (row[j] != 0) : value | (row[j] != 0);
            result[i] = value;
        }
    };
}

Typed transposed(const Typed &x, std::vector<int64_t> order) {
    if (is_wide(x.dtype)) order.push_back(static_cast<int64_t>(order.size()));
    return {permuted(x.node, order), x.dtype};
}

// The sizes before, of and behind an axis.
struct AxisSizes {
    size_t outer = 1, own = 1, inner = 1;
};

AxisSizes sizes_at(const Shape &dims, int64_t axis) {
    AxisSizes sizes;
    for (size_t i = 0; i < dims.size(); ++i) {
        const auto dim = static_cast<size_t>(dims[i]);
        const auto at = static_cast<int64_t>(i);
        (at < axis ? sizes.outer : at == axis ? sizes.own : sizes.inner) *= dim;
    }
    return sizes;
}

template <typename T>
TensorFunction sum_along(const AxisSizes &sizes, bool exclusive, bool reverse) {
    return [=](const ov::TensorVector &inputs, ov::Tensor &output) {
        for (size_t i = 0; i < sizes.outer * sizes.inner; ++i) {
            const size_t begin = i / sizes.inner * sizes.own * sizes.inner + i % sizes.inner;
            T value = 0;
            for (size_t k = 0; k < sizes.own; ++k) {
                const size_t at = begin + (reverse ? sizes.own - 1 - k : k) * sizes.inner;
                const T with = sum(value, static_cast<T>(elements<T>(inputs[0])[at]));
                elements<T>(output)[at] = static_cast<Stored<T>>(exclusive ? value : with);
                value = with;
            }
        }
    };
}

// Calls `give(place in the output, index along the axis, element)` for the first `count` elements
// along the axis in their order; of equal ones the first comes first.
template <typename T, typename Give>
void top(const Stored<T> *x, const AxisSizes &sizes, size_t count, bool largest, Give &&give) {
    std::vector<size_t> order(sizes.own);
    for (size_t i = 0; i < sizes.outer * sizes.inner; ++i) {
        const size_t outer = i / sizes.inner, inner = i % sizes.inner;
        const Stored<T> *column = x + outer * sizes.own * sizes.inner + inner;
        const auto at = [&](size_t k) { return static_cast<T>(column[k * sizes.inner]); };
        const auto before = [&](size_t a, size_t b) {
            if (at(a) != at(b)) return largest ? at(a) > at(b) : at(a) < at(b);
            return a < b;
        };
        std::iota(order.begin(), order.end(), size_t{0});
        const auto end = order.begin() + static_cast<std::ptrdiff_t>(count);
        if (count == 1)
            std::iter_swap(order.begin(), std::min_element(order.begin(), order.end(), before));
        else
            std::partial_sort(order.begin(), end, order.end(), before);
        for (size_t k = 0; k < count; ++k)
            give((outer * count + k) * sizes.inner + inner, order[k],
                 column[order[k] * sizes.inner]);
    }
}

std::string type_name(const Typed &x) { return om::name(x.dtype); }

}  // namespace

std::optional<Typed> exact_reduction(const op::Reduce &reduce, const Typed &x) {
    const bool is_boolean = reduce.kind == ReduceKind::kAll || reduce.kind == ReduceKind::kAny;
    if (is_single(x.dtype) || x.node.get_element_type() == ov::element::boolean)
        return std::nullopt;
    TensorFunction function;
    if (is_boolean && x.dtype == DataType::kBool)
        function = boolean_reduction(reduce.kind == ReduceKind::kAll);
    else
        with_number(x.dtype,
                    [&](auto zero) { function = reduction_of<decltype(zero)>(reduce.kind); });
    if (!function) throw Refusal("of " + type_name(x) + " it is not supported");
    const Shape dims = dims_of(x);
    std::vector<int64_t> order, reduced;
    Shape kept, rows = {1, 1};
    for (size_t i = 0; i < dims.size(); ++i) {
        const auto axis = static_cast<int64_t>(i);
        const bool goes =
            std::find(reduce.axes.begin(), reduce.axes.end(), axis) != reduce.axes.end();
        (goes ? reduced : order).push_back(axis);
        rows[goes ? 1 : 0] *= dims[i];
        if (!goes)
            kept.push_back(dims[i]);
        else if (reduce.keep_dims)
            kept.push_back(1);
    }
    order.insert(order.end(), reduced.begin(), reduced.end());
    const Typed in_rows = reshaped(transposed(x, order), rows);
    const std::string name =
        "reduction " + std::to_string(static_cast<int>(reduce.kind)) + " of " + type_name(x);
    return reshaped(computed_by(name, {in_rows.node}, x.dtype, {rows[0]}, std::move(function)),
                    kept);
}

std::optional<Typed> exact_sum_along(const op::CumulativeSum &op, const Typed &x) {
    if (is_single(x.dtype)) return std::nullopt;
    TensorFunction function;
    with_number(x.dtype, [&](auto zero) {
        function =
            sum_along<decltype(zero)>(sizes_at(dims_of(x), op.axis), op.exclusive, op.reverse);
    });
    if (!function) throw Refusal("of " + type_name(x) + " it is not supported");
    const std::string name = "sum along " + std::to_string(op.axis) +
                             (op.exclusive ? " exclusive" : "") + (op.reverse ? " reverse" : "") +
                             " of " + type_name(x);
    return computed_by(name, {x.node}, x.dtype, dims_of(x), std::move(function));
}

std::optional<TypedList> exact_top(const op::TopK &op, const Typed &x) {
    if (is_single(x.dtype)) return std::nullopt;
    Shape dims = dims_of(x);
    const AxisSizes sizes = sizes_at(dims, op.axis);
    const auto count = static_cast<size_t>(op.count);
    if (count > sizes.own) throw Refusal("it takes more elements than there are");
    const bool largest = op.largest;
    TensorFunction values, indices;
    with_number(x.dtype, [&](auto zero) {
        using T = decltype(zero);
        values = [=](const ov::TensorVector &inputs, ov::Tensor &output) {
            top<T>(elements<T>(inputs[0]), sizes, count, largest,
                   [to = elements<T>(output)](size_t place, size_t, Stored<T> element) {
                       to[place] = element;
                   });
        };
        indices = [=](const ov::TensorVector &inputs, ov::Tensor &output) {
            top<T>(elements<T>(inputs[0]), sizes, count, largest,
                   [to = elements<int32_t>(output)](size_t place, size_t index, Stored<T>) {
                       to[place] = static_cast<int32_t>(index);
                   });
        };
    });
    if (!values) throw Refusal("of " + type_name(x) + " it is not supported");
    dims[static_cast<size_t>(op.axis)] = op.count;
    const std::string name = (largest ? "largest " : "smallest ") + std::to_string(op.count) +
                             " along " + std::to_string(op.axis) + " of " + type_name(x);
    const Typed found =
        computed_by("indices of " + name, {x.node}, DataType::kInt32, dims, std::move(indices));
    return TypedList{computed_by(name, {x.node}, x.dtype, dims, std::move(values)), found};
}

}  // namespace ascendcl::host::engine
