// libjpeg-turbo as a codec, where the system has it and the program registers none.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ascendcl/codec.h"

namespace ascendcl::host::dvpp {

// Opened by the first call; null where there is none. It has JPEG alone.
const ascendclCodec *turbojpeg_codec() noexcept;

}  // namespace ascendcl::host::dvpp
