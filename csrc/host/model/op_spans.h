// When the ops of an execution ran. Their lengths are measured, their places are not.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/engine/engine.h"

namespace ascendcl::host::model {

// In nanoseconds of the monotonic clock.
struct OpSpan {
    std::string name;
    std::string type;
    uint64_t begin;
    uint64_t end;
    uint64_t nanoseconds;  // as measured; more than end - begin if the span was shortened
};

// End to end from `begin`; shortened if together they were longer than the execution, as rounding
// and means may have it.
std::vector<OpSpan> laid_end_to_end(const std::vector<engine::OpTime> &times, uint64_t begin,
                                    uint64_t end);

}  // namespace ascendcl::host::model
