// acl/acl_mdl.h: preprocessing of images (AIPP).
// SPDX-License-Identifier: Apache-2.0

#include "acl/acl.h"
#include "host/c_api/handed_out.h"
#include "host/model/aipp.h"
#include "host/model/registry.h"
#include "host/runtime/data_set.h"
#include "host/runtime/report.h"

namespace {

using ascendcl::host::fail;
using ascendcl::host::Failure;
using ascendcl::host::guarded;
using ascendcl::host::model::Lease;
using ascendcl::host::model::lease_model;

constexpr uint64_t kMaxBatchSize = uint64_t{1} << 20;

aclError invalid(const char *function, const char *what) {
    return fail(ACL_ERROR_INVALID_PARAM, "%s: %s", function, what);
}

// The checks that all setters share.
aclError check(const char *function, const aclmdlAIPP *aipp, int8_t on = 0,
               uint64_t batch_index = 0) {
    if (!aipp) return invalid(function, "the AIPP parameters are null");
    if (on != 0 && on != 1) return invalid(function, "a switch is 0 or 1");
    if (batch_index >= aipp->batch_size) return invalid(function, "batchIndex is out of range");
    return ACL_SUCCESS;
}

aclmdlInputAippType type_of_input(const Lease &model, size_t index) {
    const auto &types = model->description()->aipp;
    if (index >= types.size()) {
        throw Failure{ACL_ERROR_INVALID_PARAM, "the model has no such input"};
    }
    return types[index];
}

}  // namespace

aclmdlAIPP *aclmdlCreateAIPP(uint64_t batchSize) {
    if (batchSize == 0 || batchSize > kMaxBatchSize) {
        invalid(__func__, "the batch size is 0 or too large");
        return nullptr;
    }
    return ascendcl::host::hand_out<aclmdlAIPP>(batchSize);
}

aclError aclmdlDestroyAIPP(const aclmdlAIPP *aippParmsSet) {
    if (!aippParmsSet) return invalid(__func__, "the AIPP parameters are null");
    ascendcl::host::take_back(aippParmsSet);
    return ACL_SUCCESS;
}

aclError aclmdlSetAIPPInputFormat(aclmdlAIPP *aippParmsSet, aclAippInputFormat inputFormat) {
    if (aclError code = check(__func__, aippParmsSet)) return code;
    if (inputFormat < ACL_YUV420SP_U8 || inputFormat > ACL_RAW24) {
        return invalid(__func__, "there is no such input format");
    }
    return ACL_SUCCESS;
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
    if (!dataset || !aippParmsSet) return invalid(__func__, "null argument");
    return guarded(__func__, [&]() -> aclError {
        if (type_of_input(lease_model(modelId), index) != ACL_DYNAMIC_AIPP_NODE) {
            throw Failure{ACL_ERROR_INVALID_PARAM, "the input is not the one for AIPP parameters"};
        }
        throw Failure{ACL_ERROR_API_NOT_SUPPORT, "the host runtime has no dynamic AIPP"};
    });
}

aclError aclmdlSetAIPPByInputIndex(uint32_t modelId, aclmdlDataset *dataset, size_t index,
                                   const aclmdlAIPP *aippParmsSet) {
    if (!dataset || !aippParmsSet) return invalid(__func__, "null argument");
    return guarded(__func__, [&]() -> aclError {
        if (type_of_input(lease_model(modelId), index) != ACL_DATA_WITH_DYNAMIC_AIPP) {
            throw Failure{ACL_ERROR_FAILURE, "the input has no dynamic AIPP"};
        }
        throw Failure{ACL_ERROR_API_NOT_SUPPORT, "the host runtime has no dynamic AIPP"};
    });
}

aclError aclmdlGetAippType(uint32_t modelId, size_t index, aclmdlInputAippType *type,
                           size_t *dynamicAttachedDataIndex) {
    if (!type || !dynamicAttachedDataIndex) return invalid(__func__, "null argument");
    return guarded(__func__, [&]() -> aclError {
        const aclmdlInputAippType found = type_of_input(lease_model(modelId), index);
        if (found == ACL_DATA_WITH_DYNAMIC_AIPP || found == ACL_DYNAMIC_AIPP_NODE) {
            throw Failure{ACL_ERROR_API_NOT_SUPPORT, "the host runtime has no dynamic AIPP"};
        }
        *type = found;
        *dynamicAttachedDataIndex = ACL_INVALID_NODE_INDEX;
        return ACL_SUCCESS;
    });
}

aclError aclmdlGetFirstAippInfo(uint32_t modelId, size_t index, aclAippInfo *aippInfo) {
    if (!aippInfo) return invalid(__func__, "null argument");
    return guarded(__func__, [&]() -> aclError {
        if (type_of_input(lease_model(modelId), index) != ACL_DATA_WITH_STATIC_AIPP) {
            throw Failure{ACL_ERROR_GE_AIPP_NOT_EXIST, "the input has no static AIPP"};
        }
        throw Failure{ACL_ERROR_API_NOT_SUPPORT,
                      "the host runtime does not report the parameters of static AIPP"};
    });
}
