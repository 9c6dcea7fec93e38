// acl/acl_mdl.h: preprocessing of images (AIPP).
// SPDX-License-Identifier: Apache-2.0

#include "acl/acl.h"
#include "host/c_api/handed_out.h"
#include "host/model/aipp.h"
#include "host/model/registry.h"
#include "host/runtime/data_set.h"
#include "host/runtime/report.h"

namespace {

using namespace ascendcl::host;
using ascendcl::host::model::Lease;
using ascendcl::host::model::lease_model;

constexpr uint64_t kMaxBatchSize = uint64_t{1} << 20;

// What a setter does: there is nothing to keep, but what it is given is checked.
aclError check(const char *function, const aclmdlAIPP *aipp, int8_t on = 0,
               uint64_t batch_index = 0) {
    return guarded(function, [&] {
        require(aipp != nullptr, "aippParmsSet is null");
        require(on == 0 || on == 1, "a switch is 0 or 1");
        require(batch_index < aipp->batch_size, "batchIndex is out of range");
    });
}

aclmdlInputAippType type_of_input(const Lease &model, size_t index) {
    const auto &types = model->description()->aipp;
    require(index < types.size(), "the model has no such input");
    return types[index];
}

}  // namespace

aclmdlAIPP *aclmdlCreateAIPP(uint64_t batchSize) {
    if (batchSize == 0 || batchSize > kMaxBatchSize) {
        fail(ACL_ERROR_INVALID_PARAM, "%s: the batch size is 0 or too large", __func__);
        return nullptr;
    }
    return hand_out<aclmdlAIPP>(batchSize);
}

aclError aclmdlDestroyAIPP(const aclmdlAIPP *aippParmsSet) {
    return guarded(__func__, [&] {
        require(aippParmsSet != nullptr, "aippParmsSet is null");
        take_back(aippParmsSet);
    });
}

aclError aclmdlSetAIPPInputFormat(aclmdlAIPP *aippParmsSet, aclAippInputFormat inputFormat) {
    return guarded(__func__, [&] {
        require(aippParmsSet != nullptr, "aippParmsSet is null");
        require(inputFormat >= ACL_YUV420SP_U8 && inputFormat <= ACL_RAW24, "no such format");
    });
}

aclError aclmdlSetAIPPCscParams(aclmdlAIPP *aippParmsSet, int8_t cscSwitch, int16_t, int16_t,
                                int16_t, int16_t, int16_t, int16_t, int16_t, int16_t, int16_t,
                                uint8_t, uint8_t, uint8_t, uint8_t, uint8_t, uint8_t) {
    return check(__func__, aippParmsSet, cscSwitch);
}

aclError aclmdlSetAIPPRbuvSwapSwitch(aclmdlAIPP *aippParmsSet, int8_t rbuvSwapSwitch) {
    return check(__func__, aippParmsSet, rbuvSwapSwitch);
}

aclError aclmdlSetAIPPAxSwapSwitch(aclmdlAIPP *aippParmsSet, int8_t axSwapSwitch) {
    return check(__func__, aippParmsSet, axSwapSwitch);
}

aclError aclmdlSetAIPPSrcImageSize(aclmdlAIPP *aippParmsSet, int32_t, int32_t) {
    return check(__func__, aippParmsSet);
}

aclError aclmdlSetAIPPScfParams(aclmdlAIPP *aippParmsSet, int8_t scfSwitch, int32_t, int32_t,
                                int32_t, int32_t, uint64_t batchIndex) {
    return check(__func__, aippParmsSet, scfSwitch, batchIndex);
}

aclError aclmdlSetAIPPCropParams(aclmdlAIPP *aippParmsSet, int8_t cropSwitch, int32_t, int32_t,
                                 int32_t, int32_t, uint64_t batchIndex) {
    return check(__func__, aippParmsSet, cropSwitch, batchIndex);
}

aclError aclmdlSetAIPPPaddingParams(aclmdlAIPP *aippParmsSet, int8_t paddingSwitch, int32_t,
                                    int32_t, int32_t, int32_t, uint64_t batchIndex) {
    return check(__func__, aippParmsSet, paddingSwitch, batchIndex);
}

aclError aclmdlSetAIPPDtcPixelMean(aclmdlAIPP *aippParmsSet, int16_t, int16_t, int16_t, int16_t,
                                   uint64_t batchIndex) {
    return check(__func__, aippParmsSet, 0, batchIndex);
}

aclError aclmdlSetAIPPDtcPixelMin(aclmdlAIPP *aippParmsSet, float, float, float, float,
                                  uint64_t batchIndex) {
    return check(__func__, aippParmsSet, 0, batchIndex);
}

aclError aclmdlSetAIPPPixelVarReci(aclmdlAIPP *aippParmsSet, float, float, float, float,
                                   uint64_t batchIndex) {
    return check(__func__, aippParmsSet, 0, batchIndex);
}

aclError aclmdlSetInputAIPP(uint32_t modelId, aclmdlDataset *dataset, size_t index,
                            const aclmdlAIPP *aippParmsSet) {
    return guarded(__func__, [&] {
        require(dataset != nullptr && aippParmsSet != nullptr, "a pointer is null");
        require(type_of_input(lease_model(modelId), index) == ACL_DYNAMIC_AIPP_NODE,
                "the input is not the one for AIPP parameters");
        throw Failure{ACL_ERROR_API_NOT_SUPPORT, "the host runtime has no dynamic AIPP"};
    });
}

aclError aclmdlSetAIPPByInputIndex(uint32_t modelId, aclmdlDataset *dataset, size_t index,
                                   const aclmdlAIPP *aippParmsSet) {
    return guarded(__func__, [&] {
        require(dataset != nullptr && aippParmsSet != nullptr, "a pointer is null");
        require(type_of_input(lease_model(modelId), index) == ACL_DATA_WITH_DYNAMIC_AIPP,
                "the input has no dynamic AIPP", ACL_ERROR_FAILURE);
        throw Failure{ACL_ERROR_API_NOT_SUPPORT, "the host runtime has no dynamic AIPP"};
    });
}

aclError aclmdlGetAippType(uint32_t modelId, size_t index, aclmdlInputAippType *type,
                           size_t *dynamicAttachedDataIndex) {
    return guarded(__func__, [&] {
        require(type != nullptr && dynamicAttachedDataIndex != nullptr, "a pointer is null");
        const aclmdlInputAippType found = type_of_input(lease_model(modelId), index);
        require(found != ACL_DATA_WITH_DYNAMIC_AIPP && found != ACL_DYNAMIC_AIPP_NODE,
                "the host runtime has no dynamic AIPP", ACL_ERROR_API_NOT_SUPPORT);
        *type = found;
        *dynamicAttachedDataIndex = ACL_INVALID_NODE_INDEX;
    });
}

aclError aclmdlGetFirstAippInfo(uint32_t modelId, size_t index, aclAippInfo *aippInfo) {
    return guarded(__func__, [&] {
        require(aippInfo != nullptr, "aippInfo is null");
        require(type_of_input(lease_model(modelId), index) == ACL_DATA_WITH_STATIC_AIPP,
                "the input has no static AIPP", ACL_ERROR_GE_AIPP_NOT_EXIST);
        throw Failure{ACL_ERROR_API_NOT_SUPPORT,
                      "the host runtime does not report the parameters of static AIPP"};
    });
}
