// dlopen of the engine beside this library, of OpenVINO before it.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/engine_library.h"

#include <dlfcn.h>
#include <sys/mman.h>

#include <filesystem>
#include <mutex>
#include <new>
#include <string>
#include <system_error>
#include <utility>

#include "host/model/openvino_libraries.h"
#include "host/report/report.h"
#include "host/runtime/fork.h"
#include "host/runtime/own_library.h"

namespace ascendcl::host::model {
namespace {

constexpr char kEngineFile[] = "libascendcl_engine.so";

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

[[noreturn]] void refuse(const std::string &why) {
    throw Failure{ACL_ERROR_FAILURE, "models cannot be loaded: " + why};
}

// Of less than they need anyway: TBB does not survive its own start where memory runs short.
constexpr size_t kRoomForLibraries = size_t{64} << 20;

void require_room() {
    void *const room = mmap(nullptr, kRoomForLibraries, PROT_NONE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED) throw std::bad_alloc();
    munmap(room, kRoomForLibraries);
}

engine::Engine *open_engine(const std::string &openvino_folder) {
    require_room();
    const OpenvinoLibraries openvino(openvino_folder);
    void *library = open_beside(kEngineFile);
    if (!library) {
        const std::string words = loader_error();
        const std::string why = words + openvino.advice(words);
        std::error_code failed;
        if (std::filesystem::exists(own_folder() / kEngineFile, failed)) {
            refuse("the engine did not open: " + why);
        }
        refuse(std::string(kEngineFile) + " is not in " + own_folder().string() +
               ", beside the libascendcl.so in use: keep the two together, or link to a library "
               "instead of copying it (" +
               why + ")");
    }
    openvino.require_chosen(library);
    const auto entry =
        reinterpret_cast<engine::EngineEntry>(dlsym(library, engine::kEngineEntryName));
    engine::Engine *found = entry ? entry(engine::kEngineAbi) : nullptr;
    if (!found) {
        dlclose(library);
        refuse((own_folder() / kEngineFile).string() + " belongs to another version of ascendcl");
    }
    return found;
}

// Before a fork with nothing alive: the child would wait for threads that it does not have. No
// compilation is under way, so nobody holds the mutex for long.
void end_threads_of_engine() noexcept {
    const std::lock_guard lock(opening().mutex);
    if (opening().engine != nullptr) opening().engine->shut_down();
}

const ForkPart fork_part{is_compiling, end_threads_of_engine, nullptr};

engine::Engine &engine() {
    Opening &all = opening();
    const std::lock_guard lock(all.mutex);
    if (!all.engine) {
        all.engine = open_engine(all.openvino_folder);
        add_fork_part(fork_part);
    }
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
