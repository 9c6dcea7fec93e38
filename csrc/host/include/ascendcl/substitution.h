// Files that the host runtime runs in the place of others (docs/compile.md).
// SPDX-License-Identifier: Apache-2.0
//
// Where X.host.om, made by `ascendcl compile --like X.om`, stands beside X.om, it is loaded
// instead. CANN's libascendcl.so does not have these functions.
#ifndef ASCENDCL_SUBSTITUTION_H_
#define ASCENDCL_SUBSTITUTION_H_

#include <stddef.h>

#include "acl/acl_base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ascendclSubstitution {
    const char *file;      // as the program named it
    const char *hostFile;  // what was loaded
} ascendclSubstitution;

// Those of this process so far, each once; the texts stand as long as the process. 100000 for an
// index that does not exist.
ACL_FUNC_VISIBILITY aclError ascendclGetSubstitutionCount(size_t *count);
ACL_FUNC_VISIBILITY aclError ascendclGetSubstitution(size_t index,
                                                     ascendclSubstitution *substitution);

// One report for each of them, on the thread that loads. What the sink answers 0 to goes to stderr,
// as all do without a sink. Null takes it away.
typedef int (*ascendclSubstitutionSink)(const char *report);
ACL_FUNC_VISIBILITY void ascendclSetSubstitutionSink(ascendclSubstitutionSink sink);

#ifdef __cplusplus
}
#endif

#endif  // ASCENDCL_SUBSTITUTION_H_
