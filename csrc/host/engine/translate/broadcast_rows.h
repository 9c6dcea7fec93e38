// The walk over operands that are broadcast to one shape, without copies: rows that are as long as
// the operands' memory allows, in each of which an operand stands still or goes along.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "host/engine/plain_graph.h"

namespace ascendcl::host::engine {

template <size_t kOperands>
class BroadcastRows {
   public:
    using Offsets = std::array<size_t, kOperands>;  // in elements

    BroadcastRows(const Shape &dims, const std::array<Shape, kOperands> &operands) {
        Offsets step;
        step.fill(1);
        for (size_t from_end = 1; from_end <= dims.size(); ++from_end) {
            const auto dim = static_cast<size_t>(dims[dims.size() - from_end]);
            Offsets steps{};
            for (size_t i = 0; i < kOperands; ++i) {
                const Shape &own = operands[i];
                const size_t own_dim =
                    from_end > own.size() ? 1 : static_cast<size_t>(own[own.size() - from_end]);
                steps[i] = own_dim == 1 ? 0 : step[i];
                step[i] *= own_dim;
            }
            if (dim != 1) add(dim, steps);
        }
        if (axes_.empty()) axes_.push_back({1, {}});
        for (size_t i = 1; i < axes_.size(); ++i) rows_ *= axes_[i].dim;
    }

    // Calls `row(offsets, steps, length)` for each row, in order.
    template <typename Row>
    void walk(Row &&row) const {
        Offsets offsets{};
        std::vector<size_t> at(axes_.size(), 0);
        for (size_t i = 0; i < rows_; ++i) {
            row(offsets, axes_[0].steps, axes_[0].dim);
            for (size_t axis = 1; axis < axes_.size(); ++axis) {
                for (size_t k = 0; k < kOperands; ++k) offsets[k] += axes_[axis].steps[k];
                if (++at[axis] < axes_[axis].dim) break;
                at[axis] = 0;
                for (size_t k = 0; k < kOperands; ++k)
                    offsets[k] -= axes_[axis].steps[k] * axes_[axis].dim;
            }
        }
    }

   private:
    struct Axis {
        size_t dim;
        Offsets steps;
    };

    // Axes of one go where the outer one carries on where the inner one ends.
    void add(size_t dim, const Offsets &steps) {
        if (!axes_.empty()) {
            Axis &inner = axes_.back();
            bool carries_on = true;
            for (size_t i = 0; i < kOperands; ++i)
                carries_on &= steps[i] == inner.steps[i] * inner.dim;
            if (carries_on) {
                inner.dim *= dim;
                return;
            }
        }
        axes_.push_back({dim, steps});
    }

    std::vector<Axis> axes_;  // the innermost first
    size_t rows_ = 1;
};

}  // namespace ascendcl::host::engine
