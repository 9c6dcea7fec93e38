// acl/acl_prof.h: steps, and the marks and ranges that an application sets. They are recorded while
// a session asks for them, and do no harm while none does.
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "acl/acl_prof.h"
#include "host/c_api/handed_out.h"
#include "host/checks/trace.h"
#include "host/model/profiling.h"
#include "host/report/report.h"
#include "host/runtime/context.h"
#include "host/runtime/live_counts.h"
#include "host/runtime/stream.h"

using namespace ascendcl::host;

// The begin of the step, 0 while none has begun; shared with the tasks that read the clock.
struct aclprofStepInfo {
    std::shared_ptr<std::atomic<uint64_t>> begin = std::make_shared<std::atomic<uint64_t>>(0);
    LiveCount<LiveKind::kProfObject> live;
};

namespace {

constexpr int32_t kAnyDevice = -1;

struct Stamp {
    std::string message;
    LiveCount<LiveKind::kProfObject> live;
};

struct Range {
    std::string message;
    uint64_t begin;
};

struct Ranges {
    std::mutex mutex;
    std::map<std::thread::id, std::vector<Range>> pushed;
    std::map<uint32_t, Range> started;
    uint32_t last_id = 0;
};

Ranges &ranges() {
    static auto &only = *new Ranges;  // leaks on purpose: calls may come from late destructors
    return only;
}

const std::string &message_of(const void *stamp) {
    require(stamp != nullptr, "the stamp is null");
    return static_cast<const Stamp *>(stamp)->message;
}

Range begun_now(const void *stamp) { return {message_of(stamp), model::profiling_clock()}; }

void end(const Range &range) {
    model::record(ACL_PROF_MSPROFTX, "range", kAnyDevice, range.message, range.begin,
                  model::profiling_clock());
}

void mark(int32_t device, const std::string &message) {
    const uint64_t now = model::profiling_clock();
    model::record(ACL_PROF_MSPROFTX, "mark", device, message, now, now);
    checks::trace_instant("mark", message.c_str(), {});
}

}  // namespace

aclprofStepInfo *aclprofCreateStepInfo(void) { return hand_out<aclprofStepInfo>(); }

void aclprofDestroyStepInfo(aclprofStepInfo *stepinfo) { take_back(stepinfo); }

aclError aclprofGetStepTimestamp(aclprofStepInfo *stepInfo, aclprofStepTag tag,
                                 aclrtStream stream) {
    return guarded(__func__, [&] {
        require(stepInfo != nullptr, "stepInfo is null");
        require(tag == ACL_STEP_START || tag == ACL_STEP_END, "no such tag");
        const auto queue = own_stream(stream);
        return queue->submit([tag, begin = stepInfo->begin, device = queue->owner().device()] {
            const uint64_t now = model::profiling_clock();
            if (tag == ACL_STEP_START) {
                begin->store(now);
            } else if (const uint64_t since = begin->exchange(0); since != 0) {
                model::record(ACL_PROF_TRAINING_TRACE, "step", device, "", since, now);
            }
            return ACL_SUCCESS;
        });
    });
}

void *aclprofCreateStamp(void) { return hand_out<Stamp, checks::ObjectKind::kProfilerStamp>(); }

void aclprofDestroyStamp(void *stamp) { take_back(static_cast<Stamp *>(stamp)); }

aclError aclprofSetStampTraceMessage(void *stamp, const char *msg, uint32_t msgLen) {
    return guarded(__func__, [&] {
        require(stamp != nullptr, "the stamp is null");
        require(msg != nullptr, "msg is null");
        static_cast<Stamp *>(stamp)->message.assign(msg, ::strnlen(msg, msgLen));
    });
}

aclError aclprofPush(void *stamp) {
    return guarded(__func__, [&] {
        Range range = begun_now(stamp);
        const std::lock_guard lock(ranges().mutex);
        ranges().pushed[std::this_thread::get_id()].push_back(std::move(range));
    });
}

aclError aclprofPop(void) {
    return guarded(__func__, [] {
        const std::lock_guard lock(ranges().mutex);
        const auto own = ranges().pushed.find(std::this_thread::get_id());
        require(own != ranges().pushed.end(), "this thread has pushed no range");
        end(own->second.back());
        own->second.pop_back();
        if (own->second.empty()) ranges().pushed.erase(own);
    });
}

aclError aclprofRangeStart(void *stamp, uint32_t *rangeId) {
    return guarded(__func__, [&] {
        require(rangeId != nullptr, "rangeId is null");
        Range range = begun_now(stamp);
        const std::lock_guard lock(ranges().mutex);
        *rangeId = ++ranges().last_id;
        ranges().started.emplace(*rangeId, std::move(range));
    });
}

aclError aclprofRangeStop(uint32_t rangeId) {
    return guarded(__func__, [&] {
        const std::lock_guard lock(ranges().mutex);
        const auto found = ranges().started.find(rangeId);
        require(found != ranges().started.end(), "no such range, or it was stopped");
        end(found->second);
        ranges().started.erase(found);
    });
}

aclError aclprofMark(void *stamp) {
    return guarded(__func__, [&] { mark(kAnyDevice, message_of(stamp)); });
}

aclError aclprofMarkEx(const char *msg, size_t msgLen, aclrtStream stream) {
    return guarded(__func__, [&] {
        require(msg != nullptr && msgLen > 0, "there is no message");
        const auto queue = own_stream(stream);
        std::string message(msg, ::strnlen(msg, msgLen));
        return queue->submit([message = std::move(message), device = queue->owner().device()] {
            mark(device, message);
            return ACL_SUCCESS;
        });
    });
}
