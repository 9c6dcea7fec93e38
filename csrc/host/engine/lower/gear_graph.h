// The graph of one gear, as the static model of that shape would hold it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "om/graph.h"

namespace ascendcl::host::engine {

// The gear's own graph behind the Case node, its inputs replaced by what the main graph gives the
// Case node: the model's inputs under their own names, constants, what is made of constants. The
// choosing itself is left out. Throws Refusal.
om::Graph gear_graph(const om::ModelDef &def, size_t gear);

}  // namespace ascendcl::host::engine
