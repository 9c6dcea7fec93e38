// The rules that hold, from ASCENDCL_FAULT or from ascendclSetFaults, and what they have done.
// SPDX-License-Identifier: Apache-2.0
#include "host/checks/faults.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string_view>
#include <vector>

#include "ascendcl/fault.h"
#include "host/checks/entry.h"
#include "host/checks/fault_rule.h"
#include "host/report/report.h"

namespace ascendcl::host::checks {
namespace {

struct Faults {
    std::mutex mutex;
    std::vector<FaultRule> rules;
    ascendclFaultCounts counts{};
    std::vector<uint64_t> calls = std::vector<uint64_t>(entry_count);  // that matched, by entry
};

Faults &faults() {
    static auto &instance = *new Faults;
    return instance;
}

void set_rules(const char *text) {
    std::vector<FaultRule> rules = parse_fault_rules(text == nullptr ? "" : text);
    std::lock_guard lock(faults().mutex);
    faults().counts = {};
    std::fill(faults().calls.begin(), faults().calls.end(), 0);
    faults().rules = std::move(rules);
    if (faults().rules.empty()) {
        watchers &= ~kFaults;
    } else {
        watchers |= kFaults;
    }
}

// A program that was to be tested with faults must not pass without them: it does not start.
const bool environment_is_read = [] {
    const char *rules = std::getenv("ASCENDCL_FAULT");
    const aclError code = guarded("ASCENDCL_FAULT", [rules] { return set_rules(rules), 0; });
    if (code != ACL_SUCCESS) {
        std::fprintf(stderr, "ascendcl: %s\n", take_recent_message());
        std::_Exit(EXIT_FAILURE);
    }
    return true;
}();

}  // namespace

int fault_in(const Entry &entry) noexcept {
    std::lock_guard lock(faults().mutex);
    ascendclFaultCounts &counts = faults().counts;
    const FaultRule *reason = nullptr;
    aclError code = ACL_SUCCESS;
    bool matched = false;
    // Each rule counts, also those after the one that fires.
    for (FaultRule &rule : faults().rules) {
        if (!rule.matches(entry.name)) continue;
        matched = true;
        const aclError own = rule.next_call();
        if (own == ACL_SUCCESS || reason != nullptr) continue;
        reason = &rule;
        code = own;
    }
    if (!matched) return ACL_SUCCESS;
    ++counts.calls;
    ++faults().calls[&entry - entries];
    if (reason == nullptr) return ACL_SUCCESS;
    ++counts.faults;
    counts.last = entry.name;
    return fail(code, "%s: made to fail by the fault rule \"%s\", its call %llu", entry.name,
                reason->text().c_str(), static_cast<unsigned long long>(reason->calls()));
}

}  // namespace ascendcl::host::checks

using ascendcl::host::guarded;
using ascendcl::host::require;
namespace checks = ascendcl::host::checks;

aclError ascendclSetFaults(const char *rules) {
    return guarded("ascendclSetFaults", [rules] {
        checks::set_rules(rules);
        return ACL_SUCCESS;
    });
}

aclError ascendclGetFaultCounts(ascendclFaultCounts *counts) {
    return guarded("ascendclGetFaultCounts", [counts] {
        require(counts != nullptr, "counts is null");
        std::lock_guard lock(checks::faults().mutex);
        *counts = checks::faults().counts;
        return ACL_SUCCESS;
    });
}

aclError ascendclGetFaultCalls(const char *function, uint64_t *calls) {
    return guarded("ascendclGetFaultCalls", [=] {
        using namespace checks;
        require(function != nullptr && calls != nullptr, "a pointer is null");
        const std::string_view name = function;
        const Entry *end = entries + entry_count;
        const Entry *entry =
            std::find_if(entries, end, [=](const Entry &each) { return each.name == name; });
        require(entry != end, "there is no such function");
        std::lock_guard lock(faults().mutex);
        *calls = faults().calls[entry - entries];
        return ACL_SUCCESS;
    });
}
