// Streams: acl_rt.h "Streams".
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "acl/acl.h"
#include "host/report/report.h"
#include "host/runtime/context.h"
#include "host/runtime/event.h"
#include "host/runtime/stream.h"
#include "host/runtime/stream_table.h"

using namespace ascendcl::host;

namespace {

constexpr uint32_t kNeverSynchronized =
    ACL_STREAM_PERSISTENT | ACL_STREAM_DEVICE_USE_ONLY | ACL_STREAM_CPU_SCHEDULE;

aclError synchronize(aclrtStream handle, int32_t timeout_ms) {
    const auto stream = any_stream(handle);
    if ((stream->flags() & kNeverSynchronized) != 0) return ACL_SUCCESS;
    return stream->synchronize(timeout_ms);
}

}  // namespace

aclError aclrtCreateStream(aclrtStream *stream) {
    return guarded(__func__, [&] {
        require(stream != nullptr, "stream is null");
        *stream = create_stream(0, 0)->handle();
    });
}

aclError aclrtCreateStreamWithConfig(aclrtStream *stream, uint32_t priority, uint32_t flag) {
    return guarded(__func__, [&] {
        require(stream != nullptr, "stream is null");
        *stream = create_stream(priority, flag)->handle();
    });
}

aclError aclrtDestroyStream(aclrtStream stream) {
    return guarded(__func__, [&] {
        require(stream != nullptr, "stream is null");
        destroy_stream(stream, true);
    });
}

aclError aclrtDestroyStreamForce(aclrtStream stream) {
    return guarded(__func__, [&] {
        require(stream != nullptr, "stream is null");
        destroy_stream(stream, false);
    });
}

aclError aclrtSynchronizeStream(aclrtStream stream) {
    return guarded(__func__, [&] { return synchronize(stream, -1); });
}

aclError aclrtSynchronizeStreamWithTimeout(aclrtStream stream, int32_t timeout) {
    return guarded(__func__, [&] {
        require(timeout > 0 || timeout == -1, "the timeout must be -1 or above 0",
                ACL_ERROR_RT_PARAM_INVALID);
        return synchronize(stream, timeout);
    });
}

aclError aclrtStreamQuery(aclrtStream stream, aclrtStreamStatus *status) {
    return guarded(__func__, [&] {
        require(status != nullptr, "status is null");
        *status =
            any_stream(stream)->idle() ? ACL_STREAM_STATUS_COMPLETE : ACL_STREAM_STATUS_NOT_READY;
    });
}

aclError aclrtStreamAbort(aclrtStream stream) {
    return guarded(__func__, [&] {
        require(stream != nullptr, "stream is null");
        own_stream(stream)->abort();
    });
}

aclError aclrtStreamWaitEvent(aclrtStream stream, aclrtEvent event) {
    return guarded(__func__, [&] {
        require(event != nullptr, "event is null");
        const auto waiting = own_stream(stream);
        return event_of(event)->hold_up(waiting, wait_timeout());
    });
}

aclError aclrtStreamWaitEventWithTimeout(aclrtStream stream, aclrtEvent event, int32_t timeout) {
    return guarded(__func__, [&] {
        require(event != nullptr, "event is null");
        require(timeout >= 0, "the timeout is negative", ACL_ERROR_RT_PARAM_INVALID);
        const auto waiting = own_stream(stream);
        return event_of(event)->hold_up(waiting, std::chrono::milliseconds(timeout));
    });
}

aclError aclrtStreamGetId(aclrtStream stream, int32_t *streamId) {
    return guarded(__func__, [&] {
        require(streamId != nullptr, "streamId is null");
        *streamId = any_stream(stream)->id();
    });
}

aclError aclrtStreamGetPriority(aclrtStream stream, uint32_t *priority) {
    return guarded(__func__, [&] {
        require(priority != nullptr, "priority is null");
        *priority = any_stream(stream)->priority();
    });
}

aclError aclrtStreamGetFlags(aclrtStream stream, uint32_t *flags) {
    return guarded(__func__, [&] {
        require(flags != nullptr, "flags is null");
        *flags = any_stream(stream)->flags();
    });
}

aclError aclrtGetStreamAvailableNum(uint32_t *streamCount) {
    return guarded(__func__, [&] {
        require(streamCount != nullptr, "streamCount is null");
        const int32_t used = current_context()->owner().streams.load();
        *streamCount = static_cast<uint32_t>(std::max(0, kMaxStreams - used));
    });
}

aclError aclrtDeviceGetStreamPriorityRange(int32_t *leastPriority, int32_t *greatestPriority) {
    return guarded(__func__, [&] {
        current_context();
        if (leastPriority != nullptr) *leastPriority = kLeastPriority;
        if (greatestPriority != nullptr) *greatestPriority = 0;
    });
}

aclError aclrtSetStreamFailureMode(aclrtStream stream, uint64_t mode) {
    return guarded(__func__, [&] {
        require(stream != nullptr, "stream is null");
        require(mode == ACL_CONTINUE_ON_FAILURE || mode == ACL_STOP_ON_FAILURE, "no such mode");
        own_stream(stream)->set_stop_on_failure(mode == ACL_STOP_ON_FAILURE);
    });
}

aclError aclrtGetThreadLastTaskId(uint32_t *taskId) {
    return guarded(__func__, [&] {
        require(taskId != nullptr, "taskId is null");
        *taskId = last_task_id();
    });
}
