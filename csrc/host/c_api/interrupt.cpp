// ascendcl/interrupt.h.
// SPDX-License-Identifier: Apache-2.0
#include "ascendcl/interrupt.h"

#include "host/runtime/wait.h"

using namespace ascendcl::host;

void ascendclSetInterruptCheck(ascendclInterruptCheck check) { set_interrupt_check(check); }
