// acl/acl_mdl.h: preprocessing of images (AIPP).
// SPDX-License-Identifier: Apache-2.0
#include <cinttypes>
#include <string>

#include "acl/acl.h"
#include "host/c_api/handed_out.h"
#include "host/model/aipp.h"
#include "host/model/registry.h"
#include "host/report/report.h"
#include "host/runtime/data_set.h"

namespace {

using namespace ascendcl::host;
using model::Lease;
using model::lease_model;

constexpr uint64_t kMaxBatchSize = uint64_t{1} << 20;

// What a setter does: there is nothing to keep, but what it is given is checked.
aclError check(const char *function, const aclmdlAIPP *aipp, int8_t on = 0,
               uint64_t batch_index = 0) {
    return guarded(function, [&] {
        require(aipp != nullptr, "aippParmsSet is null");
        if (on != 0 && on != 1) throw invalid("a switch is 0 or 1, given " + std::to_string(on));
        if (batch_index >= aipp->batch_size) {
            throw invalid("there is no batchIndex " + std::to_string(batch_index) +
                          " in a batch of " + std::to_string(aipp->batch_size));
        }
    });
}

aclmdlInputAippType type_of_input(const Lease &model, size_t index) {
    const auto &types = model->description()->aipp;
    if (index >= types.size()) {
        throw invalid("the model has " + std::to_string(types.size()) + " inputs and no input " +
                      std::to_string(index));
    }
    return types[index];
}

// Throws Failure{code, "input <index> <otherwise>"} unless the input is of that type.
void require_type(uint32_t model_id, size_t index, aclmdlInputAippType type, const char *otherwise,
                  aclError code) {
    if (type_of_input(lease_model(model_id), index) == type) return;
    throw Failure{code, "input " + std::to_string(index) + " " + otherwise};
}

}  // namespace

aclmdlAIPP *aclmdlCreateAIPP(uint64_t batchSize) {
    if (batchSize == 0 || batchSize > kMaxBatchSize) {
        fail(ACL_ERROR_INVALID_PARAM, "%s: a batch size goes from 1 to %" PRIu64 ", given %" PRIu64,
             __func__, kMaxBatchSize, batchSize);
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
        if (inputFormat < ACL_YUV420SP_U8 || inputFormat > ACL_RAW24) {
            throw invalid("there is no input format " + std::to_string(inputFormat));
        }
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
        require_type(modelId, index, ACL_DYNAMIC_AIPP_NODE, "is not the one for AIPP parameters",
                     ACL_ERROR_INVALID_PARAM);
        throw Failure{ACL_ERROR_API_NOT_SUPPORT, "the host runtime has no dynamic AIPP"};
    });
}

aclError aclmdlSetAIPPByInputIndex(uint32_t modelId, aclmdlDataset *dataset, size_t index,
                                   const aclmdlAIPP *aippParmsSet) {
    return guarded(__func__, [&] {
        require(dataset != nullptr && aippParmsSet != nullptr, "a pointer is null");
        require_type(modelId, index, ACL_DATA_WITH_DYNAMIC_AIPP, "has no dynamic AIPP",
                     ACL_ERROR_FAILURE);
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
        require_type(modelId, index, ACL_DATA_WITH_STATIC_AIPP, "has no static AIPP",
                     ACL_ERROR_GE_AIPP_NOT_EXIST);
        throw Failure{ACL_ERROR_API_NOT_SUPPORT,
                      "the host runtime does not report the parameters of static AIPP"};
    });
}
