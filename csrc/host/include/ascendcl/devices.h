// What the host runtime lets on about itself: whether it has devices, and that it is no NPU.
// SPDX-License-Identifier: Apache-2.0
//
// CANN's libascendcl.so does not have these functions.
#ifndef ASCENDCL_DEVICES_H_
#define ASCENDCL_DEVICES_H_

#include "acl/acl_base.h"

#ifdef __cplusplus
extern "C" {
#endif

// For whoever loads the host runtime because there is no NPU, and not because it was asked for:
// aclrtGetDeviceCount answers 0 devices and aclrtGetSocName null, so that a program that only looks
// for NPUs finds none. It ends with ascendclShowDevices, aclInit, aclrtSetDevice or
// aclrtCreateContext, with which programs begin that mean to use a device.
ACL_FUNC_VISIBILITY void ascendclHideDevices(void);
ACL_FUNC_VISIBILITY void ascendclShowDevices(void);

// For whoever tells by itself that models run on the CPU: aclInit does not say so then.
ACL_FUNC_VISIBILITY void ascendclTellsOfHost(void);

#ifdef __cplusplus
}
#endif

#endif  // ASCENDCL_DEVICES_H_
