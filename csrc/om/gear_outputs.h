// Output dims per gear, which files store as texts "gear,output,d0,d1,...".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "om/budget.h"

namespace ascendcl::om {

// [gear][output]; empty unless the texts give every output of every gear, for the form of the
// texts was never verified on a file.
std::vector<std::vector<std::vector<int64_t>>> parse_gear_outputs(
    const std::vector<std::string_view> &texts, size_t gears, size_t outputs, Budget &budget);

}  // namespace ascendcl::om
