// Objects that the C ABI hands out as plain pointers, until the matching destroy function takes
// them back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <new>
#include <utility>

#include "acl/acl.h"
#include "host/checks/objects.h"
#include "host/checks/quarantine.h"
#include "host/report/report.h"

struct aclmdlAIPP;
struct aclopAttr;
struct aclopHandle;
struct aclprofConfig;
struct aclprofSubscribeConfig;
struct aclprofStepInfo;
struct acldvppChannelDesc;
struct acldvppPicDesc;
struct acldvppBatchPicDesc;
struct acldvppStreamDesc;
struct acldvppRoiConfig;
struct acldvppResizeConfig;
struct acldvppJpegeConfig;
struct acldvppBorderConfig;
struct aclvdecChannelDesc;
struct aclvdecFrameConfig;
struct aclvencChannelDesc;
struct aclvencFrameConfig;

namespace ascendcl::host {

template <typename T>
inline constexpr auto kKindOf = checks::ObjectKind::kOther;
template <>
inline constexpr auto kKindOf<aclmdlDataset> = checks::ObjectKind::kDataSet;
template <>
inline constexpr auto kKindOf<aclDataBuffer> = checks::ObjectKind::kDataBuffer;
template <>
inline constexpr auto kKindOf<aclTensorDesc> = checks::ObjectKind::kTensorDesc;
template <>
inline constexpr auto kKindOf<aclmdlDesc> = checks::ObjectKind::kModelDesc;
template <>
inline constexpr auto kKindOf<aclmdlConfigHandle> = checks::ObjectKind::kModelConfig;
template <>
inline constexpr auto kKindOf<aclmdlExecConfigHandle> = checks::ObjectKind::kExecutionConfig;
template <>
inline constexpr auto kKindOf<aclmdlAIPP> = checks::ObjectKind::kAipp;
template <>
inline constexpr auto kKindOf<aclopAttr> = checks::ObjectKind::kOpAttributes;
template <>
inline constexpr auto kKindOf<aclopHandle> = checks::ObjectKind::kOpHandle;
template <>
inline constexpr auto kKindOf<aclprofConfig> = checks::ObjectKind::kProfilerConfig;
template <>
inline constexpr auto kKindOf<aclprofSubscribeConfig> = checks::ObjectKind::kProfilerSubscription;
template <>
inline constexpr auto kKindOf<aclprofStepInfo> = checks::ObjectKind::kProfilerStep;
template <>
inline constexpr auto kKindOf<acldvppChannelDesc> = checks::ObjectKind::kMediaChannel;
template <>
inline constexpr auto kKindOf<acldvppPicDesc> = checks::ObjectKind::kPictureDesc;
template <>
inline constexpr auto kKindOf<acldvppBatchPicDesc> = checks::ObjectKind::kPictureBatch;
template <>
inline constexpr auto kKindOf<acldvppStreamDesc> = checks::ObjectKind::kStreamDesc;
template <>
inline constexpr auto kKindOf<acldvppRoiConfig> = checks::ObjectKind::kRoiConfig;
template <>
inline constexpr auto kKindOf<acldvppResizeConfig> = checks::ObjectKind::kResizeConfig;
template <>
inline constexpr auto kKindOf<acldvppJpegeConfig> = checks::ObjectKind::kJpegeConfig;
template <>
inline constexpr auto kKindOf<acldvppBorderConfig> = checks::ObjectKind::kBorderConfig;
template <>
inline constexpr auto kKindOf<aclvdecChannelDesc> = checks::ObjectKind::kVdecChannel;
template <>
inline constexpr auto kKindOf<aclvdecFrameConfig> = checks::ObjectKind::kVdecFrameConfig;
template <>
inline constexpr auto kKindOf<aclvencChannelDesc> = checks::ObjectKind::kVencChannel;
template <>
inline constexpr auto kKindOf<aclvencFrameConfig> = checks::ObjectKind::kVencFrameConfig;

// Null, with a message, when memory runs short, as the C functions document.
template <typename T, checks::ObjectKind kKind = kKindOf<T>, typename... Arguments>
T *hand_out(Arguments &&...arguments) noexcept {
    try {
        T *object = std::make_unique<T>(std::forward<Arguments>(arguments)...).release();
        checks::made(kKind, object);
        return object;
    } catch (const std::bad_alloc &) {
        fail(ACL_ERROR_BAD_ALLOC, "out of host memory");
        return nullptr;
    }
}

template <typename T>
void take_back(const T *object) noexcept {
    if (object == nullptr) return;
    auto *memory = const_cast<T *>(object);
    std::destroy_at(memory);
    constexpr auto give_back = [](void *address) { ::operator delete(address); };
    if (!checks::keep_aside(memory, sizeof(T), give_back)) give_back(memory);
}

}  // namespace ascendcl::host
