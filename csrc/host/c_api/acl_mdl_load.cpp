// acl/acl_mdl.h: loading, unloading and the sizes asked before.
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl.h"
#include "host/model/load.h"
#include "host/model/om_codes.h"
#include "host/model/registry.h"
#include "host/runtime/report.h"

namespace {

using ascendcl::host::Failure;
using ascendcl::host::guarded;
using ascendcl::host::model::LoadOptions;
using ascendcl::host::model::OmFile;
using ascendcl::host::model::Purpose;

constexpr char kNullArgument[] = "a pointer is null";

aclError load_from_file(const char *function, const char *path, uint32_t *model_id,
                        const LoadOptions &options) {
    return guarded(function, [&] {
        if (!path || !model_id) throw Failure{ACL_ERROR_INVALID_PARAM, kNullArgument};
        *model_id = load_model(OmFile::open(path), options);
    });
}

aclError load_from_memory(const char *function, const void *model, size_t size, uint32_t *model_id,
                          const LoadOptions &options) {
    return guarded(function, [&] {
        if (!model_id) throw Failure{ACL_ERROR_INVALID_PARAM, kNullArgument};
        *model_id = load_model(OmFile::view(model, size), options);
    });
}

aclError refuse_queues(const char *function, const void *model, const uint32_t *model_id,
                       const uint32_t *input_queues, size_t input_count,
                       const uint32_t *output_queues, size_t output_count) {
    if (!model || !model_id || !input_queues || !output_queues || input_count == 0 ||
        output_count == 0) {
        return ascendcl::host::fail(ACL_ERROR_INVALID_PARAM, "%s: %s or a queue count is 0",
                                    function, kNullArgument);
    }
    return ascendcl::host::unsupported(function);
}

aclError query_size(const OmFile &file, size_t *work_size, size_t *weight_size) {
    const auto container = file.container(Purpose::kQuerySize);
    const size_t work = ascendcl::host::model::reading_om(
        Purpose::kQuerySize, [&] { return static_cast<size_t>(container.work_size()); });
    *work_size = work;
    *weight_size = static_cast<size_t>(container.weight_size());
    return ACL_SUCCESS;
}

}  // namespace

aclError aclmdlLoadFromFile(const char *modelPath, uint32_t *modelId) {
    return load_from_file(__func__, modelPath, modelId, {});
}

aclError aclmdlLoadFromMem(const void *model, size_t modelSize, uint32_t *modelId) {
    return load_from_memory(__func__, model, modelSize, modelId, {});
}

aclError aclmdlLoadFromFileWithMem(const char *modelPath, uint32_t *modelId, void *workPtr,
                                   size_t workSize, void *weightPtr, size_t weightSize) {
    return load_from_file(__func__, modelPath, modelId,
                          {{workPtr, workSize}, {weightPtr, weightSize}, false});
}

aclError aclmdlLoadFromMemWithMem(const void *model, size_t modelSize, uint32_t *modelId,
                                  void *workPtr, size_t workSize, void *weightPtr,
                                  size_t weightSize) {
    return load_from_memory(__func__, model, modelSize, modelId,
                            {{workPtr, workSize}, {weightPtr, weightSize}, false});
}

aclError aclmdlLoadFromFileWithQ(const char *modelPath, uint32_t *modelId, const uint32_t *inputQ,
                                 size_t inputQNum, const uint32_t *outputQ, size_t outputQNum) {
    return refuse_queues(__func__, modelPath, modelId, inputQ, inputQNum, outputQ, outputQNum);
}

aclError aclmdlLoadFromMemWithQ(const void *model, size_t modelSize, uint32_t *modelId,
                                const uint32_t *inputQ, size_t inputQNum, const uint32_t *outputQ,
                                size_t outputQNum) {
    const void *given = modelSize == 0 ? nullptr : model;
    return refuse_queues(__func__, given, modelId, inputQ, inputQNum, outputQ, outputQNum);
}

aclError aclmdlUnload(uint32_t modelId) {
    return guarded(__func__, [&] { ascendcl::host::model::unload_model(modelId); });
}

aclError aclmdlQuerySize(const char *fileName, size_t *workSize, size_t *weightSize) {
    return guarded(__func__, [&] {
        if (!fileName || !workSize || !weightSize) {
            throw Failure{ACL_ERROR_INVALID_PARAM, kNullArgument};
        }
        return query_size(OmFile::open(fileName), workSize, weightSize);
    });
}

aclError aclmdlQuerySizeFromMem(const void *model, size_t modelSize, size_t *workSize,
                                size_t *weightSize) {
    return guarded(__func__, [&] {
        if (!model || !workSize || !weightSize) {
            throw Failure{ACL_ERROR_INVALID_PARAM, kNullArgument};
        }
        return query_size(OmFile::view(model, modelSize), workSize, weightSize);
    });
}
