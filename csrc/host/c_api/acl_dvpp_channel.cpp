// acl_dvpp.h: channels of the media units and their settings.
// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <string>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "host/c_api/handed_out.h"
#include "host/c_api/plain_fields.h"
#include "host/checks/holds.h"
#include "host/dvpp/channel.h"
#include "host/report/report.h"

using namespace ascendcl::host;

namespace {

constexpr uint32_t kAllModes =
    DVPP_CHNMODE_VPC | DVPP_CHNMODE_JPEGD | DVPP_CHNMODE_JPEGE | DVPP_CHNMODE_PNGD;
constexpr uint32_t kMaxSide = 16384;  // of JPEGE

// Ours: what a channel was created with is not changed under it.
void require_not_created(const acldvppChannelDesc &channel) {
    require(channel.context == nullptr, "the channel is created: set this before");
}

void require_modes(uint32_t modes) {
    if ((modes & ~kAllModes) == 0) return;
    throw invalid("modes are a sum of 1 (VPC), 2 (JPEGD), 4 (JPEGE), 8 (PNGD), given " +
                  std::to_string(modes));
}

void require_length(size_t length, size_t expected) {
    if (length == expected) return;
    throw invalid("the parameter has " + std::to_string(expected) + " bytes, the length is " +
                  std::to_string(length));
}

template <typename T>
T read(size_t length, const void *param) {
    require_length(length, sizeof(T));
    T value;
    std::memcpy(&value, param, sizeof value);
    return value;
}

template <typename T>
void write(T value, size_t length, size_t *written, void *param) {
    require_length(length, sizeof value);
    std::memcpy(param, &value, sizeof value);
    *written = sizeof value;
}

uint32_t side(size_t length, const void *param) {
    const auto value = read<uint32_t>(length, param);
    if (value == 0 || value > kMaxSide) {
        throw invalid("a side goes from 1 to " + std::to_string(kMaxSide) + ", given " +
                      std::to_string(value));
    }
    return value;
}

void set_parameter(acldvppChannelDesc &channel, acldvppChannelDescParamType type, size_t length,
                   const void *param) {
    switch (type) {
        case ACL_DVPP_CSC_MATRIX_UINT32: {
            const auto matrix = read<uint32_t>(length, param);
            if (matrix > ACL_DVPP_CSC_MATRIX_BT2020_NARROW) {
                throw invalid("there is no matrix " + std::to_string(matrix));
            }
            channel.matrix = static_cast<acldvppCscMatrix>(matrix);
            return;
        }
        case ACL_DVPP_MODE_UINT32: {
            const auto modes = read<uint32_t>(length, param);
            require_modes(modes);
            channel.modes = modes;
            return;
        }
        case ACL_DVPP_CHANNEL_ID_UINT64:
            throw invalid("the channel's id can only be read");
        case ACL_DVPP_CHANNEL_HEIGHT_UINT32:
            channel.height = side(length, param);
            return;
        case ACL_DVPP_CHANNEL_WIDTH_UINT32:
            channel.width = side(length, param);
            return;
        case ACL_DVPP_JPEGD_PRECISION_MODE_ENUM:
            channel.jpegd_precision = read<int32_t>(length, param);
            return;
    }
    throw invalid("there is no parameter " + std::to_string(type));
}

void get_parameter(const acldvppChannelDesc &channel, acldvppChannelDescParamType type,
                   size_t length, size_t *written, void *param) {
    switch (type) {
        case ACL_DVPP_CSC_MATRIX_UINT32:
            return write<uint32_t>(channel.matrix, length, written, param);
        case ACL_DVPP_MODE_UINT32:
            return write(channel.modes, length, written, param);
        case ACL_DVPP_CHANNEL_ID_UINT64:
            return write(channel.id, length, written, param);
        case ACL_DVPP_CHANNEL_HEIGHT_UINT32:
            return write(channel.height, length, written, param);
        case ACL_DVPP_CHANNEL_WIDTH_UINT32:
            return write(channel.width, length, written, param);
        case ACL_DVPP_JPEGD_PRECISION_MODE_ENUM:
            return write(channel.jpegd_precision, length, written, param);
    }
    throw invalid("there is no parameter " + std::to_string(type));
}

}  // namespace

acldvppChannelDesc *acldvppCreateChannelDesc() { return hand_out<acldvppChannelDesc>(); }

aclError acldvppDestroyChannelDesc(acldvppChannelDesc *channelDesc) {
    return guarded(__func__, [&] {
        require(channelDesc != nullptr, "channelDesc is null");
        checks::check_release(channelDesc, 1);
        take_back(channelDesc);
    });
}

aclError acldvppCreateChannel(acldvppChannelDesc *channelDesc) {
    return guarded(__func__, [&] {
        require(channelDesc != nullptr, "channelDesc is null");
        dvpp::create_channel(*channelDesc);
    });
}

aclError acldvppDestroyChannel(acldvppChannelDesc *channelDesc) {
    return guarded(__func__, [&] {
        require(channelDesc != nullptr, "channelDesc is null");
        dvpp::destroy_channel(*channelDesc);
    });
}

uint64_t acldvppGetChannelDescChannelId(const acldvppChannelDesc *channelDesc) {
    return get_field(channelDesc, &acldvppChannelDesc::id);
}

aclError acldvppSetChannelDescMode(acldvppChannelDesc *channelDesc, uint32_t mode) {
    return guarded(__func__, [&] {
        require(channelDesc != nullptr, "channelDesc is null");
        require_not_created(*channelDesc);
        require_modes(mode);
        channelDesc->modes = mode;
    });
}

aclError acldvppSetChannelDescParam(acldvppChannelDesc *channelDesc,
                                    acldvppChannelDescParamType paramType, size_t length,
                                    const void *param) {
    return guarded(__func__, [&] {
        require(channelDesc != nullptr && param != nullptr, "a pointer is null");
        require_not_created(*channelDesc);
        set_parameter(*channelDesc, paramType, length, param);
    });
}

aclError acldvppGetChannelDescParam(const acldvppChannelDesc *channelDesc,
                                    acldvppChannelDescParamType paramType, size_t length,
                                    size_t *paramRetSize, void *param) {
    return guarded(__func__, [&] {
        require(channelDesc != nullptr && paramRetSize != nullptr && param != nullptr,
                "a pointer is null");
        get_parameter(*channelDesc, paramType, length, paramRetSize, param);
    });
}
