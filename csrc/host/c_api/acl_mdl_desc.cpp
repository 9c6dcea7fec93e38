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
#include "host/model/substitution.h"
#include "host/report/report.h"

using namespace ascendcl::host;

namespace {

using ascendcl::om::IoDescriptor;
using model::OmFile;
using model::Side;

constexpr char kOriginalOpNames[] = ACL_ATTR_NAME_DATA_DUMP_ORIGIN_OP_NAMES;

// The tensor, or null for a null or empty desc and an index out of range.
const IoDescriptor *tensor_at(const aclmdlDesc *desc, Side side, size_t index) {
    if (!desc || !desc->description) return nullptr;
    const auto &tensors = model::tensors(*desc->description, side);
    return index < tensors.size() ? &tensors[index] : nullptr;
}

const IoDescriptor &existing_tensor(const aclmdlDesc *desc, Side side, size_t index) {
    const IoDescriptor *tensor = tensor_at(desc, side, index);
    if (!tensor) {
        throw invalid("the desc is null or empty, or has no tensor " + std::to_string(index));
    }
    return *tensor;
}

size_t tensor_count(const aclmdlDesc *desc, Side side) {
    return desc && desc->description ? model::tensors(*desc->description, side).size() : 0;
}

size_t tensor_size(const aclmdlDesc *desc, Side side, size_t index) {
    const IoDescriptor *tensor = tensor_at(desc, side, index);
    return tensor ? static_cast<size_t>(model::largest_size(*tensor)) : 0;
}

void read_desc(aclmdlDesc &desc, const OmFile &file) {
    const auto container = file.container(model::Purpose::kDescribe);
    desc.description = model::reading_om(model::Purpose::kDescribe,
                                         [&] { return model::Description::read(container); });
}

void require_room(size_t dims) {
    if (dims > ACL_MAX_DIM_CNT) {
        throw Failure{ACL_ERROR_STORAGE_OVER_LIMIT,
                      std::to_string(dims) + " dims, room for " + std::to_string(ACL_MAX_DIM_CNT)};
    }
}

void write_dims(const aclmdlDesc &desc, Side side, size_t index, const std::vector<int64_t> &values,
                aclmdlIODims &dims) {
    require_room(values.size());
    const std::string name = model::short_name(*desc.description, desc.model_id, side, index);
    std::memcpy(dims.name, name.c_str(), name.size() + 1);
    dims.dimCount = values.size();
    std::copy(values.begin(), values.end(), dims.dims);
}

aclError get_dims(const char *function, const aclmdlDesc *desc, Side side, size_t index,
                  std::vector<int64_t> IoDescriptor::*shape, aclmdlIODims *dims) {
    return guarded(function, [&] {
        const IoDescriptor &tensor = existing_tensor(desc, side, index);
        require(dims != nullptr, "dims is null");
        write_dims(*desc, side, index, tensor.*shape, *dims);
    });
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
    return guarded(function, [&] {
        require(desc != nullptr && name != nullptr && index != nullptr, "a pointer is null");
        const size_t count = tensor_count(desc, side);
        size_t found = 0;
        while (found < count && tensor_at(desc, side, found)->name != name) ++found;
        if (found == count) throw invalid(std::string("there is no tensor '") + name + "'");
        *index = found;
    });
}

bool is_static(const IoDescriptor &tensor) {
    return std::all_of(tensor.dims.begin(), tensor.dims.end(), [](int64_t d) { return d >= 0; });
}

}  // namespace

aclmdlDesc *aclmdlCreateDesc() { return hand_out<aclmdlDesc>(); }

aclError aclmdlDestroyDesc(aclmdlDesc *modelDesc) {
    return guarded(__func__, [&] {
        require(modelDesc != nullptr, "modelDesc is null");
        take_back(modelDesc);
    });
}

aclError aclmdlGetDesc(aclmdlDesc *modelDesc, uint32_t modelId) {
    return guarded(__func__, [&] {
        require(modelDesc != nullptr, "modelDesc is null");
        *modelDesc = {};
        modelDesc->description = model::lease_model(modelId)->description();
        modelDesc->model_id = modelId;
    });
}

aclError aclmdlGetDescFromFile(aclmdlDesc *modelDesc, const char *modelPath) {
    return guarded(__func__, [&] {
        require(modelDesc != nullptr, "modelDesc is null");
        *modelDesc = {};
        model::NamedFile::open(modelPath, ascendcl::om::FileContent::Extent::kDescription)
            .read([&](const OmFile &file) { read_desc(*modelDesc, file); });
    });
}

aclError aclmdlGetDescFromMem(aclmdlDesc *modelDesc, const void *model, size_t modelSize) {
    return guarded(__func__, [&] {
        require(modelDesc != nullptr, "modelDesc is null");
        *modelDesc = {};
        read_desc(*modelDesc, OmFile::view(model, modelSize));
    });
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
    return get_dims(__func__, modelDesc, Side::kInput, index, &IoDescriptor::dims, dims);
}

aclError aclmdlGetInputDimsV2(const aclmdlDesc *modelDesc, size_t index, aclmdlIODims *dims) {
    return get_dims(__func__, modelDesc, Side::kInput, index, &IoDescriptor::dims_v2, dims);
}

aclError aclmdlGetOutputDims(const aclmdlDesc *modelDesc, size_t index, aclmdlIODims *dims) {
    return get_dims(__func__, modelDesc, Side::kOutput, index, &IoDescriptor::dims, dims);
}

// Of a model with gears, those of the gear that was set last.
aclError aclmdlGetCurOutputDims(const aclmdlDesc *modelDesc, size_t index, aclmdlIODims *dims) {
    return guarded(__func__, [&] {
        const IoDescriptor &tensor = existing_tensor(modelDesc, Side::kOutput, index);
        require(dims != nullptr, "dims is null");
        require(modelDesc->model_id != 0, "the desc is not of a loaded model",
                ACL_ERROR_GE_EXEC_MODEL_ID_INVALID);
        const model::Description &description = *modelDesc->description;
        if (description.io.gears.empty()) {
            require(!description.is_dynamic && is_static(tensor), "the model has dynamic shapes",
                    ACL_ERROR_API_NOT_SUPPORT);
            write_dims(*modelDesc, Side::kOutput, index, tensor.dims, *dims);
        } else {
            const size_t gear = model::lease_model(modelDesc->model_id)->current_gear();
            const auto in_gear = ascendcl::om::descriptors_of_gear(description.io, gear);
            write_dims(*modelDesc, Side::kOutput, index, in_gear.outputs[index].dims, *dims);
        }
    });
}

aclError aclmdlGetInputDimsRange(const aclmdlDesc *modelDesc, size_t index,
                                 aclmdlIODimsRange *dimsRange) {
    return guarded(__func__, [&] {
        const IoDescriptor &tensor = existing_tensor(modelDesc, Side::kInput, index);
        require(dimsRange != nullptr, "dimsRange is null");
        dimsRange->rangeCount = 0;
        if (modelDesc->description->io.gear_kind != ascendcl::om::GearKind::kNone) return;
        const bool ranged = !tensor.ranges.empty();
        const size_t count = ranged ? tensor.ranges.size() : tensor.dims.size();
        require_room(count);
        for (size_t i = 0; i < count; ++i) {
            dimsRange->range[i][0] = ranged ? tensor.ranges[i].first : tensor.dims[i];
            dimsRange->range[i][1] = ranged ? tensor.ranges[i].second : tensor.dims[i];
        }
        dimsRange->rangeCount = count;
    });
}

// Null where nothing can be said; empty for an operator that was not fused or does not exist.
const char *aclmdlGetOpAttr(aclmdlDesc *modelDesc, const char *opName, const char *attr) {
    const char *value = nullptr;
    (void)guarded(__func__, [&] {
        require(modelDesc != nullptr && modelDesc->description != nullptr &&
                    modelDesc->model_id != 0 && opName != nullptr,
                "a pointer is null, or the desc is empty");
        require(attr != nullptr && std::strcmp(attr, kOriginalOpNames) == 0,
                "the attribute is not _datadump_original_op_names");
        const auto &names = modelDesc->description->original_op_names;
        const auto found = names.find(opName);
        value = found == names.end() ? "" : found->second.c_str();
    });
    return value;
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
    const char *real = nullptr;
    (void)guarded(__func__, [&] {
        require(modelDesc != nullptr && modelDesc->description != nullptr && name != nullptr,
                "a pointer is null, or the desc is empty");
        const std::string *found =
            model::real_name(*modelDesc->description, modelDesc->model_id, name);
        if (found != nullptr) real = found->c_str();
    });
    return real;
}
