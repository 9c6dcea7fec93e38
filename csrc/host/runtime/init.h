// aclInit and aclFinalize: a count, a configuration, and nothing else that the runtime hangs on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "acl/acl.h"

namespace ascendcl::host {

// `config_path` may be null or empty: no configuration. Throws Failure with the codes of aclInit.
void initialize(const char *config_path);
void finalize();
// One initialisation less; answers how many are left. The last one finalises.
uint64_t finalize_one();
// True between the first and the last of them.
bool is_initialized() noexcept;

}  // namespace ascendcl::host
