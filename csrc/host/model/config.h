// The options of aclmdlLoadWithConfig, checked as they are set, and what is run with them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "acl/acl.h"
#include "host/checks/watched_bytes.h"
#include "host/model/load.h"
#include "host/runtime/live_counts.h"

namespace ascendcl::host::model {

// Throws Failure(100000) for an unknown option, a wrong size or a wrong value.
void set_option(aclmdlConfigHandle &config, aclmdlConfigAttr attr, const void *value, size_t size);

// Loads by what was set. Throws Failure as load_model(), and 100000 when something needed for the
// load type is missing.
uint32_t load_with_config(const aclmdlConfigHandle &config);

}  // namespace ascendcl::host::model

// The object behind aclmdlCreateConfigHandle.
struct aclmdlConfigHandle {
    std::optional<size_t> load_type;
    std::optional<std::string> path;         // a copy
    std::optional<std::string> weight_path;  // a copy
    void *model = nullptr;
    std::optional<size_t> model_size;
    ascendcl::host::checks::WatchedBytes model_bytes;  // not copied
    ascendcl::host::model::UserMemory weight;
    ascendcl::host::model::UserMemory work;
    void *input_queues = nullptr;
    std::optional<size_t> input_queue_count;
    void *output_queues = nullptr;
    std::optional<size_t> output_queue_count;
    size_t workspace_optimize = ACL_WORKSPACE_MEM_OPTIMIZE_DEFAULT;
    ascendcl::host::LiveCount<ascendcl::host::LiveKind::kModelConfig> live;
};

// The object behind aclmdlCreateExecConfigHandle.
struct aclmdlExecConfigHandle {
    int32_t stream_sync_timeout = -1;  // milliseconds, -1 for ever
    int32_t event_sync_timeout = -1;
    ascendcl::host::LiveCount<ascendcl::host::LiveKind::kModelConfig> live;
};
