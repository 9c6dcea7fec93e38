// SPDX-License-Identifier: Apache-2.0
#include "om/host_ir.h"

#include <algorithm>

#include "om/attributes.h"

namespace ascendcl::om {

const Node *ir_node(const Graph &graph) noexcept {
    const auto found = std::find_if(graph.nodes.begin(), graph.nodes.end(),
                                    [](const Node &node) { return node.type == kIrType; });
    return found == graph.nodes.end() ? nullptr : &*found;
}

const Node *first_ir_node(const ModelDef &model) noexcept {
    for (const Graph &graph : model.graphs)
        if (const Node *node = ir_node(graph)) return node;
    return nullptr;
}

bool has_ir(const ModelDef &model) noexcept { return first_ir_node(model) != nullptr; }

std::string like_hash(Bytes file) {
    const Container container = Container::parse(file);
    require_one_model(container.header());
    const Bytes def = container.models().front().find(PartitionType::kModelDef);
    return std::string(model_attributes(def).text(kLikeHash).value_or(""));
}

}  // namespace ascendcl::om
