// ascendcl/findings.h: how models were understood.
// SPDX-License-Identifier: Apache-2.0
#include "ascendcl/findings.h"

#include <utility>
#include <vector>

#include "host/model/assumptions.h"
#include "host/model/examination.h"
#include "host/model/registry.h"
#include "host/report/report.h"

using namespace ascendcl::host;

namespace {

ascendclFinding as_c(const engine::Finding &found) noexcept {
    return {static_cast<ascendclFindingKind>(found.kind),
            found.node.c_str(),
            found.type.c_str(),
            found.quantity.c_str(),
            found.value.c_str(),
            found.reason.c_str()};
}

}  // namespace

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
        *finding = as_c(all[index]);
    });
}

aclError ascendclExamine(const char *modelPath, int32_t gear, const int64_t *const *inputDims,
                         const size_t *ranks, size_t inputs, ascendclFindingSink sink, void *user) {
    return guarded(__func__, [&] {
        require(modelPath != nullptr && sink != nullptr, "a pointer is null");
        require(inputs == 0 || (inputDims != nullptr && ranks != nullptr), "a pointer is null");
        std::vector<std::vector<int64_t>> dims;
        for (size_t i = 0; i < inputs; ++i) {
            require(ranks[i] == 0 || inputDims[i] != nullptr, "a pointer is null");
            dims.emplace_back(inputDims[i], inputDims[i] + ranks[i]);
        }
        const engine::Examined examined = model::examine(modelPath, gear, std::move(dims));
        for (const engine::Finding &found : examined.findings) {
            const ascendclFinding finding = as_c(found);
            sink(&finding, user);
        }
        for (const engine::RefusedNode &refused : examined.refused) {
            const ascendclFinding finding = {
                ASCENDCL_FINDING_REFUSED, refused.node.c_str(), refused.type.c_str(), "", "",
                refused.reason.c_str()};
            sink(&finding, user);
        }
    });
}

void ascendclSetAssumptionSink(ascendclAssumptionSink sink) { model::set_assumption_sink(sink); }
