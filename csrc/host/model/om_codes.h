// From what is wrong with an .om file to the code that the C ABI answers. The only such table.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/report/report.h"
#include "om/error.h"

namespace ascendcl::host::model {

// The same damage has another code depending on who asks.
enum class Purpose { kLoad, kQuerySize, kDescribe };

Failure om_failure(const om::Error &error, Purpose purpose);

// Runs `read`, which decodes an .om file, and turns om::Error into Failure.
template <typename Read>
auto reading_om(Purpose purpose, Read &&read) {
    try {
        return read();
    } catch (const om::Error &error) {
        throw om_failure(error, purpose);
    }
}

}  // namespace ascendcl::host::model
