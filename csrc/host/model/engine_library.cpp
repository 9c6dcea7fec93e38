// dlopen of the engine beside this library, of OpenVINO before it where a folder is named.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/engine_library.h"

#include <dlfcn.h>
#include <glob.h>

#include <cstdlib>
#include <mutex>
#include <new>
#include <string>
#include <utility>

#include "host/report/report.h"

namespace ascendcl::host::model {
namespace {

constexpr char kEngineFile[] = "libascendcl_engine.so";
constexpr char kOpenvinoFolder[] = "ASCENDCL_OPENVINO_LIBS";

// Leaked: threads may outlive static destructors.
struct Opening {
    std::mutex mutex;
    std::string openvino_folder;  // as the program gave it
    engine::Engine *engine = nullptr;
};

Opening &opening() {
    static auto &only = *new Opening;
    return only;
}

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
std::string preload_openvino(std::string folder) {
    if (const char *chosen = std::getenv(kOpenvinoFolder); chosen && *chosen) folder = chosen;
    if (folder.empty()) return "";
    for (const char *name : {"libtbb.so.12", "libopenvino.so.*"}) {
        const std::string path = last_match(folder + "/" + name);
        if (path.empty()) return std::string("no ") + name + " in " + folder + "; ";
        if (!dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) return loader_error() + "; ";
    }
    return "";
}

engine::Engine *open_engine(const std::string &openvino_folder) {
    const std::string trouble = preload_openvino(openvino_folder);
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
    Opening &all = opening();
    const std::lock_guard lock(all.mutex);
    if (!all.engine) all.engine = open_engine(all.openvino_folder);
    return *all.engine;
}

}  // namespace

void set_openvino_folder(std::string folder) {
    const std::lock_guard lock(opening().mutex);
    opening().openvino_folder = std::move(folder);
}

Compiler::Compiler() : engine_(engine()) {}

void require_ok(const engine::Outcome &outcome, aclError code) {
    if (outcome.ok()) return;
    if (outcome.kind == engine::Outcome::Kind::kNoMemory) throw std::bad_alloc();
    throw Failure{code, outcome.text};
}

}  // namespace ascendcl::host::model
