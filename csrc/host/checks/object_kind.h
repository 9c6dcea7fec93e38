// What kinds of objects the C ABI hands out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace ascendcl::host::checks {

enum class ObjectKind {
    kDeviceMemory,
    kOutputMemory,  // of the device, allocated by the runtime for an output
    kHostMemory,
    kContext,
    kStream,
    kEvent,
    kNotify,
    kLabel,
    kGroupInfo,
    kExceptionInfo,
    kPhysicalMemory,
    kAllocatorDesc,
    kModel,
    kDataSet,
    kDataBuffer,
    kTensorDesc,
    kModelDesc,
    kModelConfig,
    kExecutionConfig,
    kAipp,
    kOpAttributes,
    kOpHandle,
    kStreamConfig,
    kProfilerConfig,
    kProfilerSubscription,
    kProfilerStep,
    kProfilerStamp,
    kMediaChannel,
    kPictureDesc,
    kPictureBatch,
    kStreamDesc,
    kRoiConfig,
    kResizeConfig,
    kJpegeConfig,
    kBorderConfig,
    kVdecChannel,
    kVdecFrameConfig,
    kVencChannel,
    kVencFrameConfig,
    kOther,
};
inline constexpr size_t kObjectKinds = static_cast<size_t>(ObjectKind::kOther) + 1;

constexpr bool is_memory(ObjectKind kind) { return kind <= ObjectKind::kHostMemory; }

// Their handles are numbers, which the runtime knows without looking at memory behind them; those
// of the kinds after them are addresses.
constexpr bool is_numbered(ObjectKind kind) {
    return kind >= ObjectKind::kContext && kind <= ObjectKind::kModel;
}

}  // namespace ascendcl::host::checks
