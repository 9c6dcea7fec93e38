// What aclrtSetExceptionInfoCallback is told of a task that failed. The information has a handle
// that is good while the callback runs and stale after.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "acl/acl.h"

namespace ascendcl::host {

struct ExceptionInfo {
    uint32_t task;
    uint32_t stream;
    uint32_t thread;  // that submitted the task
    uint32_t device;
    aclError code;
};

// One for the process; null clears it.
void set_exception_callback(aclrtExceptionInfoCallback callback) noexcept;

// Runs the callback, if there is one, on the calling thread.
void report_exception(const ExceptionInfo &info) noexcept;

// Null when the handle is stale or none.
std::shared_ptr<ExceptionInfo> find_exception_info(const aclrtExceptionInfo *handle) noexcept;

}  // namespace ascendcl::host
