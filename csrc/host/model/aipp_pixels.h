// AIPP itself: pictures of bytes become what a network takes. Swap, crop, conversion of colours,
// mean and variance, padding, in this order; docs/aipp.md says what of it is documented.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "host/model/aipp_check.h"
#include "host/model/aipp_settings.h"

namespace ascendcl::host::model {

// Bytes of the pictures of a whole batch, one behind the other.
uint64_t source_bytes(const AippSettings &settings, const AippOutput &output) noexcept;

// `settings` have passed check_settings(settings, output); `pictures` has source_bytes(), `result`
// byte_size(output). Throws std::bad_alloc.
void preprocess(const AippSettings &settings, const AippOutput &output, const uint8_t *pictures,
                void *result);

}  // namespace ascendcl::host::model
