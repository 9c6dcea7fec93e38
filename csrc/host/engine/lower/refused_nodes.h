// All nodes of a graph that are refused, told at once: who mends a model wants to know of every
// one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "host/engine/lower/lowering.h"
#include "host/engine/refusal.h"
#include "om/graph.h"

namespace ascendcl::host::engine {

class RefusedNodes {
   public:
    bool empty() const noexcept { return count_ == 0; }

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
    struct Told {
        std::string reason;
        std::string type;
        std::string text;  // the whole refusal of the first node
        size_t more = 0;   // nodes of the same type, refused for the same reason
    };

    std::vector<Told> told_;
    size_t count_ = 0;
    std::unordered_set<std::string_view> hidden_;
};

}  // namespace ascendcl::host::engine
