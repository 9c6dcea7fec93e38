// The table: of each rule its id, the sentence, where that is documented, what to do, and the code.
// SPDX-License-Identifier: Apache-2.0
#include "host/checks/rules.h"

#include <iterator>

#include "acl/acl.h"

namespace ascendcl::host::checks {
namespace {

// In the order of Rule.
constexpr RuleText kRules[] = {
    {"ACL-001", "The work and weight memory given to a model stays until the model is unloaded.",
     "aclmdlLoadFromFileWithMem", "Unload the model first (aclmdlUnload), then free its memory.",
     ACL_ERROR_RELATIVE_RESOURCE_NOT_CLEARED},
    {"ACL-002",
     "Models may share work memory only if they are executed one after another; keeping the order "
     "is the caller's duty.",
     "aclmdlLoadFromFileWithMem",
     "Hold one lock over the executions that share the memory, put them all on one stream, order "
     "the streams by events, or give each model work memory of its own.",
     ACL_ERROR_GE_FAILURE},
    {"ACL-003", "One model id is not executed on several streams or threads at a time.",
     "aclmdlExecute, aclmdlExecuteAsync",
     "Wait for the first execution, or load the model once for each stream; the loads may share "
     "their weight memory.",
     ACL_ERROR_GE_FAILURE},
    {"ACL-004", "A model is loaded, executed and unloaded in one context.",
     "pyACL guide, model inference",
     "Make the context of the load current first (aclrtSetCurrentContext).",
     ACL_ERROR_RT_MODEL_CONTEXT},
    {"ACL-005",
     "Weight memory is only read while a model uses it; only loads of the same model may share it.",
     "aclmdlLoadFromFileWithMem",
     "Unload the models that use the memory before writing to it, or load the other model into "
     "memory of its own.",
     ACL_ERROR_RELATIVE_RESOURCE_NOT_CLEARED},
    {"ACL-006",
     "Work and weight memory is device memory that starts on a multiple of 64 and has the size "
     "that aclmdlQuerySize answers.",
     "aclmdlQuerySize, aclrtMalloc",
     "Allocate it with aclrtMalloc, in the sizes that aclmdlQuerySize answers; carve pieces out of "
     "a block in steps of 64.",
     ACL_ERROR_GE_PARAM_INVALID},
    {"ACL-007",
     "Work and weight memory set on a configuration counts only with the load types *_WITH_MEM.",
     "aclmdlSetConfigOpt",
     "Set ACL_MDL_LOAD_TYPE_SIZET to 2 (file, with memory) or 4 (memory, with memory).",
     ACL_ERROR_INVALID_PARAM},
    {"ACL-008",
     "The model bytes set by ACL_MDL_MEM_ADDR_PTR are not copied; they stay as they are until the "
     "model is loaded.",
     "aclmdlSetConfigOpt", "Free or overwrite the bytes after aclmdlLoadWithConfig, not before.",
     ACL_ERROR_GE_EXEC_MODEL_ADDR_INVALID},
    {"ACL-009",
     "The data sets and data buffers of an execution, and their memory, stay until it is done.",
     "aclmdlExecuteAsync",
     "Synchronize the stream first (aclrtSynchronizeStream), then destroy and free.",
     ACL_ERROR_RELATIVE_RESOURCE_NOT_CLEARED},
    {"ACL-010",
     "The host memory of an asynchronous copy is page-locked and stays until the copy is done.",
     "aclrtMemcpyAsync",
     "Allocate it with aclrtMallocHost and free it after aclrtSynchronizeStream, or copy with "
     "aclrtMemcpy.",
     ACL_ERROR_RT_PARAM_INVALID},
    {"ACL-011", "What was freed or destroyed is not used again, and not freed a second time.",
     "aclrtFree, aclrtDestroyStream and their kin",
     "Forget the address or handle where it is freed; free it in one place.",
     ACL_ERROR_INVALID_PARAM},
    {"ACL-012", "What was allocated or created is freed or destroyed before aclFinalize.",
     "aclFinalize; application development guide, releasing resources",
     "Free it where it is no longer needed; the list says where each was made.",
     ACL_ERROR_RELATIVE_RESOURCE_NOT_CLEARED},
    {"ACL-013",
     "What aclInit was called for is ended once. Before aclFinalize models are unloaded, contexts "
     "destroyed and devices reset.",
     "aclInit, aclFinalize",
     "Keep the order: aclInit, aclrtSetDevice, work, aclmdlUnload, aclrtDestroyContext, "
     "aclrtResetDevice, aclFinalize. Parts of a program that do not know of each other use "
     "aclFinalizeReference.",
     ACL_ERROR_RELATIVE_RESOURCE_NOT_CLEARED},
    {"ACL-014",
     "An output without memory is allocated by the runtime only where a model with dynamic shapes "
     "is executed synchronously; the caller frees it and sets the data buffer anew.",
     "aclmdlExecute",
     "Give every output memory of the size that aclmdlGetOutputSizeByIndex answers; free what the "
     "runtime allocated with aclrtFree and reset the buffer with aclUpdateDataBuffer.",
     ACL_ERROR_GE_FAILURE},
    {"ACL-015", "A model with gears is executed after its gear was set.",
     "aclmdlSetDynamicBatchSize, aclmdlSetDynamicHWSize, aclmdlSetInputDynamicDims",
     "Call the setter with the data set, before each execution with another gear.",
     ACL_ERROR_GE_DYNAMIC_BATCH_SIZE_INVALID},
    {"ACL-016", "An event that is waited for is recorded.",
     "aclrtRecordEvent, aclrtStreamWaitEvent",
     "Record the event (aclrtRecordEvent) before anything waits for it.",
     ACL_ERROR_RT_INTERNAL_ERROR},
    {"ACL-017", "Device memory stays until the copies and fills queued for it are done.",
     "aclrtMemcpyAsync, aclrtMemsetAsync, aclrtFree",
     "Synchronize the stream first (aclrtSynchronizeStream), then free.",
     ACL_ERROR_RELATIVE_RESOURCE_NOT_CLEARED},
    {"ACL-018", "All memory that a call names is there, and as long as the call says.",
     "aclrtMemcpy, aclrtMemset, aclCreateDataBuffer and all other functions with addresses",
     "Allocate what the size says, or say what was allocated; keep the memory until the call.",
     ACL_ERROR_RT_PARAM_INVALID},
    {"ACL-019",
     "A handle is what a function of this interface has handed out for the purpose, and is still "
     "alive.",
     "all functions with handles",
     "Pass what the function that makes such an object answered, in the order of the parameters.",
     ACL_ERROR_INVALID_PARAM},
    {"ACL-020", "The inputs and outputs of models and operators are in device memory.",
     "aclmdlExecute, aclopExecuteV2, aclrtGetRunMode",
     "Allocate them with aclrtMalloc and copy with aclrtMemcpy; that both are one memory holds "
     "only where the run mode is ACL_DEVICE.",
     ACL_ERROR_GE_FAILURE},
    {"ACL-021",
     "The work memory of a model, its weight memory and the memory of inputs and outputs are "
     "apart: "
     "an execution overwrites all of its work memory.",
     "aclmdlLoadFromFileWithMem, aclmdlExecute",
     "Allocate each by itself, or carve them out of one block without an overlap.",
     ACL_ERROR_GE_PARAM_INVALID},
    {"ACL-022",
     "An output has the size that aclmdlGetOutputSizeByIndex answers; it is cut otherwise.",
     "aclmdlGetOutputSizeByIndex, aclmdlExecute",
     "Give the data buffer of every output memory of that size.", ACL_ERROR_GE_FAILURE},
    {"ACL-023",
     "aclmdlSetDatasetTensorDesc gives shapes to the inputs of models with dynamic shapes; those "
     "of "
     "other models are fixed.",
     "aclmdlSetDatasetTensorDesc",
     "Convert the model with dynamic shapes or gears, or pass the shape that it has.",
     ACL_ERROR_GE_FAILURE},
    {"ACL-024", "The kind of a copy says where its two ends are.", "aclrtMemcpy, aclrtMemcpyAsync",
     "Pass the kind that fits the memory, or ACL_MEMCPY_DEFAULT.", ACL_ERROR_RT_PARAM_INVALID},
};
static_assert(std::size(kRules) == static_cast<size_t>(Rule::kCopyDirection) + 1);

}  // namespace

const RuleText &text_of(Rule rule) noexcept { return kRules[static_cast<size_t>(rule)]; }

}  // namespace ascendcl::host::checks
