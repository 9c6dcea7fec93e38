// Anonymous files with a record behind the memory.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/shared_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "host/report/report.h"

namespace ascendcl::host {

struct SharedRecord {
    static constexpr uint64_t kMagic = 0x6d656d5f6c636e61;  // "ancl_mem"
    static constexpr uint32_t kMostPids = 900;
    enum State : uint32_t { kPrivate, kNamedProcesses, kAllProcesses };

    uint64_t magic;
    uint64_t cookie;
    uint64_t size;
    std::atomic<uint32_t> state;
    std::atomic<uint32_t> pid_count;
    std::atomic<int32_t> pids[kMostPids];
};

namespace {

constexpr size_t kRecordSize = 4096;
static_assert(sizeof(SharedRecord) <= kRecordSize);
constexpr char kName[] = "ascendcl device memory";

constexpr unsigned kPidBits = 22;  // the kernel has no higher numbers
constexpr unsigned kFileBits = 20;
constexpr unsigned kCookieBits = 64 - kPidBits - kFileBits;

constexpr uint64_t low(uint64_t value, unsigned bits) {
    return value & ((uint64_t{1} << bits) - 1);
}

[[noreturn]] void out_of_resources(const char *what) {
    throw Failure{ACL_ERROR_RT_MEMORY_ALLOCATION, std::string(what) + ": " + std::strerror(errno)};
}

[[noreturn]] void no_such_handle(const std::string &why) {
    throw Failure{ACL_ERROR_RT_PARAM_INVALID,
                  "the shareable handle names no memory that this process may have: " + why};
}

MappedRecord map_record(const Descriptor &file, size_t offset) {
    void *mapped = mmap(nullptr, kRecordSize, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(),
                        static_cast<off_t>(offset));
    if (mapped == MAP_FAILED) out_of_resources("the shared memory cannot be mapped");
    return MappedRecord(static_cast<SharedRecord *>(mapped));
}

// A file of ours and nobody's else: opening another kind of file may do something, or wait.
Descriptor open_of(uint64_t handle) {
    const std::string path = "/proc/" + std::to_string(low(handle, kPidBits)) + "/fd/" +
                             std::to_string(low(handle >> kPidBits, kFileBits));
    char target[128];
    const ssize_t length = readlink(path.c_str(), target, sizeof target);
    if (length < 0) {
        no_such_handle(errno == ENOENT ? "its owner has ended, or freed it"
                                       : std::string(std::strerror(errno)));
    }
    const std::string_view name(target, static_cast<size_t>(length));
    if (name.find(std::string("/memfd:") + kName) != 0) no_such_handle("it was freed");
    Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (file.get() < 0) no_such_handle(std::strerror(errno));
    return file;
}

bool lets_in(const SharedRecord &record, uint64_t handle) noexcept {
    if (record.state == SharedRecord::kAllProcesses) return true;
    const auto self = static_cast<int32_t>(getpid());
    if (low(handle, kPidBits) == static_cast<uint64_t>(self)) return true;
    const uint32_t count = std::min(record.pid_count.load(), SharedRecord::kMostPids);
    return std::any_of(record.pids, record.pids + count,
                       [self](const std::atomic<int32_t> &pid) { return pid == self; });
}

}  // namespace

Descriptor::~Descriptor() {
    if (number_ >= 0) ::close(number_);
}

void Unmap::operator()(SharedRecord *record) const noexcept { munmap(record, kRecordSize); }

SharedFile SharedFile::make(size_t size) {
    Descriptor file(memfd_create(kName, MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (file.get() < 0 || ftruncate(file.get(), static_cast<off_t>(size + kRecordSize)) != 0) {
        out_of_resources("no physical memory");
    }
    // Nobody who has it can make another's access to it fail.
    fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
    MappedRecord record = map_record(file, size);
    record->magic = SharedRecord::kMagic;
    record->size = size;
    if (getrandom(&record->cookie, sizeof record->cookie, 0) != sizeof record->cookie) {
        out_of_resources("no random number");
    }
    return {std::move(file), size, std::move(record)};
}

SharedFile SharedFile::open(uint64_t handle) {
    Descriptor file = open_of(handle);
    struct stat status{};
    if (fstat(file.get(), &status) != 0) no_such_handle(std::strerror(errno));
    const auto total = static_cast<size_t>(status.st_size);
    if (total <= kRecordSize || total % kRecordSize != 0) no_such_handle("it was freed");
    const size_t size = total - kRecordSize;
    MappedRecord record = map_record(file, size);
    const bool is_it = record->magic == SharedRecord::kMagic && record->size == size &&
                       low(record->cookie, kCookieBits) == handle >> (kPidBits + kFileBits) &&
                       record->state != SharedRecord::kPrivate;
    if (!is_it) no_such_handle("it was freed");
    return {std::move(file), size, std::move(record)};
}

SharedFile SharedFile::import(uint64_t handle) {
    SharedFile opened = open(handle);
    if (lets_in(*opened.record_, handle)) return opened;
    throw Failure{ACL_ERROR_RT_INVALID_HANDLE,
                  "the owner of the shareable handle has not let this process in "
                  "(aclrtMemSetPidToShareableHandle)"};
}

uint64_t SharedFile::exported(bool to_all) {
    const auto pid = static_cast<uint64_t>(getpid());
    const auto file = static_cast<uint64_t>(descriptor());
    if (low(pid, kPidBits) != pid || low(file, kFileBits) != file) {
        throw Failure{ACL_ERROR_RT_MEMORY_ALLOCATION,
                      "the number of the process or the descriptor is too high"};
    }
    // Once open to all it stays so: handles that were given away hold.
    uint32_t before = SharedRecord::kPrivate;
    if (to_all) {
        record_->state = SharedRecord::kAllProcesses;
    } else {
        record_->state.compare_exchange_strong(before, SharedRecord::kNamedProcesses);
    }
    return low(record_->cookie, kCookieBits) << (kPidBits + kFileBits) | file << kPidBits | pid;
}

void SharedFile::allow(const int32_t *pids, size_t count) {
    const uint32_t first = record_->pid_count.load();
    require(first <= SharedRecord::kMostPids && count <= SharedRecord::kMostPids - first,
            "more processes than there is room for");
    for (size_t i = 0; i < count; ++i) record_->pids[first + i] = pids[i];
    record_->pid_count = first + static_cast<uint32_t>(count);
}

}  // namespace ascendcl::host
