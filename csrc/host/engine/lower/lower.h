// From the GE graph of a compiled model to the plain graph: constants decoded, layouts logical,
// fusions taken apart, geometry recovered, reshapes put back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "host/engine/engine.h"
#include "host/engine/plain_graph.h"
#include "om/bytes.h"
#include "om/descriptors.h"
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

// Throws Refusal naming the node that cannot be recovered.
Lowered lower(const LowerInput &input);

// The gear's graph lowered as the static model of its shape is; -1 for a model without gears.
Lowered lower_gear(const LowerInput &model, int32_t gear);

}  // namespace ascendcl::host::engine
