// Matrix products.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/matmul.h"

#include <algorithm>

#include "host/engine/lower/fused_kernel.h"
#include "host/engine/lower/ops.h"

namespace ascendcl::host::engine {
namespace {

int64_t from_end(const Shape &shape, size_t i) { return shape[shape.size() - i]; }

bool fits(const Shape &a, const Shape &b, const Shape &out, Transposes t) {
    const int64_t rows = from_end(a, t.a ? 1 : 2), inner_a = from_end(a, t.a ? 2 : 1);
    const int64_t inner_b = from_end(b, t.b ? 1 : 2), columns = from_end(b, t.b ? 2 : 1);
    return inner_a == inner_b && from_end(out, 2) == rows && from_end(out, 1) == columns;
}

std::string text_of(Transposes t) {
    return std::string(t.a ? "first transposed, " : "first not transposed, ") +
           (t.b ? "second transposed" : "second not transposed");
}

// The ways in which a x b can be of these shapes. A first matrix is transposed only where no other
// reading fits: layers of no framework do it.
std::vector<Transposes> readings(const Shape &a, const Shape &b, const Shape &out) {
    std::vector<Transposes> fitting;
    for (const bool first : {false, true}) {
        for (const bool second : {false, true})
            if (fits(a, b, out, {first, second})) fitting.push_back({first, second});
        if (!fitting.empty()) break;
    }
    return fitting;
}

// Square matrices: by the kind of the source op and by what other products of it in the file do.
Transposes transposes_of_square(NodeView &view) {
    const FileEvidence &evidence = view.lowering().evidence;
    const ProductKind kind = product_kind(view.node());
    if (kind == ProductKind::kNone)
        view.refuse_undecided(
            "its second matrix is square and the file does not say whether it is transposed");
    const bool is_gemm = kind == ProductKind::kGemm;
    const auto &seen = is_gemm ? evidence.gemm : evidence.matmul;
    const std::string layers = is_gemm ? "Gemm" : "MatMul";
    if (seen.yes > 0 && seen.no > 0)
        view.refuse_undecided("its second matrix is square, and of the file's " + layers +
                              " layers some are transposed and some are not");
    const Transposes t{false, is_gemm};
    const auto others = seen.yes + seen.no;
    if (others == 0) {
        view.assumed("transposes", text_of(t),
                     "its second matrix is square; " + layers + " layers mostly have it so");
        return t;
    }
    const Transposes found{false, seen.yes > 0};
    view.checked("transposes", text_of(found),
                 "its second matrix is square; the file's other " + layers + " layers (" +
                     std::to_string(others) + ") have it so");
    return found;
}

// Of a fused node: from shapes, then from the kind of the source op.
Transposes recovered_transposes(NodeView &view, const Shape &a, const Shape &b, const Shape &out) {
    const std::vector<Transposes> fitting = readings(a, b, out);
    if (fitting.empty())
        view.refuse("no transposition maps " + to_string(a) + " and " + to_string(b) + " to " +
                    to_string(out));
    if (fitting.size() == 1) {
        const bool is_only = fitting[0].a || !fits(a, b, out, {true, fitting[0].b});
        if (is_only)
            view.checked("transposes", text_of(fitting[0]), "no others fit the shapes");
        else
            view.assumed("transposes", text_of(fitting[0]),
                         "its first matrix is square; layers do not transpose that");
        return fitting[0];
    }
    if (fitting[0].a)
        view.refuse_undecided("several transpositions map " + to_string(a) + " and " +
                              to_string(b) + " to " + to_string(out));
    return transposes_of_square(view);
}

}  // namespace

std::optional<Transposes> stated_transposes(const om::AttrMap &attrs) {
    const auto flag = [&](std::initializer_list<std::string_view> names) -> std::optional<bool> {
        for (const std::string_view name : names) {
            if (const auto value = attrs.boolean(name)) return value;
            if (const auto number = attrs.integer(name)) return *number != 0;
        }
        return std::nullopt;
    };
    const auto a = flag({"transpose_x1", "adj_x1", "transpose_a", "adj_x"});
    const auto b = flag({"transpose_x2", "adj_x2", "transpose_b", "adj_y"});
    if (!a && !b) return std::nullopt;
    return Transposes{a.value_or(false), b.value_or(false)};
}

std::optional<Transposes> only_transposes(const Shape &a, const Shape &b, const Shape &out) {
    if (!product_fits(a, b, out)) return std::nullopt;
    const std::vector<Transposes> fitting = readings(a, b, out);
    if (fitting.size() != 1 || fitting[0].a) return std::nullopt;
    return fitting[0];
}

bool product_fits(const Shape &a, const Shape &b, const Shape &out) {
    if (a.size() < 2 || b.size() < 2 || out.size() < 2) return false;
    return !readings(a, b, out).empty();
}

ValueId lower_matmul(NodeView &view, const Operand &a, const Operand &b,
                     const std::optional<Operand> &bias) {
    const Shape &out = view.output_shape();
    if (a.rank() < 2 || b.rank() < 2 || out.size() < 2)
        view.refuse("it multiplies " + to_string(a.shape()) + " and " + to_string(b.shape()));
    // A fused node shows the IR's defaults.
    const auto stated = is_fused(view.node()) ? std::nullopt : stated_transposes(view.attrs());
    const Transposes transposes =
        stated ? *stated : recovered_transposes(view, a.shape(), b.shape(), out);
    if (!fits(a.shape(), b.shape(), out, transposes))
        view.refuse("its attributes do not map " + to_string(a.shape()) + " and " +
                    to_string(b.shape()) + " to " + to_string(out));
    ValueId y = view.add(op::MatMul{transposes.a, transposes.b}, {a.value, b.value});
    if (bias) y = view.add(op::Binary{op::BinaryKind::kAdd}, {y, bias->value});
    return y;
}

ValueId lower_fully_connection(NodeView &view, const Operand &x, const Operand &weights,
                               const std::optional<Operand> &bias) {
    ValueId value = x.value;
    Shape shape = x.shape();
    if (const auto order = axis_permutation(x.axes(), Axes::kNCHW)) {
        value = view.transpose(value, *order);
        Shape moved;
        for (const int64_t axis : *order) moved.push_back(shape[static_cast<size_t>(axis)]);
        shape = moved;
    }
    // A fused node shows the IR's default; the sizes decide whether it can be true.
    const int64_t axis = axis_attribute(view, "axis", 1, x.rank());
    if (axis == 0) view.refuse("attribute 'axis' is out of range");
    Shape rows(shape.begin(), shape.begin() + axis);
    const int64_t inner = element_count(Shape(shape.begin() + axis, shape.end()));

    const int64_t total = element_count(weights.shape());
    if (inner < 1 || weights.rank() < 1 || total % inner != 0)
        view.refuse("its weights " + to_string(weights.shape()) + " do not take " +
                    std::to_string(inner) + " inputs");
    const int64_t outputs = total / inner;
    bool transposed = true;  // [outputs, inputs]
    if (weights.rank() == 2) {
        const bool out_first = weights.shape()[0] == outputs;
        const bool in_first = weights.shape()[0] == inner;
        if (!out_first && !in_first)
            view.refuse("its weights " + to_string(weights.shape()) + " do not take " +
                        std::to_string(inner) + " inputs");
        transposed = out_first && in_first ? !view.boolean("transpose", false) : out_first;
        if (out_first && in_first && is_fused(view.node()))
            view.assumed("transposes", "weights as [outputs, inputs]",
                         "they are square; fully connected layers have them so");
    } else if (weights.shape()[0] != outputs) {
        view.refuse("its weights " + to_string(weights.shape()) + " do not take " +
                    std::to_string(inner) + " inputs");
    }
    const Shape flat = transposed ? Shape{outputs, inner} : Shape{inner, outputs};
    Shape flat_x = rows;
    flat_x.push_back(inner);
    ValueId y = view.add(
        op::MatMul{false, transposed},
        {view.reshape(value, shape, flat_x), view.reshape(weights.value, weights.shape(), flat)});
    if (bias) {
        if (element_count(bias->shape()) != outputs)
            view.refuse("its bias has shape " + to_string(bias->shape()) + " for " +
                        std::to_string(outputs) + " outputs");
        y = view.add(op::Binary{op::BinaryKind::kAdd},
                     {y, view.reshape(bias->value, bias->shape(), {outputs})});
    }
    Shape computed = rows;
    computed.push_back(outputs);
    if (element_count(computed) != element_count(view.output_shape()))
        view.refuse("it computes " + to_string(computed) + " where the file declares " +
                    to_string(view.output_shape()));
    return view.reshape(y, computed, view.output_shape());
}

}  // namespace ascendcl::host::engine
