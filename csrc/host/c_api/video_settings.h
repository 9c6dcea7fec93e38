// What VDEC's and VENC's functions of channel descriptions have in common.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "acl/acl.h"
#include "host/c_api/handed_out.h"
#include "host/report/report.h"

namespace ascendcl::host {

inline void require_there(const void *pointer, const char *name) {
    if (pointer == nullptr) throw invalid(std::string(name) + " is null");
}

// Settings count from the creation of the channel on. `check` may be null.
template <typename Desc, typename T>
aclError set_setting(const char *function, Desc *desc, T Desc::*member, T value,
                     void (*check)(T) = nullptr) {
    return guarded(function, [&] {
        require_there(desc, "channelDesc");
        require(desc->channel == nullptr, "the channel is there already: its settings stay");
        if (check != nullptr) check(value);
        desc->*member = value;
    });
}

template <typename Desc, typename T>
T get_setting(const char *function, const Desc *desc, T Desc::*member) {
    if (desc != nullptr) return desc->*member;
    fail(ACL_ERROR_INVALID_PARAM, "%s: channelDesc is null", function);
    return T{};
}

// The channel of a description that has one.
template <typename Desc>
auto &channel_of(Desc *desc) {
    require_there(desc, "channelDesc");
    require(desc->channel != nullptr, "the channel is not created, or destroyed already");
    return *desc->channel;
}

template <typename Desc, typename Create>
aclError create_channel(const char *function, Desc *desc, Create &&create) {
    return guarded(function, [&] {
        require_there(desc, "channelDesc");
        require(desc->channel == nullptr, "the channel is there already");
        desc->channel = create(*desc);
    });
}

template <typename Desc, typename Destroy>
aclError destroy_channel(const char *function, Desc *desc, Destroy &&destroy) {
    return guarded(function, [&] {
        channel_of(desc);
        const auto channel = desc->channel;
        try {
            destroy(*channel);
        } catch (const Failure &failure) {
            // Gone all the same, without some of its callbacks.
            if (failure.code == ACL_ERROR_RT_REPORT_TIMEOUT) desc->channel = nullptr;
            throw;
        }
        desc->channel = nullptr;
    });
}

// `message` is for a description whose channel is still there.
template <typename Desc>
aclError destroy_channel_desc(const char *function, Desc *desc, const char *message) {
    return guarded(function, [&] {
        require_there(desc, "channelDesc");
        require(desc->channel == nullptr, message);
        take_back(desc);
    });
}

}  // namespace ascendcl::host
