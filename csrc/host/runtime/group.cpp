// A table of handles: group information only has to know whether it was filled, and be told apart
// from what was destroyed.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/group.h"

#include <atomic>
#include <memory>

#include "host/report/report.h"
#include "host/runtime/device.h"
#include "host/runtime/fork.h"
#include "host/runtime/handle_table.h"

namespace ascendcl::host {
namespace {

struct GroupInfo {
    std::atomic<bool> filled{false};
};

HandleTable<GroupInfo> &group_table() {
    // Leaks on purpose: the handles may be destroyed late in the process's life.
    static auto &table = *new HandleTable<GroupInfo>(HandleKind::kGroupInfo, LiveKind::kGroupInfo);
    return table;
}

std::shared_ptr<GroupInfo> group_info_of(const aclrtGroupInfo *handle) {
    auto info = is_forked_child() ? nullptr : group_table().find(handle);
    require(info != nullptr, "the group information was destroyed or never was one",
            ACL_ERROR_RT_INVALID_HANDLE);
    return info;
}

}  // namespace

aclrtGroupInfo *create_group_info() {
    return static_cast<aclrtGroupInfo *>(group_table().insert(std::make_shared<GroupInfo>()));
}

void destroy_group_info(const aclrtGroupInfo *handle) {
    group_info_of(handle);
    group_table().remove(handle);
}

void fill_group_info(const aclrtGroupInfo *handle) { group_info_of(handle)->filled = true; }

int32_t group_attribute(const aclrtGroupInfo *handle, aclrtGroupAttr attribute) {
    require(group_info_of(handle)->filled, "the group information was not asked for yet",
            ACL_ERROR_RT_GROUP_NOT_CREATE);
    switch (attribute) {
        case ACL_GROUP_AICORE_INT:
        case ACL_GROUP_AIV_INT:
        case ACL_GROUP_AIC_INT:
            return static_cast<int32_t>(core_count());
        case ACL_GROUP_SDMANUM_INT:
        case ACL_GROUP_ASQNUM_INT:
        case ACL_GROUP_GROUPID_INT:
            return 0;
        default:
            throw Failure{ACL_ERROR_INVALID_PARAM, "no such attribute of a group"};
    }
}

}  // namespace ascendcl::host
