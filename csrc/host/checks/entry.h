// What stands before every function of the C ABI. Each exported function is an Entry that goes on
// to the definition in c_api (cmake/generate_entries.py writes them all); strict rules, faults and
// the trace come in here. While all are off, an entry costs one load and a jump.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

#include "host/checks/arguments.h"
#include "host/checks/faults.h"
#include "host/checks/trace.h"
#include "host/checks/watchers.h"

namespace ascendcl::host::checks {

struct CallSite;

// A function of the C ABI as its header declares it.
struct Entry {
    const char *name;
    const char *parameters;     // their names, a space between two
    bool can_fail;              // answers a code, or a pointer that may be null
    const Argument *arguments;  // what is looked up
    size_t argument_count;
};

// All that libascendcl.so exports of the C ABI.
extern const Entry entries[];
extern const size_t entry_count;

template <typename Result, typename... Parameters>
constexpr bool can_fail(Result (*)(Parameters...)) {
    return std::is_same_v<Result, int> || std::is_pointer_v<Result>;
}

// A call of the C ABI in progress on this thread, while anybody watches.
class Call {
   public:
    Call(const Entry &entry, const void *caller) noexcept;
    Call(const Call &) = delete;
    Call &operator=(const Call &) = delete;
    ~Call();

    const Entry &entry() const noexcept { return entry_; }
    // An address inside the code that called.
    const void *caller() const noexcept { return caller_; }

    // Where it was made from; null unless strict mode is on.
    const std::shared_ptr<const CallSite> &site() const noexcept { return site_; }

    // The innermost one of this thread, or null. A callback that the runtime runs may call again.
    static const Call *current() noexcept;

   private:
    const Entry &entry_;
    const void *const caller_;
    const Call *const outer_;
    const std::shared_ptr<const CallSite> site_;
};

template <typename T>
const void *address_in(const T &argument) noexcept {
    if constexpr (std::is_pointer_v<T> && !std::is_function_v<std::remove_pointer_t<T>>) {
        return argument;
    } else {
        return nullptr;
    }
}

// What a function answers that was not called because of `code`.
template <typename Result>
Result refused([[maybe_unused]] int code) noexcept {
    if constexpr (std::is_same_v<Result, int>) return code;
    if constexpr (std::is_same_v<Result, const char *>) return "";
    if constexpr (std::is_enum_v<Result>) return static_cast<Result>(-1);  // "undefined"
    return Result();
}

template <typename Result, typename... Parameters>
[[gnu::noinline]] Result enter_watched(const Entry &entry, const void *caller,
                                       Result (*implementation)(Parameters...),
                                       Parameters... arguments) {
    const Call call(entry, caller);
    if (watched_by(kStrict)) {
        const void *const addresses[] = {address_in(arguments)..., nullptr};
        const uintptr_t words[] = {word_in(arguments)..., 0};
        const int code = check_arguments(entry, words, addresses, sizeof...(arguments));
        if (code != 0) return refused<Result>(code);
    }
    if (const int code = entry.can_fail && watched_by(kFaults) ? fault_in(entry) : 0; code != 0) {
        if constexpr (std::is_pointer_v<Result>) return nullptr;
        if constexpr (std::is_same_v<Result, int>) return code;
    }
    return implementation(arguments...);
}

template <typename Result, typename... Parameters>
[[gnu::noinline]] Result enter_traced(const Entry &entry, const void *caller,
                                      Result (*implementation)(Parameters...),
                                      Parameters... arguments) {
    const CallTrace trace(entry);
    if constexpr (std::is_void_v<Result>) {
        enter_watched<Result, Parameters...>(entry, caller, implementation, arguments...);
        trace.returned(arguments...);
    } else {
        return trace.answered(
            enter_watched<Result, Parameters...>(entry, caller, implementation, arguments...),
            arguments...);
    }
}

template <typename Result, typename... Parameters>
[[gnu::always_inline]] inline Result enter(const Entry &entry,
                                           Result (*implementation)(Parameters...),
                                           Parameters... arguments) {
    if (__builtin_expect(watchers.load(std::memory_order_relaxed) == 0, 1)) {
        return implementation(arguments...);
    }
    return enter_traced<Result, Parameters...>(entry, __builtin_return_address(0), implementation,
                                               arguments...);
}

}  // namespace ascendcl::host::checks
