// Limits that pyACL puts on counts and lengths given from Python.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace ascendcl::flat {

inline constexpr size_t kMostEntries = 4096;     // gears, ranges, bytes of an operator's name
inline constexpr size_t kKeyCapacity = 1024;     // export keys and function names must be shorter
inline constexpr size_t kLongestVersion = 1024;  // aclsysGetVersionStr takes no length: be generous

}  // namespace ascendcl::flat
