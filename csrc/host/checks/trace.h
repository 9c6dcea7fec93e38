// The trace: calls, copies, executions and waits as slices on the tracks of threads and streams,
// written to the Chrome trace file that ASCENDCL_TRACE names (docs/trace.md). While it is off, all
// of this costs a load of `watchers`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <type_traits>

#include "host/checks/watchers.h"

namespace ascendcl::host::checks {

struct Entry;

inline bool tracing() noexcept { return watched_by(kTrace); }

// A value as the trace shows it: numbers as they are, addresses in hexadecimal, texts quoted.
class TraceValue {
   public:
    enum class Kind { kNone, kSigned, kUnsigned, kReal, kAddress, kPlace, kText };

    template <typename T>
    TraceValue(T value) noexcept {  // implicit: arguments of any type mean a value
        if constexpr (std::is_same_v<T, const char *>) {
            set(Kind::kText, value);
        } else if constexpr (std::is_same_v<T, void **>) {
            set(Kind::kPlace, value);
        } else if constexpr (std::is_pointer_v<T>) {
            kind = Kind::kAddress;
            address = reinterpret_cast<const void *>(value);
        } else if constexpr (std::is_floating_point_v<T>) {
            kind = Kind::kReal;
            real = value;
        } else if constexpr (std::is_enum_v<T> || std::is_signed_v<T>) {
            kind = Kind::kSigned;
            number = static_cast<int64_t>(value);
        } else if constexpr (std::is_integral_v<T>) {
            kind = Kind::kUnsigned;
            count = value;
        } else {
            kind = Kind::kNone;  // a structure by value
        }
    }

    Kind kind;
    union {
        int64_t number = 0;
        uint64_t count;
        double real;
        const void *address;
    };

   private:
    void set(Kind as, const void *pointer) noexcept {
        kind = as;
        address = pointer;
    }
};

struct TraceField {
    const char *name;
    TraceValue value;
};

// A piece of work that begins with the object: on the track of the stream that this thread works
// for (StreamTrack), else on that of the thread.
class TraceSlice {
   public:
    TraceSlice() noexcept : begin_(tracing() ? now() : 0) {}

    bool on() const noexcept { return begin_ != 0; }
    // The work is done, what follows is no more of it.
    void stop() noexcept { end_ = now(); }
    // Writes it, if the trace is on.
    void write(const char *category, const char *name,
               std::initializer_list<TraceField> fields) const noexcept;

    uint64_t begin() const noexcept { return begin_; }
    static uint64_t now() noexcept;  // nanoseconds

   private:
    const uint64_t begin_;
    uint64_t end_ = 0;
};

// The same with times that are known, in nanoseconds of the monotonic clock.
void trace_slice(const char *category, const char *name, uint64_t begin, uint64_t end,
                 std::initializer_list<TraceField> fields) noexcept;

// What happens at a moment; on the same track as a slice.
void trace_instant(const char *category, const char *name,
                   std::initializer_list<TraceField> fields) noexcept;

// From construction to destruction this thread works for a stream; not nested.
class StreamTrack {
   public:
    StreamTrack(int32_t device, int32_t stream) noexcept : is_on_(tracing()) {
        if (is_on_) enter(device, stream);
    }
    StreamTrack(const StreamTrack &) = delete;
    StreamTrack &operator=(const StreamTrack &) = delete;
    ~StreamTrack() {
        if (is_on_) leave();
    }

   private:
    static void enter(int32_t device, int32_t stream) noexcept;
    static void leave() noexcept;

    const bool is_on_;
};

// Gives the track of a new stream its name.
void trace_new_stream(int32_t device, int32_t stream) noexcept;

// A call of the C ABI.
class CallTrace {
   public:
    explicit CallTrace(const Entry &entry) noexcept : entry_(entry) {}

    template <typename Result, typename... Arguments>
    Result answered(Result result, const Arguments &...arguments) const noexcept {
        if (slice_.on()) {
            const TraceValue answer = result;
            const TraceValue values[] = {arguments..., 0};
            write(std::is_same_v<Result, int> ? "code" : "result", &answer, values);
        }
        return result;
    }

    template <typename... Arguments>
    void returned(const Arguments &...arguments) const noexcept {
        const TraceValue values[] = {arguments..., 0};
        if (slice_.on()) write("result", nullptr, values);
    }

   private:
    // `values`: one per parameter.
    void write(const char *answer_name, const TraceValue *answer,
               const TraceValue *values) const noexcept;

    const Entry &entry_;
    const TraceSlice slice_;
};

}  // namespace ascendcl::host::checks
