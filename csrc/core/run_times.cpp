// Counting what the parts of runs take.
// SPDX-License-Identifier: Apache-2.0
#include "core/run_times.h"

#include <algorithm>
#include <utility>

namespace ascendcl::core {

RunHistograms::RunHistograms(std::vector<std::chrono::nanoseconds> bounds)
    : bounds_(std::move(bounds)) {
    for (Histogram &part : parts_) part.counts.resize(bounds_.size() + 1);
}

void RunHistograms::add(const RunTimes &times) noexcept {
    for (size_t part = 0; part < RunTimes::kParts; ++part) {
        const auto place = std::lower_bound(bounds_.begin(), bounds_.end(), times.parts[part]);
        ++parts_[part].counts[static_cast<size_t>(place - bounds_.begin())];
        parts_[part].sum += times.parts[part];
    }
}

}  // namespace ascendcl::core
