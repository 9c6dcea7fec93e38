// A lock that readers share and a writer has alone, given in the order in which it is asked for:
// std::shared_mutex lets readers that come later go before a writer for as long as they keep
// coming, and a plain mutex lets the thread that has just let go of it take it again. Who waits may
// give up, which no lock of the standard allows without losing its place now and then.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace ascendcl::core {

// For std::lock_guard, std::unique_lock and std::shared_lock. A thread may not take it twice, not
// even as a reader: a writer may stand between.
class FairSharedMutex {
   public:
    using TimePoint = std::chrono::steady_clock::time_point;

    void lock() {
        wait_in_line(true, TimePoint::max(), [] { return false; });
    }
    bool try_lock() { return take_at_once(true); }
    void unlock() {
        leave([this] { writer_ = false; });
    }

    void lock_shared() {
        wait_in_line(false, TimePoint::max(), [] { return false; });
    }
    bool try_lock_shared() { return take_at_once(false); }
    void unlock_shared() {
        leave([this] { --readers_; });
    }

    // False, and not locked, when `gives_up()` answers true: it is asked now and then in a wait,
    // and at the deadline.
    template <typename GivesUp>
    bool lock_unless(GivesUp &&gives_up, TimePoint deadline = TimePoint::max()) {
        return wait_in_line(true, deadline, gives_up);
    }
    template <typename GivesUp>
    bool lock_shared_unless(GivesUp &&gives_up) {
        return wait_in_line(false, TimePoint::max(), gives_up);
    }

   private:
    // A place in the line, on the stack of the thread that waits.
    struct Place {
        Place *next = nullptr;
    };
    static constexpr std::chrono::milliseconds kSlice{50};

    bool is_free(bool to_write) const { return !writer_ && (!to_write || readers_ == 0); }

    void enter(bool to_write) {
        if (to_write) {
            writer_ = true;
        } else {
            ++readers_;
        }
    }

    bool take_at_once(bool to_write) {
        const std::lock_guard door(door_);
        if (first_ != nullptr || !is_free(to_write)) return false;
        enter(to_write);
        return true;
    }

    template <typename GivesUp>
    bool wait_in_line(bool to_write, TimePoint deadline, GivesUp &&gives_up) {
        std::unique_lock door(door_);
        if (first_ == nullptr && is_free(to_write)) {
            enter(to_write);
            return true;
        }
        Place place;
        *end_ = &place;
        end_ = &place.next;
        const auto is_its_turn = [&] { return first_ == &place && is_free(to_write); };
        bool given_up = false;
        while (!given_up && !is_its_turn()) {
            const TimePoint slice_end = std::chrono::steady_clock::now() + kSlice;
            if (changed_.wait_until(door, std::min(slice_end, deadline), is_its_turn)) break;
            door.unlock();
            given_up = gives_up();
            door.lock();
        }
        give_up_place(place);
        if (!given_up) enter(to_write);
        door.unlock();
        changed_.notify_all();
        return !given_up;
    }

    template <typename Change>
    void leave(Change &&change) {
        bool is_awaited = false;
        {
            const std::lock_guard door(door_);
            change();
            is_awaited = first_ != nullptr;
        }
        if (is_awaited) changed_.notify_all();
    }

    void give_up_place(const Place &place) {
        Place **link = &first_;
        while (*link != &place) link = &(*link)->next;
        *link = place.next;
        if (end_ == &place.next) end_ = link;
    }

    std::mutex door_;  // never held for longer than it takes to count
    std::condition_variable changed_;
    Place *first_ = nullptr;
    Place **end_ = &first_;
    bool writer_ = false;
    size_t readers_ = 0;  // that are inside
};

}  // namespace ascendcl::core
