// Devices from the environment; capacity accounting.
// SPDX-License-Identifier: Apache-2.0
#include "host/runtime/device.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "host/report/report.h"
#include "host/runtime/fork.h"

namespace ascendcl::host {
namespace {

std::atomic<bool> hidden{false};

int32_t devices_of_machine() {
    const char *text = std::getenv("ASCENDCL_HOST_DEVICES");
    if (text == nullptr || *text == '\0') return 1;
    char *end = nullptr;
    errno = 0;
    const long count = std::strtol(text, &end, 10);
    if (errno != 0 || *end != '\0' || count < 1 || count > kMaxDevices) {
        throw Failure{ACL_ERROR_RT_DEV_SETUP_ERROR,
                      std::string("ASCENDCL_HOST_DEVICES must be 1..64, not \"") + text + "\""};
    }
    return static_cast<int32_t>(count);
}

// A container may have less memory than the machine.
uint64_t memory_limit() {
    std::ifstream file("/sys/fs/cgroup/memory.max");
    uint64_t limit = 0;
    return file >> limit ? limit : UINT64_MAX;  // "max" is no number
}

uint64_t memory_of_machine() {
    const long pages = sysconf(_SC_PHYS_PAGES);
    const long page_size = sysconf(_SC_PAGESIZE);
    if (pages <= 0 || page_size <= 0) return uint64_t{4} << 30;
    return std::min(static_cast<uint64_t>(pages) * static_cast<uint64_t>(page_size),
                    memory_limit());
}

uint64_t memory_per_device(int32_t devices) {
    const char *text = std::getenv("ASCENDCL_HOST_MEMORY");
    if (text == nullptr || *text == '\0') {
        return memory_of_machine() / 2 / static_cast<uint64_t>(devices);
    }
    char *end = nullptr;
    errno = 0;
    const unsigned long long number = std::strtoull(text, &end, 10);
    int shift = 0;
    if (*end != '\0') {
        const char *suffixes = "KMGT";
        const char *found = std::strchr(suffixes, std::toupper(static_cast<unsigned char>(*end)));
        shift = found == nullptr ? -1 : 10 * static_cast<int>(found - suffixes + 1);
        ++end;
    }
    const bool digits = std::isdigit(static_cast<unsigned char>(text[0])) != 0;
    if (!digits || errno != 0 || shift < 0 || *end != '\0' || number == 0 ||
        number > (UINT64_MAX >> shift)) {
        throw Failure{
            ACL_ERROR_RT_DEV_SETUP_ERROR,
            std::string("ASCENDCL_HOST_MEMORY must be a size such as 512M or 4G, not \"") + text +
                "\""};
    }
    return static_cast<uint64_t>(number) << shift;
}

// Physical ids in the order of their ids in this process.
std::vector<int32_t> visible_devices(int32_t devices) {
    std::vector<int32_t> visible;
    const char *text = std::getenv("ASCEND_RT_VISIBLE_DEVICES");
    if (text == nullptr) {
        for (int32_t id = 0; id < devices; ++id) visible.push_back(id);
        return visible;
    }
    uint64_t seen = 0;
    while (*text != '\0') {
        char *end = nullptr;
        const long id = std::strtol(text, &end, 10);
        if (end == text || id < 0 || id >= devices || (seen >> id & 1) != 0) break;
        seen |= uint64_t{1} << id;
        visible.push_back(static_cast<int32_t>(id));
        while (*end == ' ') ++end;
        if (*end != ',') break;
        text = end + 1;
    }
    return visible;
}

// FNV-1a, as this is no secret.
uint64_t hash_of(const std::string &text) {
    uint64_t hash = 0xCBF29CE484222325;
    for (const char one : text) hash = (hash ^ static_cast<unsigned char>(one)) * 0x100000001B3;
    return hash;
}

std::string name_of_machine() {
    std::string name;
    if (std::ifstream("/etc/machine-id") >> name) return name;
    char host[256] = {};
    return gethostname(host, sizeof host - 1) == 0 ? host : "";
}

struct Devices {
    Devices() {
        const int32_t machine = devices_of_machine();
        const uint64_t capacity = memory_per_device(machine);
        for (const int32_t physical : visible_devices(machine)) {
            auto one = std::make_unique<Device>();
            one->id = static_cast<int32_t>(list.size());
            one->physical_id = physical;
            one->capacity = capacity;
            list.push_back(std::move(one));
        }
        watch_forks();
    }
    std::vector<std::unique_ptr<Device>> list;
};

const Devices &devices() {
    static const auto &all =
        *new Devices;  // leaks on purpose: worker threads outlive static objects
    return all;
}

}  // namespace

void Device::reserve_memory(size_t bytes) {
    uint64_t used = used_.load(std::memory_order_relaxed);
    do {
        if (bytes > capacity - used) {
            throw Failure{ACL_ERROR_RT_MEMORY_ALLOCATION,
                          "device " + std::to_string(id) + " has " +
                              std::to_string(capacity - used) + " of " + std::to_string(capacity) +
                              " bytes free, " + std::to_string(bytes) +
                              " are needed (ASCENDCL_HOST_MEMORY sets the capacity)"};
        }
    } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
    uint64_t peak = peak_.load(std::memory_order_relaxed);
    while (peak < used + bytes &&
           !peak_.compare_exchange_weak(peak, used + bytes, std::memory_order_relaxed)) {
    }
    allocations_.fetch_add(1, std::memory_order_relaxed);
}

void Device::release_memory(size_t bytes) noexcept {
    used_.fetch_sub(bytes, std::memory_order_relaxed);
    allocations_.fetch_sub(1, std::memory_order_relaxed);
}

uint32_t core_count() { return std::max(1U, std::thread::hardware_concurrency()); }

void hide_devices() noexcept { hidden.store(true, std::memory_order_relaxed); }

void show_devices() noexcept { hidden.store(false, std::memory_order_relaxed); }

bool devices_are_hidden() noexcept { return hidden.load(std::memory_order_relaxed); }

int32_t device_count() {
    return devices_are_hidden() ? 0 : static_cast<int32_t>(devices().list.size());
}

Device &device(int32_t id) {
    if (devices_are_hidden()) {
        throw Failure{ACL_ERROR_RT_INVALID_DEVICEID,
                      "there is no NPU, and the host runtime, which was not asked for, has no "
                      "device before aclInit (ASCENDCL_RUNTIME=host asks for it)"};
    }
    const auto &list = devices().list;
    if (id < 0 || static_cast<size_t>(id) >= list.size()) {
        throw Failure{ACL_ERROR_RT_INVALID_DEVICEID, "device id " + std::to_string(id) +
                                                         " is not below the device count " +
                                                         std::to_string(list.size())};
    }
    return *list[static_cast<size_t>(id)];
}

void device_uuid(const Device &device, char *bytes) {
    const uint64_t machine = hash_of(name_of_machine());
    std::copy_n("acl-host", 8, bytes);
    std::memcpy(bytes + 8, &machine, 7);
    bytes[15] = static_cast<char>(device.physical_id);
}

}  // namespace ascendcl::host
