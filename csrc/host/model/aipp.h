// The object behind aclmdlCreateAIPP. Its settings are checked and not kept: no model that takes
// them can be executed on the host runtime.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "acl/acl.h"
#include "host/runtime/live_counts.h"

struct aclmdlAIPP {
    explicit aclmdlAIPP(uint64_t batches) noexcept : batch_size(batches) {}

    uint64_t batch_size;
    ascendcl::host::LiveCount<ascendcl::host::LiveKind::kAipp> live;
};
