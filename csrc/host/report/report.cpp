// The recent error message and last error code of each thread. Plain buffers: a thread_local with a
// destructor would be gone for calls made late in a thread's or the process's life.
// SPDX-License-Identifier: Apache-2.0
#include "host/report/report.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "host/report/log.h"

namespace ascendcl::host {
namespace {

constexpr size_t kMessageSize = 8192;  // what the engine refuses and strict reports are long

struct Recent {
    char pending[kMessageSize];
    char handed_out[kMessageSize];  // what aclGetRecentErrMsg returned; stands until the next one
    aclError last_error;
};

thread_local Recent recent = {};

}  // namespace

aclError fail(aclError code, const char *format, ...) noexcept {
    char text[kMessageSize - 16];
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    std::snprintf(recent.pending, sizeof recent.pending, "[%d] %s", code, text);
    recent.last_error = code;
    if (logs_failures()) log_failure(code, recent.pending);
    return code;
}

aclError unsupported(const char *function) noexcept {
    return fail(ACL_ERROR_API_NOT_SUPPORT, "%s is not supported by the host runtime", function);
}

const char *take_recent_message() noexcept {
    if (recent.pending[0] == '\0') return nullptr;
    std::memcpy(recent.handed_out, recent.pending, std::strlen(recent.pending) + 1);
    recent.pending[0] = '\0';
    return recent.handed_out;
}

aclError last_error() noexcept { return recent.last_error; }

aclError take_last_error() noexcept {
    const aclError code = recent.last_error;
    recent.last_error = ACL_SUCCESS;
    return code;
}

}  // namespace ascendcl::host
