// From the GE graph of a compiled model to the plain graph: constants decoded, layouts logical,
// fusions taken apart, geometry recovered, reshapes put back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "host/engine/engine.h"
#include "host/engine/lower/gear_graph.h"
#include "host/engine/lower/refused_nodes.h"
#include "host/engine/plain_graph.h"
#include "host/engine/refusal.h"
#include "om/bytes.h"
#include "om/descriptors.h"
#include "om/gears.h"
#include "om/graph.h"
#include "om/kernels.h"

namespace ascendcl::host::engine {

struct LowerInput {
    const om::ModelDef &def;
    const om::Graph &graph;  // the main graph, or that of a gear
    const om::Descriptors &descriptors;
    const om::KernelStore &kernels;
    om::Bytes weights;
};

struct Lowered {
    PlainGraph graph;
    std::vector<Finding> findings;
};

// Throws Refusal naming the nodes that cannot be recovered.
Lowered lower(const LowerInput &input);

// The same as far as it goes: the nodes that cannot be recovered are added to `refused`, and stood
// in for, or, with those behind them, left out.
Lowered lower(const LowerInput &input, RefusedNodes &refused);

// The nodes whose type alone is refused, whatever the shapes.
RefusedNodes unsupported_types(const om::Graph &graph);

// Calls `use` with the model that is the gear's graph, -1 for a model without gears.
template <typename Use>
auto with_gear(const LowerInput &model, int32_t gear, Use &&use) {
    const auto count = static_cast<int64_t>(model.descriptors.gears.size());
    if (count == 0 && gear < 0) return use(model);
    if (gear < 0 || gear >= count)
        throw Refusal("the model has " + std::to_string(count) + " gears, number " +
                      std::to_string(gear) + " is asked for");
    const auto index = static_cast<size_t>(gear);
    const om::Graph graph = gear_graph(model.def, index);
    const om::Descriptors descriptors = om::descriptors_of_gear(model.descriptors, index);
    return use(LowerInput{model.def, graph, descriptors, model.kernels, model.weights});
}

// The gear's graph lowered as the static model of its shape is.
Lowered lower_gear(const LowerInput &model, int32_t gear);

}  // namespace ascendcl::host::engine
