// Strict mode: what happens when a rule is broken. Who finds that one is broken stands in
// objects.h, holds.h and flights.h, and where the rule concerns one place only, there.
// SPDX-License-Identifier: Apache-2.0
//
// Off, everything here costs one relaxed load.
#pragma once

#include <string>

#include "host/checks/call_site.h"
#include "host/checks/entry.h"
#include "host/checks/rules.h"

namespace ascendcl::host::checks {

inline bool is_strict() noexcept { return watched_by(kStrict); }

// What broke a rule: the objects, and the other place that has to do with it.
struct Violation {
    Rule rule;
    std::string objects;       // a sentence
    std::string earlier = {};  // "the memory was freed"; empty where there is no other place
    Site earlier_site = nullptr;
    int code = 0;  // in place of the rule's own
};

// Reports by the mode. Throws Failure in mode "fail": the call in progress is to answer its code.
void violated(const Violation &violation);

// The same for what the call in progress only brings to light: mode "fail" prints it.
void observed(const Violation &violation) noexcept;

// Hands out the reports that have piled up on this thread. No lock may be held.
void deliver_reports() noexcept;

}  // namespace ascendcl::host::checks
