// Contexts: a device's default context, or one of its own. Every other handle holds one, and makes
// it current for as long as it calls the runtime.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "core/process.h"

namespace ascendcl::core {

class Context;
using ContextHandle = std::shared_ptr<Context>;

class Context final : public Resource {
   public:
    // The device's default context, shared by all who ask while one of them lives: one
    // aclrtSetDevice, and one aclrtResetDevice when the last has gone.
    static Status of_device(int32_t device, ContextHandle &context) noexcept;
    // A context of its own: aclrtCreateContext, aclrtDestroyContext.
    static Status create(int32_t device, ContextHandle &context) noexcept;

    Context(aclrtContext handle, int32_t device, bool is_default) noexcept
        : handle_(handle), device_(device), is_default_(is_default) {}
    ~Context() override { report(close()); }

    // Closing is for the end of the process; until then the last holder's going does it.
    Status close() noexcept override;

    aclrtContext handle() const noexcept { return handle_; }
    int32_t device() const noexcept { return device_; }
    bool is_default() const noexcept { return is_default_; }

    // Whether other code has taken the context away: by a reset of the device, or by destroying it.
    // What lives in it is gone then. Once true it stays so.
    bool is_lost() const noexcept;
    // kLost when it is, or why that could not be asked.
    Status ask() const noexcept;
    // Whether that is why something failed.
    bool is_why(Status failed) const noexcept { return !failed.ok() && is_lost(); }

    Status make_current() const noexcept;
    Status memory_info(size_t &free, size_t &total) const noexcept;

   private:
    friend class CurrentContext;
    // Makes it the thread's; kLost where it is no more.
    Status set_current() const noexcept;
    // Waits for the work of a device that is about to be reset, at exit not for ever.
    Status settle() const noexcept;

    const aclrtContext handle_;
    const int32_t device_;
    const bool is_default_;
    std::atomic<bool> open_{true};
    mutable std::atomic<bool> lost_{false};
};

// Makes a context current for a scope, then the caller's again. A thread that had none keeps ours:
// the C API cannot take a context away.
class CurrentContext {
   public:
    explicit CurrentContext(const Context &context) noexcept;
    ~CurrentContext();
    CurrentContext(const CurrentContext &) = delete;
    CurrentContext &operator=(const CurrentContext &) = delete;

    Status status() const noexcept { return status_; }

   private:
    aclrtContext previous_ = nullptr;
    bool changed_ = false;
    Status status_;
};

// Runs `make()`, which answers a Status, with the context current; the release at exit waits for
// it.
template <typename Make>
Status make_in(const Context &context, Make &&make) noexcept {
    const InFlight flight;
    if (Status status = usable(); !status.ok()) return status;
    const CurrentContext scope(context);
    return scope.status().ok() ? make() : scope.status();
}

Status device_count(uint32_t &count) noexcept;

}  // namespace ascendcl::core
