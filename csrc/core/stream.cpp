// Streams and events.
// SPDX-License-Identifier: Apache-2.0
#include "core/stream.h"

#include <functional>

namespace ascendcl::core {

Status Stream::create(ContextHandle context, StreamHandle &stream) noexcept {
    const InFlight flight;
    if (Status status = usable(); !status.ok()) return status;
    CurrentContext scope(*context);
    if (!scope.status().ok()) return scope.status();
    aclrtStream handle = nullptr;
    if (aclError code = aclrtCreateStream(&handle); code != ACL_SUCCESS) {
        return {code, "aclrtCreateStream"};
    }
    return make_owner(
        Kind::kStream, "aclrtCreateStream", stream, [handle] { aclrtDestroyStream(handle); },
        std::move(context), handle);
}

Status Stream::close() noexcept {
    return close_with([](aclrtStream handle) -> Status {
        return {aclrtDestroyStream(handle), "aclrtDestroyStream"};
    });
}

Status Stream::synchronize(int32_t timeout_ms) noexcept {
    return with_handle([timeout_ms](aclrtStream stream) -> Status {
        if (timeout_ms < 0) return {aclrtSynchronizeStream(stream), "aclrtSynchronizeStream"};
        static constexpr char kName[] = "aclrtSynchronizeStreamWithTimeout";
        if (aclrtSynchronizeStreamWithTimeout == nullptr) return {ACL_ERROR_API_NOT_SUPPORT, kName};
        return {aclrtSynchronizeStreamWithTimeout(stream, timeout_ms), kName};
    });
}

Status Stream::wait(Event &event) noexcept {
    return event.with_handle([this](aclrtEvent mark) {
        return with_handle([mark](aclrtStream stream) -> Status {
            return {aclrtStreamWaitEvent(stream, mark), "aclrtStreamWaitEvent"};
        });
    });
}

Status Event::create(ContextHandle context, EventHandle &event) noexcept {
    const InFlight flight;
    if (Status status = usable(); !status.ok()) return status;
    CurrentContext scope(*context);
    if (!scope.status().ok()) return scope.status();
    aclrtEvent handle = nullptr;
    if (aclError code = aclrtCreateEvent(&handle); code != ACL_SUCCESS) {
        return {code, "aclrtCreateEvent"};
    }
    return make_owner(
        Kind::kEvent, "aclrtCreateEvent", event, [handle] { aclrtDestroyEvent(handle); },
        std::move(context), handle);
}

Status Event::close() noexcept {
    return close_with([](aclrtEvent handle) -> Status {
        return {aclrtDestroyEvent(handle), "aclrtDestroyEvent"};
    });
}

Status Event::record(Stream &stream) noexcept {
    return with_handle([&stream](aclrtEvent mark) {
        return stream.with_handle([mark](aclrtStream queue) -> Status {
            return {aclrtRecordEvent(mark, queue), "aclrtRecordEvent"};
        });
    });
}

Status Event::synchronize() noexcept {
    return with_handle([](aclrtEvent mark) -> Status {
        return {aclrtSynchronizeEvent(mark), "aclrtSynchronizeEvent"};
    });
}

Status Event::query(bool &done) noexcept {
    return with_handle([&done](aclrtEvent mark) -> Status {
        static constexpr char kName[] = "aclrtQueryEventStatus";
        if (aclrtQueryEventStatus == nullptr) return {ACL_ERROR_API_NOT_SUPPORT, kName};
        aclrtEventRecordedStatus recorded = ACL_EVENT_RECORDED_STATUS_NOT_READY;
        const aclError code = aclrtQueryEventStatus(mark, &recorded);
        done = recorded == ACL_EVENT_RECORDED_STATUS_COMPLETE;
        return {code, kName};
    });
}

Status Event::elapsed_since(Event &start, float &milliseconds) noexcept {
    const auto elapsed = [&milliseconds](aclrtEvent first, aclrtEvent last) -> Status {
        return {aclrtEventElapsedTime(&milliseconds, first, last), "aclrtEventElapsedTime"};
    };
    // A lock must not be taken twice, and two are taken in one order by all.
    if (&start == this) return with_handle([&](aclrtEvent mark) { return elapsed(mark, mark); });
    const bool start_is_first = std::less<>()(&start, this);
    Event &outer = start_is_first ? start : *this;
    Event &inner = start_is_first ? *this : start;
    return outer.with_handle([&](aclrtEvent one) {
        return inner.with_handle([&](aclrtEvent other) {
            return start_is_first ? elapsed(one, other) : elapsed(other, one);
        });
    });
}

}  // namespace ascendcl::core
