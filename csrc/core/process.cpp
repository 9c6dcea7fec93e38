// aclInit, live resources, exit and fork.
// SPDX-License-Identifier: Apache-2.0
#include "core/process.h"

#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/interrupt.h"

namespace ascendcl::core {
namespace {

struct Process {
    std::mutex init_mutex;
    bool initialized = false;
    bool owns_init = false;  // some aclInit of ours was the one that initialised
    size_t references = 0;   // aclInit calls of ours that the library counts

    std::mutex live_mutex;
    std::array<std::unordered_map<const Resource *, std::weak_ptr<Resource>>, Resource::kKinds>
        live;
};

Process &process() {
    // Never destroyed: destructors of late objects still come here.
    static auto &instance = *new Process;
    return instance;
}

std::atomic<bool> was_forked{false};
std::atomic<bool> is_shut_down{false};
std::atomic<bool> contexts_are_gone{false};
std::atomic<size_t> in_flight{0};
std::atomic<FailureSink> failure_sink{nullptr};
thread_local Status to_report;

// What core calls without asking. All functions of the C API are weak references: in a library that
// lacks one, it is null.
Status check_functions() noexcept {
    struct Function {
        bool present;
        const char *name;
    };
#define ASCENDCL_FUNCTION(name) \
    Function { (name) != nullptr, #name }
    const Function needed[] = {
        ASCENDCL_FUNCTION(aclInit),
        ASCENDCL_FUNCTION(aclFinalize),
        ASCENDCL_FUNCTION(aclGetRecentErrMsg),
        ASCENDCL_FUNCTION(aclrtGetCurrentContext),
        ASCENDCL_FUNCTION(aclrtSetCurrentContext),
        ASCENDCL_FUNCTION(aclrtSetDevice),
        ASCENDCL_FUNCTION(aclrtResetDevice),
        ASCENDCL_FUNCTION(aclrtCreateContext),
        ASCENDCL_FUNCTION(aclrtDestroyContext),
        ASCENDCL_FUNCTION(aclrtGetMemInfo),
        ASCENDCL_FUNCTION(aclrtGetDeviceCount),
        ASCENDCL_FUNCTION(aclrtCreateStream),
        ASCENDCL_FUNCTION(aclrtDestroyStream),
        ASCENDCL_FUNCTION(aclrtSynchronizeStream),
        ASCENDCL_FUNCTION(aclrtStreamWaitEvent),
        ASCENDCL_FUNCTION(aclrtCreateEvent),
        ASCENDCL_FUNCTION(aclrtDestroyEvent),
        ASCENDCL_FUNCTION(aclrtRecordEvent),
        ASCENDCL_FUNCTION(aclrtSynchronizeEvent),
        ASCENDCL_FUNCTION(aclrtEventElapsedTime),
        ASCENDCL_FUNCTION(aclrtMalloc),
        ASCENDCL_FUNCTION(aclrtFree),
        ASCENDCL_FUNCTION(aclrtMallocHost),
        ASCENDCL_FUNCTION(aclrtFreeHost),
        ASCENDCL_FUNCTION(aclrtMemcpy),
        ASCENDCL_FUNCTION(aclrtMemset),
        ASCENDCL_FUNCTION(aclrtGetRunMode),
        ASCENDCL_FUNCTION(aclmdlDestroyDesc),
        ASCENDCL_FUNCTION(aclmdlQuerySize),
        ASCENDCL_FUNCTION(aclmdlQuerySizeFromMem),
        ASCENDCL_FUNCTION(aclmdlLoadFromFileWithMem),
        ASCENDCL_FUNCTION(aclmdlLoadFromFile),
        ASCENDCL_FUNCTION(aclmdlLoadFromMemWithMem),
        ASCENDCL_FUNCTION(aclmdlLoadFromMem),
        ASCENDCL_FUNCTION(aclmdlCreateDesc),
        ASCENDCL_FUNCTION(aclmdlGetDesc),
        ASCENDCL_FUNCTION(aclmdlGetNumInputs),
        ASCENDCL_FUNCTION(aclmdlGetInputDimsV2),
        ASCENDCL_FUNCTION(aclmdlGetInputNameByIndex),
        ASCENDCL_FUNCTION(aclmdlGetInputDataType),
        ASCENDCL_FUNCTION(aclmdlGetInputFormat),
        ASCENDCL_FUNCTION(aclmdlGetInputSizeByIndex),
        ASCENDCL_FUNCTION(aclmdlGetNumOutputs),
        ASCENDCL_FUNCTION(aclmdlGetOutputDims),
        ASCENDCL_FUNCTION(aclmdlGetOutputNameByIndex),
        ASCENDCL_FUNCTION(aclmdlGetOutputDataType),
        ASCENDCL_FUNCTION(aclmdlGetOutputFormat),
        ASCENDCL_FUNCTION(aclmdlGetOutputSizeByIndex),
        ASCENDCL_FUNCTION(aclmdlCreateDataset),
        ASCENDCL_FUNCTION(aclCreateDataBuffer),
        ASCENDCL_FUNCTION(aclUpdateDataBuffer),
        ASCENDCL_FUNCTION(aclGetDataBufferAddr),
        ASCENDCL_FUNCTION(aclGetDataBufferSizeV2),
        ASCENDCL_FUNCTION(aclmdlAddDatasetBuffer),
        ASCENDCL_FUNCTION(aclmdlDestroyDataset),
        ASCENDCL_FUNCTION(aclDestroyDataBuffer),
        ASCENDCL_FUNCTION(aclCreateTensorDesc),
        ASCENDCL_FUNCTION(aclDestroyTensorDesc),
        ASCENDCL_FUNCTION(aclGetTensorDescNumDims),
        ASCENDCL_FUNCTION(aclGetTensorDescDimV2),
        ASCENDCL_FUNCTION(aclDataTypeSize),
        ASCENDCL_FUNCTION(aclmdlSetDatasetTensorDesc),
        ASCENDCL_FUNCTION(aclmdlGetDatasetTensorDesc),
        ASCENDCL_FUNCTION(aclmdlGetDynamicBatch),
        ASCENDCL_FUNCTION(aclmdlGetDynamicHW),
        ASCENDCL_FUNCTION(aclmdlGetInputDynamicGearCount),
        ASCENDCL_FUNCTION(aclmdlGetInputDynamicDims),
        ASCENDCL_FUNCTION(aclmdlSetDynamicBatchSize),
        ASCENDCL_FUNCTION(aclmdlSetDynamicHWSize),
        ASCENDCL_FUNCTION(aclmdlSetInputDynamicDims),
        ASCENDCL_FUNCTION(aclmdlGetCurOutputDims),
        ASCENDCL_FUNCTION(aclmdlUnload),
        ASCENDCL_FUNCTION(aclmdlExecute),
        ASCENDCL_FUNCTION(aclmdlExecuteAsync),
    };
#undef ASCENDCL_FUNCTION
    for (const Function &function : needed) {
        if (!function.present) return {ACL_ERROR_API_NOT_SUPPORT, function.name};
    }
    return {};
}

// How long the release at exit waits for work that has not ended, all in all.
constexpr std::chrono::seconds kExitPatience{5};

// Once per process and short, so it may poll. False when that takes too long, or is interrupted.
bool wait_for_flights() noexcept {
    while (in_flight.load() != 0) {
        if (left_at_exit() <= 1 || is_interrupted()) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

Status unfinished() noexcept { return {kUnfinished, "the release at exit"}; }

// The caller holds init_mutex.
Status call_init(Process &state) noexcept {
    const aclError code = aclInit(nullptr);
    if (code != ACL_SUCCESS && code != ACL_ERROR_REPEAT_INITIALIZE) return {code, "aclInit"};
    if (code == ACL_SUCCESS) state.owns_init = true;
    // Somebody else's aclInit is no failure of ours: drop the message that it left.
    if (code == ACL_ERROR_REPEAT_INITIALIZE) aclGetRecentErrMsg();
    ++state.references;
    state.initialized = true;
    return {};
}

void finalize(Process &state) noexcept {
    std::lock_guard lock(state.init_mutex);
    if (aclFinalizeReference != nullptr) {
        while (state.references > 0 && aclFinalizeReference(nullptr) == ACL_SUCCESS) {
            --state.references;
        }
    } else if (state.owns_init) {
        aclFinalize();  // somebody may have finalized before us: nothing to report
    }
    state.initialized = false;
    state.references = 0;
    state.owns_init = false;
}

using IsLostToFork = int (*)();
IsLostToFork is_lost_to_fork = nullptr;  // looked up before any fork: a child may find no loader

void before_fork() noexcept {
    process().init_mutex.lock();
    process().live_mutex.lock();
}

void after_fork() noexcept {
    process().live_mutex.unlock();
    process().init_mutex.unlock();
}

void in_child() noexcept {
    const bool is_lost =
        is_lost_to_fork == nullptr ? process().initialized : is_lost_to_fork() != 0;
    if (is_lost) was_forked.store(true, std::memory_order_relaxed);
    in_flight = 0;  // those of threads that the child does not have
    after_fork();
}

}  // namespace

Status watch_forks() noexcept {
    is_lost_to_fork = reinterpret_cast<IsLostToFork>(dlsym(RTLD_DEFAULT, "ascendclIsLostToFork"));
    static const int registered = pthread_atfork(before_fork, after_fork, in_child);
    return {registered == 0 ? ACL_SUCCESS : ACL_ERROR_BAD_ALLOC, "pthread_atfork"};
}

bool forked() noexcept { return was_forked.load(std::memory_order_relaxed); }

bool nothing_to_release() noexcept { return forked() || contexts_are_gone.load(); }

InFlight::InFlight() noexcept { in_flight.fetch_add(1); }

InFlight::~InFlight() { in_flight.fetch_sub(1); }

Status usable() noexcept {
    if (forked()) return {kForked, ""};
    if (is_shut_down.load()) return {kShutDown, ""};
    return {};
}

Status initialize() noexcept {
    if (Status status = usable(); !status.ok()) return status;
    Process &state = process();
    std::lock_guard lock(state.init_mutex);
    if (state.initialized) return {};
    if (Status status = check_functions(); !status.ok()) return status;
    return call_init(state);
}

Status initialize_again() noexcept {
    if (Status status = usable(); !status.ok()) return status;
    Process &state = process();
    std::lock_guard lock(state.init_mutex);
    return call_init(state);
}

void track(Resource::Kind kind, const std::shared_ptr<Resource> &resource) {
    Process &state = process();
    std::lock_guard lock(state.live_mutex);
    state.live[static_cast<size_t>(kind)].emplace(resource.get(), resource);
}

void untrack(Resource::Kind kind, const Resource *resource) noexcept {
    if (forked()) return;
    Process &state = process();
    std::lock_guard lock(state.live_mutex);
    state.live[static_cast<size_t>(kind)].erase(resource);
}

std::array<size_t, Resource::kKinds> live_counts() noexcept {
    std::array<size_t, Resource::kKinds> counts{};
    if (forked()) return counts;
    Process &state = process();
    std::lock_guard lock(state.live_mutex);
    for (size_t kind = 0; kind < Resource::kKinds; ++kind) counts[kind] = state.live[kind].size();
    return counts;
}

void set_failure_sink(FailureSink sink) noexcept { failure_sink.store(sink); }

void report(Status status) noexcept {
    const Status earlier = std::exchange(to_report, Status{});
    const FailureSink sink = failure_sink.load();
    if (forked() || sink == nullptr) return;
    if (!earlier.ok()) sink(earlier);
    if (!status.ok()) sink(status);
}

void report_later(Status status) noexcept {
    if (to_report.ok()) to_report = status;
}

void keep_message(Status failed, std::string &message) noexcept {
    const char *text = failed.code > 0 ? aclGetRecentErrMsg() : nullptr;
    if (text == nullptr) return;
    try {
        message = text;
    } catch (const std::bad_alloc &) {  // the code remains
    }
}

void shut_down() noexcept {
    if (forked() || is_shut_down.exchange(true)) return;
    set_exit_deadline(std::chrono::steady_clock::now() + kExitPatience);
    if (!wait_for_flights()) return report(unfinished());  // leak rather than dangle
    Process &state = process();
    for (size_t kind = 0; kind < Resource::kKinds; ++kind) {
        std::vector<std::shared_ptr<Resource>> alive;
        if (kind == static_cast<size_t>(Resource::Kind::kContext)) {
            contexts_are_gone = true;
            if (!wait_for_flights()) return report(unfinished());
        }
        try {
            std::lock_guard lock(state.live_mutex);
            for (auto &[address, weak] : state.live[kind]) {
                if (auto resource = weak.lock()) alive.push_back(std::move(resource));
            }
        } catch (const std::bad_alloc &) {
            return;  // leak rather than dangle
        }
        // Without the lock: closing one may destroy others.
        for (auto &resource : alive) {
            const Status status = resource->close();
            report(status);
            // Who is told to hurry waits for nothing more.
            if (status.code == kInterrupted) set_exit_deadline(std::chrono::steady_clock::now());
        }
    }
    finalize(state);
}

}  // namespace ascendcl::core
