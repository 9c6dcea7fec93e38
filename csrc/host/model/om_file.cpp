// Checks in the order of their codes: path, probe of 4 bytes, aclInit, then the container.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/om_file.h"

#include <string>
#include <system_error>

#include "host/runtime/init.h"
#include "om/error.h"

namespace ascendcl::host::model {
namespace {

constexpr size_t kProbeSize = 4;     // the magic, looked at before anything else
constexpr size_t kHeaderSize = 256;  // of the container

void require_probe_size(size_t size) {
    if (size < kProbeSize) {
        throw Failure{ACL_ERROR_GE_EXEC_MODEL_DATA_SIZE_INVALID,
                      "a model of " + std::to_string(size) +
                          " bytes is too short to be one (is it still being written?)"};
    }
}

void require_initialized() {
    if (!is_initialized()) throw Failure{ACL_ERROR_GE_EXEC_NOT_INIT, "aclInit was not called"};
}

}  // namespace

OmFile OmFile::open(const char *path, om::FileContent::Extent extent) {
    if (!path) throw Failure{ACL_ERROR_INVALID_PARAM, "the path of the model is null"};
    OmFile file;
    try {
        reading_om(Purpose::kLoad, [&] { file.content_.emplace(path, extent); });
    } catch (const std::system_error &error) {
        throw Failure{ACL_ERROR_GE_EXEC_MODEL_PATH_INVALID,
                      std::string("cannot read model file ") + error.what()};
    }
    file.bytes_ = file.content_->bytes();
    require_probe_size(file.bytes_.size);
    require_initialized();
    return file;
}

OmFile OmFile::view(const void *data, size_t size) {
    if (!data || size == 0) {
        throw Failure{ACL_ERROR_INVALID_PARAM, "the model's memory is null or of size 0"};
    }
    require_probe_size(size);
    require_initialized();
    OmFile file;
    file.bytes_ = {static_cast<const uint8_t *>(data), size};
    return file;
}

om::Header OmFile::header(Purpose purpose) const {
    return reading_om(purpose, [&] { return om::Header::parse(bytes_); });
}

om::Container OmFile::container(Purpose purpose) const {
    // Memory shorter than a header is the caller's argument; a file that short is a damaged model.
    if (!content_ && bytes_.size < kHeaderSize && purpose != Purpose::kQuerySize) {
        throw Failure{ACL_ERROR_INVALID_PARAM, "a model of " + std::to_string(bytes_.size) +
                                                   " bytes is shorter than its header"};
    }
    return reading_om(purpose, [&] { return om::Container::parse(bytes_); });
}

}  // namespace ascendcl::host::model
