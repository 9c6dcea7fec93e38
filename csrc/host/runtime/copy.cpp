// What an asynchronous copy really is, and so whether its caller waits, follows from where its two
// ends lie.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/copy.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "host/checks/holds.h"
#include "host/checks/trace.h"
#include "host/report/report.h"
#include "host/runtime/context.h"
#include "host/runtime/memory.h"
#include "host/runtime/stream.h"
#include "host/runtime/stream_table.h"

namespace ascendcl::host {
namespace {

const char *direction(Location from, Location to) {
    const bool from_device = from == Location::kDevice;
    if (to == Location::kDevice) return from_device ? "device to device" : "host to device";
    return from_device ? "device to host" : "host to host";
}

bool is_aligned(const void *address) {
    return reinterpret_cast<uintptr_t>(address) % sizeof(uint64_t) == 0;
}

// Whole where it is aligned: a stream may wait for such a word, or write it (memory_signal.h).
void move_word(void *destination, const void *source) {
    uint64_t word = 0;
    if (is_aligned(source)) {
        word = __atomic_load_n(static_cast<const uint64_t *>(source), __ATOMIC_ACQUIRE);
    } else {
        std::memcpy(&word, source, sizeof word);
    }
    if (is_aligned(destination)) {
        __atomic_store_n(static_cast<uint64_t *>(destination), word, __ATOMIC_RELEASE);
    } else {
        std::memcpy(destination, &word, sizeof word);
    }
}

void move_rows(void *destination, const void *source, const CopyShape &shape) {
    auto *to = static_cast<unsigned char *>(destination);
    const auto *from = static_cast<const unsigned char *>(source);
    for (size_t row = 0; row < shape.height; ++row) {
        std::memmove(to + row * shape.destination_pitch, from + row * shape.source_pitch,
                     shape.width);
    }
}

void move(void *destination, const void *source, const CopyShape &shape) {
    if (destination == source) return;
    checks::TraceSlice slice;
    if (shape.height == 1 && shape.width == sizeof(uint64_t)) {
        move_word(destination, source);
    } else {
        move_rows(destination, source, shape);
    }
    if (!slice.on()) return;
    slice.stop();
    slice.write("copy",
                direction(find_allocation(source).location, find_allocation(destination).location),
                {{"bytes", shape.width * shape.height}, {"dst", destination}, {"src", source}});
}

void fill_bytes(void *destination, int32_t value, size_t count) {
    const checks::TraceSlice slice;
    std::memset(destination, value, count);
    slice.write("fill", "fill", {{"bytes", count}, {"dst", destination}});
}

void fill_words(void *destination, uint32_t value, size_t count) {
    const checks::TraceSlice slice;
    std::fill_n(static_cast<uint32_t *>(destination), count, value);
    slice.write("fill", "fill", {{"bytes", count * sizeof value}, {"dst", destination}});
}

bool is_host(Location location) { return location == Location::kPinnedHost; }

aclrtMemcpyKind true_kind(Location from, Location to) {
    if (is_host(from)) {
        return is_host(to) ? ACL_MEMCPY_HOST_TO_HOST : ACL_MEMCPY_HOST_TO_DEVICE;
    }
    return is_host(to) ? ACL_MEMCPY_DEVICE_TO_HOST : ACL_MEMCPY_DEVICE_TO_DEVICE;
}

// What an asynchronous copy asked for as `kind` really is. Where both ends are known the answer
// does not depend on `kind`; where one is not, only some kinds can be meant.
aclrtMemcpyKind resolved_kind(aclrtMemcpyKind kind, Location from, Location to) {
    const bool from_known = from != Location::kUnregistered;
    const bool to_known = to != Location::kUnregistered;
    if (from_known && to_known) return true_kind(from, to);
    if (kind == ACL_MEMCPY_HOST_TO_BUF_TO_DEVICE) kind = ACL_MEMCPY_HOST_TO_DEVICE;
    const auto one_of = [kind](aclrtMemcpyKind first, aclrtMemcpyKind second,
                               aclrtMemcpyKind by_default) {
        if (kind == first || kind == second) return kind;
        require(kind == ACL_MEMCPY_DEFAULT && by_default != ACL_MEMCPY_DEFAULT,
                "the kind cannot be right for these addresses", ACL_ERROR_RT_PARAM_INVALID);
        return by_default;
    };
    if (!from_known && !to_known) {
        return kind == ACL_MEMCPY_DEFAULT ? ACL_MEMCPY_HOST_TO_HOST : kind;
    }
    if (!from_known && is_host(to)) {
        return one_of(ACL_MEMCPY_HOST_TO_HOST, ACL_MEMCPY_DEVICE_TO_HOST, ACL_MEMCPY_DEFAULT);
    }
    if (!from_known) {
        return one_of(ACL_MEMCPY_HOST_TO_DEVICE, ACL_MEMCPY_DEVICE_TO_DEVICE,
                      ACL_MEMCPY_HOST_TO_DEVICE);
    }
    if (is_host(from)) {
        return one_of(ACL_MEMCPY_HOST_TO_HOST, ACL_MEMCPY_HOST_TO_DEVICE, ACL_MEMCPY_DEFAULT);
    }
    return one_of(ACL_MEMCPY_DEVICE_TO_HOST, ACL_MEMCPY_DEVICE_TO_DEVICE,
                  ACL_MEMCPY_DEVICE_TO_HOST);
}

size_t extent(const CopyShape &shape, size_t pitch) {
    return (shape.height - 1) * pitch + shape.width;
}

size_t destination_extent(const CopyShape &shape) { return extent(shape, shape.destination_pitch); }

// Strict mode: what a task of `stream` needs until it has run.
checks::Token hold(const Stream &stream, const char *task, std::vector<checks::Use> ends) {
    for (checks::Use &end : ends) {
        if (find_allocation(end.start).location == Location::kPinnedHost) {
            end.when_freed = checks::Rule::kHostMemoryOfCopy;
        }
    }
    return checks::hold(std::string(task) + " on stream " + std::to_string(stream.id()),
                        "it was submitted", std::move(ends));
}

checks::Token hold_fill(const Stream &stream, const void *destination, size_t size) {
    checks::check_write(destination, size);
    if (!checks::is_strict()) return nullptr;
    return hold(stream, "a fill",
                {{destination, size, "its destination", checks::Rule::kDeviceMemoryOfTask}});
}

checks::Token hold_copy(const Stream &stream, void *destination, const void *source,
                        const CopyShape &shape) {
    checks::check_write(destination, destination_extent(shape));
    if (!checks::is_strict()) return nullptr;
    constexpr auto kRule = checks::Rule::kDeviceMemoryOfTask;
    return hold(stream, "a copy",
                {{destination, destination_extent(shape), "its destination", kRule},
                 {source, extent(shape, shape.source_pitch), "its source", kRule}});
}

void check_page_locked(Location location, const void *address, const char *end) {
    if (location != Location::kUnregistered || !checks::is_strict()) return;
    char text[96];
    std::snprintf(text, sizeof text, "%p, the %s of an asynchronous copy, is not page-locked",
                  address, end);
    checks::violated({checks::Rule::kHostMemoryOfCopy, text});
}

}  // namespace

void copy_now(void *destination, const void *source, const CopyShape &shape) {
    current_context();
    checks::check_write(destination, destination_extent(shape));
    move(destination, source, shape);
}

aclError copy_in_stream(void *destination, const void *source, const CopyShape &shape,
                        aclrtMemcpyKind kind, aclrtStream handle) {
    const auto stream = own_stream(handle);
    const Location from = find_allocation(source).location;
    const Location to = find_allocation(destination).location;
    require(resolved_kind(kind, from, to) != ACL_MEMCPY_HOST_TO_HOST,
            "an asynchronous copy from host to host is not supported",
            ACL_ERROR_RT_FEATURE_NOT_SUPPORT);
    if (destination == source) return ACL_SUCCESS;
    if (kind == ACL_MEMCPY_HOST_TO_BUF_TO_DEVICE && shape.height == 1) {
        // The source is the caller's again at once.
        const auto *bytes = static_cast<const unsigned char *>(source);
        const auto buffer =
            std::make_shared<std::vector<unsigned char>>(bytes, bytes + shape.width);
        const checks::Token held = hold_copy(*stream, destination, nullptr, shape);
        return stream->submit([=, held = held] {
            move(destination, buffer->data(), shape);
            return ACL_SUCCESS;
        });
    }
    check_page_locked(from, source, "source");
    check_page_locked(to, destination, "destination");
    auto task = [=, held = hold_copy(*stream, destination, source, shape)] {
        move(destination, source, shape);
        return ACL_SUCCESS;
    };
    const bool pageable = from == Location::kUnregistered || to == Location::kUnregistered;
    return pageable ? stream->run_in_turn(task) : stream->submit(task);
}

void fill_now(void *destination, int32_t value, size_t count) {
    current_context();
    checks::check_write(destination, count);
    fill_bytes(destination, value, count);
}

aclError fill_in_stream(void *destination, int32_t value, size_t count, aclrtStream handle) {
    const auto stream = own_stream(handle);
    return stream->submit([=, held = hold_fill(*stream, destination, count)] {
        fill_bytes(destination, value, count);
        return ACL_SUCCESS;
    });
}

void fill_words_now(void *destination, uint32_t value, size_t count) {
    current_context();
    checks::check_write(destination, count * sizeof value);
    fill_words(destination, value, count);
}

aclError fill_words_in_stream(void *destination, uint32_t value, size_t count, aclrtStream handle) {
    const auto stream = own_stream(handle);
    return stream->submit([=, held = hold_fill(*stream, destination, count * sizeof value)] {
        fill_words(destination, value, count);
        return ACL_SUCCESS;
    });
}

}  // namespace ascendcl::host
