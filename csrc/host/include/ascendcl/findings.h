// How the host runtime understood a model: what a compiled file states, what was recovered, and
// what had to be assumed (docs/findings.md).
// SPDX-License-Identifier: Apache-2.0
//
// A compiled model does not keep the attributes of the ops that were fused. CANN's libascendcl.so
// does not have these functions.
#ifndef ASCENDCL_FINDINGS_H_
#define ASCENDCL_FINDINGS_H_

#include <stddef.h>
#include <stdint.h>

#include "acl/acl_base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ascendclFindingKind {
    ASCENDCL_FINDING_READ = 0,          // it stands in the file
    ASCENDCL_FINDING_CHECKED = 1,       // recovered, and another place in the file agrees
    ASCENDCL_FINDING_ASSUMED = 2,       // nothing confirms it: results may be wrong by it
    ASCENDCL_FINDING_CONTRADICTED = 3,  // a place that was found to be no source in this file
    ASCENDCL_FINDING_REFUSED = 4,       // of ascendclExamine alone: the node cannot be run
} ascendclFindingKind;

typedef struct ascendclFinding {
    ascendclFindingKind kind;
    const char *node;
    const char *type;      // of the node
    const char *quantity;  // "vertical pads"
    const char *value;
    const char *reason;
} ascendclFinding;

// Of a loaded model; with gears, of the largest; with dynamic shapes, of the shapes that were
// executed last. The texts stand until the model is unloaded, with dynamic shapes until it is
// executed again. 145003 for an id that is not loaded, 100000 for an index that does not exist.
ACL_FUNC_VISIBILITY aclError ascendclGetFindingCount(uint32_t modelId, size_t *count);
ACL_FUNC_VISIBILITY aclError ascendclGetFinding(uint32_t modelId, size_t index,
                                                ascendclFinding *finding);

// How the host runtime would understand a file, without a device, aclInit or memory for it: calls
// `sink` with each finding, then with each node that it would refuse, and not only the first (kind
// REFUSED; the node is empty where it is the whole model, quantity and value are). `gear`: its
// index, -1 for a model without gears. `inputDims` and `ranks`: the shapes of all `inputs` of a
// model with dynamic shapes; with 0 `inputs` only the types of its ops are looked at. The texts
// stand until the sink returns. What only OpenVINO's compilation refuses is not seen. Codes as
// those of aclmdlLoadFromFile, for what no runtime could load.
typedef void (*ascendclFindingSink)(const ascendclFinding *finding, void *user);
ACL_FUNC_VISIBILITY aclError ascendclExamine(const char *modelPath, int32_t gear,
                                             const int64_t *const *inputDims, const size_t *ranks,
                                             size_t inputs, ascendclFindingSink sink, void *user);

// One report for each content of a model file (or single op) with something assumed, when it is
// first compiled: on the thread that loads it, a line for each quantity. What the sink answers 0 to
// goes to stderr, as all do without a sink. Null takes it away.
typedef int (*ascendclAssumptionSink)(const char *report);
ACL_FUNC_VISIBILITY void ascendclSetAssumptionSink(ascendclAssumptionSink sink);

#ifdef __cplusplus
}
#endif

#endif  // ASCENDCL_FINDINGS_H_
