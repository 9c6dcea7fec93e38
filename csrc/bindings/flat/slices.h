// The waits of the flat functions with a runtime that does not ask the program during them, as
// CANN's: cut into slices by the function that takes a timeout (core/interrupt.h).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "acl/acl.h"
#include "core/interrupt.h"

namespace ascendcl::flat {

// kNone for a function that is no wait, or has no twin with a timeout.
template <auto F>
struct Slices {
    static constexpr bool kAny = false;
};

namespace detail {

template <auto Timed, aclError kExpired>
struct SlicesOf {
    static constexpr bool kAny = true;
    static bool possible() noexcept {
        return core::must_slice() && reinterpret_cast<const void *>(Timed) != nullptr;
    }
    // With what the function takes, its timeout last.
    static aclError wait(int32_t timeout_ms) {
        return sliced(timeout_ms, [](int32_t slice) { return Timed(slice); });
    }
    static aclError wait(void *handle, int32_t timeout_ms) {
        return sliced(timeout_ms, [handle](int32_t slice) { return Timed(handle, slice); });
    }

   private:
    template <typename Wait>
    static aclError sliced(int32_t timeout_ms, Wait &&wait) {
        if (timeout_ms == 0 || timeout_ms < -1) return wait(timeout_ms);  // to be refused
        return core::wait_in_slices(timeout_ms, kExpired, "", wait).code;
    }
};

// The same for its twin that waits for ever.
template <auto Timed, aclError kExpired>
struct SlicesForEver : SlicesOf<Timed, kExpired> {
    static aclError wait() { return SlicesOf<Timed, kExpired>::wait(-1); }
    static aclError wait(void *handle) { return SlicesOf<Timed, kExpired>::wait(handle, -1); }
};

}  // namespace detail

#define ASCENDCL_SLICED(Kind, function, timed, expired) \
    template <>                                         \
    struct Slices<&function> : detail::Kind<&timed, expired> {}
ASCENDCL_SLICED(SlicesForEver, aclrtSynchronizeStream, aclrtSynchronizeStreamWithTimeout,
                ACL_ERROR_RT_STREAM_SYNC_TIMEOUT);
ASCENDCL_SLICED(SlicesOf, aclrtSynchronizeStreamWithTimeout, aclrtSynchronizeStreamWithTimeout,
                ACL_ERROR_RT_STREAM_SYNC_TIMEOUT);
ASCENDCL_SLICED(SlicesForEver, aclrtSynchronizeDevice, aclrtSynchronizeDeviceWithTimeout,
                ACL_ERROR_RT_STREAM_SYNC_TIMEOUT);
ASCENDCL_SLICED(SlicesOf, aclrtSynchronizeDeviceWithTimeout, aclrtSynchronizeDeviceWithTimeout,
                ACL_ERROR_RT_STREAM_SYNC_TIMEOUT);
ASCENDCL_SLICED(SlicesForEver, aclrtSynchronizeEvent, aclrtSynchronizeEventWithTimeout,
                ACL_ERROR_RT_EVENT_SYNC_TIMEOUT);
ASCENDCL_SLICED(SlicesOf, aclrtSynchronizeEventWithTimeout, aclrtSynchronizeEventWithTimeout,
                ACL_ERROR_RT_EVENT_SYNC_TIMEOUT);
ASCENDCL_SLICED(SlicesOf, aclrtProcessReport, aclrtProcessReport, ACL_ERROR_RT_REPORT_TIMEOUT);
#undef ASCENDCL_SLICED

}  // namespace ascendcl::flat
