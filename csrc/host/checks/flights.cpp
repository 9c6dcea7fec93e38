// For each stream: how many executions it was given, and up to which one those of other streams are
// over when it comes to what it is given next. An execution on a stream is remembered beyond its
// end until somebody may know of that.
// SPDX-License-Identifier: Apache-2.0
#include "host/checks/flights.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace ascendcl::host::checks {
namespace {

// Calls that neither wait nor ask: nobody knows by them that something on a stream is over.
constexpr std::string_view kTellNothing[] = {
    "aclmdlExecute",
    "aclmdlExecuteAsync",
    "aclrtMemcpyAsync",
    "aclrtMemsetAsync",
    "aclrtRecordEvent",
    "aclrtStreamWaitEvent",
    "aclmdlCreateDataset",
    "aclmdlAddDatasetBuffer",
    "aclCreateDataBuffer",
    "aclUpdateDataBuffer",
    "aclrtSetCurrentContext",
    "aclrtGetCurrentContext",
    "aclmdlSetInputDynamicDims",
    "aclmdlSetDynamicHWSize",
    "aclmdlSetDynamicBatchSize",
    "aclmdlSetDatasetTensorDesc",
};

// How many calls of the others there were.
std::atomic<uint64_t> telling_calls{0};

// Stream -> the number of its last execution that is over.
using Clock = std::map<int32_t, uint64_t>;

struct StreamState {
    uint64_t executions = 0;
    Clock known;
    bool is_unsure = false;
};

struct Flight {
    uint32_t model_id;
    WorkMemory work;
    std::optional<int32_t> stream;
    uint64_t number;  // on its stream
    Site site;
    uint64_t told;  // telling_calls when it was submitted
    bool is_over = false;
};

struct Air {
    std::mutex mutex;
    std::list<Flight> flights;
    std::unordered_map<int32_t, StreamState> streams;
    std::unordered_map<const void *, Clock> events;
};

Air &air() {
    static auto &only = *new Air;  // leaks on purpose: stream workers outlive static objects
    return only;
}

void join(Clock &into, const Clock &other) {
    for (const auto &[stream, number] : other) {
        uint64_t &known = into[stream];
        known = std::max(known, number);
    }
}

bool overlap(const WorkMemory &a, const WorkMemory &b) {
    const auto first = reinterpret_cast<uintptr_t>(a.start);
    const auto second = reinterpret_cast<uintptr_t>(b.start);
    return first != 0 && second != 0 && first < second + b.size && second < first + a.size;
}

// The caller holds the lock.
bool is_before(const Flight &earlier, std::optional<int32_t> stream) {
    if (!earlier.stream || !stream) return false;
    if (*earlier.stream == *stream) return true;
    const StreamState &own = air().streams[*stream];
    const auto known = own.known.find(*earlier.stream);
    return own.is_unsure || (known != own.known.end() && known->second >= earlier.number);
}

// Whether nobody need hear of a flight any more. The caller holds the lock.
bool is_settled(const Flight &earlier, const Flight &now) {
    if (!earlier.is_over) return false;
    const bool is_repeated = earlier.model_id == now.model_id && earlier.stream == now.stream;
    return is_repeated || earlier.told != now.told;
}

std::string place_of(std::optional<int32_t> stream) {
    return stream ? "on stream " + std::to_string(*stream) : "on a thread that waits for it";
}

std::optional<Violation> obstacle(const Flight &flight) {
    for (const Flight &other : air().flights) {
        const bool same_model = other.model_id == flight.model_id;
        if (!same_model && !overlap(other.work, flight.work)) continue;
        if (is_before(other, flight.stream)) continue;
        std::string what = "model " + std::to_string(flight.model_id) + " is to be executed " +
                           place_of(flight.stream) + " while ";
        what += same_model ? "it"
                           : "model " + std::to_string(other.model_id) +
                                 ", which has the same work memory,";
        what +=
            other.is_over ? " may still be executed, nothing has waited for it, " : " is executed ";
        return Violation{same_model ? Rule::kModelShared : Rule::kWorkShared,
                         what + place_of(other.stream), "the other execution was submitted",
                         other.site};
    }
    return std::nullopt;
}

}  // namespace

Token take_off(uint32_t model_id, WorkMemory work, std::optional<int32_t> stream) {
    if (!is_strict()) return nullptr;
    std::list<Flight> one;
    const auto flight = one.insert(one.end(), {model_id, work, stream, 0, here(), telling_calls});
    std::optional<Violation> found;
    {
        const std::lock_guard lock(air().mutex);
        air().flights.remove_if([&](const Flight &other) { return is_settled(other, *flight); });
        found = obstacle(*flight);
        if (stream) flight->number = ++air().streams[*stream].executions;
        air().flights.splice(air().flights.end(), one);
    }
    Token token(&*flight, [flight](const void *) {
        const std::lock_guard lock(air().mutex);
        flight->is_over = true;
        if (!flight->stream) air().flights.erase(flight);
    });
    if (found) violated(*found);
    return token;
}

void note_call(const char *function) noexcept {
    const auto last = std::end(kTellNothing);
    if (std::find(std::begin(kTellNothing), last, function) == last) note_waited();
}

void note_waited() noexcept { telling_calls.fetch_add(1, std::memory_order_relaxed); }

void note_recorded(const void *event, int32_t stream) noexcept {
    if (!is_strict()) return;
    try {
        const std::lock_guard lock(air().mutex);
        const StreamState &state = air().streams[stream];
        Clock clock = state.known;
        clock[stream] = state.executions;
        air().events.insert_or_assign(event, std::move(clock));
    } catch (const std::bad_alloc &) {
    }
}

void note_awaited(const void *event, int32_t stream) noexcept {
    if (!is_strict()) return;
    try {
        const std::lock_guard lock(air().mutex);
        StreamState &state = air().streams[stream];
        const auto recorded = air().events.find(event);
        if (recorded == air().events.end()) {
            state.is_unsure = true;
        } else {
            join(state.known, recorded->second);
        }
    } catch (const std::bad_alloc &) {
    }
}

void note_gone(const void *event) noexcept {
    if (!is_strict()) return;
    const std::lock_guard lock(air().mutex);
    air().events.erase(event);
}

void forget_order() noexcept {
    const std::lock_guard lock(air().mutex);
    air().flights.remove_if([](const Flight &flight) { return flight.is_over; });
    air().streams.clear();
    air().events.clear();
}

}  // namespace ascendcl::host::checks
