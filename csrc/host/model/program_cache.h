// One compiled program per model content: N loads of a file cost one compilation and one set of
// packed weights. A program lives as long as a model uses it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "host/engine/engine.h"
#include "om/bytes.h"

namespace ascendcl::host::model {

// The program of `file`, compiled if no live model has it; concurrent callers compile once.
// Throws Failure: 500001 without an engine, 500002 with the engine's words when it refuses.
std::shared_ptr<engine::Program> shared_program(om::Bytes file, om::Bytes weights);

// Tells the user what the file does not say and the engine had to guess.
void report_guesses(const engine::Program &program);

// ASCENDCL_HOST_THREADS; 0, all cores, unless it is set. Throws Failure(500001) when it is no
// number.
uint32_t threads_per_execution();

}  // namespace ascendcl::host::model
