// Where the host runtime finds OpenVINO, which runs its models, and what a model is to it.
// SPDX-License-Identifier: Apache-2.0
//
// CANN's libascendcl.so does not have these functions.
#ifndef ASCENDCL_OPENVINO_H_
#define ASCENDCL_OPENVINO_H_

#include <stdint.h>

#include "acl/acl_base.h"

#ifdef __cplusplus
extern "C" {
#endif

// The folder of OpenVINO's libraries, for the first model that is loaded from now on; NULL or "":
// where the dynamic loader finds them. ASCENDCL_OPENVINO_LIBS in the environment goes before it.
ACL_FUNC_VISIBILITY aclError ascendclSetOpenvinoFolder(const char *folder);

// Writes a model as an OpenVINO IR whose layers have the names of the nodes that they come from,
// with a number behind ("conv1/12"); `gear`: its index, -1 for a model without. For looking at what
// the host runtime computes between inputs and outputs. A file beside (ascendcl/substitution.h)
// does not count. Codes as those of aclmdlLoadFromFile.
ACL_FUNC_VISIBILITY aclError ascendclWriteIr(const char *modelPath, int32_t gear,
                                             const char *xmlPath, const char *weightsPath);

#ifdef __cplusplus
}
#endif

#endif  // ASCENDCL_OPENVINO_H_
