// Where the host runtime finds OpenVINO, which runs its models.
// SPDX-License-Identifier: Apache-2.0
//
// CANN's libascendcl.so does not have this function.
#ifndef ASCENDCL_OPENVINO_H_
#define ASCENDCL_OPENVINO_H_

#include "acl/acl_base.h"

#ifdef __cplusplus
extern "C" {
#endif

// The folder of OpenVINO's libraries, for the first model that is loaded from now on; NULL or "":
// where the dynamic loader finds them. ASCENDCL_OPENVINO_LIBS in the environment goes before it.
ACL_FUNC_VISIBILITY aclError ascendclSetOpenvinoFolder(const char *folder);

#ifdef __cplusplus
}
#endif

#endif  // ASCENDCL_OPENVINO_H_
