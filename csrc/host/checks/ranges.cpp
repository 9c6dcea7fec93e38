// The runtime's own blocks first; what is in none of them is the program's own memory, of which the
// kernel knows.
// SPDX-License-Identifier: Apache-2.0
#include "host/checks/ranges.h"

#include <cstdio>
#include <cstring>

#include "acl/acl.h"
#include "host/checks/known_blocks.h"
#include "host/checks/objects.h"
#include "host/checks/process_memory.h"

namespace ascendcl::host::checks {
namespace {

std::string text_of(const std::string &name, const void *start, size_t size) {
    char text[64];
    std::snprintf(text, sizeof text, ", %p of %zu bytes,", start, size);
    return name + text;
}

// The runtime's layers answer differently.
int code_of_call() {
    const Call *call = Call::current();
    const bool is_runtime = call != nullptr && std::strncmp(call->entry().name, "aclrt", 5) == 0;
    return is_runtime ? ACL_ERROR_RT_PARAM_INVALID : ACL_ERROR_INVALID_PARAM;
}

[[gnu::cold]] void tell(std::string text, const void *made = nullptr) {
    const Site site = made == nullptr ? nullptr : where_made(made);
    violated({Rule::kUnknownMemory, std::move(text), site == nullptr ? "" : "it was allocated",
              site, code_of_call()});
}

bool is_of_device(Place place) { return place == Place::kDevice || place == Place::kRegistered; }

struct Ends {
    bool from_device;
    bool to_device;
};

// False for a kind that says nothing about the ends.
bool ends_of(int kind, Ends &ends) {
    switch (kind) {
        case ACL_MEMCPY_HOST_TO_HOST:
            ends = {false, false};
            return true;
        case ACL_MEMCPY_HOST_TO_DEVICE:
        case ACL_MEMCPY_HOST_TO_BUF_TO_DEVICE:
            ends = {false, true};
            return true;
        case ACL_MEMCPY_DEVICE_TO_HOST:
            ends = {true, false};
            return true;
        case ACL_MEMCPY_DEVICE_TO_DEVICE:
        case ACL_MEMCPY_INNER_DEVICE_TO_DEVICE:
        case ACL_MEMCPY_INTER_DEVICE_TO_DEVICE:
            ends = {true, true};
            return true;
        default:
            return false;
    }
}

// False after a violation: one for a copy is enough.
bool is_right_end(const char *name, const void *address, bool wants_device) {
    const Block block = block_around(address);
    const bool is_right =
        block.place == Place::kRegistered || (block.place == Place::kDevice) == wants_device;
    if (is_right || is_stale(address)) return true;
    const Site site = where_made(block.start);
    const std::string what =
        block.start == nullptr ? "memory of the program's own" : name_of_object(block.start);
    violated({Rule::kCopyDirection,
              "the copy is said to " + std::string(name[0] == 'd' ? "go to" : "come from") +
                  (wants_device ? " a device, and " : " the host, and ") + name + " is in " + what,
              site == nullptr ? "" : "that was allocated", site, code_of_call()});
    return false;
}

}  // namespace

void check_range(const Range &range) {
    if (range.start == nullptr || range.size == 0 || !is_strict()) return;
    const Block block = block_around(range.start);
    const bool is_own = block.place == Place::kUnknown || block.place == Place::kRegistered;
    if (!is_own) {
        if (is_in_blocks(range.start, range.size)) return;
        return tell(text_of(range.name, range.start, range.size) + " runs past the end of " +
                        name_of_object(block.start) + ", which has " + std::to_string(block.size) +
                        " bytes",
                    block.start);
    }
    const Access access = range.is_written ? Access::kWrite : Access::kRead;
    if (is_accessible(range.start, range.size, access)) return;
    tell(text_of(range.name, range.start, range.size) + " is memory that the program cannot " +
         (range.is_written ? "write to" : "read") +
         ": the address is nothing, or there is less behind it");
}

void check_text(const std::string &name, const void *start) {
    if (start == nullptr || !is_strict() || is_text(start)) return;
    tell(text_of(name, start, 1) + " is no text that the program can read");
}

void check_code(const std::string &name, const void *start) {
    if (start == nullptr || !is_strict() || is_accessible(start, 1, Access::kRun)) return;
    tell(text_of(name, start, 1) + " is no function that the program can run");
}

void check_block(const std::string &name, const void *start, size_t size) {
    if (start == nullptr || !is_strict() || is_in_blocks(start, size) || is_stale(start)) return;
    const Block block = block_around(start);
    tell(text_of(name, start, size) +
             (block.start == nullptr ? " is in no memory that the runtime has allocated"
                                     : " runs past the end of " + name_of_object(block.start)),
         block.start);
}

void check_on_device(const Range &range) {
    if (range.start == nullptr || range.size == 0 || !is_strict()) return;
    check_range(range);
    const Block block = block_around(range.start);
    if (is_of_device(block.place) || is_stale(range.start)) return;
    const Site site = where_made(block.start);
    violated(
        {Rule::kHostMemoryOfModel,
         text_of(range.name, range.start, range.size) + " is in " +
             (block.start == nullptr ? "memory of the program's own" : name_of_object(block.start)),
         site == nullptr ? "" : "that was allocated", site});
}

void check_direction(int kind, const void *destination, const void *source) {
    Ends ends{};
    if (destination == nullptr || source == nullptr || !is_strict() || !ends_of(kind, ends)) return;
    if (is_right_end("dst", destination, ends.to_device)) {
        is_right_end("src", source, ends.from_device);
    }
}

}  // namespace ascendcl::host::checks
