// Telling what a program assumes: once for each content, to the sink or stderr, to CANN's log and
// to the trace.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/engine/engine.h"
#include "host/model/content_key.h"

namespace ascendcl::host::model {

// Answers 0 for a report that it does not take.
using AssumptionSink = int (*)(const char *report);
void set_assumption_sink(AssumptionSink sink) noexcept;

// Called without a lock that the sink might wait for.
void tell_assumptions(const engine::Program &program, const ContentKey &content);

}  // namespace ascendcl::host::model
