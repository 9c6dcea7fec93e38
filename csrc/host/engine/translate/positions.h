// Indices that point into an axis: refused where they point outside it, before anything reads
// there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/engine/plain_graph.h"
#include "host/engine/translate/typed.h"

namespace ascendcl::host::engine {

// The op's inputs, its indices among them counted from the start of their axis, as int32. Constant
// ones are looked at now, which throws Refusal; the others whenever the program runs, which throws
// RunTimeRefusal (run_time_values.h). Those of OneHot may point nowhere.
TypedList with_checked_positions(const PlainNode &node, TypedList inputs);

}  // namespace ascendcl::host::engine
