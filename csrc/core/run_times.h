// What the parts of runs take: of each run, told to whoever listens on the thread that calls, and
// of many. A run to which nobody listens reads no clock.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ascendcl::core {

// Of the last run in a call on the thread that listens; not of runs in a stream.
struct RunTimes {
    // The wait for the model's turn and that of its work memory, then what one run is made of.
    enum Part { kWait, kCopyIn, kExecute, kCopyOut };
    static constexpr size_t kParts = 4;

    std::array<std::chrono::nanoseconds, kParts> parts{};

    // Who listens on this thread; whoever sets it takes it away before it goes.
    static inline thread_local RunTimes *listener = nullptr;
};

// Stands where a run begins, and is told of the end of each part.
class Laps {
   public:
    Laps() noexcept : times_(RunTimes::listener) {
        if (times_ == nullptr) return;
        *times_ = {};
        last_ = Clock::now();
    }
    void end(RunTimes::Part part) noexcept {
        if (times_ == nullptr) return;
        const auto now = Clock::now();
        times_->parts[part] += now - last_;
        last_ = now;
    }

   private:
    using Clock = std::chrono::steady_clock;
    RunTimes *const times_;
    Clock::time_point last_;
};

// How many runs took at most each of the bounds for a part, and how long all took. Not locked.
class RunHistograms {
   public:
    struct Histogram {
        std::vector<uint64_t> counts;  // the last one is of those beyond all bounds
        std::chrono::nanoseconds sum{};
    };

    // Of ascending bounds. May throw std::bad_alloc.
    explicit RunHistograms(std::vector<std::chrono::nanoseconds> bounds);
    void add(const RunTimes &times) noexcept;
    const Histogram &of(size_t part) const noexcept { return parts_[part]; }

   private:
    std::vector<std::chrono::nanoseconds> bounds_;
    std::array<Histogram, RunTimes::kParts> parts_;
};

}  // namespace ascendcl::core
