// Read, then asked whether it is still the file that was read. POSIX only like the rest of the
// runtime.
// SPDX-License-Identifier: Apache-2.0
#include "om/file_content.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

#include "om/container.h"
#include "om/error.h"

namespace ascendcl::om {

namespace {

using std::chrono::nanoseconds;

// How far apart two changes must be for their times to differ: the kernel's tick, or whole seconds
// (two on FAT) on file systems that keep no fractions.
constexpr nanoseconds kTick = std::chrono::milliseconds(20);
constexpr nanoseconds kWholeSeconds = std::chrono::seconds(2);
// A copy of an ordinary model is done by then.
constexpr auto kPatience = std::chrono::seconds(2);
constexpr size_t kTables = 4096;                 // header and partition table of one model
constexpr size_t kMostAtOnce = size_t{1} << 30;  // Linux reads no more than 2 GiB in one call

class FileDescriptor {
   public:
    explicit FileDescriptor(int fd) noexcept : fd_(fd) {}
    ~FileDescriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    FileDescriptor(const FileDescriptor &) = delete;
    FileDescriptor &operator=(const FileDescriptor &) = delete;
    int get() const noexcept { return fd_; }

   private:
    int fd_;
};

[[noreturn]] void fail(int error, const std::string &path) {
    throw std::system_error(error, std::generic_category(), path);
}

struct stat status_of(const FileDescriptor &file, const std::string &path) {
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) fail(errno, path);
    return status;
}

bool same_time(const timespec &a, const timespec &b) noexcept {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

// Nobody can set st_ctim, so that every write shows in it.
bool is_unchanged(const struct stat &before, const struct stat &after) noexcept {
    return before.st_size == after.st_size && same_time(before.st_ctim, after.st_ctim) &&
           same_time(before.st_mtim, after.st_mtim);
}

nanoseconds since_epoch(const timespec &time) noexcept {
    return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

// Until a change from now on would have another time than the last one.
void wait_out_tick(const timespec &last_change) {
    const nanoseconds tick = last_change.tv_nsec == 0 ? kWholeSeconds : kTick;
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    const nanoseconds age = since_epoch(now) - since_epoch(last_change);
    // A change in the future is another machine's clock.
    if (age < tick) std::this_thread::sleep_for(std::min(tick - age, tick));
}

Bytes memory_for(size_t size) {
    if (size == 0) return {};
    void *address =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (address == MAP_FAILED) throw std::bad_alloc();
    return {static_cast<const uint8_t *>(address), size};
}

void release(Bytes &memory) noexcept {
    if (!memory.empty()) ::munmap(const_cast<uint8_t *>(memory.data), memory.size);
    memory = {};
}

// A part of `memory`, which is as long as the file. False when the file ends before it.
bool read_part(Bytes memory, Bytes part, const FileDescriptor &file, const std::string &path) {
    auto done = static_cast<size_t>(part.data - memory.data);
    const size_t end = done + part.size;
    while (done < end) {
        const ssize_t count = ::pread(file.get(), const_cast<uint8_t *>(memory.data) + done,
                                      std::min(end - done, kMostAtOnce), static_cast<off_t>(done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail(errno, path);
        if (count == 0) return false;
        done += static_cast<size_t>(count);
    }
    return true;
}

// Everything but weights and kernels, once the tables have told where they are.
bool read_description(Bytes memory, const FileDescriptor &file, const std::string &path) {
    if (memory.size <= kTables) return read_part(memory, memory, file, path);
    if (!read_part(memory, memory.slice(0, kTables), file, path)) return false;
    Container container;
    try {
        container = Container::parse(memory);
    } catch (const Error &) {
        return read_part(memory, memory, file, path);  // for who asks what is wrong
    }
    // The tables of further models lie between partitions.
    if (container.models().size() != 1) return read_part(memory, memory, file, path);
    for (const Partition &partition : container.models()[0].partitions) {
        const auto type = static_cast<PartitionType>(partition.type);
        if (type == PartitionType::kWeights || type == PartitionType::kKernels) continue;
        if (!read_part(memory, partition.bytes, file, path)) return false;
    }
    return true;
}

}  // namespace

FileContent::FileContent(const std::string &path, Extent extent) {
    // O_NONBLOCK: opening a FIFO must not wait for its writer.
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) fail(errno, path);
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    do {
        const struct stat before = status_of(file, path);
        if (S_ISDIR(before.st_mode)) fail(EISDIR, path);
        if (!S_ISREG(before.st_mode)) fail(EINVAL, path);
        wait_out_tick(before.st_ctim);
        FileContent content(memory_for(static_cast<size_t>(before.st_size)));
        const Bytes memory = content.bytes_;
        const bool is_read = extent == Extent::kAll ? read_part(memory, memory, file, path)
                                                    : read_description(memory, file, path);
        if (is_read && is_unchanged(before, status_of(file, path))) {
            *this = std::move(content);
            return;
        }
    } while (std::chrono::steady_clock::now() < deadline);
    throw Error(ErrorCode::kChanging,
                path +
                    " is being written to: it changed each time it was read; load it when it is "
                    "complete (write a new file beside it and rename it over the old one)");
}

FileContent::~FileContent() { release(bytes_); }

FileContent::FileContent(FileContent &&other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

FileContent &FileContent::operator=(FileContent &&other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
}

}  // namespace ascendcl::om
