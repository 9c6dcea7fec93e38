// The folders of OpenVINO's libraries, and what is said of those that do not serve.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/openvino_libraries.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <system_error>

#include "host/report/report.h"
#include "host/runtime/own_library.h"

namespace ascendcl::host::model {
namespace {

namespace fs = std::filesystem;

constexpr char kVariable[] = "ASCENDCL_OPENVINO_LIBS";
constexpr char kOpenvino[] = "libopenvino.so.";  // a version follows
// OpenVINO needs it, and may find another one where this is not loaded first.
constexpr char kThreads[] = "libtbb.so.12";
constexpr char kCopied[] = "openvino";  // `ascendcl sdk --copy` makes it
// A C function that is in libopenvino alone.
constexpr char kOneOfItsFunctions[] = "get_openvino_version";

// The newest libopenvino.so of the folder, or an empty path.
fs::path openvino_in(const fs::path &folder) {
    fs::path newest;
    std::error_code failed;
    for (const fs::directory_entry &entry : fs::directory_iterator(folder, failed)) {
        const std::string name = entry.path().filename().string();
        if (name.compare(0, sizeof kOpenvino - 1, kOpenvino) != 0) continue;
        newest = std::max(newest, entry.path());
    }
    return newest;
}

bool load(const fs::path &library) {
    return dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL) != nullptr;
}

// Answers what went wrong.
std::string load_from(const fs::path &folder) {
    std::error_code failed;
    if (!fs::is_directory(folder, failed)) return "there is no such folder";
    if (fs::exists(folder / kThreads, failed) && !load(folder / kThreads)) return loader_error();
    const fs::path openvino = openvino_in(folder);
    if (openvino.empty()) return std::string("it has no ") + kOpenvino + "*";
    return load(openvino) ? "" : loader_error();
}

[[noreturn]] void refuse_chosen(const fs::path &folder, const std::string &why) {
    throw Failure{ACL_ERROR_FAILURE, std::string("models cannot be loaded: ") + kVariable + "='" +
                                         folder.string() +
                                         "' is to be the folder of OpenVINO's libraries: " + why};
}

}  // namespace

OpenvinoLibraries::OpenvinoLibraries(const std::string &given) {
    if (const char *chosen = std::getenv(kVariable); chosen && *chosen) {
        chosen_ = chosen;
        if (const std::string why = load_from(chosen_); !why.empty()) refuse_chosen(chosen_, why);
        return;
    }
    const fs::path folder = given.empty() ? own_folder() / kCopied : fs::path(given);
    std::error_code failed;
    if (given.empty() && !fs::is_directory(folder, failed)) return;
    if (const std::string why = load_from(folder); !why.empty()) {
        trouble_ = folder.string() + ": " + why;
    }
}

void OpenvinoLibraries::require_chosen(void *engine) const {
    if (chosen_.empty()) return;
    const void *function = dlsym(engine, kOneOfItsFunctions);
    if (!function) return;
    const fs::path theirs = openvino_in(chosen_);
    const fs::path taken = folder_of(function);
    std::error_code failed;
    if (taken == fs::canonical(theirs, failed).parent_path()) return;
    refuse_chosen(chosen_, theirs.filename().string() +
                               " is of another version than the engine needs, which took that in " +
                               taken.string());
}

std::string OpenvinoLibraries::advice(const std::string &loader_words) const {
    if (loader_words.find("libopenvino") == std::string::npos) return "";
    const std::string name_it = std::string("set ") + kVariable + " to the folder of its libraries";
    if (!chosen_.empty()) {
        return std::string(". ") + kVariable + "='" + chosen_.string() +
               "' has another version: " + openvino_in(chosen_).filename().string();
    }
    if (!trouble_.empty()) return ". OpenVINO was looked for in " + trouble_ + "; " + name_it;
    return ". Where OpenVINO is installed, " + name_it +
           "; where it is not, pip install \"ascendcl[host]\" brings it";
}

}  // namespace ascendcl::host::model
