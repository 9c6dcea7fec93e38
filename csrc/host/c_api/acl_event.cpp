// Events and notifies: acl_rt.h "Events", "Notifies".
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl.h"
#include "host/report/report.h"
#include "host/runtime/event.h"
#include "host/runtime/notify.h"
#include "host/runtime/stream_table.h"

using namespace ascendcl::host;

namespace {

constexpr uint32_t kAllFlags = ACL_EVENT_SYNC | ACL_EVENT_CAPTURE_STREAM_PROGRESS |
                               ACL_EVENT_TIME_LINE | ACL_EVENT_DEVICE_USE_ONLY |
                               ACL_EVENT_EXTERNAL | ACL_EVENT_IPC;

aclrtEvent make_event(uint32_t flag, bool is_ex) {
    const auto alone = [flag](uint32_t bit) { return (flag & bit) == 0 || flag == bit; };
    require(flag != 0 && (flag & ~kAllFlags) == 0, "the flag is 0 or has an unknown bit",
            ACL_ERROR_RT_PARAM_INVALID);
    require(alone(ACL_EVENT_DEVICE_USE_ONLY) && alone(ACL_EVENT_EXTERNAL) && alone(ACL_EVENT_IPC),
            "the flag may not be combined with others", ACL_ERROR_RT_PARAM_INVALID);
    require(is_ex || flag != ACL_EVENT_IPC, "only an Ex event may be shared between processes",
            ACL_ERROR_RT_PARAM_INVALID);
    return create_event(flag, is_ex);
}

std::shared_ptr<Event> plain_event(aclrtEvent handle) {
    auto event = event_of(handle);
    require(!event->is_ex(), "not for an event of aclrtCreateEventExWithFlag",
            ACL_ERROR_RT_FEATURE_NOT_SUPPORT);
    return event;
}

}  // namespace

aclError aclrtCreateEvent(aclrtEvent *event) {
    return guarded(__func__, [&] {
        require(event != nullptr, "event is null");
        *event = create_event(ACL_EVENT_SYNC | ACL_EVENT_TIME_LINE, false);
    });
}

aclError aclrtCreateEventWithFlag(aclrtEvent *event, uint32_t flag) {
    return guarded(__func__, [&] {
        require(event != nullptr, "event is null");
        *event = make_event(flag, false);
    });
}

aclError aclrtCreateEventExWithFlag(aclrtEvent *event, uint32_t flag) {
    return guarded(__func__, [&] {
        require(event != nullptr, "event is null");
        *event = make_event(flag, true);
    });
}

aclError aclrtDestroyEvent(aclrtEvent event) {
    return guarded(__func__, [&] {
        require(event != nullptr, "event is null");
        destroy_event(event);
    });
}

aclError aclrtRecordEvent(aclrtEvent event, aclrtStream stream) {
    return guarded(__func__, [&] {
        require(event != nullptr, "event is null");
        const auto recording = own_stream(stream);
        return event_of(event)->record(*recording);
    });
}

aclError aclrtResetEvent(aclrtEvent event, aclrtStream stream) {
    return guarded(__func__, [&] {
        require(event != nullptr, "event is null");
        const auto resetting = own_stream(stream);
        return plain_event(event)->reset(*resetting);
    });
}

aclError aclrtQueryEvent(aclrtEvent event, aclrtEventStatus *status) {
    return guarded(__func__, [&] {
        require(event != nullptr && status != nullptr, "a pointer is null");
        *status =
            plain_event(event)->is_done() ? ACL_EVENT_STATUS_COMPLETE : ACL_EVENT_STATUS_NOT_READY;
    });
}

aclError aclrtQueryEventStatus(aclrtEvent event, aclrtEventRecordedStatus *status) {
    return guarded(__func__, [&] {
        require(event != nullptr && status != nullptr, "a pointer is null");
        const auto asked = event_of(event);
        const bool complete = asked->is_done() && (asked->is_ex() || asked->is_recorded());
        *status =
            complete ? ACL_EVENT_RECORDED_STATUS_COMPLETE : ACL_EVENT_RECORDED_STATUS_NOT_READY;
    });
}

aclError aclrtQueryEventWaitStatus(aclrtEvent event, aclrtEventWaitStatus *status) {
    return guarded(__func__, [&] {
        require(event != nullptr && status != nullptr, "a pointer is null");
        *status = plain_event(event)->are_waits_done() ? ACL_EVENT_WAIT_STATUS_COMPLETE
                                                       : ACL_EVENT_WAIT_STATUS_NOT_READY;
    });
}

aclError aclrtSynchronizeEvent(aclrtEvent event) {
    return guarded(__func__, [&] {
        require(event != nullptr, "event is null");
        return event_of(event)->synchronize(-1);
    });
}

aclError aclrtSynchronizeEventWithTimeout(aclrtEvent event, int32_t timeout) {
    return guarded(__func__, [&] {
        require(event != nullptr, "event is null");
        require(timeout > 0 || timeout == -1, "the timeout must be -1 or above 0",
                ACL_ERROR_RT_PARAM_INVALID);
        return event_of(event)->synchronize(timeout);
    });
}

aclError aclrtEventElapsedTime(float *ms, aclrtEvent startEvent, aclrtEvent endEvent) {
    return guarded(__func__, [&] {
        require(ms != nullptr && startEvent != nullptr && endEvent != nullptr, "a pointer is null");
        const auto start = event_of(startEvent)->time();
        const auto end = event_of(endEvent)->time();
        *ms = std::chrono::duration<float, std::milli>(end - start).count();
    });
}

aclError aclrtEventGetTimestamp(aclrtEvent event, uint64_t *timestamp) {
    return guarded(__func__, [&] {
        require(event != nullptr && timestamp != nullptr, "a pointer is null");
        const auto since_start = event_of(event)->time().time_since_epoch();
        *timestamp = static_cast<uint64_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(since_start).count());
    });
}

aclError aclrtGetEventId(aclrtEvent event, uint32_t *eventId) {
    return guarded(__func__, [&] {
        require(event != nullptr && eventId != nullptr, "a pointer is null");
        *eventId = event_of(event)->id();
    });
}

aclError aclrtGetEventAvailNum(uint32_t *eventCount) {
    return guarded(__func__, [&] {
        require(eventCount != nullptr, "eventCount is null");
        *eventCount = available_events();
    });
}

aclError aclrtCreateNotify(aclrtNotify *notify, uint64_t flag) {
    return guarded(__func__, [&] {
        require(notify != nullptr, "notify is null");
        require(flag == ACL_NOTIFY_DEFAULT || flag == ACL_NOTIFY_DEVICE_USE_ONLY, "no such flag");
        *notify = create_notify();
    });
}

aclError aclrtDestroyNotify(aclrtNotify notify) {
    return guarded(__func__, [&] {
        require(notify != nullptr, "notify is null");
        destroy_notify(notify);
    });
}

aclError aclrtRecordNotify(aclrtNotify notify, aclrtStream stream) {
    return guarded(__func__, [&] {
        require(notify != nullptr, "notify is null");
        const auto recording = own_stream(stream);
        return notify_of(notify)->record(*recording);
    });
}

aclError aclrtWaitAndResetNotify(aclrtNotify notify, aclrtStream stream, uint32_t timeout) {
    return guarded(__func__, [&] {
        require(notify != nullptr, "notify is null");
        const auto waiting = own_stream(stream);
        return notify_of(notify)->wait_and_reset(waiting, std::chrono::milliseconds(timeout));
    });
}

aclError aclrtGetNotifyId(aclrtNotify notify, uint32_t *notifyId) {
    return guarded(__func__, [&] {
        require(notify != nullptr && notifyId != nullptr, "a pointer is null");
        *notifyId = notify_of(notify)->id();
    });
}

aclError aclrtNotifyBatchReset(aclrtNotify *notifies, size_t num) {
    return guarded(__func__, [&] {
        require(notifies != nullptr && num != 0, "no notifies are given");
        for (size_t index = 0; index < num; ++index) {
            require(notifies[index] != nullptr, "a notify is null");
            notify_of(notifies[index]);  // all or none
        }
        for (size_t index = 0; index < num; ++index) notify_of(notifies[index])->clear();
    });
}
