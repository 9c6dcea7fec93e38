// What a core function answers: a code and the function that gave it. Codes of the C API are
// positive; the negative ones are refusals by core itself, before any C call.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "acl/acl.h"

namespace ascendcl::core {

enum Refusal : aclError {
    kClosed = -1,         // the handle was closed
    kModelClosed = -2,    // the model was closed
    kBufferInUse = -3,    // a loaded model holds the buffer
    kForked = -4,         // the runtime was in use when this process was forked
    kShutDown = -5,       // the interpreter is exiting
    kWrongDevice = -6,    // buffer or stream of another device
    kOtherWeights = -7,   // the weight buffer holds the weights of another model
    kOtherRole = -8,      // the buffer is the workspace of one model and the weights of another
    kOutOfBounds = -9,    // more bytes than the memory has
    kNoSuchMemory = -10,  // the runtime knows of no memory there, or not of that much
    kInterrupted = -11,   // the program has ended the wait
    kUnfinished = -12,    // at exit: what was to be waited for did not end
    kLost = -13,          // other code has reset the device or destroyed the context
    kModelLost = -14,     // the same of a model, or other code has unloaded it or finalized
    kFileChanged = -15,   // the model file was written to or replaced while it was loaded
    kTimedOut = -16,      // it was not its turn in time
    kRanInCalls = -17,  // the model has run in calls, and cannot be loaded anew to run in a stream
};

struct [[nodiscard]] Status {
    aclError code = ACL_SUCCESS;
    const char *function = "";

    bool ok() const noexcept { return code == ACL_SUCCESS; }
};

// Keeps the first failure of several steps that are all done.
inline void keep_first(Status &kept, aclError code, const char *function) noexcept {
    if (kept.ok() && code != ACL_SUCCESS) kept = {code, function};
}

}  // namespace ascendcl::core
