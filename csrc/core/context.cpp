// Contexts and which one is current.
// SPDX-License-Identifier: Apache-2.0
#include "core/context.h"

#include <map>
#include <mutex>

#include "core/interrupt.h"

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
Status current(aclrtContext &context) noexcept {
    context = nullptr;
    const aclError code = aclrtGetCurrentContext(&context);
    if (code != ACL_ERROR_RT_CONTEXT_NULL) return {code, "aclrtGetCurrentContext"};
    aclGetRecentErrMsg();  // having none is no failure: drop the message
    return {};
}

void restore(aclrtContext previous) noexcept {
    if (previous == nullptr) return;
    const aclError code = aclrtSetCurrentContext(previous);
    if (code == ACL_ERROR_RT_PARAM_INVALID) {
        aclGetRecentErrMsg();  // the caller's was destroyed meanwhile: not ours to report
    } else if (code != ACL_SUCCESS) {
        report_later({code, "aclrtSetCurrentContext"});
    }
}

}  // namespace

Status Context::of_device(int32_t device, ContextHandle &context) noexcept {
    const InFlight flight;
    if (Status status = initialize(); !status.ok()) return status;
    Devices &all = devices();
    std::lock_guard lock(all.mutex);
    try {
        std::weak_ptr<Context> &known = all.defaults[device];
        context = known.lock();
        if (context != nullptr) {
            const Status asked = context->ask();
            if (asked.ok()) return {};
            context.reset();
            if (asked.code != kLost) return asked;
        }
        aclrtContext previous = nullptr;
        if (Status status = current(previous); !status.ok()) return status;
        if (aclError code = aclrtSetDevice(device); code != ACL_SUCCESS) {
            return {code, "aclrtSetDevice"};
        }
        aclrtContext handle = nullptr;
        Status status = current(handle);
        restore(previous);
        if (status.ok() && handle == nullptr) {
            status = {ACL_ERROR_RT_CONTEXT_NULL, "aclrtGetCurrentContext"};
        }
        const auto reset = [device] { aclrtResetDevice(device); };
        if (!status.ok()) {
            reset();
            return status;
        }
        status = make_owner(Kind::kContext, "aclrtSetDevice", context, reset, handle, device, true);
        if (status.ok()) known = context;
        return status;
    } catch (const std::bad_alloc &) {
        return {ACL_ERROR_BAD_ALLOC, "aclrtSetDevice"};
    }
}

Status Context::create(int32_t device, ContextHandle &context) noexcept {
    const InFlight flight;
    if (Status status = initialize(); !status.ok()) return status;
    aclrtContext previous = nullptr;
    if (Status status = current(previous); !status.ok()) return status;
    aclrtContext handle = nullptr;
    if (aclError code = aclrtCreateContext(&handle, device); code != ACL_SUCCESS) {
        return {code, "aclrtCreateContext"};
    }
    restore(previous);
    return make_owner(
        Kind::kContext, "aclrtCreateContext", context, [handle] { aclrtDestroyContext(handle); },
        handle, device, false);
}

Status Context::close() noexcept {
    if (forked() || !open_.exchange(false)) return {};
    untrack(Kind::kContext, this);
    // A reset would be one of those that other code owes.
    const Status asked = ask();
    if (asked.code == kLost) return {};
    if (!is_default_) {
        const aclError code = aclrtDestroyContext(handle_);
        return code == ACL_SUCCESS ? asked : Status{code, "aclrtDestroyContext"};
    }
    // Under the lock, so that a set of the same device on another thread comes before or after.
    std::lock_guard lock(devices().mutex);
    aclrtContext previous = nullptr;
    const Status found = current(previous);
    Status status = settle();
    if (status.ok()) status = waited(aclrtResetDevice(device_), "aclrtResetDevice");
    if (previous != handle_) restore(previous);
    if (!status.ok()) return status;
    return asked.ok() ? found : asked;
}

Status Context::settle() const noexcept {
    const int32_t left = left_at_exit();
    const bool at_exit = left > 0 && aclrtSynchronizeDeviceWithTimeout != nullptr;
    if (!at_exit && !must_slice()) return {};  // aclrtResetDevice waits
    if (aclrtSynchronizeDeviceWithTimeout == nullptr) return {};
    static constexpr char kName[] = "aclrtSynchronizeDeviceWithTimeout";
    const CurrentContext scope(*this);
    if (!scope.status().ok()) return scope.status();
    const Status status = wait_in_slices(at_exit ? left : -1, ACL_ERROR_RT_STREAM_SYNC_TIMEOUT,
                                         kName, aclrtSynchronizeDeviceWithTimeout);
    if (status.code == kInterrupted) return status;
    if (status.code == ACL_ERROR_RT_STREAM_SYNC_TIMEOUT) return {kUnfinished, "acl.Device"};
    return {};  // a failure of the work is not one of the reset
}

Status Context::set_current() const noexcept {
    if (lost_) return {kLost, "acl.Device"};
    const aclError code = aclrtSetCurrentContext(handle_);
    if (code != ACL_ERROR_RT_PARAM_INVALID && code != ACL_ERROR_RT_CONTEXT_NULL) {
        return {code, "aclrtSetCurrentContext"};
    }
    aclGetRecentErrMsg();  // what we say instead has the reason
    lost_ = true;
    return {kLost, "acl.Device"};
}

Status Context::ask() const noexcept {
    if (lost_) return {kLost, "acl.Device"};
    if (nothing_to_release()) return {};
    const CurrentContext probe(*this);
    return probe.status();
}

bool Context::is_lost() const noexcept {
    // Without an answer it counts as there, and what is called next tells.
    static_cast<void>(ask());
    return lost_;
}

Status Context::make_current() const noexcept {
    if (Status status = usable(); !status.ok()) return status;
    return set_current();
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

CurrentContext::CurrentContext(const Context &context) noexcept : status_(current(previous_)) {
    if (!status_.ok() || previous_ == context.handle()) return;
    status_ = context.set_current();
    changed_ = status_.ok();
}

CurrentContext::~CurrentContext() {
    if (changed_) restore(previous_);
}

Status device_count(uint32_t &count) noexcept {
    // Without aclInit, which is not needed for a question and would tell on a forked child.
    if (Status status = usable(); !status.ok()) return status;
    if (aclrtGetDeviceCount == nullptr) return {ACL_ERROR_API_NOT_SUPPORT, "aclrtGetDeviceCount"};
    return {aclrtGetDeviceCount(&count), "aclrtGetDeviceCount"};
}

}  // namespace ascendcl::core
