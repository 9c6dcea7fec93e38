// acl/acl_mdl.h: bundles. No bundle can be loaded here, so every bundle id is unknown.
// SPDX-License-Identifier: Apache-2.0
#include "acl/acl.h"
#include "host/model/om_file.h"
#include "host/runtime/report.h"

namespace {

using ascendcl::host::fail;
using ascendcl::host::Failure;
using ascendcl::host::guarded;
using ascendcl::host::model::OmFile;
using ascendcl::host::model::Purpose;

constexpr uint8_t kBundle = 5;  // model type of a file that holds several models

aclError null_argument(const char *function) {
    return fail(ACL_ERROR_INVALID_PARAM, "%s: null argument", function);
}

aclError unknown_bundle(const char *function, uint32_t bundle_id) {
    return fail(ACL_ERROR_INVALID_BUNDLE_MODEL_ID, "%s: no bundle has id %u", function, bundle_id);
}

aclError refuse_bundle(const OmFile &file) {
    bool is_bundle = false;
    try {
        is_bundle = file.container(Purpose::kLoad).header().model_type == kBundle;
    } catch (const Failure &failure) {
        throw Failure{ACL_ERROR_INVALID_PARAM, failure.message};
    }
    if (!is_bundle) throw Failure{ACL_ERROR_INVALID_PARAM, "the file is not a bundle of models"};
    throw Failure{ACL_ERROR_API_NOT_SUPPORT, "the host runtime does not load bundles"};
}

aclError refuse_file(const char *function, const char *path, const void *result) {
    if (!path || !result) return null_argument(function);
    return guarded(function, [&] { return refuse_bundle(OmFile::open(path)); });
}

aclError refuse_memory(const char *function, const void *model, size_t size, const void *result) {
    if (!model || !result || size == 0) return null_argument(function);
    return guarded(function, [&] { return refuse_bundle(OmFile::view(model, size)); });
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
    return modelNum ? unknown_bundle(__func__, bundleId) : null_argument(__func__);
}

aclError aclmdlBundleGetModelId(uint32_t bundleId, size_t, uint32_t *modelId) {
    return modelId ? unknown_bundle(__func__, bundleId) : null_argument(__func__);
}

aclError aclmdlBundleLoadModel(uint32_t bundleId, size_t, uint32_t *modelId) {
    return modelId ? unknown_bundle(__func__, bundleId) : null_argument(__func__);
}

aclError aclmdlBundleLoadModelWithMem(uint32_t bundleId, size_t, void *, size_t, void *, size_t,
                                      uint32_t *modelId) {
    return modelId ? unknown_bundle(__func__, bundleId) : null_argument(__func__);
}

aclError aclmdlBundleLoadModelWithConfig(uint32_t bundleId, size_t, aclmdlConfigHandle *handle,
                                         uint32_t *modelId) {
    return handle && modelId ? unknown_bundle(__func__, bundleId) : null_argument(__func__);
}

aclError aclmdlBundleUnloadModel(uint32_t bundleId, uint32_t) {
    return unknown_bundle(__func__, bundleId);
}
