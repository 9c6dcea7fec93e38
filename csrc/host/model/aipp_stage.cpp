// Checks static settings once, those of a run in each.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/aipp_stage.h"

#include <algorithm>
#include <string>
#include <utility>

#include "host/model/aipp_formats.h"
#include "host/model/aipp_parameters.h"
#include "host/model/aipp_pixels.h"
#include "host/report/report.h"
#include "om/gears.h"

namespace ascendcl::host::model {
namespace {

// What no setting could make right is told apart from settings that are wrong.
void require_supported(const std::string &name, const AippSettings &settings) {
    const auto refuse = [&](const std::string &what) {
        throw Failure{ACL_ERROR_FEATURE_UNSUPPORTED, "input '" + name + "', its AIPP: " + what};
    };
    if (find_aipp_format(settings.format) == nullptr)
        refuse("the host runtime does not know how the bytes of " +
               name_of_aipp_format(settings.format) + " lie");
    if (settings.images.front().scale) refuse("to resize is documented as reserved");
}

void check_static(const om::IoDescriptor &input, const AippSettings &settings,
                  const AippOutput &output) {
    require_supported(input.name, settings);
    const auto refuse = [&](const std::string &what) {
        throw Failure{ACL_ERROR_GE_FAILURE, "input '" + input.name + "', its AIPP: " + what};
    };
    try {
        check_settings(settings, output);
    } catch (const Failure &failure) {
        refuse(failure.message);
    }
    const uint64_t taken = source_bytes(settings, output);
    if (input.size < taken)
        refuse("it takes " + std::to_string(taken) + " bytes, the model says " +
               std::to_string(input.size));
}

}  // namespace

void check_dynamic_settings(const AippSettings &settings, uint64_t images) {
    if (settings.source_w == 0 || settings.source_h == 0)
        throw invalid("the size of the source image was not set");
    if (settings.images.size() != images)
        throw invalid("the AIPP parameters are of " + std::to_string(settings.images.size()) +
                      " images, the model's largest batch has " + std::to_string(images));
}

AippStage::AippStage(const std::vector<AippInput> &inputs, const om::Descriptors &io, size_t gear) {
    size_t fed = 0;
    for (size_t i = 0; i < inputs.size(); ++i) {
        const AippInput &input = inputs[i];
        if (input.is_before_program()) {
            if (gear >= input.taken.size())
                throw Failure{ACL_ERROR_FEATURE_UNSUPPORTED,
                              "input '" + io.inputs[i].name +
                                  "' has AIPP, and what it makes in this shape is not known"};
            Entry entry{
                fed, input.parameters, io.inputs[i].name, aipp_output(input.taken[gear]), {}, {}};
            if (input.settings) {
                check_static(io.inputs[i], *input.settings, entry.output);
                entry.settings = *input.settings;
            }
            entry.image.resize(byte_size(entry.output));
            entries_.push_back(std::move(entry));
        }
        if (input.type != ACL_DYNAMIC_AIPP_NODE && io.inputs[i].name != om::kGearInput) ++fed;
    }
}

void AippStage::prepare(const std::vector<engine::Binding> &bound,
                        std::vector<om::IoDescriptor> &fed) {
    for (Entry &entry : entries_) {
        if (entry.parameters != kNoAippParameters) {
            const engine::Binding &memory = bound[entry.parameters];
            try {
                entry.settings = read_aipp_parameters(memory.data, memory.size);
                // With gears they are for the largest batch.
                auto &images = entry.settings.images;
                const auto batch = static_cast<size_t>(entry.output.batch);
                check_dynamic_settings(entry.settings, std::max(images.size(), batch));
                images.resize(batch);
                check_settings(entry.settings, entry.output);
            } catch (const Failure &failure) {
                throw Failure{failure.code, "input " + std::to_string(entry.parameters) +
                                                ", the AIPP of '" + entry.name +
                                                "': " + failure.message};
            }
        }
        fed[entry.fed].size = source_bytes(entry.settings, entry.output);
    }
}

void AippStage::apply(std::vector<engine::Binding> &fed) {
    for (Entry &entry : entries_) {
        engine::Binding &binding = fed[entry.fed];
        preprocess(entry.settings, entry.output, static_cast<const uint8_t *>(binding.data),
                   entry.image.data());
        binding = {entry.image.data(), entry.image.size()};
    }
}

}  // namespace ascendcl::host::model
