// A line is one write: lines of threads and processes do not mix.
// SPDX-License-Identifier: Apache-2.0
#include "host/report/log.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string_view>

namespace ascendcl::host {
namespace {

constexpr size_t kLineSize = 9216;  // a message, and what stands before it

// Answers that programs ask for and go on with: aclInit after somebody else's, nothing to do or not
// yet subscribed in a callback thread, no context yet.
constexpr struct {
    aclError code;
    std::string_view function;
} kMereAnswers[] = {{ACL_ERROR_REPEAT_INITIALIZE, "aclInit"},
                    {ACL_ERROR_RT_REPORT_TIMEOUT, "aclrtProcessReport"},
                    {ACL_ERROR_RT_THREAD_SUBSCRIBE, "aclrtProcessReport"},
                    {ACL_ERROR_RT_CONTEXT_NULL, "aclrtGetCurrentContext"}};

// `message`: "[107002] aclrtGetCurrentContext: ..."
aclLogLevel level_of(aclError code, std::string_view message) noexcept {
    const size_t begin = message.find(' ') + 1;
    const std::string_view function = message.substr(begin, message.find(':') - begin);
    for (const auto &answer : kMereAnswers) {
        if (answer.code == code && answer.function == function) return ACL_WARNING;
    }
    return ACL_ERROR;
}

// A line of kLineSize that snprintf made, and cut where it answers more.
void put(int descriptor, const char *line, int length) noexcept {
    size_t left = length < 0 ? 0 : std::min(static_cast<size_t>(length), kLineSize - 1);
    while (left > 0) {
        const ssize_t written = ::write(descriptor, line, left);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        line += written;
        left -= static_cast<size_t>(written);
    }
}

unsigned target_of_setting() noexcept {
    const char *const setting = std::getenv("ASCENDCL_LOG");
    if (setting == nullptr || *setting == '\0') return 0;
    if (std::strcmp(setting, "off") == 0) return kLogOff;
    if (std::strcmp(setting, "error") != 0) {
        std::fprintf(stderr, "ASCENDCL_LOG must be error or off, not \"%s\": taken as error\n",
                     setting);
    }
    return kLogSetting;
}

[[maybe_unused]] const bool environment_is_read = [] {
    const bool is_on = is_cann_log_on_stdout() && cann_log_level() <= ACL_ERROR;
    log_targets |= (is_on ? unsigned{kLogAsCann} : 0U) | target_of_setting();
    return true;
}();

}  // namespace

int cann_log_level() noexcept {
    const char *const text = std::getenv("ASCEND_GLOBAL_LOG_LEVEL");
    const bool is_level = text != nullptr && *text >= '0' && *text <= '4' && text[1] == '\0';
    return is_level ? *text - '0' : int{ACL_ERROR};
}

bool is_cann_log_on_stdout() noexcept {
    const char *const text = std::getenv("ASCEND_SLOG_PRINT_TO_STDOUT");
    return text != nullptr && std::strcmp(text, "1") == 0;
}

void write_cann_line(int descriptor, aclLogLevel level, const char *file, unsigned line,
                     const char *text) noexcept {
    static constexpr const char *kNames[] = {"DEBUG", "INFO", "WARNING", "ERROR"};
    const bool is_known = level >= ACL_DEBUG && level <= ACL_ERROR;
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    std::tm local{};
    ::localtime_r(&now.tv_sec, &local);
    char date[32];
    std::strftime(date, sizeof date, "%Y-%m-%d-%H:%M:%S", &local);
    const long microseconds = now.tv_nsec / 1000;
    char whole[kLineSize];
    const int length =
        std::snprintf(whole, sizeof whole, "[%s] ASCENDCL(%d,%s):%s.%03ld.%03ld [%s:%u]%ld %s\n",
                      is_known ? kNames[level] : "?", static_cast<int>(::getpid()),
                      program_invocation_short_name, date, microseconds / 1000, microseconds % 1000,
                      file, line, static_cast<long>(::syscall(SYS_gettid)), text);
    put(descriptor, whole, length);
}

void log_failure(aclError code, const char *message) noexcept {
    const int before = errno;
    const unsigned targets = log_targets.load(std::memory_order_relaxed);
    const aclLogLevel level = level_of(code, message);
    if ((targets & kLogAsCann) != 0 && level >= cann_log_level()) {
        write_cann_line(STDOUT_FILENO, level, "log.cpp", __LINE__, message);
    }
    const bool is_on_stderr =
        (targets & (kLogSetting | kLogStrict)) != 0 && (targets & kLogOff) == 0;
    if (is_on_stderr && level == ACL_ERROR) {
        char line[kLineSize];
        put(STDERR_FILENO, line, std::snprintf(line, sizeof line, "ascendcl: %s\n", message));
    }
    errno = before;
}

void log_for_strict_mode(bool is_strict) noexcept {
    if (is_strict) {
        log_targets.fetch_or(kLogStrict, std::memory_order_relaxed);
    } else {
        log_targets.fetch_and(~static_cast<unsigned>(kLogStrict), std::memory_order_relaxed);
    }
}

}  // namespace ascendcl::host
