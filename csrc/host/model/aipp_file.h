// AIPP as a model's file has it: which input, with what settings, and what the program behind it
// takes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "acl/acl.h"
#include "host/model/aipp_check.h"
#include "host/model/aipp_settings.h"
#include "om/descriptors.h"
#include "om/graph.h"

namespace ascendcl::host::model {

inline constexpr size_t kNoAippParameters = static_cast<size_t>(-1);

// Of one input of a model.
struct AippInput {
    aclmdlInputAippType type = ACL_DATA_WITHOUT_AIPP;
    std::optional<AippSettings> settings;   // of static AIPP
    size_t parameters = kNoAippParameters;  // of dynamic AIPP: the input that carries them
    std::vector<om::IoDescriptor> taken;    // by the program: one per gear, else one
    // As the compiler noted them: the network's own input, and what AIPP makes. There may be none.
    std::vector<om::IoDescriptor> network_inputs;
    std::vector<om::IoDescriptor> made;

    bool is_before_program() const noexcept {
        return type == ACL_DATA_WITH_STATIC_AIPP || type == ACL_DATA_WITH_DYNAMIC_AIPP;
    }
};

// One per input. Throws om::Error(kBadModelDef).
std::vector<AippInput> read_aipp(const om::ModelDef &def, const om::Descriptors &io);

// The fields of the settings; the others are left alone.
void write_info(const AippSettings &settings, aclAippInfo &info) noexcept;

// What AIPP has to make of an image of NCHW or NHWC.
AippOutput aipp_output(const om::IoDescriptor &taken) noexcept;

}  // namespace ascendcl::host::model
