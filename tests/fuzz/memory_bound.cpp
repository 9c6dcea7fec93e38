// The sanitizer's allocation hooks, active on one thread at a time.
// SPDX-License-Identifier: Apache-2.0
#include "fuzz/memory_bound.h"

#include <sanitizer/allocator_interface.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace ascendcl::fuzz {
namespace {

constexpr size_t kFactor = 4;
constexpr size_t kFloor = 256 * 1024;  // small files need a few records and messages all the same

struct Count {
    bool active = false;
    MemoryBound::Of what = MemoryBound::Of::kAllTogether;
    size_t most = 0;
    int64_t live = 0;
};
thread_local Count count;

void on_allocation(const volatile void *, size_t size) {
    if (!count.active) return;
    count.live += static_cast<int64_t>(size);
    const auto counted =
        count.what == MemoryBound::Of::kEachAllocation ? static_cast<int64_t>(size) : count.live;
    if (counted <= static_cast<int64_t>(count.most)) return;
    count.active = false;
    std::fprintf(stderr, "%lld bytes allocated, more than %zu times the input\n",
                 static_cast<long long>(counted), kFactor);
    std::abort();
}

void on_release(const volatile void *block) {
    if (count.active && block != nullptr)
        count.live -=
            static_cast<int64_t>(__sanitizer_get_allocated_size(const_cast<const void *>(block)));
}

}  // namespace

MemoryBound::MemoryBound(Of what, size_t input_size) noexcept {
    static const int installed =
        __sanitizer_install_malloc_and_free_hooks(on_allocation, on_release);
    if (installed == 0) std::abort();
    count = {true, what, kFactor * input_size + kFloor, 0};
}

MemoryBound::~MemoryBound() { count.active = false; }

}  // namespace ascendcl::fuzz

// A device that has not as much memory as a file asks for is no finding. The rest is for speed.
extern "C" const char *__asan_default_options() {
    return "allocator_may_return_null=1:malloc_context_size=4:quarantine_size_mb=16";
}
