// Loading: from the bytes of an .om file to a registered model.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "host/model/om_file.h"
#include "om/container.h"

namespace ascendcl::host::model {

// Memory that the caller manages; a null pointer leaves it to the system, whatever the size.
struct UserMemory {
    void *data = nullptr;
    size_t size = 0;
};

struct LoadOptions {
    UserMemory work;
    UserMemory weight;
    // System-managed work memory leaves out the part for inputs and outputs.
    bool leave_out_io_memory = false;
};

// Throws om::Error of a file that holds something else than one model of one part.
void require_single_model(const om::Container &container);

// Answers the new model's id. Throws Failure by the table of om_codes, and: 107002 without a
// context, 145000 for user memory too small, 245000 when the device is full, 200006 when the host
// runtime cannot run the model, 500002 when its graph contradicts itself.
uint32_t load_model(const OmFile &file, const LoadOptions &options);

}  // namespace ascendcl::host::model
