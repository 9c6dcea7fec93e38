// dlopen of the library beside this one; what did not open is tried again.
// SPDX-License-Identifier: Apache-2.0
#include "host/dvpp/media_library.h"

#include <dlfcn.h>

#include <mutex>
#include <string>

#include "host/report/report.h"
#include "host/runtime/own_library.h"

namespace ascendcl::host::dvpp {
namespace {

constexpr char kFile[] = "libascendcl_media.so";

media::Media &open() {
    void *const library = open_beside(kFile);
    if (library == nullptr) {
        throw Failure{ACL_ERROR_FAILURE, "there is no work on pictures: " + std::string(kFile) +
                                             " is not in " + own_folder().string() +
                                             ", beside the libascendcl.so in use (" +
                                             loader_error() + ")"};
    }
    const auto entry = reinterpret_cast<media::MediaEntry>(dlsym(library, media::kMediaEntryName));
    media::Media *const found = entry != nullptr ? entry(media::kMediaAbi) : nullptr;
    if (found == nullptr) {
        dlclose(library);
        throw Failure{ACL_ERROR_FAILURE,
                      (own_folder() / kFile).string() + " belongs to another version of ascendcl"};
    }
    return *found;
}

}  // namespace

media::Media &pixels() {
    static std::mutex mutex;
    static media::Media *opened = nullptr;
    const std::lock_guard lock(mutex);
    if (opened == nullptr) opened = &open();
    return *opened;
}

}  // namespace ascendcl::host::dvpp
