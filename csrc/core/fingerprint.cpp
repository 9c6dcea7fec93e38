// A 64-bit hash over all bytes: four independent lanes of multiply and rotate, some GB/s. Not for
// adversaries: it guards against mistakes.
// SPDX-License-Identifier: Apache-2.0
#include "core/fingerprint.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

namespace ascendcl::core {
namespace {

constexpr uint64_t kOdd = 0x9E3779B97F4A7C15;  // 2^64 / golden ratio

uint64_t mix(uint64_t state, uint64_t word) noexcept {
    state = (state ^ word) * kOdd;
    return state ^ (state >> 29);
}

}  // namespace

Fingerprint fingerprint_of(const void *data, size_t size) noexcept {
    constexpr size_t kLanes = 4;
    uint64_t lanes[kLanes] = {1, 2, 3, 4};
    constexpr size_t kBlock = sizeof lanes;
    const auto *bytes = static_cast<const unsigned char *>(data);
    size_t position = 0;
    for (; size - position >= kBlock; position += kBlock) {
        uint64_t words[kLanes];
        std::memcpy(words, bytes + position, kBlock);
        for (size_t lane = 0; lane < kLanes; ++lane) lanes[lane] = mix(lanes[lane], words[lane]);
    }
    uint64_t hash = 0;
    for (uint64_t lane : lanes) hash = mix(hash, lane);
    for (; position < size; ++position) hash = mix(hash, bytes[position]);
    return {size, hash};
}

Status fingerprint_of_file(const char *path, Fingerprint &fingerprint) noexcept {
    const Status unreadable{ACL_ERROR_GE_EXEC_MODEL_PATH_INVALID, "open"};
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return unreadable;
    struct stat info{};
    if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode)) {
        close(file);
        return unreadable;
    }
    const auto size = static_cast<size_t>(info.st_size);
    void *data = size == 0 ? nullptr : mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    if (data == MAP_FAILED) return unreadable;
    fingerprint = fingerprint_of(data, size);
    if (data != nullptr) munmap(data, size);
    return {};
}

}  // namespace ascendcl::core
