// A lock that readers share and a writer has alone, given in the order in which it is asked for:
// std::shared_mutex lets readers that come later go before a writer for as long as they keep
// coming, and a plain mutex lets the thread that has just let go of it take it again.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace ascendcl::core {

// For std::lock_guard, std::unique_lock and std::shared_lock. A thread may not take it twice, not
// even as a reader: a writer may stand between.
class FairSharedMutex {
   public:
    void lock() {
        std::unique_lock door(door_);
        const uint64_t turn = next_turn_++;
        changed_.wait(door, [&] { return turn_ == turn && readers_ == 0; });
    }
    void unlock() {
        {
            const std::lock_guard door(door_);
            ++turn_;
        }
        changed_.notify_all();
    }

    void lock_shared() {
        {
            std::unique_lock door(door_);
            const uint64_t turn = next_turn_++;
            changed_.wait(door, [&] { return turn_ == turn; });
            ++readers_;
            ++turn_;
        }
        changed_.notify_all();
    }
    void unlock_shared() {
        {
            const std::lock_guard door(door_);
            --readers_;
        }
        changed_.notify_all();
    }

   private:
    std::mutex door_;  // never held for longer than it takes to count
    std::condition_variable changed_;
    uint64_t next_turn_ = 0;
    uint64_t turn_ = 0;   // whose it is: a writer keeps its turn until it is done
    size_t readers_ = 0;  // that are inside
};

}  // namespace ascendcl::core
