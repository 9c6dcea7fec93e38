// libascendcl_media.so, opened with the first picture.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/media/media.h"

namespace ascendcl::host::dvpp {

// Throws Failure(500001) with the loader's own words where it is missing or of another version.
media::Media &pixels();

}  // namespace ascendcl::host::dvpp
