// The one group that holds all cores: acl_rt.h "Groups of compute resources".
// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "acl/acl.h"
#include "host/report/report.h"
#include "host/runtime/context.h"
#include "host/runtime/group.h"

using namespace ascendcl::host;

aclError aclrtSetGroup(int32_t groupId) {
    return guarded(__func__, [&] {
        current_context();
        require(groupId >= 0 && groupId < kGroupCount, "there is no group but 0",
                ACL_ERROR_RT_GROUP_NOT_CREATE);
    });
}

aclError aclrtGetGroupCount(uint32_t *count) {
    return guarded(__func__, [&] {
        require(count != nullptr, "count is null");
        current_context();
        *count = kGroupCount;
    });
}

aclrtGroupInfo *aclrtCreateGroupInfo(void) {
    aclrtGroupInfo *handle = nullptr;
    guarded(__func__, [&] { handle = create_group_info(); });
    return handle;
}

aclError aclrtDestroyGroupInfo(aclrtGroupInfo *groupInfo) {
    return guarded(__func__, [&] {
        require(groupInfo != nullptr, "groupInfo is null");
        destroy_group_info(groupInfo);
    });
}

aclError aclrtGetAllGroupInfo(aclrtGroupInfo *groupInfo) {
    return guarded(__func__, [&] {
        require(groupInfo != nullptr, "groupInfo is null");
        current_context();
        fill_group_info(groupInfo);
    });
}

aclError aclrtGetGroupInfoDetail(const aclrtGroupInfo *groupInfo, int32_t groupIndex,
                                 aclrtGroupAttr attr, void *attrValue, size_t valueLen,
                                 size_t *paramRetSize) {
    return guarded(__func__, [&] {
        require(groupInfo != nullptr && attrValue != nullptr && paramRetSize != nullptr,
                "a pointer is null");
        require(groupIndex >= 0 && groupIndex < kGroupCount, "there is no group but 0");
        const int32_t value = group_attribute(groupInfo, attr);
        require(valueLen >= sizeof value, "there is no room for the value");
        std::memcpy(attrValue, &value, sizeof value);
        *paramRetSize = sizeof value;
    });
}
