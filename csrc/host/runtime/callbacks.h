// Callbacks in streams: a subscribed thread runs them in aclrtProcessReport, or the runtime's own
// thread does (aclrtLaunchHostFunc).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "host/runtime/context.h"

namespace ascendcl::host {

inline constexpr size_t kMaxReportThreads = 1024;

// All throw Failure with the codes of the C functions of the same names.
void subscribe_report(uint64_t thread, aclrtStream stream);
void unsubscribe_report(uint64_t thread, aclrtStream stream);
aclError launch_callback(aclrtCallback function, void *user_data, bool blocks, aclrtStream stream);
aclError launch_host_function(aclrtHostFunc function, void *arguments, aclrtStream stream);

// Runs what waits for the calling thread; timeout_ms < 0 waits for ever.
void process_report(int32_t timeout_ms);

// Nobody is in aclrtProcessReport for what waits there.
struct Absence {
    std::chrono::steady_clock::duration lasts{0};
    bool has_ended = false;  // the thread that was there is no more
};

// A thread that serves something which is no stream: it counts as subscribed as long as this lives.
class ReportThread {
   public:
    // Throws Failure as subscribe_report.
    ReportThread(uint64_t thread, int32_t device);
    ReportThread(const ReportThread &) = delete;
    ReportThread &operator=(const ReportThread &) = delete;
    ~ReportThread();

    // `run` is called there, in the order of the calls of put.
    void put(std::function<void()> run);
    // Whether the calling thread is the one.
    bool is_this_thread() const noexcept;
    Absence absence() const;

   private:
    class Place;
    std::unique_ptr<Place> place_;
};

}  // namespace ascendcl::host
