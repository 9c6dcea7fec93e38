// One session under one lock: its file and the started configurations. Each report is written at
// once, in whole lines.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/profiling.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>

#include "host/checks/trace.h"
#include "host/checks/whole_file.h"
#include "host/model/subscription.h"
#include "host/report/report.h"

namespace ascendcl::host::model {
namespace {

constexpr uint64_t kOpTimes = ACL_PROF_TASK_TIME | ACL_PROF_TASK_TIME_L0 | ACL_PROF_TASK_TIME_L2 |
                              ACL_PROF_TASK_TIME_L3 | ACL_PROF_AICORE_METRICS;

// Of a started configuration, which may be destroyed meanwhile.
struct Wanted {
    std::vector<uint32_t> devices;
    uint64_t data_types;
};

struct Session {
    std::mutex mutex;
    checks::WholeFile file;
    bool is_open = false;
    bool is_complete = true;  // nothing was left out for want of room
    std::map<const aclprofConfig *, Wanted> started;

    // Whether a started configuration asks for any of these data types, of this device.
    bool wants(uint64_t data_types, int32_t device) const noexcept {
        return std::any_of(started.begin(), started.end(), [&](const auto &entry) {
            const auto &[devices, asked_for] = entry.second;
            const auto id = static_cast<uint32_t>(device);
            return (asked_for & data_types) != 0 &&
                   (device < 0 || std::find(devices.begin(), devices.end(), id) != devices.end());
        });
    }

    void require_open() const {
        require(is_open, "no profiling session is open (aclprofInit)", ACL_ERROR_PROF_NOT_RUN);
    }
};

Session &session() {
    static auto &only = *new Session;  // leaks on purpose: worker threads outlive static objects
    return only;
}

std::string quoted(const std::string &text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string result = "\"";
    for (const char character : text) {
        if (character == '"') result += '"';
        result += character;
    }
    return result + '"';
}

// `device` and `model_id` in words: empty for none.
std::string line(const char *kind, const std::string &device, const std::string &model_id,
                 const std::string &name, const std::string &type, uint64_t begin, uint64_t end) {
    return std::string(kind) + ',' + device + ',' + model_id + ',' + quoted(name) + ',' +
           quoted(type) + ',' + std::to_string(begin) + ',' + std::to_string(end - begin) + '\n';
}

void write_locked(const std::string &lines) noexcept {
    if (!session().is_complete) return;  // what follows a gap would mislead
    session().is_complete = session().file.append(lines) == 0;
}

std::string path_in(const std::string &folder, int number) {
    return folder + "/op_summary_" + std::to_string(::getpid()) + "_" + std::to_string(number) +
           ".csv";
}

void stop_locked(std::map<const aclprofConfig *, Wanted>::iterator config) {
    session().started.erase(config);
    change_observers(-1);
}

}  // namespace

void open_session(const std::string &folder) {
    const std::lock_guard lock(session().mutex);
    require(!session().is_open, "a profiling session is open", ACL_ERROR_PROF_ALREADY_RUN);
    require(!has_any_subscription(), "a model has a subscription: use one of the two",
            ACL_ERROR_PROF_API_CONFLICT);
    int number = 1;
    int failure = 0;
    // Of this process, or of one that had the same number.
    while ((failure = session().file.create(path_in(folder, number))) == EEXIST) ++number;
    if (failure != 0) {
        throw Failure{ACL_ERROR_INVALID_FILE,
                      "cannot write " + path_in(folder, number) + ": " + std::strerror(failure)};
    }
    session().is_open = session().is_complete = true;
    write_locked("kind,device,model_id,name,type,start_ns,duration_ns\n");
}

void close_session() {
    const std::lock_guard lock(session().mutex);
    session().require_open();
    while (!session().started.empty()) stop_locked(session().started.begin());
    session().file.close();
    session().is_open = false;
    require(session().is_complete, "some results could not be written: no room for them",
            ACL_ERROR_PROFILING_FAILURE);
}

void start_profiling(const aclprofConfig *config) {
    const std::lock_guard lock(session().mutex);
    session().require_open();
    Wanted wanted{config->devices, config->data_types};
    const bool is_new = session().started.emplace(config, std::move(wanted)).second;
    require(is_new, "the configuration is started", ACL_ERROR_PROF_ALREADY_RUN);
    change_observers(1);
}

void stop_profiling(const aclprofConfig *config) {
    const std::lock_guard lock(session().mutex);
    session().require_open();
    const auto found = session().started.find(config);
    require(found != session().started.end(), "the configuration was not started",
            ACL_ERROR_PROF_NOT_RUN);
    stop_locked(found);
}

bool is_session_open() noexcept {
    const std::lock_guard lock(session().mutex);
    return session().is_open;
}

bool wants_op_times(uint32_t model_id, int32_t device) noexcept {
    if (has_subscription(model_id)) return true;
    const std::lock_guard lock(session().mutex);
    return session().wants(kOpTimes, device);
}

void report_run(const Run &run) noexcept {
    deliver(run.model_id, run.ops);
    const std::lock_guard lock(session().mutex);
    if (!session().wants(kOpTimes, run.device)) return;
    try {
        const std::string device = std::to_string(run.device);
        const std::string model_id = std::to_string(run.model_id);
        std::string lines =
            line("execution", device, model_id, run.model_name, "", run.begin, run.end);
        for (const OpSpan &op : run.ops) {
            lines += line("op", device, model_id, op.name, op.type, op.begin, op.end);
        }
        write_locked(lines);
    } catch (const std::bad_alloc &) {  // lines are missing; the execution is none the worse
    }
}

void record(uint64_t data_type, const char *kind, int32_t device, const std::string &name,
            uint64_t begin, uint64_t end) noexcept {
    const std::lock_guard lock(session().mutex);
    if (!session().wants(data_type, device)) return;
    try {
        const std::string on = device < 0 ? "" : std::to_string(device);
        write_locked(line(kind, on, "", name, "", begin, end));
    } catch (const std::bad_alloc &) {  // as above
    }
}

uint64_t profiling_clock() noexcept { return checks::TraceSlice::now(); }

}  // namespace ascendcl::host::model
