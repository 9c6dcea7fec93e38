// dlopen of the engine beside this library, of OpenVINO before it where a folder is named.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/engine_library.h"

#include <dlfcn.h>
#include <glob.h>

#include <cstdlib>
#include <mutex>
#include <string>

#include "host/runtime/report.h"

namespace ascendcl::host::model {
namespace {

constexpr char kEngineFile[] = "libascendcl_engine.so";
// Set by the Python package to the folder of OpenVINO's libraries, wherever pip put them.
constexpr char kOpenvinoFolder[] = "ASCENDCL_OPENVINO_LIBS";

std::string own_folder() {
    Dl_info info{};
    if (dladdr(reinterpret_cast<const void *>(&own_folder), &info) == 0 || !info.dli_fname)
        return "";
    const std::string path = info.dli_fname;
    const size_t slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

// The newest file that matches, or an empty string.
std::string last_match(const std::string &pattern) {
    glob_t found{};
    std::string path;
    if (glob(pattern.c_str(), 0, nullptr, &found) == 0 && found.gl_pathc > 0) {
        path = found.gl_pathv[found.gl_pathc - 1];
    }
    globfree(&found);
    return path;
}

std::string loader_error() {
    const char *text = dlerror();
    return text ? text : "unknown loader error";
}

// A library that is loaded already is found by its SONAME: the engine needs no path of its own.
// Answers what went wrong, for the engine's message.
std::string preload_openvino() {
    const char *folder = std::getenv(kOpenvinoFolder);
    if (!folder || !*folder) return "";
    for (const char *name : {"libtbb.so.12", "libopenvino.so.*"}) {
        const std::string path = last_match(std::string(folder) + "/" + name);
        if (path.empty()) return std::string("no ") + name + " in " + folder + "; ";
        if (!dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) return loader_error() + "; ";
    }
    return "";
}

engine::Engine *open_engine() {
    const std::string trouble = preload_openvino();
    const std::string path = own_folder() + kEngineFile;
    void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        throw Failure{ACL_ERROR_FAILURE,
                      "models cannot be loaded, the engine did not open: " + trouble +
                          loader_error() + ". pip install \"ascendcl[host]\" brings it"};
    }
    const auto entry =
        reinterpret_cast<engine::EngineEntry>(dlsym(library, engine::kEngineEntryName));
    engine::Engine *found = entry ? entry(engine::kEngineAbi) : nullptr;
    if (!found) {
        dlclose(library);
        throw Failure{ACL_ERROR_FAILURE,
                      path + " belongs to another version of ascendcl: models cannot be loaded"};
    }
    return found;
}

engine::Engine &engine() {
    static std::mutex &mutex = *new std::mutex;  // leaked: threads may outlive static destructors
    static engine::Engine *opened = nullptr;
    std::lock_guard lock(mutex);
    if (!opened) opened = open_engine();
    return *opened;
}

}  // namespace

Compiler::Compiler() : engine_(engine()) {}

}  // namespace ascendcl::host::model
