// A limit of 0 is none set: a stream then goes by its device's, a device by the number of cores.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/core_limits.h"

#include <array>
#include <atomic>
#include <cstddef>

#include "host/report/report.h"
#include "host/runtime/context.h"
#include "host/runtime/device.h"
#include "host/runtime/stream.h"
#include "host/runtime/stream_table.h"

namespace ascendcl::host {
namespace {

using Limits = std::array<std::atomic<uint32_t>, 2>;

thread_local aclrtStream stream_in_use = nullptr;

std::atomic<uint32_t> &limit_in(Limits &limits, aclrtDevResLimitType type) {
    const auto index = static_cast<size_t>(type);
    require(index < limits.size(), "no such kind of core");
    return limits[index];
}

void set(Limits &limits, aclrtDevResLimitType type, uint32_t value) {
    auto &limit = limit_in(limits, type);
    require(value != 0 && value <= core_count(), "no core, or more than there are",
            ACL_ERROR_RT_PARAM_INVALID);
    limit = value;
}

void reset(Limits &limits) {
    for (auto &limit : limits) limit = 0;
}

uint32_t limit_of(Device &owner, aclrtDevResLimitType type) {
    const uint32_t value = limit_in(owner.core_limits, type);
    return value != 0 ? value : core_count();
}

uint32_t limit_of(Stream &stream, aclrtDevResLimitType type) {
    const uint32_t value = limit_in(stream.settings().core_limits, type);
    return value != 0 ? value : limit_of(stream.owner().owner(), type);
}

}  // namespace

uint32_t core_limit(int32_t device_id, aclrtDevResLimitType type) {
    return limit_of(device(device_id), type);
}

uint32_t core_limit(aclrtStream stream, aclrtDevResLimitType type) {
    return limit_of(*own_stream(stream), type);
}

void set_core_limit(int32_t device_id, aclrtDevResLimitType type, uint32_t value) {
    set(device(device_id).core_limits, type, value);
}

void set_core_limit(aclrtStream stream, aclrtDevResLimitType type, uint32_t value) {
    set(own_stream(stream)->settings().core_limits, type, value);
}

void reset_core_limits(int32_t device_id) { reset(device(device_id).core_limits); }

void reset_core_limits(aclrtStream stream) { reset(own_stream(stream)->settings().core_limits); }

void use_stream_limits(aclrtStream stream) { stream_in_use = own_stream(stream)->handle(); }

void unuse_stream_limits(aclrtStream stream) {
    if (own_stream(stream)->handle() == stream_in_use) stream_in_use = nullptr;
}

uint32_t core_limit_of_thread(aclrtDevResLimitType type) {
    const auto context = current_context();
    const auto stream = stream_in_use == nullptr ? nullptr : find_stream(stream_in_use);
    return stream != nullptr ? limit_of(*stream, type) : limit_of(context->owner(), type);
}

}  // namespace ascendcl::host
