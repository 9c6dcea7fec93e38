// ascendcl/findings.h: how models were understood.
// SPDX-License-Identifier: Apache-2.0
#include "ascendcl/findings.h"

#include "host/model/assumptions.h"
#include "host/model/registry.h"
#include "host/report/report.h"

using namespace ascendcl::host;

aclError ascendclGetFindingCount(uint32_t modelId, size_t *count) {
    return guarded(__func__, [&] {
        require(count != nullptr, "count is null");
        *count = model::lease_model(modelId)->findings().size();
    });
}

aclError ascendclGetFinding(uint32_t modelId, size_t index, ascendclFinding *finding) {
    return guarded(__func__, [&] {
        require(finding != nullptr, "finding is null");
        const auto &all = model::lease_model(modelId)->findings();
        if (index >= all.size())
            throw invalid("there are " + std::to_string(all.size()) + " findings, number " +
                          std::to_string(index) + " is asked for");
        const engine::Finding &found = all[index];
        *finding = {static_cast<ascendclFindingKind>(found.kind),
                    found.node.c_str(),
                    found.type.c_str(),
                    found.quantity.c_str(),
                    found.value.c_str(),
                    found.reason.c_str()};
    });
}

void ascendclSetAssumptionSink(ascendclAssumptionSink sink) { model::set_assumption_sink(sink); }
