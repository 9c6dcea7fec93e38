// Single-op models (.om files with one op compiled for a device). The engine compiles every op that
// it knows when it is asked for, so here they are checked and not kept.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace ascendcl::host::ops {

// Throws Failure: as OmFile, and by the table of om_codes.
void check_model(const void *model, size_t size);

// Every .om file in the folder and in two levels of folders below it. Throws Failure: 145002 when
// it is no folder, and as check_model(), with the file's name.
void check_model_folder(const char *path);

}  // namespace ascendcl::host::ops
