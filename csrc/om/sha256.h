// SHA-256 (FIPS 180-4): what a compiled file says of the file that it stands for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "om/bytes.h"

namespace ascendcl::om {

// In 64 hexadecimal digits, lower case.
std::string sha256(Bytes bytes);

}  // namespace ascendcl::om
