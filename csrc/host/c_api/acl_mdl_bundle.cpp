// acl/acl_mdl.h: bundles. No bundle can be loaded here, so every bundle id is unknown.
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "acl/acl.h"
#include "host/model/om_file.h"
#include "host/report/report.h"

using namespace ascendcl::host;

namespace {

using model::OmFile;

constexpr uint8_t kBundle = 5;  // model type of a file that holds several models

void refuse_bundle(const OmFile &file) {
    bool is_bundle = false;
    try {
        is_bundle = file.header(model::Purpose::kLoad).model_type == kBundle;
    } catch (const Failure &failure) {
        throw Failure{ACL_ERROR_INVALID_PARAM, failure.message};
    }
    require(is_bundle, "the file is not a bundle of models");
    throw Failure{ACL_ERROR_API_NOT_SUPPORT,
                  "the host runtime does not load bundles: compile each of its models into a file "
                  "of its own"};
}

aclError refuse_file(const char *function, const char *path, const void *result) {
    return guarded(function, [&] {
        require(path != nullptr && result != nullptr, "a pointer is null");
        refuse_bundle(OmFile::open(path, ascendcl::om::FileContent::Extent::kDescription));
    });
}

aclError refuse_memory(const char *function, const void *data, size_t size, const void *result) {
    return guarded(function, [&] {
        require(data != nullptr && result != nullptr, "a pointer is null");
        require(size != 0, "modelSize is 0");
        refuse_bundle(OmFile::view(data, size));
    });
}

aclError unknown_bundle(const char *function, uint32_t bundle_id, bool has_null = false) {
    return guarded(function, [&] {
        require(!has_null, "a pointer is null");
        throw Failure{ACL_ERROR_INVALID_BUNDLE_MODEL_ID,
                      "no bundle has id " + std::to_string(bundle_id)};
    });
}

}  // namespace

aclError aclmdlBundleLoadFromFile(const char *modelPath, uint32_t *bundleId) {
    return refuse_file(__func__, modelPath, bundleId);
}

aclError aclmdlBundleLoadFromMem(const void *model, size_t modelSize, uint32_t *bundleId) {
    return refuse_memory(__func__, model, modelSize, bundleId);
}

aclError aclmdlBundleInitFromFile(const char *modelPath, void *, size_t, uint32_t *bundleId) {
    return refuse_file(__func__, modelPath, bundleId);
}

aclError aclmdlBundleInitFromMem(const void *model, size_t modelSize, void *, size_t,
                                 uint32_t *bundleId) {
    return refuse_memory(__func__, model, modelSize, bundleId);
}

aclError aclmdlBundleQueryInfoFromFile(const char *fileName, aclmdlBundleQueryInfo *queryInfo) {
    return refuse_file(__func__, fileName, queryInfo);
}

aclError aclmdlBundleQueryInfoFromMem(const void *model, size_t modelSize,
                                      aclmdlBundleQueryInfo *queryInfo) {
    return refuse_memory(__func__, model, modelSize, queryInfo);
}

aclError aclmdlBundleUnload(uint32_t bundleId) { return unknown_bundle(__func__, bundleId); }

aclError aclmdlBundleGetModelNum(uint32_t bundleId, size_t *modelNum) {
    return unknown_bundle(__func__, bundleId, modelNum == nullptr);
}

aclError aclmdlBundleGetModelId(uint32_t bundleId, size_t, uint32_t *modelId) {
    return unknown_bundle(__func__, bundleId, modelId == nullptr);
}

aclError aclmdlBundleLoadModel(uint32_t bundleId, size_t, uint32_t *modelId) {
    return unknown_bundle(__func__, bundleId, modelId == nullptr);
}

aclError aclmdlBundleLoadModelWithMem(uint32_t bundleId, size_t, void *, size_t, void *, size_t,
                                      uint32_t *modelId) {
    return unknown_bundle(__func__, bundleId, modelId == nullptr);
}

aclError aclmdlBundleLoadModelWithConfig(uint32_t bundleId, size_t, aclmdlConfigHandle *handle,
                                         uint32_t *modelId) {
    return unknown_bundle(__func__, bundleId, handle == nullptr || modelId == nullptr);
}

aclError aclmdlBundleUnloadModel(uint32_t bundleId, uint32_t) {
    return unknown_bundle(__func__, bundleId);
}
