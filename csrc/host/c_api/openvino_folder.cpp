// ascendcl/openvino.h: where OpenVINO is, and what a model is to it.
// SPDX-License-Identifier: Apache-2.0
#include "ascendcl/openvino.h"
#include "host/model/engine_library.h"
#include "host/model/program_cache.h"
#include "host/report/report.h"

using namespace ascendcl::host;

aclError ascendclSetOpenvinoFolder(const char *folder) {
    return guarded(__func__, [&] { model::set_openvino_folder(folder == nullptr ? "" : folder); });
}

aclError ascendclWriteIr(const char *modelPath, int32_t gear, const char *xmlPath,
                         const char *weightsPath) {
    return guarded(__func__, [&] {
        require(modelPath != nullptr && xmlPath != nullptr && weightsPath != nullptr,
                "a path is null");
        model::write_ir(modelPath, gear, xmlPath, weightsPath);
    });
}
