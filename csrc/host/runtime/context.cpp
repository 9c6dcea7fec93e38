// Which context is current on a thread, and how contexts come and go.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/context.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <utility>

#include "host/report/report.h"
#include "host/runtime/fork.h"
#include "host/runtime/handle_table.h"
#include "host/runtime/stream.h"

namespace ascendcl::host {
namespace {

// A handle, not a reference: a context may be destroyed while threads have it current.
thread_local aclrtContext current = nullptr;

std::atomic<int32_t> fallback_device{-1};

HandleTable<Context> &context_table() {
    // Leaks on purpose: worker threads outlive static objects.
    static auto &table = *new HandleTable<Context>(HandleKind::kContext, LiveKind::kContext);
    return table;
}

}  // namespace

void SystemOptions::set(aclSysParamOpt option, int64_t value) {
    const auto index = static_cast<size_t>(option);
    require(index < values_.size(), "no such option");
    const std::lock_guard lock(mutex_);
    values_[index] = value;
}

int64_t SystemOptions::get(aclSysParamOpt option) const {
    const auto index = static_cast<size_t>(option);
    require(index < values_.size(), "no such option");
    const std::lock_guard lock(mutex_);
    if (!values_[index]) {
        throw Failure{ACL_ERROR_RT_SYSPARAMOPT_NOT_SET, "the option was never set"};
    }
    return *values_[index];
}

SystemOptions &process_options() {
    static auto &only = *new SystemOptions;  // leaks on purpose: no destructor at process exit
    return only;
}

std::shared_ptr<Context> Context::make(Device &owner, bool is_default) {
    std::shared_ptr<Context> context(new Context(owner, is_default));
    context->handle_ = context_table().insert(context);
    return context;
}

std::shared_ptr<Stream> Context::default_stream() {
    const std::lock_guard lock(mutex_);
    if (default_stream_ == nullptr) {
        if (is_closing()) throw Failure{ACL_ERROR_RT_CONTEXT_NULL, "the context is destroyed"};
        default_stream_ = Stream::make(shared_from_this(), 0, 0);
        checks::lent(checks::ObjectKind::kStream, register_stream(default_stream_));
    }
    return default_stream_;
}

bool Context::is_default_stream(const Stream &stream) {
    const std::lock_guard lock(mutex_);
    return default_stream_.get() == &stream;
}

void Context::drain() {
    // All of them before any goes: they may wait for each other's events.
    const auto is_busy = [this](const Stream &stream) {
        return &stream.owner() == this && stream.has_work();
    };
    while (const auto stream = find_stream_where(is_busy)) stream->drain();
}

bool Context::close(bool drain) {
    if (closing_.exchange(true, std::memory_order_acq_rel)) return false;
    const auto is_ours = [this](const Stream &stream) { return &stream.owner() == this; };
    // One after another, never a list of them: a release must not fail for want of memory.
    while (const auto stream = find_stream_where(is_ours)) {
        unregister_stream(stream->handle());
        stream->retire(drain);
    }
    context_table().remove(handle_);
    const std::lock_guard lock(mutex_);
    default_stream_.reset();  // it holds this context
    return true;
}

std::shared_ptr<Context> current_context() {
    refuse_forked_child();
    if (current == nullptr) {
        const int32_t fallback = fallback_device.load(std::memory_order_relaxed);
        if (fallback >= 0) set_device(fallback);
    }
    auto context = current == nullptr ? nullptr : context_table().find(current);
    if (context == nullptr || context->is_closing()) {
        throw Failure{ACL_ERROR_RT_CONTEXT_NULL,
                      current == nullptr
                          ? "this thread has no current context (aclrtSetDevice, "
                            "aclrtCreateContext or aclrtSetCurrentContext gives it one)"
                          : "this thread's current context was destroyed"};
    }
    return context;
}

void set_device(int32_t id) {
    refuse_forked_child();
    show_devices();
    Device &chosen = device(id);
    const std::lock_guard lock(chosen.primary_mutex);
    if (chosen.primary == nullptr) chosen.primary = Context::make(chosen, true);
    ++chosen.primary_uses;
    current = chosen.primary->handle();
}

void reset_device(int32_t id, bool force) {
    refuse_forked_child();
    Device &chosen = device(id);
    std::shared_ptr<Context> last;
    const auto require_set = [&chosen, id] {
        if (chosen.primary_uses != 0) return;
        throw Failure{ACL_ERROR_RT_CONTEXT_RELEASE_ERROR,
                      "device " + std::to_string(id) + " is not set, or was reset already"};
    };
    // The wait comes before the count: the program may end it, and has reset nothing then.
    if (!force) {
        {
            const std::lock_guard lock(chosen.primary_mutex);
            require_set();
            if (chosen.primary_uses == 1) last = chosen.primary;
        }
        if (last != nullptr) std::exchange(last, nullptr)->drain();
    }
    {
        const std::lock_guard lock(chosen.primary_mutex);
        require_set();
        chosen.primary_uses = force ? 0 : chosen.primary_uses - 1;
        if (chosen.primary_uses == 0) last = std::move(chosen.primary);
    }
    if (last == nullptr) return;
    // Every thread that has it current finds a stale handle from now on.
    last->close(!force);
    if (current == last->handle()) current = nullptr;
}

aclrtContext create_context(int32_t device_id) {
    refuse_forked_child();
    show_devices();
    current = Context::make(device(device_id), false)->handle();
    return current;
}

void destroy_context(aclrtContext handle) {
    refuse_forked_child();
    const auto context = context_table().find(handle);
    if (context == nullptr) {
        throw Failure{ACL_ERROR_RT_CONTEXT_NULL, "the context was destroyed or never was one"};
    }
    if (context->is_default()) {
        throw Failure{ACL_ERROR_RT_CONTEXT_NULL,
                      "a default context is released by aclrtResetDevice, not destroyed"};
    }
    if (!context->close(false)) {
        throw Failure{ACL_ERROR_RT_CONTEXT_RELEASE_ERROR, "another thread is destroying it"};
    }
    if (current == handle) current = nullptr;
}

void set_current_context(aclrtContext handle) {
    refuse_forked_child();
    const auto context = context_table().find(handle);
    require(context != nullptr && !context->is_closing(),
            "the context was destroyed or never was one", ACL_ERROR_RT_PARAM_INVALID);
    current = handle;
}

bool is_primary_active(int32_t device_id) {
    Device &chosen = device(device_id);
    const std::lock_guard lock(chosen.primary_mutex);
    return chosen.primary != nullptr;
}

aclError synchronize_current_device(int32_t timeout_ms) {
    using Clock = std::chrono::steady_clock;
    const Device *chosen = &current_context()->owner();
    const auto deadline = Clock::now() + std::chrono::milliseconds(timeout_ms);
    aclError first = ACL_SUCCESS;
    for (const auto &stream : streams_where(
             [chosen](const Stream &candidate) { return &candidate.owner().owner() == chosen; })) {
        int32_t left = -1;
        if (timeout_ms >= 0) {
            const auto rest =
                std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
            left = static_cast<int32_t>(std::max<int64_t>(rest.count(), 0));
        }
        const aclError code = stream->synchronize(left);
        if (first == ACL_SUCCESS) first = code;
    }
    return first;
}

void set_fallback_device(int32_t id) noexcept {
    fallback_device.store(id, std::memory_order_relaxed);
}

}  // namespace ascendcl::host
