// Three kinds of gears, of which a model has at most one.
// SPDX-License-Identifier: Apache-2.0
#include "core/gears.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace ascendcl::core {
namespace {

constexpr size_t kAllInputs = static_cast<size_t>(-1);

// The values of a batch or image size, which are the same for every input that is open.
void add_gear(std::vector<int64_t> values, const std::vector<std::vector<int64_t>> &inputs,
              Gears &gears) {
    Gear gear;
    for (size_t i = 0; i < inputs.size(); ++i) {
        if (i == gears.input) continue;
        auto value = values.begin();
        std::vector<int64_t> dims = inputs[i];
        for (int64_t &dim : dims) {
            if (dim < 0 && value != values.end()) dim = *value++;
        }
        gear.inputs.push_back(std::move(dims));
    }
    gear.values = std::move(values);
    gears.all.push_back(std::move(gear));
}

Status add_batches(const aclmdlDesc *desc, const std::vector<std::vector<int64_t>> &inputs,
                   Gears &gears) {
    const auto batch = std::make_unique<aclmdlBatch>();
    if (aclError code = aclmdlGetDynamicBatch(desc, batch.get()); code != ACL_SUCCESS) {
        return {code, "aclmdlGetDynamicBatch"};
    }
    if (batch->batchCount > 0) gears.kind = GearKind::kBatch;
    for (size_t i = 0; i < batch->batchCount; ++i) {
        add_gear({static_cast<int64_t>(batch->batch[i])}, inputs, gears);
    }
    return {};
}

Status add_images(const aclmdlDesc *desc, const std::vector<std::vector<int64_t>> &inputs,
                  Gears &gears) {
    const auto hw = std::make_unique<aclmdlHW>();
    if (aclError code = aclmdlGetDynamicHW(desc, kAllInputs, hw.get()); code != ACL_SUCCESS) {
        return {code, "aclmdlGetDynamicHW"};
    }
    if (hw->hwCount > 0) gears.kind = GearKind::kImage;
    for (size_t i = 0; i < hw->hwCount; ++i) {
        add_gear({static_cast<int64_t>(hw->hw[i][0]), static_cast<int64_t>(hw->hw[i][1])}, inputs,
                 gears);
    }
    return {};
}

// The runtime lists the dims of all inputs in the order that the model was compiled for, which it
// does not tell: false where that is visibly another than the inputs' own.
bool split(const aclmdlIODims &all, const std::vector<std::vector<int64_t>> &inputs,
           const Gears &gears, Gear &gear) {
    gear.values.assign(all.dims, all.dims + all.dimCount);
    auto next = gear.values.begin();
    for (size_t i = 0; i < inputs.size(); ++i) {
        if (i == gears.input) continue;
        const std::vector<int64_t> &open = inputs[i];
        if (static_cast<size_t>(gear.values.end() - next) < open.size()) return false;
        std::vector<int64_t> dims(next, next + static_cast<std::ptrdiff_t>(open.size()));
        for (size_t axis = 0; axis < open.size(); ++axis) {
            if (open[axis] >= 0 && open[axis] != dims[axis]) return false;
        }
        gear.inputs.push_back(std::move(dims));
        next += static_cast<std::ptrdiff_t>(open.size());
    }
    return next == gear.values.end();
}

Status add_dims(const aclmdlDesc *desc, const std::vector<std::vector<int64_t>> &inputs,
                Gears &gears) {
    size_t count = 0;
    if (aclError code = aclmdlGetInputDynamicGearCount(desc, kAllInputs, &count);
        code != ACL_SUCCESS) {
        return {code, "aclmdlGetInputDynamicGearCount"};
    }
    if (count == 0) return {};
    std::vector<aclmdlIODims> dims(count);
    if (aclError code = aclmdlGetInputDynamicDims(desc, kAllInputs, dims.data(), count);
        code != ACL_SUCCESS) {
        return {code, "aclmdlGetInputDynamicDims"};
    }
    gears.kind = GearKind::kDims;
    for (const aclmdlIODims &all : dims) {
        Gear gear;
        if (!split(all, inputs, gears, gear)) return {ACL_ERROR_API_NOT_SUPPORT, "Model"};
        gears.all.push_back(std::move(gear));
    }
    return {};
}

}  // namespace

Status read_gears(const aclmdlDesc *desc, const std::vector<std::vector<int64_t>> &inputs,
                  Gears &gears) {
    Status status = add_batches(desc, inputs, gears);
    if (status.ok() && gears.all.empty()) status = add_images(desc, inputs, gears);
    if (status.ok() && gears.all.empty()) status = add_dims(desc, inputs, gears);
    if (gears.all.empty()) gears = {};
    return status;
}

Status choose_gear(uint32_t model, const Gears &gears, const Gear &gear, aclmdlDataset *inputs) {
    const auto value = [&gear](size_t i) { return static_cast<uint64_t>(gear.values[i]); };
    switch (gears.kind) {
        case GearKind::kBatch:
            return {aclmdlSetDynamicBatchSize(model, inputs, gears.input, value(0)),
                    "aclmdlSetDynamicBatchSize"};
        case GearKind::kImage:
            return {aclmdlSetDynamicHWSize(model, inputs, gears.input, value(0), value(1)),
                    "aclmdlSetDynamicHWSize"};
        case GearKind::kDims: {
            aclmdlIODims dims = {};
            dims.dimCount = gear.values.size();
            std::copy(gear.values.begin(), gear.values.end(), dims.dims);
            return {aclmdlSetInputDynamicDims(model, inputs, gears.input, &dims),
                    "aclmdlSetInputDynamicDims"};
        }
        case GearKind::kNone:
            break;
    }
    return {};
}

Status read_gear_outputs(uint32_t model, const aclmdlDesc *desc, aclmdlDataset *inputs,
                         size_t outputs, Gears &gears) {
    const auto dims = std::make_unique<aclmdlIODims>();
    for (Gear &gear : gears.all) {
        if (Status status = choose_gear(model, gears, gear, inputs); !status.ok()) return status;
        for (size_t i = 0; i < outputs; ++i) {
            if (aclError code = aclmdlGetCurOutputDims(desc, i, dims.get()); code != ACL_SUCCESS) {
                return {code, "aclmdlGetCurOutputDims"};
            }
            gear.outputs.emplace_back(dims->dims, dims->dims + dims->dimCount);
        }
    }
    return {};
}

}  // namespace ascendcl::core
