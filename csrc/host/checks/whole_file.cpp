// Files by descriptor: what a name stands for may change between two questions.
// SPDX-License-Identifier: Apache-2.0
#include "host/checks/whole_file.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace ascendcl::host::checks {
namespace {

// A named pipe without a reader would keep whoever opens it.
constexpr int kFlags = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;

// 0 for a file that may be written anew: nobody else's, no other name of a file that is kept
// elsewhere, and of the kind that `head` stands for.
int check_own(int descriptor, std::string_view head) noexcept {
    struct stat status{};
    if (::fstat(descriptor, &status) != 0) return errno;
    if (!S_ISREG(status.st_mode)) return ENXIO;
    if (status.st_uid != ::geteuid() || status.st_nlink != 1) return EEXIST;
    if (status.st_size == 0) return 0;
    std::array<char, 64> text{};
    const size_t length = std::min(head.size(), text.size());
    const bool is_alike =
        ::pread(descriptor, text.data(), length, 0) == static_cast<ssize_t>(length) &&
        std::string_view(text.data(), length) == head.substr(0, length);
    return is_alike ? 0 : EEXIST;
}

// Beyond RLIMIT_FSIZE a write is cut, and the signal that comes with it ends a process that is not
// prepared for it.
bool is_within_limit(off_t end) noexcept {
    rlimit limit{};
    return ::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
           static_cast<rlim_t>(end) <= limit.rlim_cur;
}

}  // namespace

int WholeFile::create(const std::string &path) noexcept {
    close();
    descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | kFlags, 0644);
    end_ = 0;
    return descriptor_ < 0 ? errno : 0;
}

int WholeFile::reopen(const std::string &path, std::string_view head) noexcept {
    close();
    descriptor_ = ::open(path.c_str(), O_RDWR | kFlags);
    end_ = 0;
    if (descriptor_ < 0) return errno;
    const int failure = check_own(descriptor_, head);
    if (failure != 0) close();
    return failure;
}

int WholeFile::clear() noexcept {
    end_ = 0;
    return ::ftruncate(descriptor_, 0) == 0 ? 0 : errno;
}

int WholeFile::append(std::string_view text, std::string_view tail) noexcept {
    const off_t end = end_ + static_cast<off_t>(text.size());
    if (!is_within_limit(end + static_cast<off_t>(tail.size()))) return EFBIG;
    int failure = write(text, end_);
    if (failure == 0) failure = write(tail, end);
    if (failure == 0) {
        end_ = end;
        return 0;
    }
    // Where the last tail was there is room for it.
    if (write(tail, end_) != 0 ||
        ::ftruncate(descriptor_, end_ + static_cast<off_t>(tail.size())) != 0) {
        close();  // nothing is left to try
    }
    return failure;
}

int WholeFile::write(std::string_view text, off_t offset) const noexcept {
    while (!text.empty()) {
        const ssize_t written = ::pwrite(descriptor_, text.data(), text.size(), offset);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        text.remove_prefix(static_cast<size_t>(written));
        offset += written;
    }
    return 0;
}

int WholeFile::release() noexcept { return std::exchange(descriptor_, -1); }

void WholeFile::close() noexcept {
    if (descriptor_ >= 0) ::close(release());
}

}  // namespace ascendcl::host::checks
