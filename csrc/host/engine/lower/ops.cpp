// The op table over all families.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/ops.h"

#include "host/engine/lower/elementwise_names.h"

namespace ascendcl::host::engine {
namespace {

Values lower_elementwise_node(NodeView &view) { return lower_elementwise(view, view.node().type); }

}  // namespace

LowerFunction find_lowering(std::string_view type) noexcept {
    for (const OpFamily &family :
         {cube_ops(), activation_ops(), normalization_ops(), pool_ops(), reduce_ops(), resize_ops(),
          layout_ops(), slice_ops(), index_ops(), caffe_ops(), framework_ops()})
        for (size_t i = 0; i < family.count; ++i)
            if (family.entries[i].type == type) return family.entries[i].lower;
    return elementwise_by_type(type) != nullptr ? lower_elementwise_node : nullptr;
}

Values lower_pass(NodeView &view) {
    const Operand &x = view.operand(0);
    if (element_count(x.shape()) != element_count(view.output_shape()))
        view.refuse("it turns " + to_string(x.shape()) + " into " + to_string(view.output_shape()));
    return {view.reshape(x.value, x.shape(), view.output_shape())};
}

ValueId with_repeated(NodeView &view, ValueId x, size_t slot, const std::vector<int64_t> &values,
                      std::string_view what) {
    if (!view.has(slot)) return x;
    if (view.graph().constant(view.operand(slot).value) == nullptr)
        return view.add(op::Require{values, std::string(what)}, {x, view.operand(slot).value});
    const std::vector<int64_t> given = view.constant_integers(slot);
    if (given != values)
        view.refuse("its " + std::string(what) + " is " + to_string(given) +
                    ", its output is declared for " + to_string(values));
    return x;
}

std::vector<int64_t> axes_of_node(NodeView &view, std::string_view name, size_t slot,
                                  int64_t rank) {
    if (!view.attrs().has(name) && !view.has(slot)) view.refuse_without(name);
    std::vector<int64_t> axes =
        view.attrs().has(name) ? view.integers({name}) : view.constant_integers(slot);
    for (int64_t &axis : axes) {
        if (axis < -rank || axis >= rank)
            view.refuse("axis " + std::to_string(axis) + " of " + std::to_string(rank) + " dims");
        if (axis < 0) axis += rank;
    }
    return axes;
}

int64_t axis_of_node(NodeView &view, std::string_view name, size_t slot, int64_t rank) {
    const std::vector<int64_t> axes = axes_of_node(view, name, slot, rank);
    if (axes.size() != 1) view.refuse("one axis is expected");
    return axes[0];
}

int64_t axis_attribute(const NodeView &view, std::string_view name, int64_t fallback,
                       int64_t rank) {
    int64_t axis = view.integer(name, fallback);
    if (axis < 0) axis += rank;
    if (axis < 0 || axis >= rank)
        view.refuse("attribute '" + std::string(name) + "' is out of range");
    return axis;
}

}  // namespace ascendcl::host::engine
