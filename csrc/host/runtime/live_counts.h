// How many of each kind of object are alive, for leak tests and aclrtGetMemUsageInfo.
// SPDX-License-Identifier: Apache-2.0
//
// Put a `LiveCount<LiveKind::kModel>` member into a type and its objects are counted, copies too.
// Where the user holds a handle (a HandleTable) the handles are counted, for an object may live on
// a little with the tasks that use it.
// aclrtGetMemUsageInfo(device, infos, n, &found) hands the counts out: one entry per kind with
// `name` as below and the number of live objects in `reserved[0]`. Bytes stand in `curMemSize` and
// `memPeakSize` for "device memory" (of that device) and "pinned memory"; the other kinds are
// counted for the whole process and hold none.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace ascendcl::host {

enum class LiveKind : size_t {
    kContext,
    kStream,
    kEvent,
    kNotify,
    kDataBuffer,
    kTensorDesc,
    kDataset,
    kModelDesc,
    kModel,
    kModelConfig,
    kAipp,
    kOpAttributes,
    kOpHandle,
    kCompiledOp,
    kProfObject,
    kGroupInfo,
    kExceptionInfo,
    kPhysicalMemory,
    kReservedAddress,
    kAllocatorDesc,
    kStreamConfig,
    kMediaChannel,
    kPictureDesc,
    kPictureBatch,
    kStreamDesc,
    kMediaConfig,  // of areas, resizing, JPEGE, borders, frames
    kVdecChannel,
    kVencChannel,
};

inline constexpr std::array<const char *, 28> kLiveKindNames = {
    "context",          "stream",         "event",
    "notify",           "data buffer",    "tensor desc",
    "dataset",          "model desc",     "model",
    "model config",     "aipp",           "op attributes",
    "op handle",        "compiled op",    "profiling object",
    "group info",       "exception info", "physical memory",
    "reserved address", "allocator desc", "stream config",
    "media channel",    "picture desc",   "picture batch",
    "stream desc",      "media config",   "vdec channel",
    "venc channel"};

namespace detail {
inline std::array<std::atomic<int64_t>, kLiveKindNames.size()> live_counts{};
}

inline int64_t live_count(LiveKind kind) noexcept {
    return detail::live_counts[static_cast<size_t>(kind)].load(std::memory_order_relaxed);
}

inline void change_live_count(LiveKind kind, int64_t by) noexcept {
    detail::live_counts[static_cast<size_t>(kind)].fetch_add(by, std::memory_order_relaxed);
}

template <LiveKind kKind>
class LiveCount {
   public:
    LiveCount() noexcept { change_live_count(kKind, 1); }
    LiveCount(const LiveCount &) noexcept { change_live_count(kKind, 1); }
    LiveCount &operator=(const LiveCount &) noexcept = default;
    ~LiveCount() { change_live_count(kKind, -1); }
};

}  // namespace ascendcl::host
