// Fault injection: calls of the host runtime's C ABI that fail on purpose (docs/fault.md).
// SPDX-License-Identifier: Apache-2.0
//
//   rules   = rule { ("," | ";") rule }
//   rule    = pattern ":" when [ ":" code ]
//   pattern = the name of a function; "*" stands for any characters
//   when    = N                 the N-th matching call, counted from 1; 0: none, only count
//           | N "+"             that one and all after it
//           | "%" N             every N-th
//           | "p" X [ "@" SEED ]  each with probability X; the seed is 0 unless given
//   code    = a positive number; 500000 (ACL_ERROR_INTERNAL_ERROR) unless given
//
// CANN's libascendcl.so does not have these functions.
#ifndef ASCENDCL_FAULT_H_
#define ASCENDCL_FAULT_H_

#include <stdint.h>

#include "acl/acl_base.h"

#ifdef __cplusplus
extern "C" {
#endif

// What happened since the rules were set.
typedef struct ascendclFaultCounts {
    uint64_t calls;    // that the pattern of some rule matched
    uint64_t faults;   // how many of them failed on purpose
    const char *last;  // the function that did so last, or NULL; static
} ascendclFaultCounts;

// From now on these rules hold in place of all others, and the counts start anew. NULL or "": no
// rules. ACL_ERROR_INVALID_PARAM, with a message, where the rules are not understood or a pattern
// matches no function that can fail; rules and counts are then what they were.
ACL_FUNC_VISIBILITY aclError ascendclSetFaults(const char *rules);

ACL_FUNC_VISIBILITY aclError ascendclGetFaultCounts(ascendclFaultCounts *counts);

// How many of the calls that matched were calls of this function.
ACL_FUNC_VISIBILITY aclError ascendclGetFaultCalls(const char *function, uint64_t *calls);

#ifdef __cplusplus
}
#endif

#endif  // ASCENDCL_FAULT_H_
