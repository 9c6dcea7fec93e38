// acl/acl_mdl.h: choosing a gear, and asking which there are.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <initializer_list>
#include <string>

#include "acl/acl.h"
#include "host/model/description.h"
#include "host/model/gears.h"
#include "host/model/registry.h"
#include "host/report/report.h"

using namespace ascendcl::host;

namespace {

using ascendcl::om::GearKind;

constexpr size_t kAllInputs = static_cast<size_t>(-1);

size_t gear_count(const aclmdlDesc &desc, GearKind kind) {
    require(desc.description != nullptr, "the desc is empty");
    const auto &io = desc.description->io;
    return io.gear_kind == kind ? io.gears.size() : 0;
}

size_t gear_count_within(size_t room, const aclmdlDesc &desc, GearKind kind) {
    const size_t count = gear_count(desc, kind);
    if (count > room) {
        throw Failure{ACL_ERROR_STORAGE_OVER_LIMIT,
                      std::to_string(count) + " gears, room for " + std::to_string(room)};
    }
    return count;
}

// Batch sizes and image sizes: the values are the gear.
aclError choose_gear(const char *function, uint32_t model_id, aclmdlDataset *data_set, size_t index,
                     GearKind kind, std::initializer_list<int64_t> sizes) {
    return guarded(function, [&] {
        const std::vector<int64_t> values(sizes);
        require(data_set != nullptr, "dataset is null");
        require(std::find(values.begin(), values.end(), 0) == values.end(), "a size is 0");
        aclDataBuffer &buffer = model::gear_buffer(*data_set, index, values.size());
        const auto leased = model::lease_model(model_id);
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
    return guarded(__func__, [&] {
        require(dataset != nullptr && dims != nullptr, "a pointer is null");
        require(dims->dimCount != 0, "there are no dims");
        model::gear_buffer(*dataset, index, 0);
        const auto leased = model::lease_model(modelId);
        const auto values = model::gear_values(*leased->description(), *dims);
        const size_t gear = model::find_gear(*leased->description(), GearKind::kDims, values);
        model::write_gear(model::gear_buffer(*dataset, index, values.size()), values);
        leased->remember_gear(gear);
    });
}

aclError aclmdlGetDynamicBatch(const aclmdlDesc *modelDesc, aclmdlBatch *batch) {
    return guarded(__func__, [&] {
        require(modelDesc != nullptr && batch != nullptr, "a pointer is null");
        batch->batchCount = gear_count_within(ACL_MAX_BATCH_NUM, *modelDesc, GearKind::kBatch);
        for (size_t i = 0; i < batch->batchCount; ++i) {
            const auto &gear = modelDesc->description->io.gears[i];
            batch->batch[i] = static_cast<uint64_t>(gear.front());
        }
    });
}

aclError aclmdlGetDynamicHW(const aclmdlDesc *modelDesc, size_t, aclmdlHW *hw) {
    return guarded(__func__, [&] {
        require(modelDesc != nullptr && hw != nullptr, "a pointer is null");
        hw->hwCount = gear_count_within(ACL_MAX_HW_NUM, *modelDesc, GearKind::kImage);
        for (size_t i = 0; i < hw->hwCount; ++i) {
            const auto &gear = modelDesc->description->io.gears[i];
            hw->hw[i][0] = static_cast<uint64_t>(gear.front());
            hw->hw[i][1] = static_cast<uint64_t>(gear.back());
        }
    });
}

aclError aclmdlGetInputDynamicGearCount(const aclmdlDesc *modelDesc, size_t index,
                                        size_t *gearCount) {
    return guarded(__func__, [&] {
        require(modelDesc != nullptr && gearCount != nullptr, "a pointer is null");
        require(index == kAllInputs, "the index is not -1");
        *gearCount = gear_count(*modelDesc, GearKind::kDims);
    });
}

aclError aclmdlGetInputDynamicDims(const aclmdlDesc *modelDesc, size_t index, aclmdlIODims *dims,
                                   size_t gearCount) {
    return guarded(__func__, [&] {
        require(modelDesc != nullptr && dims != nullptr, "a pointer is null");
        require(index == kAllInputs, "the index is not -1");
        const size_t count = gear_count(*modelDesc, GearKind::kDims);
        if (gearCount < count) {
            throw invalid("room for " + std::to_string(gearCount) + " gears, the model has " +
                          std::to_string(count));
        }
        for (size_t gear = 0; gear < count; ++gear) {
            const auto values = model::gear_dims(*modelDesc->description, gear);
            if (values.size() > ACL_MAX_DIM_CNT) {
                throw Failure{ACL_ERROR_STORAGE_OVER_LIMIT, std::to_string(values.size()) +
                                                                " dims, room for " +
                                                                std::to_string(ACL_MAX_DIM_CNT)};
            }
            dims[gear].name[0] = '\0';
            dims[gear].dimCount = values.size();
            std::copy(values.begin(), values.end(), dims[gear].dims);
        }
    });
}
