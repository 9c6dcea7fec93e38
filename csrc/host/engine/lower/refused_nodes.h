// All nodes of a graph that are refused, told at once: who mends a model wants to know of every
// one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "host/engine/lower/lowering.h"
#include "host/engine/refusal.h"
#include "om/graph.h"

namespace ascendcl::host::engine {

class RefusedNodes {
   public:
    const std::vector<RefusedNode> &nodes() const noexcept { return nodes_; }

    void add(const Refusal &refusal) { nodes_.push_back(refusal.refused()); }
    // Runs `step`, which looks at `node`, and adds what it refuses. Damage goes on.
    template <typename Step>
    void collect(const om::Node &node, Lowering &lowering, Step &&step) {
        try {
            refusing_at(node.name, node.type, std::forward<Step>(step));
        } catch (const Damage &) {
            throw;
        } catch (const Refusal &refusal) {
            add(refusal, node, lowering);
        }
    }
    // `node` is refused. What it would have given stands in for it, as far as the file declares it,
    // so that the nodes behind it can be looked at.
    void add(const Refusal &refusal, const om::Node &node, Lowering &lowering);
    // Nothing can be said of what comes from `node`.
    void hide(const om::Node &node) { hidden_.insert(node.name); }
    // Whether it reads something that nothing can be said of.
    bool hides_input_of(const om::Node &node) const;

    // Throws Refusal of all of them: each reason once, with the first of its nodes.
    [[noreturn]] void refuse() const;

   private:
    std::vector<RefusedNode> nodes_;
    std::unordered_set<std::string_view> hidden_;
};

}  // namespace ascendcl::host::engine
