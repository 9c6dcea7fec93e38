// acl/acl_mdl.h: loading, unloading and the sizes asked before.
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl.h"
#include "host/model/load.h"
#include "host/model/om_codes.h"
#include "host/model/registry.h"
#include "host/model/substitution.h"
#include "host/report/report.h"

using namespace ascendcl::host;

namespace {

using model::LoadOptions;
using model::NamedFile;
using model::OmFile;

aclError load_from_file(const char *function, const char *path, uint32_t *model_id,
                        const LoadOptions &options) {
    return guarded(function, [&] {
        require(path != nullptr && model_id != nullptr, "a pointer is null");
        const NamedFile named = NamedFile::open(path);
        *model_id = named.read([&](const OmFile &file) { return load_model(file, options); });
        named.tell_loaded();
    });
}

aclError load_from_memory(const char *function, const void *data, size_t size, uint32_t *model_id,
                          const LoadOptions &options) {
    return guarded(function, [&] {
        require(model_id != nullptr, "modelId is null");
        *model_id = load_model(OmFile::view(data, size), options);
    });
}

aclError refuse_queues(const char *function, const void *data, const uint32_t *model_id,
                       const uint32_t *input_queues, size_t input_count,
                       const uint32_t *output_queues, size_t output_count) {
    return guarded(function, [&] {
        require(data != nullptr && model_id != nullptr && input_queues != nullptr &&
                    output_queues != nullptr,
                "a pointer is null");
        require(input_count != 0 && output_count != 0, "a queue count is 0");
        throw Failure{ACL_ERROR_API_NOT_SUPPORT, "the host runtime has no queues"};
    });
}

void query_size(const OmFile &file, size_t *work_size, size_t *weight_size) {
    const auto container = file.container(model::Purpose::kQuerySize);
    *work_size = model::reading_om(model::Purpose::kQuerySize,
                                   [&] { return static_cast<size_t>(container.work_size()); });
    *weight_size = static_cast<size_t>(container.weight_size());
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
    return guarded(__func__, [&] { model::unload_model(modelId); });
}

aclError aclmdlQuerySize(const char *fileName, size_t *workSize, size_t *weightSize) {
    return guarded(__func__, [&] {
        require(fileName != nullptr && workSize != nullptr && weightSize != nullptr,
                "a pointer is null");
        NamedFile::open(fileName, ascendcl::om::FileContent::Extent::kDescription)
            .read([&](const OmFile &file) { query_size(file, workSize, weightSize); });
    });
}

aclError aclmdlQuerySizeFromMem(const void *model, size_t modelSize, size_t *workSize,
                                size_t *weightSize) {
    return guarded(__func__, [&] {
        require(model != nullptr && workSize != nullptr && weightSize != nullptr,
                "a pointer is null");
        query_size(OmFile::view(model, modelSize), workSize, weightSize);
    });
}
