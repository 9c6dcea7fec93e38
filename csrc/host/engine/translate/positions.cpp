// Which input of an op points where, and the check of it.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/translate/positions.h"

#include <algorithm>
#include <limits>
#include <openvino/opsets/opset13.hpp>
#include <string>

#include "host/engine/refusal.h"
#include "host/engine/translate/run_time_values.h"

namespace ascendcl::host::engine {
namespace {

namespace ops = ov::opset13;

// Element i of the input points into an axis of bounds[i % bounds.size()] elements.
struct Positions {
    size_t slot = 0;
    std::vector<int64_t> bounds;
};

template <typename Operation>
Positions positions_in(const Operation &, const TypedList &) {
    return {};
}
Positions positions_in(const op::Gather &gather, const TypedList &inputs) {
    return {1, {dims_of(inputs[0])[static_cast<size_t>(gather.axis)]}};
}
Positions positions_in(const op::GatherElements &gather, const TypedList &inputs) {
    return {1, {dims_of(inputs[0])[static_cast<size_t>(gather.axis)]}};
}
Positions positions_in(const op::GatherNd &, const TypedList &inputs) {
    const Shape data = dims_of(inputs[0]);
    return {1, {data.begin(), data.begin() + static_cast<long>(dims_of(inputs[1]).back())}};
}

// What is done with each index of an op.
struct Check {
    std::string node;  // for messages
    std::vector<int64_t> bounds;
    bool wraps_negative = true;
    bool may_point_nowhere = false;  // as -1 then

    template <typename T, typename Fail>
    void all(const T *given, int32_t *counted, size_t count, const Fail &fail) const {
        bool is_any_out = false;
        if (bounds.size() == 1)
            is_any_out = along(given, counted, count, bound(0));
        else
            for (size_t i = 0; i < count; ++i) {
                counted[i] = from_start(given[i], bound(i));
                is_any_out |= counted[i] < 0;
            }
        if (!is_any_out || may_point_nowhere) return;
        const auto at = static_cast<size_t>(std::find(counted, counted + count, -1) - counted);
        fail("index " + std::to_string(given[at]) + " (element " + std::to_string(at) +
             " of its indices) is out of range of an axis of " + std::to_string(bound(at)));
    }

    int32_t bound(size_t at) const { return static_cast<int32_t>(bounds[at % bounds.size()]); }

    // Without a branch in the loop, so that compilers vectorise it. Answers whether any is out.
    template <typename T>
    bool along(const T *given, int32_t *counted, size_t count, int32_t length) const {
        int32_t all_bits = 0;
        for (size_t i = 0; i < count; ++i) {
            counted[i] = from_start(given[i], length);
            all_bits |= counted[i];
        }
        return all_bits < 0;
    }

    // -1 for none of the axis.
    template <typename T>
    int32_t from_start(T given, int32_t length) const {
        using Index =
            std::conditional_t<sizeof(T) == 8, T,
                               std::conditional_t<std::is_signed_v<T>, int32_t, uint32_t>>;
        Index index = given;
        const auto end = static_cast<Index>(length);
        if constexpr (std::is_signed_v<Index>) {
            if (wraps_negative && index < 0) index += end;
            return index >= 0 && index < end ? static_cast<int32_t>(index) : -1;
        } else {
            return index < end ? static_cast<int32_t>(index) : -1;
        }
    }
};

// Elements of an integer type, of which the graph holds wide ones as words.
template <typename Function>
void with_integers(om::DataType dtype, Function &&function) {
    const bool known = with_number(dtype, [&](auto zero) {
        if constexpr (std::is_integral_v<decltype(zero)>) function(zero);
    });
    if (!known || dtype == om::DataType::kDouble)
        throw Refusal(std::string("its indices are ") + om::name(dtype));
}

Typed checked_constant(const ops::Constant &constant, const Typed &given, const Check &check) {
    const Shape dims = dims_of(given);
    const ov::Shape shape(dims.begin(), dims.end());
    std::vector<int32_t> counted(ov::shape_size(shape));
    with_integers(given.dtype, [&](auto zero) {
        using Element = Stored<decltype(zero)>;
        check.all(static_cast<const Element *>(constant.get_data_ptr()), counted.data(),
                  counted.size(), [](const std::string &text) { throw Refusal(text); });
    });
    return {std::make_shared<ops::Constant>(ov::element::i32, shape, counted),
            om::DataType::kInt32};
}

Typed checked(const Typed &given, const Check &check) {
    for (const int64_t bound : check.bounds)
        if (bound > std::numeric_limits<int32_t>::max())
            throw Refusal("it points into an axis of " + std::to_string(bound));
    if (const auto constant = ov::as_type_ptr<ops::Constant>(given.node.get_node_shared_ptr()))
        return checked_constant(*constant, given, check);
    std::string name = check.node + " indices of " + om::name(given.dtype);
    for (const int64_t bound : check.bounds) name += " " + std::to_string(bound);
    TensorFunction function;
    with_integers(given.dtype, [&](auto zero) {
        using T = decltype(zero);
        function = [check](const ov::TensorVector &inputs, ov::Tensor &output) {
            check.all(
                elements<T>(inputs[0]), elements<int32_t>(output), output.get_size(),
                [&](const std::string &text) { throw RunTimeRefusal(check.node + ": " + text); });
        };
    });
    return computed_by(name, {given.node}, om::DataType::kInt32, dims_of(given), function);
}

}  // namespace

TypedList with_checked_positions(const PlainNode &node, TypedList inputs) {
    Check check{"node '" + node.name + "' (" + node.type + ")", {}};
    if (const auto *one_hot = std::get_if<op::OneHot>(&node.op)) {
        check.bounds = {one_hot->depth};
        check.wraps_negative = one_hot->wraps_negative;
        check.may_point_nowhere = true;
        inputs[0] = checked(inputs[0], check);
        return inputs;
    }
    const Positions positions =
        std::visit([&](const auto &operation) { return positions_in(operation, inputs); }, node.op);
    if (positions.bounds.empty()) return inputs;
    check.bounds = positions.bounds;
    inputs[positions.slot] = checked(inputs[positions.slot], check);
    return inputs;
}

}  // namespace ascendcl::host::engine
