// ascendcl/substitution.h: files that run in the place of others.
// SPDX-License-Identifier: Apache-2.0
#include "ascendcl/substitution.h"

#include "host/model/substitution.h"
#include "host/report/report.h"

using namespace ascendcl::host;

aclError ascendclGetSubstitutionCount(size_t *count) {
    return guarded(__func__, [&] {
        require(count != nullptr, "count is null");
        *count = model::substitutions().size();
    });
}

aclError ascendclGetSubstitution(size_t index, ascendclSubstitution *substitution) {
    return guarded(__func__, [&] {
        require(substitution != nullptr, "substitution is null");
        const auto all = model::substitutions();
        if (index >= all.size())
            throw invalid("there are " + std::to_string(all.size()) + " substitutions, number " +
                          std::to_string(index) + " is asked for");
        *substitution = {all[index]->file.c_str(), all[index]->host_file.c_str()};
    });
}

void ascendclSetSubstitutionSink(ascendclSubstitutionSink sink) {
    model::set_substitution_sink(sink);
}
