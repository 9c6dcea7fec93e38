// How a decoded frame gets into the picture that a program gave for it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "ascendcl/codec.h"
#include "host/dvpp/objects.h"

namespace ascendcl::host::dvpp {

// What can be said of a picture before the frame is there. Throws Failure{100000}.
void require_target(const PictureFields &picture, acldvppPixelFormat format);

// Sizes and strides that are 0 become the stream's, and `picture` says what they are then. Strides
// are rounded up as documented; where the buffer is too small for that, and just big enough for a
// picture without gaps, there are none. Throws Failure and writes nothing where it does not fit.
void write_decoded(const ascendclFrame &decoded, PictureFields &picture);

}  // namespace ascendcl::host::dvpp
