// The consumers of filters are asked, before the filters are decoded.
// SPDX-License-Identifier: Apache-2.0
#include "host/engine/lower/filter_groups.h"

#include "host/engine/lower/conv_node.h"

namespace ascendcl::host::engine {

FilterGroups filter_groups(const om::Graph &graph) {
    FilterGroups groups;
    for (const om::Node &node : graph.nodes) {
        const auto conv = conv_node(node);
        if (!conv || conv->filter.empty() || conv->groups < 1 ||
            conv->filter_desc->format != om::Format::kFractalZ)
            continue;
        const auto [found, is_new] = groups.emplace(conv->filter, conv->groups);
        if (!is_new && found->second != conv->groups) found->second = 0;
    }
    return groups;
}

}  // namespace ascendcl::host::engine
