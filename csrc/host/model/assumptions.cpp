// Reports of assumptions.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/assumptions.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "host/checks/trace.h"
#include "host/report/log.h"

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

// "node 'conv1' (Conv2D): vertical pads: 1 and 1 (why)" of each.
std::vector<std::string> assumptions_of(const engine::Program &program) {
    std::vector<std::string> lines;
    for (const engine::Finding &finding : program.findings()) {
        if (finding.kind != engine::Finding::Kind::kAssumed) continue;
        lines.push_back("node '" + finding.node + "' (" + finding.type + "): " + finding.quantity +
                        ": " + finding.value + " (" + finding.reason + ")");
    }
    return lines;
}

std::string report_of(const std::vector<std::string> &lines) {
    std::string report =
        "the host runtime had to assume what the model's file does not keep, and results are "
        "wrong where it is not so:";
    for (size_t i = 0; i < std::min(lines.size(), kMostLines); ++i) report += "\n  " + lines[i];
    if (lines.size() > kMostLines)
        report += "\n  and " + std::to_string(lines.size() - kMostLines) + " more";
    return report;
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

void log(const std::vector<std::string> &lines) {
    if (!is_cann_log_on_stdout() || cann_log_level() > ACL_WARNING) return;
    for (const std::string &line : lines) {
        const std::string text = "assumed: " + line;
        write_cann_line(STDOUT_FILENO, ACL_WARNING, "assumptions.cpp", __LINE__, text.c_str());
    }
}

}  // namespace

void set_assumption_sink(AssumptionSink sink) noexcept { assumption_sink = sink; }

void tell_assumptions(const engine::Program &program, const ContentKey &content) {
    const std::vector<std::string> lines = assumptions_of(program);
    if (lines.empty() || !is_news(content)) return;
    trace(program);
    log(lines);
    const std::string report = report_of(lines);
    const AssumptionSink sink = assumption_sink;
    if (sink != nullptr && sink(report.c_str()) != 0) return;
    std::fprintf(stderr, "ascendcl host runtime: %s\n", report.c_str());
}

}  // namespace ascendcl::host::model
