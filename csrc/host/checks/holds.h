// Memory that something uses for a while: a loaded model, a queued copy, an execution. Whoever
// frees it or writes to it meanwhile breaks the rule that the use stands under.
// SPDX-License-Identifier: Apache-2.0
//
// Objects behind plain pointers (data sets, data buffers) are memory of one byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/checks/strict.h"

namespace ascendcl::host::checks {

struct Use {
    const void *start;
    size_t size;
    const char *role;  // "its work memory"
    Rule when_freed;
    bool is_read_only = false;  // whoever writes to it breaks kWeightsWritten
};

// Lasts as long as its copies.
using Token = std::shared_ptr<const void>;

// From now on `user` ("model 3") makes these uses; `began` says of it what the call in progress did
// ("it was loaded"). Null entries are left out. Ask is_strict() first: the arguments cost
// something.
Token hold(std::string user, const char *began, std::vector<Use> uses);

// Before memory is freed or an object destroyed. Throws as violated().
void check_release(const void *start, size_t size);

// Before memory is written to. Throws as violated().
void check_write(const void *start, size_t size);

// Before memory is used for something else than the work of a model: it must be in no work memory.
// `what` begins the sentence: "input 0 of model 3". Throws as violated().
void check_apart(const std::string &what, const void *start, size_t size);

// Before a model loads its weights: into memory in use only what is there already.
void check_weights(void *memory, const void *weights, size_t size);

}  // namespace ascendcl::host::checks
