// A bound of the greatest operands first, which costs one look at each; only where that is too
// much, the results themselves.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/ir/checked_results.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <openvino/opsets/opset13.hpp>
#include <optional>
#include <string>
#include <vector>

#include "host/engine/ir/byte_products.h"
#include "host/engine/ir/node_words.h"
#include "host/engine/translate/broadcast_rows.h"
#include "host/engine/translate/function_op.h"
#include "host/engine/translate/run_time_values.h"
#include "host/engine/wide_integers.h"

namespace ascendcl::host::engine {
namespace {

namespace ops = ov::opset13;

// Results fit from `least` up to, without it, `end`.
struct Room {
    double least = 0, end = 0;
    const char *words = "";

    bool has(double value) const { return value >= least && value < end; }
};

constexpr Room kInt32 = {-2147483648.0, 2147483648.0, "in 32 bits"};
constexpr Room kFloat32 = {-16777215.0, 16777216.0, "in float32, exact below 2^24"};

[[noreturn]] void refuse(const std::string &node, double result, const Room &room) {
    std::string number = std::to_string(result);
    number.resize(number.find('.'));
    throw RunTimeRefusal(node + ": a result is " + number +
                         ", and the host runtime computes this op " + room.words);
}

// As doubles: integers of 32 bits are exact there, and so is what is added to or multiplied by one.
std::vector<double> values_of(const ov::Tensor &tensor) {
    return with_wide_integers(tensor.get_element_type(), tensor.data(), [&](const auto *values) {
        return std::vector<double>(values, values + tensor.get_size());
    });
}

// The greatest absolute value.
double greatest_of(const ov::Tensor &tensor) {
    return with_wide_integers(
        tensor.get_element_type(), tensor.data(), [&](const auto *values) -> double {
            if (tensor.get_size() == 0) return 0;
            const auto [least, greatest] = std::minmax_element(values, values + tensor.get_size());
            return std::max(std::abs(static_cast<double>(*least)),
                            std::abs(static_cast<double>(*greatest)));
        });
}

using Check = std::function<void(const ov::TensorVector &inputs, const std::string &node)>;
using Binary = double (*)(double, double);

double sum(double a, double b) { return a + b; }
double difference(double a, double b) { return a - b; }
double product(double a, double b) { return a * b; }
double power(double a, double b) { return std::pow(a, b); }

Shape dims_of(const ov::Tensor &tensor) {
    return {tensor.get_shape().begin(), tensor.get_shape().end()};
}

// Of each two elements; `bound` is that of the greatest.
Check of_elements(Binary result, Binary bound, Room room) {
    return [=](const ov::TensorVector &inputs, const std::string &node) {
        if (room.has(bound(greatest_of(inputs[0]), greatest_of(inputs[1])))) return;
        const std::vector<double> a = values_of(inputs[0]), b = values_of(inputs[1]);
        if (a.empty() || b.empty()) return;
        const Shape left = dims_of(inputs[0]), right = dims_of(inputs[1]);
        Shape dims(std::max(left.size(), right.size()), 1);
        for (const Shape &own : {left, right})
            for (size_t i = 1; i <= own.size(); ++i)
                dims[dims.size() - i] = std::max(dims[dims.size() - i], own[own.size() - i]);
        BroadcastRows<2>(dims, {left, right})
            .walk([&](const auto &offsets, const auto &steps, size_t length) {
                for (size_t i = 0; i < length; ++i) {
                    const double value =
                        result(a[offsets[0] + i * steps[0]], b[offsets[1] + i * steps[1]]);
                    if (!room.has(value)) refuse(node, value, room);
                }
            });
    };
}

// Of all elements along some axes, which the second input has: of their absolute values, so that no
// sum on the way is beyond it either.
Check along_axes(Binary combine, double first, Binary bound, Room room) {
    return [=](const ov::TensorVector &inputs, const std::string &node) {
        const double count = static_cast<double>(inputs[0].get_size());
        if (room.has(bound(greatest_of(inputs[0]), count))) return;
        const ov::Shape &shape = inputs[0].get_shape();
        std::vector<bool> is_reduced(shape.size(), false);
        for (const double axis : values_of(inputs[1]))
            is_reduced.at(static_cast<size_t>(axis < 0 ? axis + static_cast<double>(shape.size())
                                                       : axis)) = true;
        std::vector<size_t> steps(shape.size(), 0);
        size_t results = 1;
        for (size_t i = shape.size(); i-- > 0;) {
            if (is_reduced[i]) continue;
            steps[i] = results;
            results *= shape[i];
        }
        std::vector<double> totals(results, first);
        const std::vector<double> values = values_of(inputs[0]);
        for (size_t i = 0; i < values.size(); ++i) {
            size_t rest = i, at = 0;
            for (size_t axis = shape.size(); axis-- > 0; rest /= shape[axis])
                at += rest % shape[axis] * steps[axis];
            totals[at] = combine(totals[at], std::abs(values[i]));
        }
        for (const double total : totals)
            if (!room.has(total)) refuse(node, total, room);
    };
}

// The greatest absolute value at each place of an axis, which is counted from the end.
std::vector<double> greatest_along(const ov::Tensor &tensor, size_t from_end) {
    const ov::Shape &shape = tensor.get_shape();
    size_t inner = 1;
    for (size_t i = 1; i < from_end; ++i) inner *= shape[shape.size() - i];
    const size_t dim = shape[shape.size() - from_end];
    std::vector<double> greatest(dim, 0);
    const std::vector<double> values = values_of(tensor);
    for (size_t i = 0; i < values.size(); ++i) {
        double &place = greatest[i / inner % dim];
        place = std::max(place, std::abs(values[i]));
    }
    return greatest;
}

Check of_matrices(bool is_left_transposed, bool is_right_transposed) {
    return [=](const ov::TensorVector &inputs, const std::string &node) {
        const auto from_end = [&](size_t input, bool is_last) {
            return is_last || inputs[input].get_shape().size() < 2 ? size_t{1} : size_t{2};
        };
        const auto left = greatest_along(inputs[0], from_end(0, !is_left_transposed));
        const auto right = greatest_along(inputs[1], from_end(1, is_right_transposed));
        double total = 0;
        for (size_t i = 0; i < std::min(left.size(), right.size()); ++i)
            total += left[i] * right[i];
        if (!kFloat32.has(total))
            throw RunTimeRefusal(node +
                                 ": a result may be beyond 2^24, and the host runtime computes "
                                 "this op " +
                                 kFloat32.words);
    };
}

// Infinities and NaN are no integers in ONNX either, and what they become is nobody's.
void check_cast(const ov::TensorVector &inputs, const std::string &node) {
    if (inputs[0].get_element_type() != ov::element::f32) return;
    const auto *values = static_cast<const float *>(inputs[0].data());
    constexpr auto kEnd = static_cast<float>(kInt32.end);
    const auto at = first_unfit(values, inputs[0].get_size(), [](float value) {
        return ((value >= -kEnd) & (value < kEnd)) | !(std::abs(value) <= 3.4028234e38F);
    });
    if (at) refuse(node, values[*at], kInt32);
}

// The least of 32 bits has no positive counterpart there.
void check_sign(const ov::TensorVector &inputs, const std::string &node) {
    const double greatest = greatest_of(inputs[0]);
    if (!kInt32.has(greatest)) refuse(node, greatest, kInt32);
}

// What has to be looked at, of an op with integer results.
Check check_of(const ov::Node &node, bool is_cut_to_32_bits) {
    if (ov::is_type<ops::Power>(&node)) return of_elements(power, power, kFloat32);
    if (is_byte_product(node)) return nullptr;
    if (const auto *matrices = ov::as_type<const ops::MatMul>(&node))
        return of_matrices(matrices->get_transpose_a(), matrices->get_transpose_b());
    if (ov::is_type<ops::ReduceSum>(&node) || ov::is_type<ops::ReduceMean>(&node) ||
        ov::is_type<ops::ReduceL1>(&node))
        return along_axes(sum, 0, product, kFloat32);
    if (ov::is_type<ops::ReduceProd>(&node)) return along_axes(product, 1, power, kFloat32);
    if (!is_cut_to_32_bits) return nullptr;  // others wrap around as ONNX does
    if (ov::is_type<ops::Add>(&node)) return of_elements(sum, sum, kInt32);
    if (ov::is_type<ops::Subtract>(&node)) return of_elements(difference, sum, kInt32);
    if (ov::is_type<ops::Multiply>(&node)) return of_elements(product, product, kInt32);
    if (ov::is_type<ops::CumSum>(&node)) return along_axes(sum, 0, product, kInt32);
    if (ov::is_type<ops::Negative>(&node) || ov::is_type<ops::Abs>(&node)) return check_sign;
    if (ov::is_type<ops::Convert>(&node) && node.get_input_element_type(0).is_real())
        return check_cast;
    return nullptr;
}

}  // namespace

void check_result(ov::Node &node) {
    if (node.get_output_size() == 0 || node.get_input_size() == 0) return;
    const ov::element::Type type = node.get_output_element_type(0);
    if (!is_wide_integer(type)) return;
    const Check look = check_of(node, type != ov::element::i32);
    if (!look) return;
    const std::string name = words_of(node);
    const auto checked = std::make_shared<FunctionOp>(
        name + " results", node.input_values(),
        [look, name](const ov::TensorVector &inputs, ov::Tensor &output) {
            look(inputs, name);
            std::memcpy(output.data(), inputs[0].data(), inputs[0].get_byte_size());
        });
    node.input(0).replace_source_output(checked);
}

}  // namespace ascendcl::host::engine
