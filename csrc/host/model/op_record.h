// What a subscriber to a model reads from its file descriptor: records of one size, one per op and
// execution. The layout is ours; programs read it with the aclprofGetOp functions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "host/model/op_spans.h"

namespace ascendcl::host::model {

struct OpRecord {
    uint32_t mark;
    uint32_t model_id;
    uint64_t begin;
    uint64_t end;
    char type[96];   // null-terminated, cut if need be
    char name[392];  // likewise
};
// A power of two: what a pipe takes at once holds whole records.
static_assert(sizeof(OpRecord) == 512);

OpRecord op_record(uint32_t model_id, const OpSpan &op) noexcept;

// How many records there are. Throws Failure(100000) unless they are records, and nothing else.
uint32_t count_op_records(const void *records, size_t size);

// Throws Failure(100000) as above, and for an index that is none.
OpRecord op_record_at(const void *records, size_t size, uint32_t index);

}  // namespace ascendcl::host::model
