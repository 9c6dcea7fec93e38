// Subscriptions to the ops of a model: after each execution its op records are written to a file
// descriptor, a pipe as a rule, before the execution counts as done.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "host/model/op_spans.h"

namespace ascendcl::host::model {

// Throws Failure: 145003 for a model that is not loaded, 148046 when it has a subscription, 148047
// while a profiling session is open. Nothing is written to a descriptor of -1.
void subscribe(uint32_t model_id, int descriptor);
// When it returns, all records are written. Throws Failure(100000) without a subscription.
void unsubscribe(uint32_t model_id);

bool has_subscription(uint32_t model_id) noexcept;
bool has_any_subscription() noexcept;

void deliver(uint32_t model_id, const std::vector<OpSpan> &ops) noexcept;

}  // namespace ascendcl::host::model
