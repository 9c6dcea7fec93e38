// Who finds the file in use by a living process writes one beside it.
// SPDX-License-Identifier: Apache-2.0
#include "host/checks/trace_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
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

// -1 and errno: EWOULDBLOCK when another process writes it.
int open_and_lock(const std::string &path) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0) return -1;
    // File systems without locks are left at that: %p is for them.
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return descriptor;
    ::close(descriptor);
    errno = EWOULDBLOCK;
    return -1;
}

}  // namespace

bool TraceFile::open() {
    const std::lock_guard lock(mutex_);
    return open_locked();
}

bool TraceFile::open_locked() {
    if (failed_ || descriptor_ >= 0) return !failed_;
    path_ = with_process_id(pattern_);
    descriptor_ = open_and_lock(path_);
    if (descriptor_ < 0 && errno == EWOULDBLOCK) {
        path_ = beside(path_);
        descriptor_ = open_and_lock(path_);
    }
    if (descriptor_ < 0) return fail(path_.c_str(), std::strerror(errno));
    struct stat status{};
    if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
        return fail(path_.c_str(), "not a regular file");
    }
    if (::ftruncate(descriptor_, 0) != 0) return fail(path_.c_str(), std::strerror(errno));
    if (inherited_ >= 0) ::close(std::exchange(inherited_, -1));
    has_events_ = false;
    end_ = kHead.size();
    return write(std::string(kHead) + std::string(kTail), 0);
}

bool TraceFile::append(std::string_view events) {
    const std::lock_guard lock(mutex_);
    if (!open_locked()) return false;
    std::string text = has_events_ ? ",\n" : "";
    text += events;
    const size_t length = text.size();
    text += kTail;
    if (!write(text, end_)) return false;
    end_ += static_cast<off_t>(length);
    has_events_ = true;
    return true;
}

bool TraceFile::write(std::string_view text, off_t offset) {
    while (!text.empty()) {
        const ssize_t written = ::pwrite(descriptor_, text.data(), text.size(), offset);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return fail(path_.c_str(), std::strerror(errno));
        text.remove_prefix(static_cast<size_t>(written));
        offset += written;
    }
    return true;
}

bool TraceFile::fail(const char *path, const char *why) {
    std::fprintf(stderr, "ascendcl: ASCENDCL_TRACE: cannot write %s: %s; no trace is written\n",
                 path, why);
    failed_ = true;
    return false;
}

void TraceFile::after_fork_in_child() {
    inherited_ = std::exchange(descriptor_, -1);
    generation_.fetch_add(1, std::memory_order_relaxed);
    mutex_.unlock();
}

}  // namespace ascendcl::host::checks
