// ascendcl/openvino.h: what the program says of where OpenVINO is.
// SPDX-License-Identifier: Apache-2.0
#include "ascendcl/openvino.h"
#include "host/model/engine_library.h"
#include "host/report/report.h"

using namespace ascendcl::host;

aclError ascendclSetOpenvinoFolder(const char *folder) {
    return guarded(__func__, [&] { model::set_openvino_folder(folder == nullptr ? "" : folder); });
}
