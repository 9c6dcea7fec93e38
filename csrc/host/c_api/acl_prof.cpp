// acl/acl_prof.h: sessions, subscriptions, and reading what a subscription delivered.
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl_prof.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "host/c_api/handed_out.h"
#include "host/model/op_record.h"
#include "host/model/profiling.h"
#include "host/model/subscription.h"
#include "host/report/report.h"
#include "host/runtime/device.h"

using namespace ascendcl::host;

namespace {

constexpr size_t kMaxPath = 4096;

void require_config(const void *config) { require(config != nullptr, "the config is null"); }

// What one of the functions without a code answers when it fails.
template <typename Value, typename Body>
Value value_or(Value otherwise, const char *function, Body &&body) noexcept {
    Value value = otherwise;
    const aclError code = guarded(function, [&] { value = body(); });
    return code == ACL_SUCCESS ? value : otherwise;
}

// `size` counts the null at the end, as the Len functions do.
void copy_text(const char *text, char *target, size_t size) {
    require(target != nullptr, "there is no room for the text");
    const size_t needed = std::strlen(text) + 1;
    if (size < needed) {
        throw Failure{ACL_ERROR_INVALID_PARAM, "the text needs " + std::to_string(needed) +
                                                   " bytes, there are " + std::to_string(size)};
    }
    std::memcpy(target, text, needed);
}

}  // namespace

aclError aclprofInit(const char *profilerResultPath, size_t length) {
    return guarded(__func__, [&] {
        require(profilerResultPath != nullptr, "profilerResultPath is null");
        require(length > 0 && length <= kMaxPath && ::strnlen(profilerResultPath, length) == length,
                "length is not that of profilerResultPath");
        model::open_session(std::string(profilerResultPath, length));
    });
}

aclError aclprofFinalize(void) {
    return guarded(__func__, [] { model::close_session(); });
}

aclprofConfig *aclprofCreateConfig(uint32_t *deviceIdList, uint32_t deviceNums,
                                   aclprofAicoreMetrics aicoreMetrics,
                                   const aclprofAicoreEvents *aicoreEvents,
                                   uint64_t dataTypeConfig) {
    return value_or<aclprofConfig *>(nullptr, __func__, [&] {
        require(deviceIdList != nullptr && deviceNums > 0, "there are no devices");
        require(deviceNums <= kMaxDevices, "there are too many devices");
        std::vector<uint32_t> devices(deviceIdList, deviceIdList + deviceNums);
        for (const uint32_t id : devices) device(static_cast<int32_t>(id));
        std::sort(devices.begin(), devices.end());
        require(std::adjacent_find(devices.begin(), devices.end()) == devices.end(),
                "a device is listed twice");
        require((aicoreMetrics >= ACL_AICORE_ARITHMETIC_UTILIZATION &&
                 aicoreMetrics <= ACL_AICORE_MEMORY_ACCESS) ||
                    aicoreMetrics == ACL_AICORE_NONE,
                "no such metrics");
        require(aicoreEvents == nullptr, "aicoreEvents must be null");
        return hand_out<aclprofConfig>(aclprofConfig{std::move(devices), dataTypeConfig, {}});
    });
}

aclError aclprofDestroyConfig(const aclprofConfig *profilerConfig) {
    return guarded(__func__, [&] {
        require_config(profilerConfig);
        take_back(profilerConfig);
    });
}

aclError aclprofStart(const aclprofConfig *profilerConfig) {
    return guarded(__func__, [&] {
        require_config(profilerConfig);
        model::start_profiling(profilerConfig);
    });
}

aclError aclprofStop(const aclprofConfig *profilerConfig) {
    return guarded(__func__, [&] {
        require_config(profilerConfig);
        model::stop_profiling(profilerConfig);
    });
}

// All settings are about hardware, or about files that are not written here.
aclError aclprofSetConfig(aclprofConfigType configType, const char *config, size_t configLength) {
    return guarded(__func__, [&] {
        require(configType > ACL_PROF_ARGS_MIN && configType < ACL_PROF_ARGS_MAX,
                "no such setting");
        require(config != nullptr && configLength > 0 &&
                    ::strnlen(config, configLength) == configLength,
                "configLength is not that of config");
    });
}

aclError aclprofModelSubscribe(uint32_t modelId,
                               const aclprofSubscribeConfig *profSubscribeConfig) {
    return guarded(__func__, [&] {
        require_config(profSubscribeConfig);
        model::subscribe(modelId, profSubscribeConfig->descriptor);
    });
}

aclError aclprofModelUnSubscribe(uint32_t modelId) {
    return guarded(__func__, [&] { model::unsubscribe(modelId); });
}

aclprofSubscribeConfig *aclprofCreateSubscribeConfig(int8_t timeInfoSwitch, aclprofAicoreMetrics,
                                                     void *fd) {
    return value_or<aclprofSubscribeConfig *>(nullptr, __func__, [&] {
        require(fd != nullptr, "fd is null");
        const int descriptor = timeInfoSwitch != 0 ? *static_cast<const int *>(fd) : -1;
        require(timeInfoSwitch == 0 || descriptor >= 0, "fd points to no file descriptor");
        return hand_out<aclprofSubscribeConfig>(aclprofSubscribeConfig{descriptor, {}});
    });
}

aclError aclprofDestroySubscribeConfig(const aclprofSubscribeConfig *profSubscribeConfig) {
    return guarded(__func__, [&] {
        require_config(profSubscribeConfig);
        take_back(profSubscribeConfig);
    });
}

aclError aclprofGetOpDescSize(size_t *opDescSize) {
    return guarded(__func__, [&] {
        require(opDescSize != nullptr, "opDescSize is null");
        *opDescSize = sizeof(model::OpRecord);
    });
}

aclError aclprofGetOpNum(const void *opInfo, size_t opInfoLen, uint32_t *opNumber) {
    return guarded(__func__, [&] {
        require(opNumber != nullptr, "opNumber is null");
        *opNumber = model::count_op_records(opInfo, opInfoLen);
    });
}

aclError aclprofGetOpTypeLen(const void *opInfo, size_t opInfoLen, uint32_t index,
                             size_t *opTypeLen) {
    return guarded(__func__, [&] {
        require(opTypeLen != nullptr, "opTypeLen is null");
        *opTypeLen = std::strlen(model::op_record_at(opInfo, opInfoLen, index).type) + 1;
    });
}

aclError aclprofGetOpType(const void *opInfo, size_t opInfoLen, uint32_t index, char *opType,
                          size_t opTypeLen) {
    return guarded(__func__, [&] {
        copy_text(model::op_record_at(opInfo, opInfoLen, index).type, opType, opTypeLen);
    });
}

aclError aclprofGetOpNameLen(const void *opInfo, size_t opInfoLen, uint32_t index,
                             size_t *opNameLen) {
    return guarded(__func__, [&] {
        require(opNameLen != nullptr, "opNameLen is null");
        *opNameLen = std::strlen(model::op_record_at(opInfo, opInfoLen, index).name) + 1;
    });
}

aclError aclprofGetOpName(const void *opInfo, size_t opInfoLen, uint32_t index, char *opName,
                          size_t opNameLen) {
    return guarded(__func__, [&] {
        copy_text(model::op_record_at(opInfo, opInfoLen, index).name, opName, opNameLen);
    });
}

uint64_t aclprofGetOpStart(const void *opInfo, size_t opInfoLen, uint32_t index) {
    return value_or<uint64_t>(0, __func__,
                              [&] { return model::op_record_at(opInfo, opInfoLen, index).begin; });
}

uint64_t aclprofGetOpEnd(const void *opInfo, size_t opInfoLen, uint32_t index) {
    return value_or<uint64_t>(0, __func__,
                              [&] { return model::op_record_at(opInfo, opInfoLen, index).end; });
}

uint64_t aclprofGetOpDuration(const void *opInfo, size_t opInfoLen, uint32_t index) {
    return value_or<uint64_t>(0, __func__, [&] {
        const model::OpRecord record = model::op_record_at(opInfo, opInfoLen, index);
        return record.end - record.begin;
    });
}

size_t aclprofGetModelId(const void *opInfo, size_t opInfoLen, uint32_t index) {
    return value_or<size_t>(0, __func__,
                            [&] { return model::op_record_at(opInfo, opInfoLen, index).model_id; });
}

aclprofSubscribeOpFlag aclprofGetOpFlag(const void *opInfo, size_t opInfoLen, uint32_t index) {
    return value_or(ACL_SUBSCRIBE_NONE, __func__, [&] {
        model::op_record_at(opInfo, opInfoLen, index);
        return ACL_SUBSCRIBE_OP;
    });
}
