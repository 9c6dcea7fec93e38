// acl/acl_mdl.h: choosing a gear, and asking which there are.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "acl/acl.h"
#include "host/model/description.h"
#include "host/model/gears.h"
#include "host/model/registry.h"
#include "host/runtime/report.h"

namespace {

using ascendcl::host::fail;
using ascendcl::host::Failure;
using ascendcl::host::guarded;
using ascendcl::host::model::Description;
using ascendcl::host::model::lease_model;
using ascendcl::om::GearKind;

constexpr size_t kAllInputs = static_cast<size_t>(-1);

size_t gear_count(const Description &description, GearKind kind) {
    return description.io.gear_kind == kind ? description.io.gears.size() : 0;
}

// Batch sizes and image sizes: the values are the gear.
aclError choose_gear(const char *function, uint32_t model_id, aclmdlDataset *data_set, size_t index,
                     GearKind kind, const std::vector<int64_t> &values) {
    const bool positive =
        std::all_of(values.begin(), values.end(), [](int64_t v) { return v != 0; });
    if (!data_set || !positive) {
        return fail(ACL_ERROR_INVALID_PARAM, "%s: the data set is null or a size is 0", function);
    }
    return guarded(function, [&] {
        namespace model = ascendcl::host::model;
        aclDataBuffer &buffer = model::gear_buffer(*data_set, index, values.size());
        const auto leased = lease_model(model_id);
        const size_t gear = model::find_gear(*leased->description(), kind, values);
        model::write_gear(buffer, values);
        leased->remember_gear(gear);
    });
}

}  // namespace

aclError aclmdlSetDynamicBatchSize(uint32_t modelId, aclmdlDataset *dataset, size_t index,
                                   uint64_t batchSize) {
    return choose_gear(__func__, modelId, dataset, index, GearKind::kBatch,
                       {static_cast<int64_t>(batchSize)});
}

aclError aclmdlSetDynamicHWSize(uint32_t modelId, aclmdlDataset *dataset, size_t index,
                                uint64_t height, uint64_t width) {
    return choose_gear(__func__, modelId, dataset, index, GearKind::kImage,
                       {static_cast<int64_t>(height), static_cast<int64_t>(width)});
}

aclError aclmdlSetInputDynamicDims(uint32_t modelId, aclmdlDataset *dataset, size_t index,
                                   const aclmdlIODims *dims) {
    if (!dataset || !dims || dims->dimCount == 0) {
        return fail(ACL_ERROR_INVALID_PARAM, "%s: null argument or no dims", __func__);
    }
    return guarded(__func__, [&] {
        namespace model = ascendcl::host::model;
        model::gear_buffer(*dataset, index, 0);
        const auto leased = lease_model(modelId);
        const auto values = model::gear_values(*leased->description(), *dims);
        const size_t gear = model::find_gear(*leased->description(), GearKind::kDims, values);
        model::write_gear(model::gear_buffer(*dataset, index, values.size()), values);
        leased->remember_gear(gear);
    });
}

aclError aclmdlGetDynamicBatch(const aclmdlDesc *modelDesc, aclmdlBatch *batch) {
    if (!modelDesc || !batch || !modelDesc->description) {
        return fail(ACL_ERROR_INVALID_PARAM, "%s: null argument or empty desc", __func__);
    }
    const Description &description = *modelDesc->description;
    const size_t count = gear_count(description, GearKind::kBatch);
    if (count > ACL_MAX_BATCH_NUM) {
        return fail(ACL_ERROR_STORAGE_OVER_LIMIT, "%s: %zu gears", __func__, count);
    }
    batch->batchCount = count;
    for (size_t i = 0; i < count; ++i) {
        batch->batch[i] = static_cast<uint64_t>(description.io.gears[i].front());
    }
    return ACL_SUCCESS;
}

aclError aclmdlGetDynamicHW(const aclmdlDesc *modelDesc, size_t, aclmdlHW *hw) {
    if (!modelDesc || !hw || !modelDesc->description) {
        return fail(ACL_ERROR_INVALID_PARAM, "%s: null argument or empty desc", __func__);
    }
    const Description &description = *modelDesc->description;
    const size_t count = gear_count(description, GearKind::kImage);
    if (count > ACL_MAX_HW_NUM) {
        return fail(ACL_ERROR_STORAGE_OVER_LIMIT, "%s: %zu gears", __func__, count);
    }
    hw->hwCount = count;
    for (size_t i = 0; i < count; ++i) {
        hw->hw[i][0] = static_cast<uint64_t>(description.io.gears[i].front());
        hw->hw[i][1] = static_cast<uint64_t>(description.io.gears[i].back());
    }
    return ACL_SUCCESS;
}

aclError aclmdlGetInputDynamicGearCount(const aclmdlDesc *modelDesc, size_t index,
                                        size_t *gearCount) {
    if (!modelDesc || !gearCount || !modelDesc->description || index != kAllInputs) {
        return fail(ACL_ERROR_INVALID_PARAM, "%s: null argument, empty desc, or index not -1",
                    __func__);
    }
    *gearCount = gear_count(*modelDesc->description, GearKind::kDims);
    return ACL_SUCCESS;
}

aclError aclmdlGetInputDynamicDims(const aclmdlDesc *modelDesc, size_t index, aclmdlIODims *dims,
                                   size_t gearCount) {
    if (!modelDesc || !dims || !modelDesc->description || index != kAllInputs) {
        return fail(ACL_ERROR_INVALID_PARAM, "%s: null argument, empty desc, or index not -1",
                    __func__);
    }
    const Description &description = *modelDesc->description;
    const size_t count = gear_count(description, GearKind::kDims);
    if (gearCount < count) {
        return fail(ACL_ERROR_INVALID_PARAM, "%s: room for %zu gears, the model has %zu", __func__,
                    gearCount, count);
    }
    return guarded(__func__, [&] {
        for (size_t gear = 0; gear < count; ++gear) {
            const auto values = ascendcl::host::model::gear_dims(description, gear);
            if (values.size() > ACL_MAX_DIM_CNT) {
                throw Failure{ACL_ERROR_STORAGE_OVER_LIMIT, "the inputs have over 128 dims"};
            }
            dims[gear].name[0] = '\0';
            dims[gear].dimCount = values.size();
            std::copy(values.begin(), values.end(), dims[gear].dims);
        }
    });
}
