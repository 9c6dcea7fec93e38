// Who finds the file in use by a living process writes one beside it.
// SPDX-License-Identifier: Apache-2.0
#include "host/checks/trace_file.h"

#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace ascendcl::host::checks {
namespace {

constexpr std::string_view kHead = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n";
constexpr std::string_view kTail = "\n]}\n";

std::string with_process_id(std::string path) {
    for (size_t at = 0; (at = path.find("%p", at)) != std::string::npos;) {
        path.replace(at, 2, std::to_string(::getpid()));
    }
    return path;
}

// "trace.json" -> "trace-1234.json"
std::string beside(const std::string &path) {
    const size_t name = path.rfind('/') + 1;  // 0 without a slash
    const size_t dot = path.rfind('.');
    const size_t at = dot == std::string::npos || dot <= name ? path.size() : dot;
    return path.substr(0, at) + "-" + std::to_string(::getpid()) + path.substr(at);
}

// 0, or an errno: EWOULDBLOCK when another process writes it, EEXIST when it is something else.
int open_and_lock(const std::string &path, WholeFile &file) noexcept {
    int failure = file.create(path);
    if (failure == EEXIST) failure = file.reopen(path, kHead);
    if (failure != 0) return failure;
    // File systems without locks are left at that: %p is for them.
    if (::flock(file.descriptor(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return 0;
    file.close();
    return EWOULDBLOCK;
}

}  // namespace

bool TraceFile::open() {
    const std::lock_guard lock(mutex_);
    return open_locked();
}

bool TraceFile::open_locked() {
    if (failed_ || file_.is_open()) return !failed_;
    std::string path = with_process_id(pattern_);
    int failure = open_and_lock(path, file_);
    if (failure == EWOULDBLOCK) {
        path = beside(path);
        failure = open_and_lock(path, file_);
    }
    path_ = path;
    if (failure == 0) failure = file_.clear();
    if (failure == 0) failure = file_.append(kHead, kTail);
    if (failure != 0) return fail(path, failure, "no trace is written");
    if (inherited_ >= 0) ::close(std::exchange(inherited_, -1));
    has_events_ = false;
    return true;
}

bool TraceFile::append(std::string_view events) {
    const std::lock_guard lock(mutex_);
    if (!open_locked()) return false;
    std::string text = has_events_ ? ",\n" : "";
    text += events;
    if (const int failure = file_.append(text, kTail); failure != 0) {
        return fail(path_, failure, "the trace ends here");
    }
    has_events_ = true;
    return true;
}

bool TraceFile::fail(const std::string &path, int error, const char *what_follows) {
    const char *const why = error == EEXIST  ? "it is there, and is no earlier trace of this user"
                            : error == ENXIO ? "not a regular file"
                            : error == ELOOP ? "it is a symbolic link, and links are not followed"
                                             : std::strerror(error);
    std::fprintf(stderr, "ascendcl: ASCENDCL_TRACE: cannot write %s: %s; %s\n", path.c_str(), why,
                 what_follows);
    failed_ = true;
    file_.close();
    return false;
}

void TraceFile::after_fork_in_child() {
    inherited_ = file_.release();
    generation_.fetch_add(1, std::memory_order_relaxed);
    mutex_.unlock();
}

}  // namespace ascendcl::host::checks
