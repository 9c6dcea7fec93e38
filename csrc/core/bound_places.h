// Where the runs of a bound model read and write on the device, and which of them are under way.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "core/interrupt.h"
#include "core/tensors.h"

namespace ascendcl::core {

class BoundPlaces {
   public:
    // Of the next run to begin. Runs that exchange state begin after the one before has ended.
    InputsAndOutputs &next() noexcept { return places_[has_state_ ? exchanges_ % 2 : 0]; }
    // The second one is that of every other run, where there is state.
    InputsAndOutputs &first() noexcept { return places_[0]; }
    InputsAndOutputs &second() noexcept { return places_[1]; }
    void set_has_state() noexcept { has_state_ = true; }
    uint64_t exchanges() const noexcept { return exchanges_; }

    void begin_run() noexcept {
        const std::lock_guard lock(mutex_);
        ++under_way_;
    }
    // Of a run that has failed, or never began, nothing is exchanged.
    void end_run(bool succeeded) noexcept {
        const std::lock_guard lock(mutex_);
        if (succeeded && has_state_) ++exchanges_;
        if (--under_way_ == 0) idle_.notify_all();
    }
    // Until no run is under way; kInterrupted or kUnfinished where the wait is given up.
    Status wait_for_runs() noexcept {
        std::unique_lock lock(mutex_);
        while (!idle_.wait_for(lock, kSlice, [this] { return under_way_ == 0; })) {
            lock.unlock();
            const Status status = reason_to_give_up();
            lock.lock();
            if (!status.ok()) return status;
        }
        return {};
    }

   private:
    std::array<InputsAndOutputs, 2> places_;
    bool has_state_ = false;
    std::atomic<uint64_t> exchanges_{0};  // runs that have exchanged the state
    std::mutex mutex_;
    std::condition_variable idle_;
    size_t under_way_ = 0;
};

}  // namespace ascendcl::core
