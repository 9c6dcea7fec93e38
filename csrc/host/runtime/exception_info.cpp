// One callback for the process. A table of handles makes one that it keeps stale, not dangling.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/exception_info.h"

#include <atomic>

#include "host/report/report.h"
#include "host/runtime/fork.h"
#include "host/runtime/handle_table.h"

namespace ascendcl::host {
namespace {

std::atomic<aclrtExceptionInfoCallback> registered{nullptr};

HandleTable<ExceptionInfo> &info_table() {
    // Leaks on purpose: worker threads outlive static objects.
    static auto &table =
        *new HandleTable<ExceptionInfo>(HandleKind::kExceptionInfo, LiveKind::kExceptionInfo);
    return table;
}

}  // namespace

void set_exception_callback(aclrtExceptionInfoCallback callback) noexcept {
    registered.store(callback, std::memory_order_release);
}

void report_exception(const ExceptionInfo &info) noexcept {
    const aclrtExceptionInfoCallback callback = registered.load(std::memory_order_acquire);
    if (callback == nullptr) return;
    guarded("the exception callback", [&] {
        void *handle = info_table().insert(std::make_shared<ExceptionInfo>(info));
        callback(static_cast<aclrtExceptionInfo *>(handle));
        info_table().remove(handle);
        return ACL_SUCCESS;
    });
}

std::shared_ptr<ExceptionInfo> find_exception_info(const aclrtExceptionInfo *handle) noexcept {
    return is_forked_child() ? nullptr : info_table().find(handle);
}

}  // namespace ascendcl::host
