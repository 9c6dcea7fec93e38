// A walk over a folder.
// SPDX-License-Identifier: Apache-2.0
#include "host/ops/model_files.h"

#include <filesystem>
#include <system_error>

#include "host/model/om_file.h"
#include "host/report/report.h"

namespace ascendcl::host::ops {
namespace {

namespace fs = std::filesystem;

constexpr int kLevelsBelow = 2;  // three levels of files are read, as documented

void check_file(const fs::path &path) {
    try {
        model::OmFile::open(path.c_str(), om::FileContent::Extent::kDescription)
            .container(model::Purpose::kLoad);
    } catch (const Failure &failure) {
        throw Failure{failure.code, path.string() + ": " + failure.message};
    }
}

}  // namespace

void check_model(const void *model, size_t size) {
    model::OmFile::view(model, size).container(model::Purpose::kLoad);
}

void check_model_folder(const char *path) {
    std::error_code error;
    fs::recursive_directory_iterator file(path, error);
    for (; !error && file != fs::recursive_directory_iterator(); file.increment(error)) {
        if (file.depth() >= kLevelsBelow) file.disable_recursion_pending();
        if (file->path().extension() == ".om") check_file(file->path());
    }
    if (error) {
        throw Failure{ACL_ERROR_GE_EXEC_MODEL_PATH_INVALID,
                      "cannot read the folder '" + std::string(path) + "': " + error.message()};
    }
}

}  // namespace ascendcl::host::ops
