// A compiled program and its executions, of which there are as many as have run at once: loads that
// run one after another compute in the same memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "acl/acl_base.h"
#include "host/engine/engine.h"

namespace ascendcl::host::model {

class SharedProgram {
   public:
    // An execution, for as long as this lives.
    class Taken {
       public:
        Taken(SharedProgram &program, const void *user,
              std::unique_ptr<engine::Execution> execution) noexcept
            : program_(program), user_(user), execution_(std::move(execution)) {}
        ~Taken() { program_.put_back(user_, std::move(execution_)); }
        Taken(const Taken &) = delete;
        Taken &operator=(const Taken &) = delete;

        engine::Execution &operator*() const noexcept { return *execution_; }
        engine::Execution *operator->() const noexcept { return execution_.get(); }

       private:
        SharedProgram &program_;
        const void *const user_;
        std::unique_ptr<engine::Execution> execution_;
    };

    explicit SharedProgram(std::shared_ptr<engine::Program> program) noexcept
        : program_(std::move(program)) {}

    const engine::Program &program() const noexcept { return *program_; }
    // One that nobody runs: the one that `user` ran last where it can be had, which is bound to its
    // memory already. Throws Failure(code) where another one is needed and cannot be made.
    Taken take(const void *user, aclError code);
    // Of those that run it once at a time. Executions that no others need go with them.
    void add_user() noexcept;
    void remove_user() noexcept;

   private:
    struct Idle {
        const void *last_user;
        std::unique_ptr<engine::Execution> execution;
    };

    std::unique_ptr<engine::Execution> idle_one(const void *user) noexcept;
    void put_back(const void *user, std::unique_ptr<engine::Execution> execution) noexcept;

    const std::shared_ptr<engine::Program> program_;
    std::mutex mutex_;
    std::vector<Idle> idle_;
    size_t users_ = 0;
    size_t count_ = 0;  // of all executions; idle_ has room for so many
};

// One load that runs it, once at a time.
class ProgramUse {
   public:
    explicit ProgramUse(std::shared_ptr<SharedProgram> program) noexcept
        : program_(std::move(program)) {
        program_->add_user();
    }
    ~ProgramUse() { program_->remove_user(); }
    ProgramUse(const ProgramUse &) = delete;
    ProgramUse &operator=(const ProgramUse &) = delete;

    const engine::Program &program() const noexcept { return program_->program(); }
    SharedProgram::Taken take(aclError code) const { return program_->take(this, code); }

   private:
    const std::shared_ptr<SharedProgram> program_;
};

}  // namespace ascendcl::host::model
