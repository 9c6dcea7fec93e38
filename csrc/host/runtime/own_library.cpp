// dladdr and dlopen.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/own_library.h"

#include <dlfcn.h>

#include <new>
#include <system_error>

namespace fs = std::filesystem;

namespace ascendcl::host {
namespace {

// Known from the start: the loader may have found the library by a relative path.
[[maybe_unused]] const fs::path &known_early = own_folder();

}  // namespace

fs::path folder_of(const void *address) {
    Dl_info info{};
    if (dladdr(address, &info) == 0 || !info.dli_fname) return {};
    std::error_code failed;
    const fs::path real = fs::canonical(info.dli_fname, failed);
    return (failed ? fs::path(info.dli_fname) : real).parent_path();
}

const fs::path &own_folder() {
    static const auto &folder = *new fs::path(  // leaked: models may outlive static destructors
        folder_of(reinterpret_cast<const void *>(&own_folder)));
    return folder;
}

std::string loader_error() {
    const char *text = dlerror();
    const std::string words = text ? text : "unknown loader error";
    for (const char *no_memory : {"failed to map segment", "annot allocate memory"}) {
        if (words.find(no_memory) != std::string::npos) throw std::bad_alloc();
    }
    return words;
}

void *open_beside(const char *name) {
    const fs::path beside = own_folder() / name;
    std::error_code failed;
    const bool is_there = fs::exists(beside, failed);
    return dlopen(is_there ? beside.c_str() : name, RTLD_NOW | RTLD_LOCAL);
}

}  // namespace ascendcl::host
