// acl/acl_op_compiler.h: single ops compiled while the program runs.
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl_op_compiler.h"

#include "host/ops/execute.h"
#include "host/report/report.h"

using namespace ascendcl::host;

namespace {

// An op of the caller's own, in a file of kernels, has nothing to run on.
void require_own_op(aclopEngineType engine, aclopCompileType compile_flag) {
    require(engine == ACL_ENGINE_SYS || engine == ACL_ENGINE_AICORE || engine == ACL_ENGINE_VECTOR,
            "no such engine");
    require(compile_flag == ACL_COMPILE_SYS || compile_flag == ACL_COMPILE_UNREGISTERED,
            "no such kind of op");
    require(compile_flag == ACL_COMPILE_SYS,
            "unregistered ops are not supported by the host runtime", ACL_ERROR_API_NOT_SUPPORT);
}

}  // namespace

aclError aclopCompile(const char *opType, int numInputs, const aclTensorDesc *const inputDesc[],
                      int numOutputs, const aclTensorDesc *const outputDesc[],
                      const aclopAttr *attr, aclopEngineType engineType,
                      aclopCompileType compileFlag, const char *opPath) {
    (void)opPath;  // of unregistered ops
    return guarded(__func__, [&] {
        require_own_op(engineType, compileFlag);
        ops::compile(opType, {numInputs, inputDesc}, {numOutputs, outputDesc}, attr);
    });
}

aclError aclopCompileAndExecute(const char *opType, int numInputs,
                                const aclTensorDesc *const inputDesc[],
                                const aclDataBuffer *const inputs[], int numOutputs,
                                const aclTensorDesc *const outputDesc[],
                                aclDataBuffer *const outputs[], const aclopAttr *attr,
                                aclopEngineType engineType, aclopCompileType compileFlag,
                                const char *opPath, aclrtStream stream) {
    (void)opPath;
    return guarded(__func__, [&] {
        require_own_op(engineType, compileFlag);
        ops::submit(
            ops::compile(opType, {numInputs, inputDesc}, {numOutputs, outputDesc}, attr, inputs),
            ops::Buffers{numInputs, inputs}, ops::Buffers{numOutputs, outputs}, stream);
    });
}

aclError aclopCompileAndExecuteV2(const char *opType, int numInputs, aclTensorDesc *inputDesc[],
                                  aclDataBuffer *inputs[], int numOutputs,
                                  aclTensorDesc *outputDesc[], aclDataBuffer *outputs[],
                                  aclopAttr *attr, aclopEngineType engineType,
                                  aclopCompileType compileFlag, const char *opPath,
                                  aclrtStream stream) {
    (void)opPath;
    return guarded(__func__, [&] {
        require_own_op(engineType, compileFlag);
        const auto op =
            ops::compile(opType, {numInputs, inputDesc}, {numOutputs, outputDesc}, attr, inputs);
        ops::submit(op, ops::Buffers{numInputs, inputs}, ops::Buffers{numOutputs, outputs}, stream);
        ops::complete(*op, numOutputs, outputDesc);
    });
}

// Shapes are compiled as they are, whatever is asked for.
aclError aclopSetCompileFlag(aclOpCompileFlag flag) {
    return guarded(__func__, [&] {
        require(flag == ACL_OP_COMPILE_DEFAULT || flag == ACL_OP_COMPILE_FUZZ, "no such flag");
    });
}
