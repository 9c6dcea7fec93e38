// The parameters of dynamic AIPP in device memory: written for one data set, read by its execution.
// Programs never fill it by hand, so that the layout is our own, but for the part per image, which
// is laid out as documented as far as it is.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "host/model/aipp_settings.h"

namespace ascendcl::host::model {

// Bytes for so many images.
uint64_t aipp_parameter_size(uint64_t images) noexcept;

// `memory` has aipp_parameter_size() of the settings' images.
void write_aipp_parameters(const AippSettings &settings, void *memory) noexcept;

// `memory` is the program's: what stands there is believed only when all of it fits together.
// Throws Failure(145014) where nothing was written, or something else over it.
AippSettings read_aipp_parameters(const void *memory, size_t size);

}  // namespace ascendcl::host::model
