// The notice, and whether somebody chose the CPU.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/notice.h"

#include <dlfcn.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <string>
#include <system_error>

namespace ascendcl::host {
namespace {

std::atomic<bool> is_given{false};

bool is_on_library_path() {
    Dl_info self{};
    const char *folders = std::getenv("LD_LIBRARY_PATH");
    if (folders == nullptr || dladdr(&is_given, &self) == 0) return false;
    std::istringstream rest(folders);
    for (std::string folder; std::getline(rest, folder, ':');) {
        std::error_code none;
        const auto library = std::filesystem::path(folder) / "libascendcl.so";
        if (!folder.empty() && std::filesystem::equivalent(library, self.dli_fname, none))
            return true;
    }
    return false;
}

bool is_chosen() {
    const char *runtime = std::getenv("ASCENDCL_RUNTIME");
    return (runtime != nullptr && std::strcmp(runtime, "host") == 0) || is_on_library_path();
}

// When the library is loaded: folders that are relative are so to where the loader was then.
__attribute__((constructor)) void forgo_where_chosen() noexcept {
    try {
        is_given = is_chosen();
    } catch (...) {  // short of memory: better once too often
    }
}

}  // namespace

void forgo_notice() noexcept { is_given = true; }

void give_notice_once() noexcept {
    if (is_given.exchange(true)) return;
    std::fputs(
        "ascendcl: models run on the CPU with the host runtime. To use an NPU, link or load CANN's "
        "libascendcl.so; to choose the CPU and silence this notice, set ASCENDCL_RUNTIME=host.\n",
        stderr);
}

}  // namespace ascendcl::host
