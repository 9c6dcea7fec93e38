// Failing in one place: every code that the C ABI answers is recorded here with a sentence that
// aclGetRecentErrMsg hands out (per thread), and that is printed where somebody wants to see it
// (log.h).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

#include "acl/acl.h"

namespace ascendcl::host {

// A failure inside the runtime on its way to the C ABI.
struct Failure {
    aclError code;
    std::string message;
};

// Records the message (printf style) and answers `code`.
aclError fail(aclError code, const char *format, ...) noexcept
    __attribute__((format(printf, 2, 3)));

// Throws Failure{code, message} unless `ok`.
inline void require(bool ok, const char *message, aclError code = ACL_ERROR_INVALID_PARAM) {
    if (!ok) throw Failure{code, message};
}

// For messages with numbers, which are put together only on failure: if (...) throw invalid(...).
inline Failure invalid(std::string message) {
    return {ACL_ERROR_INVALID_PARAM, std::move(message)};
}

// Records "<function> is not supported by the host runtime" and answers 200001.
aclError unsupported(const char *function) noexcept;

// The calling thread's pending message, or null; asking for it clears it.
const char *take_recent_message() noexcept;

// The calling thread's last failing code (0 when there was none); taking it clears it.
aclError last_error() noexcept;
aclError take_last_error() noexcept;

// Runs `body` and turns whatever it throws into a code: the guard that every C function with a body
// that may throw stands in. A body that answers nothing succeeds by returning.
template <typename Body>
aclError guarded(const char *function, Body &&body) noexcept {
    try {
        if constexpr (std::is_void_v<std::invoke_result_t<Body>>) {
            body();
            return ACL_SUCCESS;
        } else {
            return body();
        }
    } catch (const Failure &failure) {
        return fail(failure.code, "%s: %s", function, failure.message.c_str());
    } catch (const std::bad_alloc &) {
        return fail(ACL_ERROR_BAD_ALLOC, "%s: out of host memory", function);
    } catch (const std::exception &error) {
        return fail(ACL_ERROR_INTERNAL_ERROR, "%s: %s", function, error.what());
    } catch (...) {
        return fail(ACL_ERROR_INTERNAL_ERROR, "%s: unknown exception", function);
    }
}

}  // namespace ascendcl::host
