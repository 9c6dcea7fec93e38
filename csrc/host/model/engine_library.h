// The engine's own shared object, opened with the first model: everything else works without it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/engine/engine.h"

namespace ascendcl::host::model {

// The engine. Throws Failure(500001) whose text carries the loader's own words when the engine or
// OpenVINO is missing; the next call tries again.
engine::Engine &engine();

}  // namespace ascendcl::host::model
