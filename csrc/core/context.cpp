// Contexts and which one is current.
// SPDX-License-Identifier: Apache-2.0
#include "core/context.h"

#include <map>
#include <mutex>

namespace ascendcl::core {
namespace {

struct Devices {
    std::mutex mutex;
    std::map<int32_t, std::weak_ptr<Context>> defaults;
};

Devices &devices() {
    // Never destroyed: the last context may go after static destructors have run.
    static auto &instance = *new Devices;
    return instance;
}

// Null when the thread has none.
aclrtContext current() noexcept {
    aclrtContext context = nullptr;
    if (aclrtGetCurrentContext(&context) == ACL_SUCCESS) return context;
    aclGetRecentErrMsg();  // having none is no failure: drop the message
    return nullptr;
}

void restore(aclrtContext previous) noexcept {
    if (previous == nullptr || current() == previous) return;
    // The caller's context may have been destroyed meanwhile; that is not ours to report.
    if (aclrtSetCurrentContext(previous) != ACL_SUCCESS) aclGetRecentErrMsg();
}

}  // namespace

Status Context::of_device(int32_t device, ContextHandle &context) noexcept {
    const InFlight flight;
    if (Status status = initialize(); !status.ok()) return status;
    Devices &all = devices();
    std::lock_guard lock(all.mutex);
    try {
        std::weak_ptr<Context> &known = all.defaults[device];
        if ((context = known.lock())) return {};
        const aclrtContext previous = current();
        if (aclError code = aclrtSetDevice(device); code != ACL_SUCCESS) {
            return {code, "aclrtSetDevice"};
        }
        const aclrtContext handle = current();
        restore(previous);
        if (handle == nullptr) {
            aclrtResetDevice(device);
            return {ACL_ERROR_RT_CONTEXT_NULL, "aclrtGetCurrentContext"};
        }
        context = std::make_shared<Context>(handle, device, true);
        track(Kind::kContext, context);
        known = context;
        return {};
    } catch (const std::bad_alloc &) {
        return {ACL_ERROR_BAD_ALLOC, "aclrtSetDevice"};
    }
}

Status Context::create(int32_t device, ContextHandle &context) noexcept {
    const InFlight flight;
    if (Status status = initialize(); !status.ok()) return status;
    const aclrtContext previous = current();
    aclrtContext handle = nullptr;
    if (aclError code = aclrtCreateContext(&handle, device); code != ACL_SUCCESS) {
        return {code, "aclrtCreateContext"};
    }
    restore(previous);
    try {
        context = std::make_shared<Context>(handle, device, false);
        track(Kind::kContext, context);
        return {};
    } catch (const std::bad_alloc &) {
        return {ACL_ERROR_BAD_ALLOC, "aclrtCreateContext"};
    }
}

Status Context::close() noexcept {
    if (forked() || !open_.exchange(false)) return {};
    untrack(Kind::kContext, this);
    if (!is_default_) {
        const aclError code = aclrtDestroyContext(handle_);
        return {code, "aclrtDestroyContext"};
    }
    // Under the lock, so that a set of the same device on another thread comes before or after.
    std::lock_guard lock(devices().mutex);
    const aclrtContext previous = current();
    const aclError code = aclrtResetDevice(device_);
    if (previous != handle_) restore(previous);
    return {code, "aclrtResetDevice"};
}

Status Context::make_current() const noexcept {
    if (Status status = usable(); !status.ok()) return status;
    return {aclrtSetCurrentContext(handle_), "aclrtSetCurrentContext"};
}

Status Context::memory_info(size_t &free, size_t &total) const noexcept {
    if (Status status = usable(); !status.ok()) return status;
    CurrentContext scope(*this);
    if (!scope.status().ok()) return scope.status();
    aclError code = aclrtGetMemInfo(ACL_HBM_MEM, &free, &total);
    // Devices without HBM answer zero or a code: their memory is DDR.
    if (code != ACL_SUCCESS || total == 0) code = aclrtGetMemInfo(ACL_DDR_MEM, &free, &total);
    return {code, "aclrtGetMemInfo"};
}

CurrentContext::CurrentContext(const Context &context) noexcept : previous_(current()) {
    if (previous_ == context.handle()) return;
    status_ = {aclrtSetCurrentContext(context.handle()), "aclrtSetCurrentContext"};
    changed_ = status_.ok();
}

CurrentContext::~CurrentContext() {
    if (changed_) restore(previous_);
}

Status device_count(uint32_t &count) noexcept {
    if (Status status = initialize(); !status.ok()) return status;
    return {aclrtGetDeviceCount(&count), "aclrtGetDeviceCount"};
}

}  // namespace ascendcl::core
