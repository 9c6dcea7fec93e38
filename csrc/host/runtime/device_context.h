// Contexts as they are made here, and which one is current.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

#include "host/runtime/context.h"
#include "host/runtime/device.h"

namespace ascendcl::host {

class WorkerStream;

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

class DeviceContext final : public Context, public std::enable_shared_from_this<DeviceContext> {
   public:
    // Makes a context and its handle.
    static std::shared_ptr<DeviceContext> make(Device &owner, bool is_default);

    int32_t device() const noexcept override { return owner_.id; }
    aclrtContext handle() const noexcept override { return handle_; }
    std::shared_ptr<Stream> default_stream() override;

    std::shared_ptr<WorkerStream> default_worker_stream();
    bool is_default_stream(const WorkerStream &stream);
    Device &owner() const noexcept { return owner_; }
    bool is_default() const noexcept { return is_default_; }
    bool is_closing() const noexcept { return closing_.load(std::memory_order_acquire); }
    SystemOptions &options() noexcept { return options_; }

    // Takes the context and its streams away; waits for their tasks if `drain`. Answers false when
    // somebody else is at it.
    bool close(bool drain);

   private:
    DeviceContext(Device &owner, bool is_default) : owner_(owner), is_default_(is_default) {}

    Device &owner_;
    const bool is_default_;
    aclrtContext handle_ = nullptr;
    std::atomic<bool> closing_{false};
    std::mutex mutex_;
    std::shared_ptr<WorkerStream> default_stream_;
    SystemOptions options_;
};

std::shared_ptr<DeviceContext> current_device_context();  // current_context(), the type known

void set_device(int32_t id);
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
