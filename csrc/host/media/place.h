// From an area of one picture to an area of another: scaled, and in the other's colours.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/media/channels.h"

namespace ascendcl::host::media {

void place(const Channels &source, const Area &from, const Channels &target, const Area &to,
           Interpolation interpolation, Matrix matrix) noexcept;

}  // namespace ascendcl::host::media
