// A slot per content, shape and thread count, locked while its program is compiled.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/program_cache.h"

#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>

#include "host/checks/trace.h"
#include "host/model/assumptions.h"
#include "host/model/engine_library.h"
#include "host/model/om_codes.h"
#include "host/model/substitution.h"
#include "host/report/report.h"
#include "om/file_content.h"

namespace ascendcl::host::model {
namespace {

constexpr char kThreadsVariable[] = "ASCENDCL_HOST_THREADS";
constexpr unsigned long kMaxThreads = 4096;

// Content, gear, input dims, threads, the weight memory that it computes on.
using Key =
    std::tuple<ContentKey, int32_t, std::vector<std::vector<int64_t>>, uint32_t, const void *>;

// Locked while its program is compiled, so that a second load of the same file waits for it.
struct Slot {
    std::mutex mutex;
    std::weak_ptr<SharedProgram> program;
};

struct Cache {
    std::mutex mutex;
    std::map<Key, std::shared_ptr<Slot>> slots;

    std::shared_ptr<Slot> slot(const Key &key) {
        std::lock_guard lock(mutex);
        for (auto it = slots.begin(); it != slots.end();) {
            // A slot that nobody else holds is not being compiled.
            const bool is_dead = it->second.use_count() == 1 && it->second->program.expired();
            it = is_dead ? slots.erase(it) : std::next(it);
        }
        std::shared_ptr<Slot> &found = slots[key];
        if (!found) found = std::make_shared<Slot>();
        return found;
    }
};

void require_compiled(const engine::Outcome &outcome, bool is_host_file) {
    if (outcome.kind == engine::Outcome::Kind::kRefused) {
        throw Failure{
            ACL_ERROR_FEATURE_UNSUPPORTED,
            "the host runtime cannot run this model: " + outcome.text +
                (is_host_file ? std::string()
                              : "\nOnly the host runtime has this limit: the file can run "
                                "on the device that it was compiled for. " +
                                    std::string(kWayOut))};
    }
    if (outcome.kind == engine::Outcome::Kind::kDamaged) {
        throw Failure{ACL_ERROR_GE_FAILURE, "the model is damaged: " + outcome.text};
    }
    require_ok(outcome, ACL_ERROR_GE_FAILURE);
}

std::shared_ptr<SharedProgram> compiled(const engine::CompileRequest &request, bool is_host_file) {
    engine::Outcome outcome;
    auto program = Compiler()->compile(request, outcome);
    require_compiled(outcome, is_host_file);
    return std::make_shared<SharedProgram>(std::move(program));
}

std::shared_ptr<SharedProgram> cached(const ProgramSource &source,
                                      const engine::CompileRequest &request) {
    static Cache &cache = *new Cache;  // leaked: models may outlive static destructors
    const void *const memory = source.refers_to_weights ? source.weights.data : nullptr;
    const auto slot =
        cache.slot({source.key, source.gear, source.input_dims, request.threads, memory});
    std::lock_guard lock(slot->mutex);
    if (auto program = slot->program.lock()) return program;
    auto program = compiled(request, source.refers_to_weights);
    slot->program = program;
    return program;
}

}  // namespace

uint32_t threads_per_execution() {
    const char *text = std::getenv(kThreadsVariable);
    if (!text || !*text) return 0;
    char *end = nullptr;
    errno = 0;
    const unsigned long threads = std::strtoul(text, &end, 10);
    const bool digits = std::isdigit(static_cast<unsigned char>(*text)) != 0;  // strtoul takes -1
    if (!digits || *end != '\0' || errno != 0 || threads > kMaxThreads) {
        throw Failure{ACL_ERROR_FAILURE, std::string(kThreadsVariable) + "='" + text +
                                             "' is not a number of threads, 0 to " +
                                             std::to_string(kMaxThreads)};
    }
    return static_cast<uint32_t>(threads);
}

std::shared_ptr<SharedProgram> shared_program(const ProgramSource &source) {
    engine::CompileRequest request;
    request.om = source.file.data;
    request.om_size = source.file.size;
    request.weights = source.weights.data;
    request.weight_size = source.weights.size;
    request.gear = source.gear;
    request.input_dims = source.input_dims;
    request.threads = threads_per_execution();
    request.profiling = checks::tracing();
    // With a trace, sums are of one load's executions.
    auto program =
        request.profiling ? compiled(request, source.refers_to_weights) : cached(source, request);
    tell_assumptions(program->program(), source.key);
    return program;
}

void write_ir(const char *model_path, int32_t gear, const char *xml_path,
              const char *weights_path) {
    try {
        const auto file = reading_om(Purpose::kLoad, [&] { return om::FileContent(model_path); });
        engine::CompileRequest request;
        request.om = file.bytes().data;
        request.om_size = file.bytes().size;
        request.gear = gear;
        require_compiled(Compiler()->write_ir(request, xml_path, weights_path), false);
    } catch (const std::system_error &error) {
        throw Failure{ACL_ERROR_GE_EXEC_MODEL_PATH_INVALID,
                      std::string("cannot read model file ") + error.what()};
    }
}

}  // namespace ascendcl::host::model
