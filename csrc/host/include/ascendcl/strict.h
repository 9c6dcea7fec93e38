/* Strict mode of the host runtime: the rules of docs/strict.md, checked in every call.
 * SPDX-License-Identifier: Apache-2.0
 *
 * ASCENDCL_STRICT=1 (or warn, fail, abort) in the environment turns it on from the first call.
 * CANN's library has none of these functions: look them up by dlsym() where either may be loaded.
 */
#ifndef ASCENDCL_STRICT_H_
#define ASCENDCL_STRICT_H_

#include "acl/acl.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ascendclStrictMode {
    ASCENDCL_STRICT_OFF = 0,
    ASCENDCL_STRICT_WARN = 1,  /* a report to stderr, once for each rule and pair of places */
    ASCENDCL_STRICT_FAIL = 2,  /* the call fails; aclGetRecentErrMsg() has the report */
    ASCENDCL_STRICT_ABORT = 3, /* a report to stderr, then abort() */
} ascendclStrictMode;

/* Objects made while it was off are unknown to strict mode. Turning it off forgets all. */
ACL_FUNC_VISIBILITY aclError ascendclSetStrictMode(ascendclStrictMode mode);
ACL_FUNC_VISIBILITY ascendclStrictMode ascendclGetStrictMode(void);

/* For bindings of other languages. Both are called on the thread that made the call, with no lock
 * of the runtime held; null takes them away.
 *
 * The provider writes where the calling thread is in that language, one "file:line in function" a
 * line, innermost first, and returns the length; 0 when the thread runs none of it. It sets
 * *isOfBinding to 1 when the binding itself thought of the call, not the program. */
typedef size_t (*ascendclCallSiteProvider)(char *text, size_t size, int *isOfBinding);
ACL_FUNC_VISIBILITY void ascendclSetCallSiteProvider(ascendclCallSiteProvider provider);

/* The sink gets the reports of mode "warn"; what it answers 0 to goes to stderr all the same. */
typedef int (*ascendclReportSink)(const char *report);
ACL_FUNC_VISIBILITY void ascendclSetReportSink(ascendclReportSink sink);

#ifdef __cplusplus
}
#endif

#endif /* ASCENDCL_STRICT_H_ */
