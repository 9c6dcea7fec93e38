// A loaded model: what it is, the memory it uses, and the one execution that runs at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "acl/acl.h"
#include "host/checks/flights.h"
#include "host/engine/engine.h"
#include "host/model/compiled_shapes.h"
#include "host/model/description.h"
#include "host/model/dynamic_shapes.h"
#include "host/model/real_numbers.h"
#include "host/runtime/context.h"
#include "host/runtime/live_counts.h"
#include "host/runtime/memory.h"

namespace ascendcl::host::model {

// How a static model was first executed; it may not be executed the other way afterwards.
enum class ExecutionMode { kUndecided, kSync, kAsync };

using Bindings = std::vector<engine::Binding>;

// A model id as the checks know objects.
inline const void *handle_of_model(uint32_t id) noexcept {
    return reinterpret_cast<const void *>(static_cast<uintptr_t>(id));
}

// What an execution reads and writes, taken from data sets.
struct Bound {
    Bindings inputs;
    Bindings outputs;
    std::shared_ptr<CompiledShape> shape;  // with dynamic shapes; else found when it runs
    // Of outputs whose dims only the run tells, the caller's data set, which the run writes to; the
    // documentation wants it alive until then. Null where there are none.
    aclmdlDataset *open_outputs = nullptr;
    bool may_allocate = false;  // memory for those of them that have none
};

class Model {
   public:
    struct Parts {
        uint32_t id = 0;
        std::weak_ptr<Context> context;
        int32_t device = 0;
        std::shared_ptr<const Description> description;
        DeviceMemory own_work;     // null where the user manages it, or where none is needed
        DeviceMemory own_weights;  // likewise
        std::unique_ptr<CompiledShapes> shapes;         // null with dynamic shapes
        std::unique_ptr<DynamicShapes> dynamic_shapes;  // null without
        checks::WorkMemory user_work;                   // null where the system manages it
        checks::Token memory_in_use;                    // strict mode: what the user manages
    };

    explicit Model(Parts parts);
    Model(const Model &) = delete;
    Model &operator=(const Model &) = delete;

    uint32_t id() const noexcept { return parts_.id; }
    const std::shared_ptr<const Description> &description() const noexcept {
        return parts_.description;
    }

    // Throws Failure: 107002 without a current context, 107004 in another one than at load.
    void require_context() const;
    // Strict mode: as checks::violated() in another context than at load, or in none.
    void check_context(const char *deed) const;
    // Throws Failure(500002) when a static model was executed the other way before.
    void require_mode(ExecutionMode mode);

    // Checks data sets without null buffers against the description. Throws Failure(500002) for a
    // wrong count or address, and for a wrong size where no gear decides about it. With dynamic
    // shapes: compiles, writes the outputs' descs, in mode kSync allocates outputs of a null
    // address, which are the caller's then; throws Failure as shapes_of() besides.
    void bind(const aclmdlDataset &inputs, aclmdlDataset &outputs, ExecutionMode mode,
              Bound &bound) const;

    // Binds and runs in the calling thread; a static model does not allocate. Throws Failure: as
    // bind(), as require_mode(kSync), as run().
    void execute(const aclmdlDataset &inputs, aclmdlDataset &outputs);
    const checks::WorkMemory &user_work() const noexcept { return parts_.user_work; }
    // Runs what was bound before; for a stream's worker, which wants a code.
    aclError execute_bound(const Bound &bound) noexcept;

    // The gear that was set last, and is reported as the current one; the largest if none was.
    void remember_gear(size_t gear) noexcept { last_gear_ = gear; }
    size_t current_gear() const noexcept { return last_gear_; }

    // How its nodes were understood (ascendcl/findings.h).
    const std::vector<engine::Finding> &findings();

    // An execution, running or queued, that unload has to wait for.
    void begin_use() noexcept;
    void end_use() noexcept;
    // Waits for the last use that has begun; the program may end that (runtime/wait.h).
    void wait_unused();
    // Waits for the last use, then releases memory and program. Nobody can begin one any more.
    void retire();

   private:
    bool has_gears() const noexcept { return !parts_.description->io.gears.empty(); }
    // The caller holds execution_mutex_. Throws Failure: 145013 for a gear that was not set, 500002
    // for buffers too small for the gear, 507011 when the engine fails; 100000 for an input and
    // 507011 for an output that ASCENDCL_HOST_CHECK refuses.
    void run(const Bound &bound);
    // Copies what the run made of outputs with open dims. Throws Failure(500002): too small a
    // buffer.
    void deliver(const Bound &bound, const std::vector<om::IoDescriptor> &io,
                 const engine::Execution &execution);
    // Tells the trace and the profilers of an execution with op times, AIPP before them.
    void tell_of_run(const engine::Execution &execution, uint64_t begin, uint64_t behind_aipp,
                     uint64_t end) const;
    void bind_dynamic(const aclmdlDataset &inputs, aclmdlDataset &outputs, ExecutionMode mode,
                      Bound &bound) const;
    // What is fed: whole tensors, without the inputs that carry the gear and AIPP's parameters.
    void fit(const Bindings &inputs, CompiledShape &shape);

    LiveCount<LiveKind::kModel> live_;
    Parts parts_;
    std::atomic<ExecutionMode> mode_{ExecutionMode::kUndecided};

    std::atomic<size_t> last_gear_;
    const size_t gear_input_;  // index of the input that carries the gear, or of none
    const bool has_dynamic_aipp_;
    const RealCheck real_check_;

    std::mutex execution_mutex_;  // the members below, and parts_.shapes
    Bound bound_;
    Bindings fitted_inputs_;
    Bindings fitted_outputs_;
    std::vector<std::vector<uint8_t>> padded_inputs_;  // for buffers a little short

    std::mutex use_mutex_;
    std::condition_variable unused_;
    uint64_t uses_ = 0;
};

}  // namespace ascendcl::host::model
