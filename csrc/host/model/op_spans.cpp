// One scale for all ops, so that the last never ends after its execution.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/op_spans.h"

#include <algorithm>

namespace ascendcl::host::model {

std::vector<OpSpan> laid_end_to_end(const std::vector<engine::OpTime> &times, uint64_t begin,
                                    uint64_t end) {
    uint64_t sum = 0;
    for (const engine::OpTime &time : times) sum += time.nanoseconds;
    const uint64_t length = end - begin;
    const double scale = sum <= length ? 1 : static_cast<double>(length) / static_cast<double>(sum);
    std::vector<OpSpan> spans;
    spans.reserve(times.size());
    for (const engine::OpTime &time : times) {
        const auto shown = static_cast<uint64_t>(static_cast<double>(time.nanoseconds) * scale);
        const uint64_t until = std::min(begin + shown, end);
        spans.push_back({time.name, time.type, begin, until, time.nanoseconds});
        begin = until;
    }
    return spans;
}

}  // namespace ascendcl::host::model
