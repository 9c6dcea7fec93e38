// acl/acl_mdl.h: preprocessing of images (AIPP).
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cinttypes>
#include <cstring>
#include <string>

#include "acl/acl.h"
#include "host/c_api/handed_out.h"
#include "host/model/aipp.h"
#include "host/model/aipp_check.h"
#include "host/model/aipp_parameters.h"
#include "host/model/aipp_stage.h"
#include "host/model/registry.h"
#include "host/report/report.h"
#include "host/runtime/data_set.h"

namespace {

using namespace ascendcl::host;
using model::AippImage;
using model::AippInput;
using model::AippSettings;
using model::Description;
using model::lease_model;

constexpr uint64_t kMaxBatchSize = uint64_t{1} << 20;

bool is_on(int8_t value) {
    if (value == 0 || value == 1) return value == 1;
    throw invalid("a switch is 0 or 1, given " + std::to_string(value));
}

AippSettings &settings_of(aclmdlAIPP *aipp) {
    require(aipp != nullptr, "aippParmsSet is null");
    return aipp->settings;
}

AippImage &image_of(aclmdlAIPP *aipp, uint64_t batch_index) {
    auto &images = settings_of(aipp).images;
    if (batch_index < images.size()) return images[batch_index];
    throw invalid("there is no batchIndex " + std::to_string(batch_index) + " in a batch of " +
                  std::to_string(images.size()));
}

const AippInput &input_at(const Description &description, size_t index) {
    if (index < description.aipp.size()) return description.aipp[index];
    throw invalid("the model has " + std::to_string(description.aipp.size()) +
                  " inputs and no input " + std::to_string(index));
}

Failure failure_of_input(aclError code, size_t index, const std::string &what) {
    return {code, "input " + std::to_string(index) + " " + what};
}

// What the model asks of settings that it is given for the input `index`.
void check_for_model(const AippSettings &settings, const Description &description, size_t index) {
    const AippInput &input = description.aipp[index];
    check_settings(settings);
    check_dynamic_settings(settings, largest_batch(input));
    // With gears the chosen one decides about sizes, when it runs.
    if (input.taken.size() == 1) check_settings(settings, model::aipp_output(input.taken[0]));
}

// Checks the settings and puts them where the execution looks for them.
void set_parameters(const Description &description, size_t index, aclmdlDataset &data_set,
                    const AippSettings &settings) {
    const size_t carrier = description.aipp[index].parameters;
    check_for_model(settings, description, index);
    if (carrier >= data_set.entries.size())
        throw invalid("the data set has no buffer " + std::to_string(carrier));
    const aclDataBuffer *buffer = data_set.entries[carrier].buffer;
    if (buffer == nullptr || buffer->data == nullptr)
        throw invalid("buffer " + std::to_string(carrier) + " has a null address");
    const uint64_t needed = model::aipp_parameter_size(settings.images.size());
    if (buffer->size < needed)
        throw Failure{ACL_ERROR_GE_DYNAMIC_INPUT_LENGTH_INVALID,
                      "the AIPP parameters need " + std::to_string(needed) + " bytes, buffer " +
                          std::to_string(carrier) + " has " + std::to_string(buffer->size)};
    model::write_aipp_parameters(settings, buffer->data);
}

// The input whose parameters the input `carrier` carries.
size_t input_with_parameters(const Description &description, size_t carrier) {
    for (size_t i = 0; i < description.aipp.size(); ++i) {
        if (description.aipp[i].parameters == carrier) return i;
    }
    throw failure_of_input(ACL_ERROR_INVALID_PARAM, carrier, "carries the parameters of no input");
}

void write_dims(const ascendcl::om::IoDescriptor &tensor, aclmdlIODims &dims, size_t &size) {
    dims = {};
    const size_t length = std::min(tensor.name.size(), sizeof dims.name - 1);
    std::memcpy(dims.name, tensor.name.data(), length);
    dims.dimCount = std::min<size_t>(tensor.dims.size(), ACL_MAX_DIM_CNT);
    std::copy_n(tensor.dims.begin(), dims.dimCount, dims.dims);
    size = static_cast<size_t>(tensor.size);
}

// The network's own input, and what AIPP makes, of each gear.
void write_shapes(const AippInput &input, size_t index, aclAippInfo &info) {
    if (input.network_inputs.empty() || input.network_inputs.size() != input.made.size())
        throw failure_of_input(ACL_ERROR_GE_FAILURE, index,
                               "has AIPP, and the file does not say what is before and behind it");
    const ascendcl::om::IoDescriptor &own = input.network_inputs.front();
    info.srcFormat = static_cast<aclFormat>(own.format);
    info.srcDatatype = static_cast<aclDataType>(own.dtype);
    info.srcDimNum = own.dims.size();
    info.shapeCount = std::min<size_t>(input.made.size(), ACL_MAX_SHAPE_COUNT);
    for (size_t i = 0; i < info.shapeCount; ++i) {
        aclAippDims &dims = info.outDims[i];
        write_dims(input.network_inputs[i], dims.srcDims, dims.srcSize);
        write_dims(input.made[i], dims.aippOutdims, dims.aippOutSize);
    }
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

aclError aclmdlGetAippDataSize(uint64_t batchSize, size_t *size) {
    return guarded(__func__, [&] {
        require(size != nullptr, "size is null");
        if (batchSize == 0 || batchSize > kMaxBatchSize)
            throw invalid("a batch size goes from 1 to " + std::to_string(kMaxBatchSize) +
                          ", given " + std::to_string(batchSize));
        *size = static_cast<size_t>(model::aipp_parameter_size(batchSize));
    });
}

aclError aclmdlSetAIPPInputFormat(aclmdlAIPP *aippParmsSet, aclAippInputFormat inputFormat) {
    return guarded(__func__, [&] {
        AippSettings &settings = settings_of(aippParmsSet);
        if (inputFormat < ACL_YUV420SP_U8 || inputFormat > ACL_RAW24) {
            throw invalid("there is no input format " + std::to_string(inputFormat));
        }
        settings.format = inputFormat;
    });
}

aclError aclmdlSetAIPPCscParams(aclmdlAIPP *aippParmsSet, int8_t cscSwitch, int16_t cscMatrixR0C0,
                                int16_t cscMatrixR0C1, int16_t cscMatrixR0C2, int16_t cscMatrixR1C0,
                                int16_t cscMatrixR1C1, int16_t cscMatrixR1C2, int16_t cscMatrixR2C0,
                                int16_t cscMatrixR2C1, int16_t cscMatrixR2C2,
                                uint8_t cscOutputBiasR0, uint8_t cscOutputBiasR1,
                                uint8_t cscOutputBiasR2, uint8_t cscInputBiasR0,
                                uint8_t cscInputBiasR1, uint8_t cscInputBiasR2) {
    return guarded(__func__, [&] {
        AippSettings &settings = settings_of(aippParmsSet);
        settings.convert_colour = is_on(cscSwitch);
        settings.matrix = {{{cscMatrixR0C0, cscMatrixR0C1, cscMatrixR0C2},
                            {cscMatrixR1C0, cscMatrixR1C1, cscMatrixR1C2},
                            {cscMatrixR2C0, cscMatrixR2C1, cscMatrixR2C2}}};
        settings.output_bias = {cscOutputBiasR0, cscOutputBiasR1, cscOutputBiasR2};
        settings.input_bias = {cscInputBiasR0, cscInputBiasR1, cscInputBiasR2};
    });
}

aclError aclmdlSetAIPPRbuvSwapSwitch(aclmdlAIPP *aippParmsSet, int8_t rbuvSwapSwitch) {
    return guarded(__func__,
                   [&] { settings_of(aippParmsSet).swap_rb_or_uv = is_on(rbuvSwapSwitch); });
}

aclError aclmdlSetAIPPAxSwapSwitch(aclmdlAIPP *aippParmsSet, int8_t axSwapSwitch) {
    return guarded(__func__, [&] { settings_of(aippParmsSet).swap_ax = is_on(axSwapSwitch); });
}

aclError aclmdlSetAIPPSrcImageSize(aclmdlAIPP *aippParmsSet, int32_t srcImageSizeW,
                                   int32_t srcImageSizeH) {
    return guarded(__func__, [&] {
        AippSettings &settings = settings_of(aippParmsSet);
        settings.source_w = srcImageSizeW;
        settings.source_h = srcImageSizeH;
    });
}

aclError aclmdlSetAIPPScfParams(aclmdlAIPP *aippParmsSet, int8_t scfSwitch, int32_t scfInputSizeW,
                                int32_t scfInputSizeH, int32_t scfOutputSizeW,
                                int32_t scfOutputSizeH, uint64_t batchIndex) {
    return guarded(__func__, [&] {
        AippImage &image = image_of(aippParmsSet, batchIndex);
        image.scale = is_on(scfSwitch);
        image.scale_input_w = scfInputSizeW;
        image.scale_input_h = scfInputSizeH;
        image.scale_output_w = scfOutputSizeW;
        image.scale_output_h = scfOutputSizeH;
    });
}

aclError aclmdlSetAIPPCropParams(aclmdlAIPP *aippParmsSet, int8_t cropSwitch, int32_t cropStartPosW,
                                 int32_t cropStartPosH, int32_t cropSizeW, int32_t cropSizeH,
                                 uint64_t batchIndex) {
    return guarded(__func__, [&] {
        AippImage &image = image_of(aippParmsSet, batchIndex);
        image.crop = is_on(cropSwitch);
        image.crop_start_w = cropStartPosW;
        image.crop_start_h = cropStartPosH;
        image.crop_size_w = cropSizeW;
        image.crop_size_h = cropSizeH;
    });
}

aclError aclmdlSetAIPPPaddingParams(aclmdlAIPP *aippParmsSet, int8_t paddingSwitch,
                                    int32_t paddingSizeTop, int32_t paddingSizeBottom,
                                    int32_t paddingSizeLeft, int32_t paddingSizeRight,
                                    uint64_t batchIndex) {
    return guarded(__func__, [&] {
        AippImage &image = image_of(aippParmsSet, batchIndex);
        image.padding = is_on(paddingSwitch);
        image.padding_top = paddingSizeTop;
        image.padding_bottom = paddingSizeBottom;
        image.padding_left = paddingSizeLeft;
        image.padding_right = paddingSizeRight;
    });
}

aclError aclmdlSetAIPPDtcPixelMean(aclmdlAIPP *aippParmsSet, int16_t dtcPixelMeanChn0,
                                   int16_t dtcPixelMeanChn1, int16_t dtcPixelMeanChn2,
                                   int16_t dtcPixelMeanChn3, uint64_t batchIndex) {
    return guarded(__func__, [&] {
        image_of(aippParmsSet, batchIndex).mean = {dtcPixelMeanChn0, dtcPixelMeanChn1,
                                                   dtcPixelMeanChn2, dtcPixelMeanChn3};
    });
}

aclError aclmdlSetAIPPDtcPixelMin(aclmdlAIPP *aippParmsSet, float dtcPixelMinChn0,
                                  float dtcPixelMinChn1, float dtcPixelMinChn2,
                                  float dtcPixelMinChn3, uint64_t batchIndex) {
    return guarded(__func__, [&] {
        image_of(aippParmsSet, batchIndex).minimum = {dtcPixelMinChn0, dtcPixelMinChn1,
                                                      dtcPixelMinChn2, dtcPixelMinChn3};
    });
}

aclError aclmdlSetAIPPPixelVarReci(aclmdlAIPP *aippParmsSet, float dtcPixelVarReciChn0,
                                   float dtcPixelVarReciChn1, float dtcPixelVarReciChn2,
                                   float dtcPixelVarReciChn3, uint64_t batchIndex) {
    return guarded(__func__, [&] {
        image_of(aippParmsSet, batchIndex).reciprocal = {dtcPixelVarReciChn0, dtcPixelVarReciChn1,
                                                         dtcPixelVarReciChn2, dtcPixelVarReciChn3};
    });
}

aclError aclmdlSetInputAIPP(uint32_t modelId, aclmdlDataset *dataset, size_t index,
                            const aclmdlAIPP *aippParmsSet) {
    return guarded(__func__, [&] {
        require(dataset != nullptr && aippParmsSet != nullptr, "a pointer is null");
        const auto description = lease_model(modelId)->description();
        if (input_at(*description, index).type != ACL_DYNAMIC_AIPP_NODE)
            throw failure_of_input(ACL_ERROR_INVALID_PARAM, index,
                                   "is not the one for AIPP parameters");
        set_parameters(*description, input_with_parameters(*description, index), *dataset,
                       aippParmsSet->settings);
    });
}

aclError aclmdlSetAIPPByInputIndex(uint32_t modelId, aclmdlDataset *dataset, size_t index,
                                   const aclmdlAIPP *aippParmsSet) {
    return guarded(__func__, [&] {
        require(dataset != nullptr && aippParmsSet != nullptr, "a pointer is null");
        const auto description = lease_model(modelId)->description();
        if (input_at(*description, index).type != ACL_DATA_WITH_DYNAMIC_AIPP)
            throw failure_of_input(ACL_ERROR_FAILURE, index, "has no dynamic AIPP");
        set_parameters(*description, index, *dataset, aippParmsSet->settings);
    });
}

aclError aclmdlGetAippType(uint32_t modelId, size_t index, aclmdlInputAippType *type,
                           size_t *dynamicAttachedDataIndex) {
    return guarded(__func__, [&] {
        require(type != nullptr && dynamicAttachedDataIndex != nullptr, "a pointer is null");
        const auto description = lease_model(modelId)->description();
        const AippInput &input = input_at(*description, index);
        *type = input.type;
        *dynamicAttachedDataIndex =
            input.type == ACL_DATA_WITH_DYNAMIC_AIPP ? input.parameters : ACL_INVALID_NODE_INDEX;
    });
}

// Of dynamic AIPP the file has shapes only: its settings come with each execution.
aclError aclmdlGetFirstAippInfo(uint32_t modelId, size_t index, aclAippInfo *aippInfo) {
    return guarded(__func__, [&] {
        require(aippInfo != nullptr, "aippInfo is null");
        const auto description = lease_model(modelId)->description();
        const AippInput &input = input_at(*description, index);
        if (!input.is_before_program())
            throw failure_of_input(ACL_ERROR_GE_AIPP_NOT_EXIST, index, "has no AIPP");
        std::memset(aippInfo, 0, sizeof *aippInfo);
        aippInfo->inputFormat = ACL_AIPP_RESERVED;
        if (input.settings) model::write_info(*input.settings, *aippInfo);
        write_shapes(input, index, *aippInfo);
    });
}
