// A 64-bit hash over all bytes: four independent lanes of multiply and rotate, some GB/s. Not for
// adversaries: it guards against mistakes.
// SPDX-License-Identifier: Apache-2.0
#include "core/fingerprint.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <thread>
#include <vector>

namespace ascendcl::core {
namespace {

constexpr uint64_t kOdd = 0x9E3779B97F4A7C15;  // 2^64 / golden ratio

// The clock of a file's times moves in ticks: what is written within one tick has one time.
constexpr std::chrono::milliseconds kTick{20};

uint64_t mix(uint64_t state, uint64_t word) noexcept {
    state = (state ^ word) * kOdd;
    return state ^ (state >> 29);
}

class Hash {
   public:
    static constexpr size_t kLanes = 4;
    static constexpr size_t kBlock = kLanes * sizeof(uint64_t);

    // Whole blocks of `data`; answers how many bytes that was.
    size_t add_blocks(const unsigned char *data, size_t size) noexcept {
        size_t position = 0;
        for (; size - position >= kBlock; position += kBlock) {
            uint64_t words[kLanes];
            std::memcpy(words, data + position, kBlock);
            for (size_t lane = 0; lane < kLanes; ++lane) {
                lanes_[lane] = mix(lanes_[lane], words[lane]);
            }
        }
        return position;
    }
    uint64_t end(const unsigned char *rest, size_t size) const noexcept {
        uint64_t hash = 0;
        for (uint64_t lane : lanes_) hash = mix(hash, lane);
        for (size_t position = 0; position < size; ++position) hash = mix(hash, rest[position]);
        return hash;
    }

   private:
    uint64_t lanes_[kLanes] = {1, 2, 3, 4};
};

class FileDescriptor {
   public:
    explicit FileDescriptor(const char *path) noexcept
        : fd_(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    ~FileDescriptor() {
        if (fd_ >= 0) close(fd_);
    }
    FileDescriptor(const FileDescriptor &) = delete;
    FileDescriptor &operator=(const FileDescriptor &) = delete;
    int get() const noexcept { return fd_; }

   private:
    int fd_;
};

// Not mapped: a file that is cut short would kill the process. False when it cannot be read.
bool read_all(const FileDescriptor &file, Fingerprint &fingerprint) {
    std::vector<unsigned char> buffer(size_t{1} << 20);
    Hash hash;
    size_t held = 0;  // in the buffer, not hashed yet
    fingerprint = {};
    while (true) {
        const ssize_t count = read(file.get(), buffer.data() + held, buffer.size() - held);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        if (count == 0) break;
        fingerprint.size += static_cast<uint64_t>(count);
        held += static_cast<size_t>(count);
        const size_t hashed = hash.add_blocks(buffer.data(), held);
        std::memmove(buffer.data(), buffer.data() + hashed, held - hashed);
        held -= hashed;
    }
    fingerprint.hash = hash.end(buffer.data(), held);
    return true;
}

// Until a write from now on would have another time than the last one.
void wait_out_tick(const timespec &last_change) {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    const bool is_old = now.tv_sec - last_change.tv_sec > 1;
    if (!is_old) std::this_thread::sleep_for(kTick);
}

bool same_time(const timespec &a, const timespec &b) noexcept {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

// st_ctim cannot be set: every write shows in it.
bool is_same(const struct stat &a, const struct stat &b) noexcept {
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size &&
           same_time(a.st_ctim, b.st_ctim);
}

}  // namespace

Fingerprint fingerprint_of(const void *data, size_t size) noexcept {
    Hash hash;
    const auto *bytes = static_cast<const unsigned char *>(data);
    const size_t hashed = hash.add_blocks(bytes, size);
    return {size, hash.end(bytes + hashed, size - hashed)};
}

Status FileFingerprint::take(const char *path) {
    const FileDescriptor file(path);
    struct stat &status = state_.status_;
    if (file.get() < 0 || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return {ACL_ERROR_GE_EXEC_MODEL_PATH_INVALID, "open"};
    }
    wait_out_tick(status.st_ctim);
    if (!read_all(file, content_)) return {ACL_ERROR_GE_EXEC_MODEL_PATH_INVALID, "read"};
    return check(path);
}

bool FileState::take(const char *path) noexcept { return stat(path, &status_) == 0; }

Status FileState::check(const char *path) const noexcept {
    struct stat now{};
    if (stat(path, &now) == 0 && is_same(status_, now)) return {};
    return {kFileChanged, "Model.from_file"};
}

}  // namespace ascendcl::core
