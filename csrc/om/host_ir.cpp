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

bool has_ir(const ModelDef &model) noexcept {
    return std::any_of(model.graphs.begin(), model.graphs.end(),
                       [](const Graph &graph) { return ir_node(graph) != nullptr; });
}

std::string like_hash(Bytes file) {
    const Container container = Container::parse(file);
    require_one_model(container.header());
    const Bytes def = container.models().front().find(PartitionType::kModelDef);
    return std::string(model_attributes(def).text(kLikeHash).value_or(""));
}

}  // namespace ascendcl::om
