// Parsing of "gear,output,d0,d1,...".
// SPDX-License-Identifier: Apache-2.0
#include "om/gear_outputs.h"

#include <algorithm>
#include <charconv>

namespace ascendcl::om {

namespace {

// Comma-separated integers; empty when the text is anything else.
std::vector<int64_t> parse_integers(std::string_view text, Budget &budget) {
    std::vector<int64_t> values;
    budget.reserve(values, 1 + static_cast<size_t>(std::count(text.begin(), text.end(), ',')));
    const char *at = text.data();
    const char *end = at + text.size();
    for (;;) {
        int64_t value = 0;
        const auto [stop, failure] = std::from_chars(at, end, value);
        if (failure != std::errc()) return {};
        values.push_back(value);
        if (stop == end) return values;
        if (*stop != ',') return {};
        at = stop + 1;
    }
}

}  // namespace

std::vector<std::vector<std::vector<int64_t>>> parse_gear_outputs(
    const std::vector<std::string_view> &texts, size_t gears, size_t outputs, Budget &budget) {
    // The product is bounded by the texts before anything of its size is made.
    if (gears == 0 || outputs == 0 || texts.size() / gears != outputs ||
        texts.size() % gears != 0) {
        return {};
    }
    budget.charge(gears, sizeof(std::vector<std::vector<int64_t>>) + Budget::kAllocationOverhead);
    budget.charge(texts.size(), sizeof(std::vector<int64_t>));
    std::vector<std::vector<std::vector<int64_t>>> dims(gears,
                                                        std::vector<std::vector<int64_t>>(outputs));
    std::vector<bool> seen(texts.size());
    for (const std::string_view text : texts) {
        const std::vector<int64_t> values = parse_integers(text, budget);
        if (values.size() < 2) return {};
        const auto gear = static_cast<uint64_t>(values[0]);
        const auto output = static_cast<uint64_t>(values[1]);
        if (gear >= gears || output >= outputs || seen[gear * outputs + output]) return {};
        seen[gear * outputs + output] = true;
        budget.reserve(dims[gear][output], values.size() - 2);
        dims[gear][output].assign(values.begin() + 2, values.end());
    }
    return dims;
}

}  // namespace ascendcl::om
