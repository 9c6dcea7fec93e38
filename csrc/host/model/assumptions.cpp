// Reports of assumptions.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/assumptions.h"

#include <atomic>
#include <cstdio>
#include <mutex>
#include <set>
#include <string>

#include "host/checks/trace.h"

namespace ascendcl::host::model {
namespace {

constexpr size_t kMostLines = 50;

std::atomic<AssumptionSink> assumption_sink{nullptr};

// Whether this content's assumptions are told for the first time.
bool is_news(const ContentKey &content) {
    struct Told {
        std::mutex mutex;
        std::set<ContentKey> contents;
    };
    static Told &told = *new Told;  // leaked: threads may outlive static destructors
    const std::lock_guard lock(told.mutex);
    return told.contents.insert(content).second;
}

std::string report_of(const engine::Program &program) {
    std::string lines;
    size_t count = 0;
    for (const engine::Finding &finding : program.findings()) {
        if (finding.kind != engine::Finding::Kind::kAssumed || ++count > kMostLines) continue;
        lines += "\n  node '" + finding.node + "' (" + finding.type + "): " + finding.quantity +
                 ": " + finding.value + " (" + finding.reason + ")";
    }
    if (count == 0) return "";
    if (count > kMostLines) lines += "\n  and " + std::to_string(count - kMostLines) + " more";
    return "the host runtime had to assume what the model's file does not keep, and results are "
           "wrong where it is not so:" +
           lines;
}

void trace(const engine::Program &program) {
    if (!checks::tracing()) return;
    for (const engine::Finding &finding : program.findings()) {
        if (finding.kind != engine::Finding::Kind::kAssumed) continue;
        checks::trace_instant("model", "assumed",
                              {{"node", finding.node.c_str()},
                               {"quantity", finding.quantity.c_str()},
                               {"value", finding.value.c_str()},
                               {"reason", finding.reason.c_str()}});
    }
}

}  // namespace

void set_assumption_sink(AssumptionSink sink) noexcept { assumption_sink = sink; }

void tell_assumptions(const engine::Program &program, const ContentKey &content) {
    const std::string report = report_of(program);
    if (report.empty() || !is_news(content)) return;
    trace(program);
    const AssumptionSink sink = assumption_sink;
    if (sink != nullptr && sink(report.c_str()) != 0) return;
    std::fprintf(stderr, "ascendcl host runtime: %s\n", report.c_str());
}

}  // namespace ascendcl::host::model
