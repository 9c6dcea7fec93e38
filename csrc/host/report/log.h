// Failures printed as they happen, because few programs ask for the message:
//
// - on standard output as CANN prints its logs, with ASCEND_SLOG_PRINT_TO_STDOUT=1 and where
//   ASCEND_GLOBAL_LOG_LEVEL lets them pass (0 debug, 1 info, 2 warning, 3 error: the default, 4
//   none);
// - on standard error in a line of ours, with ASCENDCL_LOG=error and in strict mode.
//
// Otherwise it costs a load of `log_targets` per failure. Lines of aclAppLog look the same.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "acl/acl.h"

namespace ascendcl::host {

enum LogTarget : unsigned {
    kLogAsCann = 1,
    kLogSetting = 2,
    kLogStrict = 4,
    kLogOff = 8,  // ASCENDCL_LOG=off: nothing on standard error, strict mode or not
};

inline std::atomic<unsigned> log_targets{0};

inline bool logs_failures() noexcept { return log_targets.load(std::memory_order_relaxed) != 0; }

// `message` begins with the code.
void log_failure(aclError code, const char *message) noexcept;

// CANN's variables: lines below this level are dropped, and whether they go to standard output.
int cann_log_level() noexcept;
bool is_cann_log_on_stdout() noexcept;
// A line as CANN's logs have it: [ERROR] ASCENDCL(pid,process):date-time [file:line]thread text
void write_cann_line(int descriptor, aclLogLevel level, const char *file, unsigned line,
                     const char *text) noexcept;

// Strict mode begins or ends.
void log_for_strict_mode(bool is_strict) noexcept;

}  // namespace ascendcl::host
