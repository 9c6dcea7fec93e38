// What devices are and do: acl_rt.h "Devices". None of it may look like an NPU's.
// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include "acl/acl.h"
#include "host/report/report.h"
#include "host/runtime/device.h"
#include "host/runtime/stream_table.h"

using namespace ascendcl::host;

namespace {

constexpr uint32_t kLongestAbort = 36 * 60 * 1000;  // ms

}  // namespace

// A host has none of the units; -1 is what says so.
aclError aclrtGetDeviceUtilizationRate(int32_t deviceId, aclrtUtilizationInfo *utilizationInfo) {
    return guarded(__func__, [&] {
        require(utilizationInfo != nullptr, "utilizationInfo is null");
        const Device &asked = device(deviceId);
        const double used = static_cast<double>(asked.used_memory());
        const double share = 100 * used / static_cast<double>(asked.capacity);
        *utilizationInfo = {-1, -1, -1, static_cast<int32_t>(share), nullptr};
    });
}

// All devices are the host's memory: what lies between two of them is the host's own bus.
aclError aclrtGetDevicesTopo(uint32_t deviceId, uint32_t otherDeviceId, uint64_t *value) {
    return guarded(__func__, [&] {
        require(value != nullptr, "value is null");
        require(deviceId != otherDeviceId, "the two devices are the same");
        device(static_cast<int32_t>(deviceId));
        device(static_cast<int32_t>(otherDeviceId));
        *value = ACL_RT_DEVS_TOPOLOGY_SYS;
    });
}

aclError aclrtDeviceGetUuid(int32_t deviceId, aclrtUuid *uuid) {
    return guarded(__func__, [&] {
        require(uuid != nullptr, "uuid is null");
        device_uuid(device(deviceId), uuid->bytes);
    });
}

aclError aclrtDeviceTaskAbort(int32_t deviceId, uint32_t timeout) {
    return guarded(__func__, [&] {
        require(timeout <= kLongestAbort, "the timeout is longer than 36 minutes",
                ACL_ERROR_RT_PARAM_INVALID);
        abort_tasks(device(deviceId), std::chrono::milliseconds(timeout));
    });
}
