// Devices and access between them: acl_rt.h "Devices", "Access between devices".
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>

#include "acl/acl.h"
#include "host/report/report.h"
#include "host/runtime/context.h"
#include "host/runtime/device.h"
#include "host/runtime/stream.h"

using namespace ascendcl::host;

namespace {

int64_t l2_size() { return std::max<int64_t>(0, sysconf(_SC_LEVEL2_CACHE_SIZE)); }

Device &current_device() { return current_context()->owner(); }

Device &peer_of_current(int32_t peer) {
    Device &chosen = current_device();
    require(peer != chosen.id, "the peer is the current device itself");
    device(peer);
    return chosen;
}

}  // namespace

aclError aclrtSetDevice(int32_t deviceId) {
    return guarded(__func__, [&] { set_device(deviceId); });
}

aclError aclrtResetDevice(int32_t deviceId) {
    return guarded(__func__, [&] { reset_device(deviceId, false); });
}

aclError aclrtResetDeviceForce(int32_t deviceId) {
    return guarded(__func__, [&] { reset_device(deviceId, true); });
}

aclError aclrtGetDevice(int32_t *deviceId) {
    return guarded(__func__, [&] {
        require(deviceId != nullptr, "deviceId is null");
        *deviceId = current_device().id;
    });
}

aclError aclrtGetDeviceCount(uint32_t *count) {
    return guarded(__func__, [&] {
        require(count != nullptr, "count is null");
        *count = static_cast<uint32_t>(device_count());
    });
}

aclError aclrtGetRunMode(aclrtRunMode *runMode) {
    return guarded(__func__, [&] {
        require(runMode != nullptr, "runMode is null");
        *runMode = ACL_HOST;
    });
}

aclError aclrtSetTsDevice(aclrtTsId tsId) {
    return guarded(__func__, [&] {
        require(tsId == ACL_TS_ID_AICORE || tsId == ACL_TS_ID_AIVECTOR, "no such task scheduler");
    });
}

aclError aclrtSynchronizeDevice(void) {
    return guarded(__func__, [&] { return synchronize_current_device(-1); });
}

aclError aclrtSynchronizeDeviceWithTimeout(int32_t timeout) {
    return guarded(__func__, [&] {
        require(timeout > 0 || timeout == -1, "the timeout must be -1 or above 0",
                ACL_ERROR_RT_PARAM_INVALID);
        return synchronize_current_device(timeout);
    });
}

aclError aclrtQueryDeviceStatus(int32_t deviceId, aclrtDeviceStatus *deviceStatus) {
    return guarded(__func__, [&] {
        require(deviceStatus != nullptr, "deviceStatus is null");
        device(deviceId);
        *deviceStatus = ACL_RT_DEVICE_STATUS_NORMAL;
    });
}

aclError aclrtDeviceGetBareTgid(int32_t *pid) {
    return guarded(__func__, [&] {
        require(pid != nullptr, "pid is null");
        *pid = getpid();
    });
}

aclError aclrtGetDeviceInfo(uint32_t deviceId, aclrtDevAttr attr, int64_t *value) {
    return guarded(__func__, [&]() -> aclError {
        require(value != nullptr, "value is null");
        const Device &asked = device(static_cast<int32_t>(deviceId));
        switch (attr) {
            case ACL_DEV_ATTR_AICPU_CORE_NUM:
            case ACL_DEV_ATTR_AICORE_CORE_NUM:
            case ACL_DEV_ATTR_CUBE_CORE_NUM:
            case ACL_DEV_ATTR_VECTOR_CORE_NUM:
                *value = core_count();
                return ACL_SUCCESS;
            case ACL_DEV_ATTR_TOTAL_GLOBAL_MEM_SIZE:
                *value = static_cast<int64_t>(asked.capacity);
                return ACL_SUCCESS;
            case ACL_DEV_ATTR_L2_CACHE_SIZE:
                *value = l2_size();
                return ACL_SUCCESS;
            case ACL_DEV_ATTR_PHY_CHIP_ID:
                *value = asked.physical_id;
                return ACL_SUCCESS;
            case ACL_DEV_ATTR_IS_VIRTUAL:
                *value = 1;
                return ACL_SUCCESS;
            default:
                return unsupported("this attribute");
        }
    });
}

aclError aclGetDeviceCapability(uint32_t deviceId, aclDeviceInfo deviceInfo, int64_t *value) {
    return guarded(__func__, [&]() -> aclError {
        require(value != nullptr, "value is null");
        device(static_cast<int32_t>(deviceId));
        switch (deviceInfo) {
            case ACL_DEVICE_INFO_AI_CORE_NUM:
            case ACL_DEVICE_INFO_VECTOR_CORE_NUM:
                *value = core_count();
                return ACL_SUCCESS;
            case ACL_DEVICE_INFO_L2_SIZE:
                *value = l2_size();
                return ACL_SUCCESS;
            default:
                return fail(ACL_ERROR_INVALID_PARAM, "aclGetDeviceCapability: no such capability");
        }
    });
}

aclError aclrtGetDeviceCapability(int32_t deviceId, aclrtDevFeatureType devFeatureType,
                                  int32_t *value) {
    return guarded(__func__, [&] {
        require(value != nullptr, "value is null");
        device(deviceId);
        require(devFeatureType == ACL_FEATURE_TSCPU_TASK_UPDATE_SUPPORT_AIC_AIV ||
                    devFeatureType == ACL_FEATURE_SYSTEM_MEMQ_EVENT_CROSS_DEV,
                "no such feature");
        *value = ACL_DEV_FEATURE_NOT_SUPPORT;
    });
}

aclError aclrtGetLogicDevIdByUserDevId(const int32_t userDevid, int32_t *const logicDevId) {
    return guarded(__func__, [&] {
        require(logicDevId != nullptr, "logicDevId is null");
        *logicDevId = device(userDevid).physical_id;
    });
}

aclError aclrtGetUserDevIdByLogicDevId(const int32_t logicDevId, int32_t *const userDevid) {
    return guarded(__func__, [&]() -> aclError {
        require(userDevid != nullptr, "userDevid is null");
        for (int32_t id = 0; id < device_count(); ++id) {
            if (device(id).physical_id != logicDevId) continue;
            *userDevid = id;
            return ACL_SUCCESS;
        }
        throw Failure{ACL_ERROR_RT_INVALID_DEVICEID, "the device is not visible to this process"};
    });
}

aclError aclrtGetLogicDevIdByPhyDevId(const int32_t phyDevId, int32_t *const logicDevId) {
    return guarded(__func__, [&] {
        require(logicDevId != nullptr, "logicDevId is null");
        require(phyDevId >= 0 && phyDevId < kMaxDevices, "no such device",
                ACL_ERROR_RT_INVALID_DEVICEID);
        *logicDevId = phyDevId;
    });
}

aclError aclrtGetPhyDevIdByLogicDevId(const int32_t logicDevId, int32_t *const phyDevId) {
    return guarded(__func__, [&] {
        require(phyDevId != nullptr, "phyDevId is null");
        require(logicDevId >= 0 && logicDevId < kMaxDevices, "no such device",
                ACL_ERROR_RT_INVALID_DEVICEID);
        *phyDevId = logicDevId;
    });
}

aclError aclrtDeviceCanAccessPeer(int32_t *canAccessPeer, int32_t deviceId, int32_t peerDeviceId) {
    return guarded(__func__, [&] {
        require(canAccessPeer != nullptr, "canAccessPeer is null");
        require(deviceId != peerDeviceId, "the two devices are the same");
        device(deviceId);
        device(peerDeviceId);
        *canAccessPeer = 1;
    });
}

aclError aclrtDeviceEnablePeerAccess(int32_t peerDeviceId, uint32_t flags) {
    return guarded(__func__, [&] {
        require(flags == 0, "flags must be 0", ACL_ERROR_FEATURE_UNSUPPORTED);
        peer_of_current(peerDeviceId).reachable_peers.fetch_or(uint64_t{1} << peerDeviceId);
    });
}

aclError aclrtDeviceDisablePeerAccess(int32_t peerDeviceId) {
    return guarded(__func__, [&] {
        peer_of_current(peerDeviceId).reachable_peers.fetch_and(~(uint64_t{1} << peerDeviceId));
    });
}

aclError aclrtDevicePeerAccessStatus(int32_t deviceId, int32_t peerDeviceId, int32_t *status) {
    return guarded(__func__, [&] {
        require(status != nullptr, "status is null");
        require(deviceId != peerDeviceId, "the two devices are the same");
        device(peerDeviceId);
        *status = static_cast<int32_t>(device(deviceId).reachable_peers.load() >> peerDeviceId & 1);
    });
}
