// The kernel's list of mappings is long: what it said last is asked first. Memory that has been
// unmapped since shows by mincore(), which knows of every page whether there is one.
// SPDX-License-Identifier: Apache-2.0
#include "host/checks/process_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

namespace ascendcl::host::checks {
namespace {

struct Mapping {
    uintptr_t start;
    uintptr_t end;
    bool access[3];  // in the order of Access
};

struct Mappings {
    std::mutex mutex;
    std::vector<Mapping> all;  // by address
};

Mappings &mappings() {
    static auto &only = *new Mappings;  // leaks on purpose: calls may come late in the process
    return only;
}

std::vector<Mapping> ask_kernel() {
    std::vector<Mapping> all;
    const std::unique_ptr<FILE, int (*)(FILE *)> file(std::fopen("/proc/self/maps", "re"),
                                                      std::fclose);
    char line[512];
    bool starts_line = true;
    while (file != nullptr && std::fgets(line, sizeof line, file.get()) != nullptr) {
        Mapping mapping{};
        char permissions[5] = {};
        if (starts_line && std::sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &mapping.start,
                                       &mapping.end, permissions) == 3) {
            for (int kind = 0; kind < 3; ++kind) {
                mapping.access[kind] = permissions[kind] == "rwx"[kind];
            }
            all.push_back(mapping);
        }
        starts_line = std::strchr(line, '\n') != nullptr;  // paths may be longer than the buffer
    }
    return all;
}

// How many bytes from there on have the access. The caller holds the lock.
size_t reach(uintptr_t start, Access access) {
    const auto &all = mappings().all;
    auto at = std::upper_bound(all.begin(), all.end(), start,
                               [](uintptr_t value, const Mapping &m) { return value < m.end; });
    uintptr_t end = start;
    for (; at != all.end() && at->start <= end && at->access[static_cast<int>(access)]; ++at) {
        end = at->end;
    }
    return end - start;
}

bool has_pages(uintptr_t start, size_t size) {
    const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    const uintptr_t first = start / page * page;
    const size_t bytes = start + size - first;
    std::vector<unsigned char> pages(bytes / page + 1);
    return mincore(reinterpret_cast<void *>(first), bytes, pages.data()) == 0;
}

// The caller holds the lock.
bool reaches(uintptr_t start, size_t size, Access access) {
    if (size > UINTPTR_MAX - start) return false;
    if (reach(start, access) >= size && has_pages(start, size)) return true;
    mappings().all = ask_kernel();
    return reach(start, access) >= size || mappings().all.empty();  // nobody to ask: it may be
}

}  // namespace

bool is_accessible(const void *start, size_t size, Access access) noexcept {
    try {
        const std::lock_guard lock(mappings().mutex);
        return reaches(reinterpret_cast<uintptr_t>(start), size, access);
    } catch (const std::bad_alloc &) {
        return true;  // it cannot be known
    }
}

bool is_text(const void *start) noexcept {
    if (!is_accessible(start, 1, Access::kRead)) return false;
    const std::lock_guard lock(mappings().mutex);
    const size_t most = reach(reinterpret_cast<uintptr_t>(start), Access::kRead);
    return most == 0 || std::memchr(start, 0, most) != nullptr;
}

}  // namespace ascendcl::host::checks
