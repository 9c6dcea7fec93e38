// Events as JSON. Times are those of the monotonic clock, so that traces of several processes fit
// together.
// SPDX-License-Identifier: Apache-2.0
#include "host/checks/trace.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "host/checks/entry.h"
#include "host/checks/json_text.h"
#include "host/checks/trace_file.h"

namespace ascendcl::host::checks {
namespace {

// Devices are shown as processes, with numbers above those of real ones; their threads are streams.
constexpr int64_t kFirstDevice = int64_t{1} << 23;
constexpr size_t kMaxText = 256;

struct Track {
    int64_t process;
    int64_t thread;
};

struct StreamNumbers {
    bool is_set;
    int32_t device;
    int32_t stream;
};

thread_local StreamNumbers current_stream = {};

// Of this thread, in the file that had this generation.
struct ThreadTrack {
    uint32_t generation;
    Track track;
};

thread_local ThreadTrack thread_track = {};

TraceFile *file = nullptr;  // never freed: threads may trace until the very end

void append(std::string_view events) {
    if (!file->append(events)) watchers &= ~kTrace;
}

// "name": value, with a comma before it unless it is the first.
class Object {
   public:
    explicit Object(std::string &text) : text_(text) { text_ += '{'; }
    ~Object() { text_ += '}'; }
    Object(const Object &) = delete;
    Object &operator=(const Object &) = delete;

    std::string &key(std::string_view name) {
        if (text_.back() != '{') text_ += ',';
        append_json_text(text_, name);
        text_ += ':';
        return text_;
    }
    void put(std::string_view name, std::string_view value) { append_json_text(key(name), value); }
    void put(std::string_view name, int64_t value) { key(name) += std::to_string(value); }
    void put(const TraceField &field);
    // Microseconds, as the format has it.
    void put_time(std::string_view name, uint64_t nanoseconds) {
        char digits[40];
        std::snprintf(digits, sizeof digits, "%" PRIu64 ".%03" PRIu64, nanoseconds / 1000,
                      nanoseconds % 1000);
        key(name) += digits;
    }
    void put(const Track &track) {
        put("pid", track.process);
        put("tid", track.thread);
    }

   private:
    void put_address(std::string_view name, const void *address) {
        char digits[24];
        std::snprintf(digits, sizeof digits, "0x%" PRIxPTR, reinterpret_cast<uintptr_t>(address));
        put(name, digits);
    }

    std::string &text_;
};

void Object::put(const TraceField &field) {
    const TraceValue &value = field.value;
    switch (value.kind) {
        case TraceValue::Kind::kSigned:
            return put(field.name, value.number);
        case TraceValue::Kind::kUnsigned:
            key(field.name) += std::to_string(value.count);
            return;
        case TraceValue::Kind::kReal:
            // JSON knows no infinity.
            if (!std::isfinite(value.real)) return put(field.name, std::to_string(value.real));
            key(field.name) += std::to_string(value.real);
            return;
        case TraceValue::Kind::kText: {
            if (value.address == nullptr) return put_address(field.name, nullptr);
            const auto *text = static_cast<const char *>(value.address);
            return put(field.name, std::string_view(text, ::strnlen(text, kMaxText)));
        }
        case TraceValue::Kind::kAddress:
        case TraceValue::Kind::kPlace:
            return put_address(field.name, value.address);
        case TraceValue::Kind::kNone:
            return;
    }
}

void append_name_of(std::string &text, const char *what, const Track &track,
                    std::string_view name) {
    Object event(text);
    event.put("ph", "M");
    event.put("name", what);
    event.put(track);
    Object arguments(event.key("args"));
    arguments.put("name", name);
}

// Names the thread's track when it is its first event in the file.
Track track_of_this_thread() {
    if (thread_track.generation != file->generation()) {
        thread_track = {file->generation(), {::getpid(), ::syscall(SYS_gettid)}};
        char name[16] = "";
        ::pthread_getname_np(::pthread_self(), name, sizeof name);
        std::string text;
        append_name_of(text, "process_name", thread_track.track,
                       std::string("host: ") + program_invocation_short_name);
        text += ",\n";
        append_name_of(text, "thread_name", thread_track.track, name);
        append(text);
    }
    return thread_track.track;
}

Track track_of_stream(int32_t device, int32_t stream) {
    return {kFirstDevice + device, int64_t{stream} + 1};  // thread 0 means none to some readers
}

Track current_track() {
    return current_stream.is_set ? track_of_stream(current_stream.device, current_stream.stream)
                                 : track_of_this_thread();
}

struct Span {
    uint64_t begin;
    uint64_t end;
};

void put_begin_of_slice(Object &event, const Track &track, std::string_view category,
                        std::string_view name, Span span) {
    event.put("ph", "X");
    event.put(track);
    event.put_time("ts", span.begin);
    event.put_time("dur", span.end - span.begin);
    event.put("cat", category);
    event.put("name", name);
}

// Never lets a failure of the trace become one of the program.
template <typename Body>
void without_failing(Body &&body) noexcept {
    try {
        body();
    } catch (...) {  // out of memory: the event is missing
    }
}

void put_arguments(Object &event, const char *names, const char *answer_name,
                   const TraceValue *answer, const TraceValue *values) {
    Object arguments(event.key("args"));
    // A text with a length beside it need not end with a null.
    const bool has_length = ::strcasestr(names, "len") != nullptr;
    for (std::string_view left = names; !left.empty(); ++values) {
        const std::string name(left.substr(0, left.find(' ')));
        left.remove_prefix(std::min(left.size(), name.size() + 1));
        TraceValue value = *values;
        if (value.kind == TraceValue::Kind::kText && has_length) {
            value.kind = TraceValue::Kind::kAddress;
        }
        arguments.put({name.c_str(), value});
        // What was made: the handle by which later calls name it.
        const bool is_made = value.kind == TraceValue::Kind::kPlace && value.address != nullptr &&
                             answer != nullptr && answer->number == 0;
        if (is_made) {
            const auto *made = *static_cast<void *const *>(value.address);
            arguments.put({("*" + name).c_str(), made});
        }
    }
    if (answer != nullptr) arguments.put({answer_name, *answer});
}

const bool environment_is_read = [] {
    const char *pattern = std::getenv("ASCENDCL_TRACE");
    if (pattern == nullptr || *pattern == '\0') return false;
    file = new TraceFile(pattern);
    if (!file->open()) return false;
    ::pthread_atfork([] { file->before_fork(); }, [] { file->after_fork_in_parent(); },
                     [] { file->after_fork_in_child(); });
    watchers |= kTrace;
    return true;
}();

}  // namespace

uint64_t TraceSlice::now() noexcept {
    const auto time = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(time).count());
}

void TraceSlice::write(const char *category, const char *name,
                       std::initializer_list<TraceField> fields) const noexcept {
    if (on()) trace_slice(category, name, begin_, end_ != 0 ? end_ : now(), fields);
}

void trace_slice(const char *category, const char *name, uint64_t begin, uint64_t end,
                 std::initializer_list<TraceField> fields) noexcept {
    without_failing([&] {
        std::string text;
        {
            Object event(text);
            put_begin_of_slice(event, current_track(), category, name, {begin, end});
            Object arguments(event.key("args"));
            for (const TraceField &field : fields) arguments.put(field);
        }
        append(text);
    });
}

void trace_instant(const char *category, const char *name,
                   std::initializer_list<TraceField> fields) noexcept {
    if (!tracing()) return;
    without_failing([&] {
        std::string text;
        {
            Object event(text);
            event.put("ph", "i");
            event.put("s", "t");  // of its track, not of the whole process
            event.put(current_track());
            event.put_time("ts", TraceSlice::now());
            event.put("cat", category);
            event.put("name", name);
            Object arguments(event.key("args"));
            for (const TraceField &field : fields) arguments.put(field);
        }
        append(text);
    });
}

void StreamTrack::enter(int32_t device, int32_t stream) noexcept {
    current_stream = {true, device, stream};
}

void StreamTrack::leave() noexcept { current_stream.is_set = false; }

void trace_new_stream(int32_t device, int32_t stream) noexcept {
    if (!tracing()) return;
    without_failing([&] {
        const Track track = track_of_stream(device, stream);
        std::string text;
        append_name_of(text, "process_name", track, "device " + std::to_string(device));
        text += ",\n";
        append_name_of(text, "thread_name", track, "stream " + std::to_string(stream));
        append(text);
    });
}

void CallTrace::write(const char *answer_name, const TraceValue *answer,
                      const TraceValue *values) const noexcept {
    without_failing([&] {
        const Span span{slice_.begin(), TraceSlice::now()};
        const Track track = track_of_this_thread();
        std::string text;
        {
            Object event(text);
            put_begin_of_slice(event, track, "call", entry_.name, span);
            put_arguments(event, entry_.parameters, answer_name, answer, values);
        }
        append(text);
    });
}

}  // namespace ascendcl::host::checks
