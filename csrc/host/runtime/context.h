// Contexts, and which one is current: a property of the calling thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "acl/acl.h"
#include "host/runtime/device.h"

namespace ascendcl::host {

class Stream;

// Switches of a context or of the process (aclSysParamOpt); unset until set.
class SystemOptions {
   public:
    // Both throw Failure: 100000 for an option that is none; get 107021 for one never set.
    void set(aclSysParamOpt option, int64_t value);
    int64_t get(aclSysParamOpt option) const;

   private:
    mutable std::mutex mutex_;
    std::array<std::optional<int64_t>, 3> values_;
};

SystemOptions &process_options();

// Owns its default stream and the streams made in it.
class Context final : public std::enable_shared_from_this<Context> {
   public:
    // Makes a context and its handle.
    static std::shared_ptr<Context> make(Device &owner, bool is_default);

    int32_t device() const noexcept { return owner_.id; }
    aclrtContext handle() const noexcept { return handle_; }
    std::shared_ptr<Stream> default_stream();
    bool is_default_stream(const Stream &stream);
    Device &owner() const noexcept { return owner_; }
    bool is_default() const noexcept { return is_default_; }
    bool is_closing() const noexcept { return closing_.load(std::memory_order_acquire); }
    SystemOptions &options() noexcept { return options_; }

    // Waits for what its streams have queued; the program may end that (wait.h).
    void drain();
    // Takes the context and its streams away; waits for their tasks if `drain`, which nobody ends.
    // Answers false when somebody else is at it.
    bool close(bool drain);

   private:
    Context(Device &owner, bool is_default) : owner_(owner), is_default_(is_default) {}

    Device &owner_;
    const bool is_default_;
    aclrtContext handle_ = nullptr;
    std::atomic<bool> closing_{false};
    std::mutex mutex_;
    std::shared_ptr<Stream> default_stream_;
    SystemOptions options_;
};

// The calling thread's context, or throws Failure(107002).
std::shared_ptr<Context> current_context();

void set_device(int32_t id);
// By force: whatever the count is, and without waiting for what streams have queued.
void reset_device(int32_t id, bool force);

aclrtContext create_context(int32_t device_id);
void destroy_context(aclrtContext handle);
void set_current_context(aclrtContext handle);

// True while SetDevice calls on the device outnumber the resets.
bool is_primary_active(int32_t device_id);

// Waits for every stream of the current context's device; -1 waits for ever.
aclError synchronize_current_device(int32_t timeout_ms);

// The device that a thread without a context falls back to (aclInit's defaultDevice), or -1.
void set_fallback_device(int32_t id) noexcept;

}  // namespace ascendcl::host
