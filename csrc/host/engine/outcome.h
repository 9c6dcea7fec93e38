// What the engine answers for an exception that has reached its boundary.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/engine/engine.h"

namespace ascendcl::host::engine {

// To be called in a handler: of the exception that is being handled.
Outcome outcome_of_exception() noexcept;

}  // namespace ascendcl::host::engine
