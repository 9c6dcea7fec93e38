// Waiting polls the word: nobody tells of a write, which a copy or the host may make. Each access
// makes sure of the memory, which may have been freed since.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/memory_signal.h"

#include "host/report/report.h"
#include "host/runtime/memory.h"
#include "host/runtime/stream_table.h"

namespace ascendcl::host {
namespace {

constexpr const char *kNoMemory = "the memory is none of the runtime's";

void check_word(const void *address) {
    require(is_live_memory(address, sizeof(uint64_t)), kNoMemory, ACL_ERROR_RT_PARAM_INVALID);
    require(reinterpret_cast<uintptr_t>(address) % sizeof(uint64_t) == 0,
            "the address is no multiple of 8", ACL_ERROR_RT_ADDR_UNALIGNED);
}

bool holds(uint64_t word, uint64_t value, uint32_t comparison) {
    switch (comparison) {
        case ACL_STREAM_WAIT_VALUE_GEQ:
            return static_cast<int64_t>(word - value) >= 0;
        case ACL_STREAM_WAIT_VALUE_EQ:
            return word == value;
        case ACL_STREAM_WAIT_VALUE_AND:
            return (word & value) != 0;
        default:
            return ~(word | value) != 0;
    }
}

}  // namespace

aclError write_word(void *address, uint64_t value, aclrtStream handle) {
    const auto stream = own_stream(handle);
    check_word(address);
    return stream->submit([=] {
        // It may have been freed since.
        require(store_word(address, value), kNoMemory, ACL_ERROR_RT_PARAM_INVALID);
        return ACL_SUCCESS;
    });
}

aclError wait_for_word(void *address, uint64_t value, uint32_t comparison, aclrtStream handle) {
    const auto stream = own_stream(handle);
    check_word(address);
    require(comparison <= ACL_STREAM_WAIT_VALUE_NOR, "no such comparison");
    Task task;
    task.polled = true;
    task.ready = [=] {
        uint64_t word = 0;
        return !load_word(address, word) || holds(word, value, comparison);
    };
    task.run = [=] {
        check_word(address);
        return ACL_SUCCESS;
    };
    return stream->submit(std::move(task));
}

}  // namespace ascendcl::host
