// The file that a trace goes to. It is whole after every append: the end of the JSON is written
// with each and overwritten by the next, so nothing is lost when the process dies, and nothing is
// kept in memory. A forked child gets a file of its own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "host/checks/whole_file.h"

namespace ascendcl::host::checks {

class TraceFile {
   public:
    // `pattern`: a path in which %p stands for the process id.
    explicit TraceFile(std::string pattern) : pattern_(std::move(pattern)) {}

    // Makes the file unless it is there; an earlier trace of this user's is written anew. False,
    // once with a line on standard error, when it cannot be written, or when anything else is
    // there.
    bool open();

    // Events, a comma between two. False as open().
    bool append(std::string_view events);

    // Which file it is: another number in a forked child.
    uint32_t generation() const noexcept { return generation_.load(std::memory_order_relaxed); }

    // Around fork().
    void before_fork() { mutex_.lock(); }
    void after_fork_in_parent() { mutex_.unlock(); }
    void after_fork_in_child();

   private:
    bool open_locked();
    bool fail(const std::string &path, int error, const char *what_follows);

    const std::string pattern_;
    std::mutex mutex_;
    std::string path_;
    WholeFile file_;
    int inherited_ =
        -1;  // the parent's, kept until there is an own one: it holds the parent's lock
    bool has_events_ = false;
    bool failed_ = false;
    std::atomic<uint32_t> generation_{1};
};

}  // namespace ascendcl::host::checks
