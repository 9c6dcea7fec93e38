// Reasons are grouped as they come, and told up to a limit.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/refused_nodes.h"

#include <algorithm>

#include "host/engine/lower/logical_layout.h"

namespace ascendcl::host::engine {
namespace {

constexpr size_t kMostReasons = 12;

}  // namespace

void RefusedNodes::add(const Refusal &refusal, const om::Node &node, Lowering &lowering) {
    ++count_;
    const auto same = std::find_if(told_.begin(), told_.end(), [&](const Told &told) {
        return told.reason == refusal.reason() && told.type == node.type;
    });
    if (same != told_.end()) {
        ++same->more;
    } else if (told_.size() < kMostReasons) {
        told_.push_back({std::string(refusal.reason()), std::string(node.type), refusal.what(), 0});
    }

    auto &outputs = lowering.done[node.name];
    outputs.clear();
    try {
        for (const om::TensorDesc &desc : node.output_descs) {
            const LogicalTensor logical = logical_tensor(desc);
            const ValueId value = lowering.graph.add(std::string(node.name), std::string(node.type),
                                                     op::Parameter{desc.dtype, logical.shape}, {});
            outputs.push_back(Produced{value, logical});
        }
    } catch (const Refusal &) {
        hide(node);
    }
}

bool RefusedNodes::hides_input_of(const om::Node &node) const {
    return std::any_of(node.inputs.begin(), node.inputs.end(), [&](const om::Edge &edge) {
        return edge.kind == om::Edge::Kind::kData && hidden_.count(edge.node) != 0;
    });
}

void RefusedNodes::refuse() const {
    if (count_ == 1) throw Refusal(told_[0].text);
    std::string text = std::to_string(count_) + " nodes cannot be run";
    size_t left = count_;
    for (const Told &told : told_) {
        text += "\n  " + told.text;
        if (told.more != 0) text += " and " + std::to_string(told.more) + " more";
        left -= 1 + told.more;
    }
    if (left != 0) text += "\n  and " + std::to_string(left) + " nodes for other reasons";
    throw Refusal(text);
}

}  // namespace ascendcl::host::engine
