// ascendcl/fork.h.
// SPDX-License-Identifier: Apache-2.0
#include "ascendcl/fork.h"

#include "host/runtime/fork.h"

using namespace ascendcl::host;

int ascendclIsLostToFork(void) { return is_lost_to_fork() ? 1 : 0; }
