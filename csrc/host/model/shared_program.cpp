// Executions that are taken and put back.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/shared_program.h"

#include <algorithm>

#include "host/model/engine_library.h"

namespace ascendcl::host::model {

std::unique_ptr<engine::Execution> SharedProgram::idle_one(const void *user) noexcept {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return nullptr;
    const auto own = std::find_if(idle_.begin(), idle_.end(),
                                  [user](const Idle &idle) { return idle.last_user == user; });
    const auto found = own == idle_.end() ? idle_.end() - 1 : own;
    auto execution = std::move(found->execution);
    idle_.erase(found);
    return execution;
}

SharedProgram::Taken SharedProgram::take(const void *user, aclError code) {
    if (auto execution = idle_one(user)) return {*this, user, std::move(execution)};
    engine::Outcome outcome;
    auto execution = program_->new_execution(outcome);
    require_ok(outcome, code);
    {
        const std::lock_guard lock(mutex_);
        idle_.reserve(count_ + 1);  // to put it back takes no memory then
        ++count_;
    }
    return {*this, user, std::move(execution)};
}

void SharedProgram::put_back(const void *user,
                             std::unique_ptr<engine::Execution> execution) noexcept {
    const std::lock_guard lock(mutex_);
    idle_.push_back({user, std::move(execution)});
}

void SharedProgram::add_user() noexcept {
    const std::lock_guard lock(mutex_);
    ++users_;
}

void SharedProgram::remove_user() noexcept {
    std::unique_ptr<engine::Execution> spare;  // goes without the lock
    const std::lock_guard lock(mutex_);
    if (count_ < users_-- || idle_.empty()) return;
    spare = std::move(idle_.front().execution);
    idle_.erase(idle_.begin());
    --count_;
}

}  // namespace ascendcl::host::model
