// The count, and what is checked of a configuration. Of all that it may set, only the default
// device has an effect.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/init.h"

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "host/checks/leaks.h"
#include "host/checks/strict.h"
#include "host/report/report.h"
#include "host/runtime/context.h"
#include "host/runtime/device.h"
#include "host/runtime/fork.h"
#include "host/runtime/json.h"
#include "host/runtime/notice.h"

namespace ascendcl::host {
namespace {

constexpr std::streamoff kMaxConfigSize = 10 * 1024 * 1024;

struct State {
    std::recursive_mutex mutex;
    uint64_t count = 0;
    bool finalized = false;
    checks::Site first_init;
    std::optional<std::string> first_config;  // all later ones must be the same
};

State &state() {
    static auto &only =
        *new State;  // leaks on purpose: aclFinalize may come from a late destructor
    return only;
}

std::atomic<bool> initialized{false};

std::string read_config(const char *path) {
    const std::unique_ptr<char, void (*)(void *)> resolved(::realpath(path, nullptr), std::free);
    std::ifstream file;
    if (resolved != nullptr) file.open(resolved.get(), std::ios::binary | std::ios::ate);
    const std::streamoff size = file.is_open() ? std::streamoff(file.tellg()) : -1;
    if (size < 0) {
        throw Failure{ACL_ERROR_INVALID_FILE, std::string("cannot open ") + path};
    }
    if (size > kMaxConfigSize) {
        throw Failure{ACL_ERROR_INVALID_FILE, std::string(path) + " is larger than 10 MiB"};
    }
    file.seekg(0);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (file.bad()) throw Failure{ACL_ERROR_INVALID_FILE, std::string("cannot read ") + path};
    return text;
}

// A device id, written as a string of digits.
int32_t device_id_of(const json::Value &value) {
    const bool digits = value.type == json::Value::Type::kString && !value.string.empty() &&
                        value.string.size() <= 9 &&
                        value.string.find_first_not_of("0123456789") == std::string::npos;
    require(digits, "defaultDevice.default_device must be a string of digits");
    return std::stoi(value.string);
}

void check_config(const json::Value &config) {
    using Type = json::Value::Type;
    if (const json::Value *sizes = config.member("StackSize")) {
        require(sizes->type == Type::kObject, "StackSize must be an object", ACL_ERROR_FAILURE);
        for (const auto &[name, size] : sizes->object) {
            require(size.type == Type::kNumber && size.number > 0,
                    "a stack size must be a number above 0", ACL_ERROR_FAILURE);
        }
    }
    if (const json::Value *dump = config.member("dump")) {
        require(dump->type == Type::kObject, "dump must be an object",
                ACL_ERROR_INVALID_DUMP_CONFIG);
    }
    if (const json::Value *profiler = config.member("profiler")) {
        const json::Value *on = profiler->member("switch");
        require(profiler->type == Type::kObject &&
                    (on == nullptr || on->string == "on" || on->string == "off"),
                "profiler must be an object, its switch \"on\" or \"off\"",
                ACL_ERROR_INVALID_PROFILING_CONFIG);
    }
    const json::Value *device = config.member("defaultDevice");
    const json::Value *id = device == nullptr ? nullptr : device->member("default_device");
    if (device != nullptr) {
        require(device->type == Type::kObject, "defaultDevice must be an object");
        set_fallback_device(id == nullptr ? -1 : device_id_of(*id));
    }
}

void check_ended_once() {
    if (!checks::is_strict() || checks::is_of_binding(state().first_init)) return;
    // A binding cannot know whether the program will call, or has called, aclInit by itself.
    if (checks::is_of_binding(checks::here())) return;
    checks::violated({checks::Rule::kInitAndFinalize,
                      "aclFinalize ends what aclInit was called for twice",
                      "aclInit was called first", state().first_init, ACL_ERROR_REPEAT_INITIALIZE});
}

void finalize_locked() {
    state().count = 0;
    state().finalized = true;
    initialized.store(false, std::memory_order_release);
    set_fallback_device(-1);
}

}  // namespace

void initialize(const char *config_path) {
    refuse_forked_child();
    const std::lock_guard lock(state().mutex);
    if (state().count > 0) {
        ++state().count;
        throw Failure{ACL_ERROR_REPEAT_INITIALIZE, "aclInit was called before; this does no harm"};
    }
    if (config_path != nullptr && *config_path != '\0') {
        const std::string text = read_config(config_path);
        require(!state().first_config || *state().first_config == text,
                "the configuration differs from the one of the first aclInit of this process");
        const auto config = text.empty() ? json::Value{} : json::parse(text);
        require(config.has_value(), "the configuration is no JSON, or is nested deeper than 10",
                ACL_ERROR_PARSE_FILE);
        check_config(*config);
        state().first_config = text;
    }
    show_devices();
    state().first_init = checks::here();
    state().count = 1;
    state().finalized = false;
    initialized.store(true, std::memory_order_release);
    give_notice_once();
}

void finalize() {
    const std::lock_guard lock(state().mutex);
    require(state().count > 0 || !state().finalized, "aclFinalize was called before",
            ACL_ERROR_REPEAT_FINALIZE);
    if (state().count > 1) check_ended_once();
    checks::check_leaks();
    finalize_locked();
}

uint64_t finalize_one() {
    const std::lock_guard lock(state().mutex);
    require(state().count > 0, "nothing is initialised", ACL_ERROR_REPEAT_FINALIZE);
    if (state().count == 1) {
        checks::check_leaks();
        finalize_locked();
    } else {
        --state().count;
    }
    return state().count;
}

bool is_initialized() noexcept { return initialized.load(std::memory_order_acquire); }

}  // namespace ascendcl::host
