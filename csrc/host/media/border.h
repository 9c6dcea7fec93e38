// What surrounds the inside of a picture.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/media/channels.h"

namespace ascendcl::host::media {

// `value`: one for each channel, of constant borders.
void draw_border(const Channels &target, const Area &inside, Border border,
                 const uint8_t (&value)[4]) noexcept;

}  // namespace ascendcl::host::media
