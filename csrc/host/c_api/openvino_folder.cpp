// ascendcl/openvino.h: where OpenVINO is, and what a model is to it.
// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <system_error>

#include "ascendcl/openvino.h"
#include "host/model/engine_library.h"
#include "host/model/om_codes.h"
#include "host/model/program_cache.h"
#include "host/report/report.h"
#include "om/file_content.h"

using namespace ascendcl::host;

aclError ascendclSetOpenvinoFolder(const char *folder) {
    return guarded(__func__, [&] { model::set_openvino_folder(folder == nullptr ? "" : folder); });
}

aclError ascendclWriteIr(const char *modelPath, int32_t gear, const char *xmlPath,
                         const char *weightsPath) {
    return guarded(__func__, [&] {
        require(modelPath != nullptr && xmlPath != nullptr && weightsPath != nullptr,
                "a path is null");
        std::optional<ascendcl::om::FileContent> file;
        try {
            model::reading_om(model::Purpose::kLoad, [&] { file.emplace(modelPath); });
        } catch (const std::system_error &error) {
            throw Failure{ACL_ERROR_GE_EXEC_MODEL_PATH_INVALID,
                          std::string("cannot read model file ") + error.what()};
        }
        model::write_ir(file->bytes(), gear, xmlPath, weightsPath);
    });
}
