// A map under a shared lock, and the counter of ids.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/registry.h"

#include <atomic>
#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "host/checks/objects.h"
#include "host/report/report.h"
#include "host/runtime/fork.h"
#include "host/runtime/init.h"

namespace ascendcl::host::model {
namespace {

struct Registry {
    std::shared_mutex mutex;
    std::unordered_map<uint32_t, std::shared_ptr<Model>> models;
};

// Throws in a forked child: its locks may be held by threads that do not exist.
Registry &registry() {
    refuse_forked_child();
    static Registry &instance = *new Registry;  // leaked: threads may outlive static destructors
    return instance;
}

Failure unknown_id(uint32_t id) {
    checks::refuse_unknown_model(handle_of_model(id));
    if (!is_initialized()) {
        return {ACL_ERROR_GE_EXEC_NOT_INIT,
                "aclInit was not called, or aclFinalize has unloaded all models"};
    }
    return {ACL_ERROR_GE_EXEC_MODEL_ID_INVALID, "no loaded model has id " + std::to_string(id)};
}

}  // namespace

uint32_t next_model_id() noexcept {
    static std::atomic<uint32_t> last{0};
    return ++last;
}

uint32_t next_dynamic_model_id() noexcept {
    static std::atomic<uint32_t> next{0x80000000};
    return next++;
}

void register_model(std::shared_ptr<Model> model) {
    Registry &all = registry();
    const std::unique_lock lock(all.mutex);
    const uint32_t id = model->id();
    all.models.emplace(id, std::move(model));
    checks::made(checks::ObjectKind::kModel, handle_of_model(id));
}

Lease lease_model(uint32_t id) {
    Registry &all = registry();
    const std::shared_lock lock(all.mutex);
    const auto found = all.models.find(id);
    if (found == all.models.end()) throw unknown_id(id);
    return Lease(found->second);
}

void unload_model(uint32_t id) {
    Registry &all = registry();
    std::shared_ptr<Model> model;
    {
        const std::shared_lock lock(all.mutex);
        const auto found = all.models.find(id);
        if (found == all.models.end()) throw unknown_id(id);
        found->second->check_context("unloaded");
        model = found->second;
    }
    // While it still is loaded, for the program may end this wait.
    model->wait_unused();
    {
        const std::unique_lock lock(all.mutex);
        const auto found = all.models.find(id);
        if (found == all.models.end()) throw unknown_id(id);
        model = std::move(found->second);
        all.models.erase(found);
        checks::gone(checks::ObjectKind::kModel, handle_of_model(id));
    }
    model->retire();
}

void forget_all_models() {
    Registry &all = registry();
    std::unordered_map<uint32_t, std::shared_ptr<Model>> models;
    {
        const std::unique_lock lock(all.mutex);
        models.swap(all.models);
    }
    for (const auto &entry : models) {
        checks::gone(checks::ObjectKind::kModel, handle_of_model(entry.first));
    }
}

}  // namespace ascendcl::host::model
