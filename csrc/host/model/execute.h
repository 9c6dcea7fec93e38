// Executing a loaded model, in the calling thread or on a stream. All throw Failure: 145003,
// 100000 for a null data buffer, 107002/107004 for the context, and as Model::bind.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "acl/acl.h"

namespace ascendcl::host::model {

// Returns when the outputs are there.
void execute(uint32_t model_id, const aclmdlDataset &inputs, aclmdlDataset &outputs);

// The same, on a stream (null: the default one) and with a limit on the wait. Past the limit it
// throws 507046 on a stream of the user's, 500002 on the default one; the execution goes on.
void execute_within(uint32_t model_id, const aclmdlDataset &inputs, aclmdlDataset &outputs,
                    aclrtStream stream, int32_t timeout_ms);

// Returns at once. Addresses and sizes are taken from the data sets now; the data sets and data
// buffers may go, the memory may not.
void execute_async(uint32_t model_id, const aclmdlDataset &inputs, aclmdlDataset &outputs,
                   aclrtStream stream);

}  // namespace ascendcl::host::model
