// The modes, the text of a report, and its way to stderr, to a binding or into the error message.
// SPDX-License-Identifier: Apache-2.0
#include "host/checks/strict.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <unordered_set>
#include <utility>
#include <vector>

#include "ascendcl/strict.h"
#include "host/checks/flights.h"
#include "host/checks/leaks.h"
#include "host/checks/objects.h"
#include "host/report/log.h"
#include "host/report/report.h"

namespace ascendcl::host::checks {
namespace {

std::atomic<ascendclStrictMode> mode{ASCENDCL_STRICT_OFF};
std::atomic<ascendclReportSink> sink{nullptr};

struct Seen {
    std::mutex mutex;
    std::unordered_set<size_t> reports;
};

Seen &seen() {
    static auto &only = *new Seen;  // leaks on purpose: calls may come late in the process
    return only;
}

// Never destroyed, for the same reason; freed by deliver_reports.
thread_local std::vector<std::string> *waiting = nullptr;

bool is_new(const Violation &violation, const Site &now) {
    size_t key = static_cast<size_t>(violation.rule);
    for (const size_t part : {hash_of(now), hash_of(violation.earlier_site)}) {
        key = key * 1000003 + part;
    }
    const std::lock_guard lock(seen().mutex);
    return seen().reports.insert(key).second;
}

std::string report_of(const Violation &violation, const Site &now) {
    const RuleText &rule = text_of(violation.rule);
    std::string text = std::string(rule.id) + ": " + violation.objects + "\n";
    text += "here:\n" + describe(now);
    if (!violation.earlier.empty()) {
        text += violation.earlier + " here:\n" + describe(violation.earlier_site);
    }
    text += std::string("rule: ") + rule.sentence + " (" + rule.source + ")\n";
    return text + "how to fix it: " + rule.remedy + "\n";
}

void print(const std::string &report) noexcept {
    std::fprintf(stderr, "ascendcl strict mode: %s", report.c_str());
    std::fflush(stderr);
}

// At the end of the call in progress, when no lock is held; at once where there is no call.
void hand_in(std::string report) {
    if (Call::current() == nullptr) return print(report);
    if (waiting == nullptr) waiting = std::make_unique<std::vector<std::string>>().release();
    waiting->push_back(std::move(report));
}

void disable_in_forked_child() {
    // Its locks may be held by threads that do not exist.
    mode.store(ASCENDCL_STRICT_OFF, std::memory_order_relaxed);
    watchers.fetch_and(~static_cast<unsigned>(kStrict), std::memory_order_relaxed);
}

void set_mode(ascendclStrictMode wanted) {
    static const bool watches_forks =
        pthread_atfork(nullptr, nullptr, disable_in_forked_child) == 0;
    (void)watches_forks;
    mode.store(wanted, std::memory_order_relaxed);
    log_for_strict_mode(wanted != ASCENDCL_STRICT_OFF);
    if (wanted != ASCENDCL_STRICT_OFF) {
        watchers.fetch_or(kStrict, std::memory_order_relaxed);
        check_leaks_at_exit();
        return;
    }
    watchers.fetch_and(~static_cast<unsigned>(kStrict), std::memory_order_relaxed);
    forget_objects();
    forget_order();
    const std::lock_guard lock(seen().mutex);
    seen().reports.clear();
}

bool start_from_environment() {
    const char *text = std::getenv("ASCENDCL_STRICT");
    if (text == nullptr || *text == '\0') return false;
    constexpr struct {
        const char *name;
        ascendclStrictMode mode;
    } kModes[] = {{"0", ASCENDCL_STRICT_OFF},     {"off", ASCENDCL_STRICT_OFF},
                  {"1", ASCENDCL_STRICT_WARN},    {"warn", ASCENDCL_STRICT_WARN},
                  {"fail", ASCENDCL_STRICT_FAIL}, {"abort", ASCENDCL_STRICT_ABORT}};
    for (const auto &known : kModes) {
        if (std::strcmp(text, known.name) != 0) continue;
        if (known.mode != ASCENDCL_STRICT_OFF) set_mode(known.mode);
        return true;
    }
    std::fprintf(stderr,
                 "ASCENDCL_STRICT must be 0, 1, off, warn, fail or abort, not \"%s\": taken as "
                 "warn\n",
                 text);
    set_mode(ASCENDCL_STRICT_WARN);
    return true;
}

[[maybe_unused]] const bool started = start_from_environment();

void report(const Violation &violation, bool fails) {
    const ascendclStrictMode now = mode.load(std::memory_order_relaxed);
    if (now == ASCENDCL_STRICT_OFF) return;
    const Site place = here();
    if (now == ASCENDCL_STRICT_FAIL && fails) {
        const int own = text_of(violation.rule).code;
        throw Failure{violation.code == 0 ? own : violation.code, report_of(violation, place)};
    }
    if (now == ASCENDCL_STRICT_ABORT) {
        print(report_of(violation, place));
        std::abort();
    }
    if (is_new(violation, place)) hand_in(report_of(violation, place));
}

}  // namespace

void violated(const Violation &violation) { report(violation, true); }

void observed(const Violation &violation) noexcept {
    try {
        report(violation, false);
    } catch (...) {  // no memory for the report
    }
}

void deliver_reports() noexcept {
    if (waiting == nullptr) return;
    const std::unique_ptr<std::vector<std::string>> reports(std::exchange(waiting, nullptr));
    const auto take = sink.load(std::memory_order_acquire);
    for (const std::string &one : *reports) {
        if (take == nullptr || take(one.c_str()) == 0) print(one);
    }
}

}  // namespace ascendcl::host::checks

using namespace ascendcl::host;

aclError ascendclSetStrictMode(ascendclStrictMode mode) {
    return guarded(__func__, [&] {
        require(mode >= ASCENDCL_STRICT_OFF && mode <= ASCENDCL_STRICT_ABORT, "no such mode");
        checks::set_mode(mode);
        return ACL_SUCCESS;
    });
}

ascendclStrictMode ascendclGetStrictMode(void) {
    return checks::mode.load(std::memory_order_relaxed);
}

void ascendclSetReportSink(ascendclReportSink sink) {
    checks::sink.store(sink, std::memory_order_release);
}
