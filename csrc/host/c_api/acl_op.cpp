// acl/acl_op.h: single ops, their handles, and the files that hold them compiled for a device.
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl_op.h"

#include "host/c_api/handed_out.h"
#include "host/ops/attributes.h"
#include "host/ops/execute.h"
#include "host/ops/model_files.h"
#include "host/report/report.h"

using namespace ascendcl::host;

namespace {

// What a Cast node says. Numbers are cut off towards zero whether `truncate` is set or not.
aclopAttr cast_attributes(const aclTensorDesc *to, uint8_t truncate) {
    aclopAttr attributes;
    attributes.values["dst_type"] = ops::integer_attribute(aclGetTensorDescType(to));
    attributes.values["truncate"] = ops::boolean_attribute(truncate != 0);
    return attributes;
}

std::shared_ptr<ops::CompiledOp> compile_cast(const aclTensorDesc *from, const aclTensorDesc *to,
                                              uint8_t truncate) {
    const aclopAttr attributes = cast_attributes(to, truncate);
    return ops::compile("Cast", {1, &from}, {1, &to}, &attributes);
}

}  // namespace

aclError aclopSetModelDir(const char *modelDir) {
    return guarded(__func__, [&] {
        require(modelDir != nullptr, "modelDir is null");
        ops::check_model_folder(modelDir);
    });
}

aclError aclopLoad(const void *model, size_t modelSize) {
    return guarded(__func__, [&] {
        require(model != nullptr, "model is null");
        require(modelSize > 0, "modelSize is 0");
        ops::check_model(model, modelSize);
    });
}

aclError aclopSetMaxOpQueueNum(uint64_t maxOpNum) {
    return guarded(__func__, [&] {
        require(maxOpNum > 0, "maxOpNum is 0");
        ops::set_cache_capacity(maxOpNum);
    });
}

aclError aclopExecute(const char *opType, int numInputs, const aclTensorDesc *const inputDesc[],
                      const aclDataBuffer *const inputs[], int numOutputs,
                      const aclTensorDesc *const outputDesc[], aclDataBuffer *const outputs[],
                      const aclopAttr *attr, aclrtStream stream) {
    return guarded(__func__, [&] {
        const ops::Buffers from{numInputs, inputs}, to{numOutputs, outputs};
        ops::submit(
            ops::compile(opType, {numInputs, inputDesc}, {numOutputs, outputDesc}, attr, inputs),
            from, to, stream);
    });
}

aclError aclopExecuteV2(const char *opType, int numInputs, aclTensorDesc *inputDesc[],
                        aclDataBuffer *inputs[], int numOutputs, aclTensorDesc *outputDesc[],
                        aclDataBuffer *outputs[], aclopAttr *attr, aclrtStream stream) {
    return guarded(__func__, [&] {
        const ops::Buffers from{numInputs, inputs}, to{numOutputs, outputs};
        const auto op =
            ops::compile(opType, {numInputs, inputDesc}, {numOutputs, outputDesc}, attr, inputs);
        ops::submit(op, from, to, stream);
        ops::complete(*op, numOutputs, outputDesc);
    });
}

aclError aclopCreateHandle(const char *opType, int numInputs,
                           const aclTensorDesc *const inputDesc[], int numOutputs,
                           const aclTensorDesc *const outputDesc[], const aclopAttr *opAttr,
                           aclopHandle **handle) {
    return guarded(__func__, [&] {
        require(handle != nullptr, "handle is null");
        *handle = ops::make_handle(
            ops::compile(opType, {numInputs, inputDesc}, {numOutputs, outputDesc}, opAttr));
    });
}

void aclopDestroyHandle(aclopHandle *handle) { take_back(handle); }

aclError aclopExecWithHandle(aclopHandle *handle, int numInputs,
                             const aclDataBuffer *const inputs[], int numOutputs,
                             aclDataBuffer *const outputs[], aclrtStream stream) {
    return guarded(__func__, [&] {
        require(handle != nullptr, "handle is null");
        ops::submit(handle->op, ops::Buffers{numInputs, inputs}, ops::Buffers{numOutputs, outputs},
                    stream);
    });
}

aclError aclopCast(const aclTensorDesc *srcDesc, const aclDataBuffer *srcBuffer,
                   const aclTensorDesc *dstDesc, aclDataBuffer *dstBuffer, uint8_t truncate,
                   aclrtStream stream) {
    return guarded(__func__, [&] {
        ops::submit(compile_cast(srcDesc, dstDesc, truncate), ops::Buffers{1, &srcBuffer},
                    ops::Buffers{1, &dstBuffer}, stream);
    });
}

aclError aclopCreateHandleForCast(aclTensorDesc *srcDesc, aclTensorDesc *dstDesc, uint8_t truncate,
                                  aclopHandle **handle) {
    return guarded(__func__, [&] {
        require(handle != nullptr, "handle is null");
        *handle = ops::make_handle(compile_cast(srcDesc, dstDesc, truncate));
    });
}

aclError aclopInferShape(const char *opType, int numInputs, aclTensorDesc *inputDesc[],
                         aclDataBuffer *inputs[], int numOutputs, aclTensorDesc *outputDesc[],
                         aclopAttr *attr) {
    return guarded(__func__, [&] {
        ops::infer_dims(opType, {numInputs, inputDesc}, inputs, numOutputs, outputDesc, attr);
    });
}
