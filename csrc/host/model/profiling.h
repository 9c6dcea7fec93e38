// Profiling sessions (aclprofInit ... aclprofFinalize): executions, their ops, steps, ranges and
// marks go to op_summary_PID_N.csv in the session's folder, a line each (N is the first number from
// 1 on of which there is nothing yet):
//
//     kind,device,model_id,name,type,start_ns,duration_ns
//
// Times are those of the monotonic clock. Which kinds are recorded depends on the configurations
// that are started.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "acl/acl_prof.h"
#include "host/model/op_spans.h"
#include "host/runtime/live_counts.h"

// The objects behind aclprofCreateConfig and aclprofCreateSubscribeConfig.
struct aclprofConfig {
    std::vector<uint32_t> devices;
    uint64_t data_types;
    ascendcl::host::LiveCount<ascendcl::host::LiveKind::kProfObject> live;
};

struct aclprofSubscribeConfig {
    int descriptor;  // -1 when no times are wanted
    ascendcl::host::LiveCount<ascendcl::host::LiveKind::kProfObject> live;
};

namespace ascendcl::host::model {

// All throw Failure: 100042 for what was done before, 100043 for what wants another call before.
// open_session besides: 148047 while a model has a subscription, 100003 for a folder that cannot be
// written to.
void open_session(const std::string &folder);
void close_session();
void start_profiling(const aclprofConfig *config);
void stop_profiling(const aclprofConfig *config);
bool is_session_open() noexcept;

// Configurations started and models subscribed to.
inline std::atomic<int> observers{0};
inline void change_observers(int by) noexcept { observers.fetch_add(by); }

// Whether somebody wants to know how this model's ops are timed; a load while nobody does.
bool wants_op_times(uint32_t model_id, int32_t device) noexcept;
inline bool is_profiled(uint32_t model_id, int32_t device) noexcept {
    return observers.load(std::memory_order_relaxed) != 0 && wants_op_times(model_id, device);
}

struct Run {
    uint32_t model_id;
    const std::string &model_name;
    int32_t device;
    uint64_t begin;
    uint64_t end;
    const std::vector<OpSpan> &ops;
};

// Tells all who want to know of an execution.
void report_run(const Run &run) noexcept;

// A line of another kind: "mark", "range" or "step". It is left out unless `data_type` was asked
// for, of this device (-1: of any).
void record(uint64_t data_type, const char *kind, int32_t device, const std::string &name,
            uint64_t begin, uint64_t end) noexcept;

uint64_t profiling_clock() noexcept;  // nanoseconds

}  // namespace ascendcl::host::model
