// Running single ops: from the descs and buffers of a call to a task of a stream.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "acl/acl.h"
#include "host/ops/compiled_op.h"
#include "host/runtime/live_counts.h"

struct aclopHandle {
    explicit aclopHandle(std::shared_ptr<ascendcl::host::ops::CompiledOp> made) noexcept
        : op(std::move(made)) {}
    const std::shared_ptr<ascendcl::host::ops::CompiledOp> op;
    ascendcl::host::LiveCount<ascendcl::host::LiveKind::kOpHandle> live;
};

namespace ascendcl::host::ops {

// One side of a call.
struct Descs {
    int count;
    const aclTensorDesc *const *descs;
};
struct Buffers {
    int count;
    const aclDataBuffer *const *buffers;
};

// Which inputs have a value when the op is compiled.
enum class Values {
    kOfConstants,  // constant ones: set with aclSetTensorConst, or placed in host memory
    kOfIntegers,   // those and all of an integer type, to infer shapes from
};

// The op, compiled. Throws Failure: 100000 for null pointers, 100026 and 100027 for data types and
// formats that single ops do not take here, and as CompiledOp's constructor.
std::shared_ptr<CompiledOp> compile(const char *type, Descs inputs, Descs outputs,
                                    const aclopAttr *attributes,
                                    const aclDataBuffer *const *input_buffers = nullptr,
                                    Values values = Values::kOfConstants);

// Addresses and sizes are taken from the buffers now; descs and buffers may go, the memory may not.
// Throws Failure: 100000, 107002 without a context, 107003 and 107017 for the stream.
void submit(std::shared_ptr<CompiledOp> op, Buffers inputs, Buffers outputs, aclrtStream stream);
void submit(std::shared_ptr<CompiledOp> op, Bindings inputs, Bindings outputs, aclrtStream stream);

// Writes the dims that were computed into descs that leave them open.
void complete(const CompiledOp &op, int count, aclTensorDesc *const *outputs);

// Gives every output the dims that the op computes for these inputs. Throws Failure as compile().
void infer_dims(const char *type, Descs inputs, const aclDataBuffer *const *input_buffers,
                int output_count, aclTensorDesc *const *outputs, const aclopAttr *attributes);

// For the caller of the C ABI to destroy.
aclopHandle *make_handle(std::shared_ptr<CompiledOp> op);

}  // namespace ascendcl::host::ops
