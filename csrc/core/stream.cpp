// Streams and events.
// SPDX-License-Identifier: Apache-2.0
#include "core/stream.h"

#include <functional>

namespace ascendcl::core {
namespace {

// What runs in it may use memory that goes next: dropped, or left alone for good.
Status give_up(aclrtStream stream) noexcept {
    aclGetRecentErrMsg();
    if (aclrtDestroyStreamForce != nullptr) aclrtDestroyStreamForce(stream);
    return {kUnfinished, "acl.Stream"};
}

}  // namespace

Status synchronize_stream(aclrtStream stream, int32_t timeout_ms) noexcept {
    static constexpr char kForEver[] = "aclrtSynchronizeStream";
    static constexpr char kTimed[] = "aclrtSynchronizeStreamWithTimeout";
    const bool is_timed = aclrtSynchronizeStreamWithTimeout != nullptr;
    if (is_timed && must_slice()) {
        return wait_in_slices(
            timeout_ms, ACL_ERROR_RT_STREAM_SYNC_TIMEOUT, kTimed,
            [stream](int32_t slice) { return aclrtSynchronizeStreamWithTimeout(stream, slice); });
    }
    if (timeout_ms < 0) return waited(aclrtSynchronizeStream(stream), kForEver);
    if (!is_timed) return {ACL_ERROR_API_NOT_SUPPORT, kTimed};
    return waited(aclrtSynchronizeStreamWithTimeout(stream, timeout_ms), kTimed);
}

Status Stream::create(ContextHandle context, StreamHandle &stream) noexcept {
    return make_in(*context, [&]() -> Status {
        aclrtStream handle = nullptr;
        if (aclError code = aclrtCreateStream(&handle); code != ACL_SUCCESS) {
            return {code, "aclrtCreateStream"};
        }
        return make_owner(
            Kind::kStream, "aclrtCreateStream", stream, [handle] { aclrtDestroyStream(handle); },
            std::move(context), handle);
    });
}

Status Stream::close() noexcept {
    return close_with([](aclrtStream handle) -> Status {
        // aclrtDestroyStream waits too, but at exit that must end, and CANN's cannot be
        // interrupted.
        const int32_t left = left_at_exit();
        if (left > 0 || must_slice()) {
            const Status settled = synchronize_stream(handle, left);
            if (settled.code == kInterrupted) return settled;
            if (settled.code == ACL_ERROR_RT_STREAM_SYNC_TIMEOUT) return give_up(handle);
        }
        return waited(aclrtDestroyStream(handle), "aclrtDestroyStream");
    });
}

Status Stream::synchronize(int32_t timeout_ms) noexcept {
    return with_handle(
        [timeout_ms](aclrtStream stream) { return synchronize_stream(stream, timeout_ms); });
}

Status Stream::wait(Event &event) noexcept {
    return event.with_handle([this](aclrtEvent mark) {
        return with_handle([mark](aclrtStream stream) -> Status {
            return {aclrtStreamWaitEvent(stream, mark), "aclrtStreamWaitEvent"};
        });
    });
}

Status Event::create(ContextHandle context, EventHandle &event) noexcept {
    return make_in(*context, [&]() -> Status {
        aclrtEvent handle = nullptr;
        if (aclError code = aclrtCreateEvent(&handle); code != ACL_SUCCESS) {
            return {code, "aclrtCreateEvent"};
        }
        return make_owner(
            Kind::kEvent, "aclrtCreateEvent", event, [handle] { aclrtDestroyEvent(handle); },
            std::move(context), handle);
    });
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

Status Event::synchronize(Deadline deadline) noexcept {
    return with_handle([&](aclrtEvent mark) -> Status {
        static constexpr char kTimed[] = "aclrtSynchronizeEventWithTimeout";
        if (aclrtSynchronizeEventWithTimeout == nullptr || (!deadline && !must_slice())) {
            return waited(aclrtSynchronizeEvent(mark), "aclrtSynchronizeEvent");
        }
        const Status status = wait_in_slices(
            milliseconds_until(deadline), ACL_ERROR_RT_EVENT_SYNC_TIMEOUT, kTimed,
            [mark](int32_t slice) { return aclrtSynchronizeEventWithTimeout(mark, slice); });
        const bool late = deadline && status.code == ACL_ERROR_RT_EVENT_SYNC_TIMEOUT;
        return late ? Status{kTimedOut, kTimed} : status;
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
