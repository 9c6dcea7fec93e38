// ASCENDCL_HOST_CHECK: executions whose reals are no numbers are refused. OpenVINO's kernels lose a
// NaN here and there (a Relu of one is 0), so that an output need not show it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "acl/acl.h"

namespace ascendcl::host::model {

enum class RealCheck {
    kOff,
    kNan,     // "nan"
    kFinite,  // "finite": infinities, too
};

// As the environment has it now. Throws Failure(500001) for another word.
RealCheck real_check();

// Throws Failure(`code`), which names the tensor ("input 'x'"), the index and the value, where an
// element of a floating point type is not what `check` wants. Other types pass.
void require_numbers(RealCheck check, const std::string &tensor, aclDataType dtype,
                     const void *data, size_t size, aclError code);

}  // namespace ascendcl::host::model
