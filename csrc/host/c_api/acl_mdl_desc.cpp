// acl/acl_mdl.h: descriptions of models.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <string>

#include "acl/acl.h"
#include "host/c_api/handed_out.h"
#include "host/model/description.h"
#include "host/model/om_codes.h"
#include "host/model/om_file.h"
#include "host/model/registry.h"
#include "host/runtime/report.h"

namespace {

using ascendcl::host::fail;
using ascendcl::host::guarded;
using ascendcl::host::model::Description;
using ascendcl::host::model::OmFile;
using ascendcl::host::model::Purpose;
using ascendcl::host::model::Side;
using ascendcl::om::GearKind;
using ascendcl::om::IoDescriptor;

constexpr char kOriginalOpNames[] = "_datadump_original_op_names";

// The tensor, or null for a null or empty desc and an index out of range.
const IoDescriptor *tensor_at(const aclmdlDesc *desc, Side side, size_t index) {
    if (!desc || !desc->description) return nullptr;
    const auto &tensors = ascendcl::host::model::tensors(*desc->description, side);
    return index < tensors.size() ? &tensors[index] : nullptr;
}

size_t tensor_count(const aclmdlDesc *desc, Side side) {
    if (!desc || !desc->description) return 0;
    return ascendcl::host::model::tensors(*desc->description, side).size();
}

size_t tensor_size(const aclmdlDesc *desc, Side side, size_t index) {
    const IoDescriptor *tensor = tensor_at(desc, side, index);
    return tensor ? static_cast<size_t>(ascendcl::host::model::largest_size(*tensor)) : 0;
}

aclError read_desc(aclmdlDesc *desc, const OmFile &file) {
    const auto container = file.container(Purpose::kDescribe);
    desc->description = ascendcl::host::model::reading_om(
        Purpose::kDescribe, [&] { return Description::read(container); });
    return ACL_SUCCESS;
}

aclError write_dims(const char *function, const aclmdlDesc *desc, Side side, size_t index,
                    const std::vector<int64_t> &values, aclmdlIODims *dims) {
    if (values.size() > ACL_MAX_DIM_CNT) {
        return fail(ACL_ERROR_STORAGE_OVER_LIMIT, "%s: %zu dims, room for %d", function,
                    values.size(), ACL_MAX_DIM_CNT);
    }
    return guarded(function, [&] {
        const std::string name =
            ascendcl::host::model::short_name(*desc->description, desc->model_id, side, index);
        std::memcpy(dims->name, name.c_str(), name.size() + 1);
        dims->dimCount = values.size();
        std::copy(values.begin(), values.end(), dims->dims);
    });
}

aclError write_dims(const char *function, const aclmdlDesc *desc, Side side, size_t index,
                    std::vector<int64_t> IoDescriptor::*shape, aclmdlIODims *dims) {
    const IoDescriptor *tensor = tensor_at(desc, side, index);
    if (!tensor || !dims) {
        return fail(ACL_ERROR_INVALID_PARAM, "%s: null argument or no tensor %zu", function, index);
    }
    return write_dims(function, desc, side, index, tensor->*shape, dims);
}

const char *tensor_name(const aclmdlDesc *desc, Side side, size_t index) {
    const IoDescriptor *tensor = tensor_at(desc, side, index);
    return tensor ? tensor->name.c_str() : "";
}

aclFormat tensor_format(const aclmdlDesc *desc, Side side, size_t index) {
    const IoDescriptor *tensor = tensor_at(desc, side, index);
    return tensor ? static_cast<aclFormat>(tensor->format) : ACL_FORMAT_UNDEFINED;
}

aclDataType tensor_type(const aclmdlDesc *desc, Side side, size_t index) {
    const IoDescriptor *tensor = tensor_at(desc, side, index);
    return tensor ? static_cast<aclDataType>(tensor->dtype) : ACL_DT_UNDEFINED;
}

aclError find_index(const char *function, const aclmdlDesc *desc, Side side, const char *name,
                    size_t *index) {
    if (!desc || !name || !index) {
        return fail(ACL_ERROR_INVALID_PARAM, "%s: null argument", function);
    }
    const size_t count = tensor_count(desc, side);
    for (size_t i = 0; i < count; ++i) {
        if (tensor_at(desc, side, i)->name == name) {
            *index = i;
            return ACL_SUCCESS;
        }
    }
    return fail(ACL_ERROR_INVALID_PARAM, "%s: there is no tensor '%s'", function, name);
}

bool is_static(const IoDescriptor &tensor) {
    return std::all_of(tensor.dims.begin(), tensor.dims.end(), [](int64_t d) { return d >= 0; });
}

}  // namespace

aclmdlDesc *aclmdlCreateDesc() { return ascendcl::host::hand_out<aclmdlDesc>(); }

aclError aclmdlDestroyDesc(aclmdlDesc *modelDesc) {
    if (!modelDesc) return fail(ACL_ERROR_INVALID_PARAM, "%s: the desc is null", __func__);
    ascendcl::host::take_back(modelDesc);
    return ACL_SUCCESS;
}

aclError aclmdlGetDesc(aclmdlDesc *modelDesc, uint32_t modelId) {
    if (!modelDesc) return fail(ACL_ERROR_INVALID_PARAM, "%s: the desc is null", __func__);
    *modelDesc = {};
    return guarded(__func__, [&] {
        modelDesc->description = ascendcl::host::model::lease_model(modelId)->description();
        modelDesc->model_id = modelId;
    });
}

aclError aclmdlGetDescFromFile(aclmdlDesc *modelDesc, const char *modelPath) {
    if (!modelDesc) return fail(ACL_ERROR_INVALID_PARAM, "%s: the desc is null", __func__);
    *modelDesc = {};
    return guarded(__func__, [&] { return read_desc(modelDesc, OmFile::open(modelPath)); });
}

aclError aclmdlGetDescFromMem(aclmdlDesc *modelDesc, const void *model, size_t modelSize) {
    if (!modelDesc) return fail(ACL_ERROR_INVALID_PARAM, "%s: the desc is null", __func__);
    *modelDesc = {};
    return guarded(__func__, [&] { return read_desc(modelDesc, OmFile::view(model, modelSize)); });
}

size_t aclmdlGetNumInputs(aclmdlDesc *modelDesc) { return tensor_count(modelDesc, Side::kInput); }

size_t aclmdlGetNumOutputs(aclmdlDesc *modelDesc) { return tensor_count(modelDesc, Side::kOutput); }

size_t aclmdlGetInputSizeByIndex(aclmdlDesc *modelDesc, size_t index) {
    return tensor_size(modelDesc, Side::kInput, index);
}

size_t aclmdlGetOutputSizeByIndex(aclmdlDesc *modelDesc, size_t index) {
    return tensor_size(modelDesc, Side::kOutput, index);
}

aclError aclmdlGetInputDims(const aclmdlDesc *modelDesc, size_t index, aclmdlIODims *dims) {
    return write_dims(__func__, modelDesc, Side::kInput, index, &IoDescriptor::dims, dims);
}

aclError aclmdlGetInputDimsV2(const aclmdlDesc *modelDesc, size_t index, aclmdlIODims *dims) {
    return write_dims(__func__, modelDesc, Side::kInput, index, &IoDescriptor::dims_v2, dims);
}

aclError aclmdlGetOutputDims(const aclmdlDesc *modelDesc, size_t index, aclmdlIODims *dims) {
    return write_dims(__func__, modelDesc, Side::kOutput, index, &IoDescriptor::dims, dims);
}

// Of a model with gears, those of the gear that was set last.
aclError aclmdlGetCurOutputDims(const aclmdlDesc *modelDesc, size_t index, aclmdlIODims *dims) {
    const IoDescriptor *tensor = tensor_at(modelDesc, Side::kOutput, index);
    if (!tensor || !dims) {
        return fail(ACL_ERROR_INVALID_PARAM, "%s: null argument or no output %zu", __func__, index);
    }
    if (modelDesc->model_id == 0) {
        return fail(ACL_ERROR_GE_EXEC_MODEL_ID_INVALID, "%s: the desc is not of a loaded model",
                    __func__);
    }
    const Description &description = *modelDesc->description;
    if (!description.io.gears.empty()) {
        return guarded(__func__, [&] {
            const size_t gear =
                ascendcl::host::model::lease_model(modelDesc->model_id)->current_gear();
            const auto in_gear = ascendcl::om::descriptors_of_gear(description.io, gear);
            return write_dims("aclmdlGetCurOutputDims", modelDesc, Side::kOutput, index,
                              in_gear.outputs[index].dims, dims);
        });
    }
    if (description.is_dynamic || !is_static(*tensor)) {
        return fail(ACL_ERROR_API_NOT_SUPPORT, "%s: the model has dynamic shapes", __func__);
    }
    return write_dims(__func__, modelDesc, Side::kOutput, index, tensor->dims, dims);
}

aclError aclmdlGetInputDimsRange(const aclmdlDesc *modelDesc, size_t index,
                                 aclmdlIODimsRange *dimsRange) {
    const IoDescriptor *tensor = tensor_at(modelDesc, Side::kInput, index);
    if (!tensor || !dimsRange) {
        return fail(ACL_ERROR_INVALID_PARAM, "%s: null argument or no input %zu", __func__, index);
    }
    dimsRange->rangeCount = 0;
    if (modelDesc->description->io.gear_kind != GearKind::kNone) return ACL_SUCCESS;
    const size_t count = tensor->ranges.empty() ? tensor->dims.size() : tensor->ranges.size();
    if (count > ACL_MAX_DIM_CNT) {
        return fail(ACL_ERROR_STORAGE_OVER_LIMIT, "%s: %zu dims, room for %d", __func__, count,
                    ACL_MAX_DIM_CNT);
    }
    for (size_t i = 0; i < count; ++i) {
        const bool ranged = !tensor->ranges.empty();
        dimsRange->range[i][0] = ranged ? tensor->ranges[i].first : tensor->dims[i];
        dimsRange->range[i][1] = ranged ? tensor->ranges[i].second : tensor->dims[i];
    }
    dimsRange->rangeCount = count;
    return ACL_SUCCESS;
}

// Null where nothing can be said; empty for an operator that was not fused or does not exist.
const char *aclmdlGetOpAttr(aclmdlDesc *modelDesc, const char *opName, const char *attr) {
    if (!modelDesc || !modelDesc->description || modelDesc->model_id == 0 || !opName || !attr ||
        std::strcmp(attr, kOriginalOpNames) != 0) {
        fail(ACL_ERROR_INVALID_PARAM, "%s: null argument, empty desc, or attribute not %s",
             __func__, kOriginalOpNames);
        return nullptr;
    }
    const auto &names = modelDesc->description->original_op_names;
    const auto found = names.find(opName);
    return found == names.end() ? "" : found->second.c_str();
}

const char *aclmdlGetInputNameByIndex(const aclmdlDesc *modelDesc, size_t index) {
    return tensor_name(modelDesc, Side::kInput, index);
}

const char *aclmdlGetOutputNameByIndex(const aclmdlDesc *modelDesc, size_t index) {
    return tensor_name(modelDesc, Side::kOutput, index);
}

aclFormat aclmdlGetInputFormat(const aclmdlDesc *modelDesc, size_t index) {
    return tensor_format(modelDesc, Side::kInput, index);
}

aclFormat aclmdlGetOutputFormat(const aclmdlDesc *modelDesc, size_t index) {
    return tensor_format(modelDesc, Side::kOutput, index);
}

aclDataType aclmdlGetInputDataType(const aclmdlDesc *modelDesc, size_t index) {
    return tensor_type(modelDesc, Side::kInput, index);
}

aclDataType aclmdlGetOutputDataType(const aclmdlDesc *modelDesc, size_t index) {
    return tensor_type(modelDesc, Side::kOutput, index);
}

aclError aclmdlGetInputIndexByName(const aclmdlDesc *modelDesc, const char *name, size_t *index) {
    return find_index(__func__, modelDesc, Side::kInput, name, index);
}

aclError aclmdlGetOutputIndexByName(const aclmdlDesc *modelDesc, const char *name, size_t *index) {
    return find_index(__func__, modelDesc, Side::kOutput, name, index);
}

const char *aclmdlGetTensorRealName(const aclmdlDesc *modelDesc, const char *name) {
    if (!modelDesc || !modelDesc->description || !name) {
        fail(ACL_ERROR_INVALID_PARAM, "%s: null argument or empty desc", __func__);
        return nullptr;
    }
    const std::string *found =
        ascendcl::host::model::real_name(*modelDesc->description, modelDesc->model_id, name);
    return found ? found->c_str() : nullptr;
}
