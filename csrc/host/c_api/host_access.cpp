// ascendcl/host_access.h.
// SPDX-License-Identifier: Apache-2.0
#include "ascendcl/host_access.h"

int ascendclIsHostReadable(void) { return 1; }
