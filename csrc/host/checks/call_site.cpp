// Addresses are taken down at once and given names only when somebody reads them.
// SPDX-License-Identifier: Apache-2.0
#include "host/checks/call_site.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>

#include <algorithm>
#include <atomic>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "ascendcl/strict.h"
#include "host/checks/entry.h"

namespace ascendcl::host::checks {
namespace {

constexpr size_t kForeignText = 2048;

std::atomic<ascendclCallSiteProvider> provider{nullptr};

// "name+0x12 (file)", or "file+0x1234" where the file has no name for it: addr2line knows that one.
std::string name_of(const void *address) {
    char text[512];
    Dl_info info = {};
    // One less: a return address may be the first of the next function.
    if (dladdr(static_cast<const char *>(address) - 1, &info) == 0 || info.dli_fname == nullptr) {
        std::snprintf(text, sizeof text, "%p", address);
        return text;
    }
    const auto distance = [&](const void *from) {
        return reinterpret_cast<uintptr_t>(address) - reinterpret_cast<uintptr_t>(from);
    };
    if (info.dli_sname == nullptr) {
        std::snprintf(text, sizeof text, "%s+0x%" PRIxPTR, info.dli_fname,
                      distance(info.dli_fbase));
        return text;
    }
    const std::unique_ptr<char, void (*)(void *)> readable(
        abi::__cxa_demangle(info.dli_sname, nullptr, nullptr, nullptr), std::free);
    std::snprintf(text, sizeof text, "%s+0x%" PRIxPTR " (%s)",
                  readable == nullptr ? info.dli_sname : readable.get(), distance(info.dli_saddr),
                  info.dli_fname);
    return text;
}

}  // namespace

Site capture_site(const char *function, const void *caller) noexcept {
    try {
        auto site = std::make_shared<CallSite>();
        site->function = function;
        site->caller = caller;
        site->frames = {const_cast<void *>(caller)};
        std::array<void *, CallSite::kFrames + 8> all{};  // the first few are our own
        const int count = backtrace(all.data(), static_cast<int>(all.size()));
        const auto end = all.begin() + count;
        const auto first = std::find(all.begin(), end, caller);
        const auto left = std::min<std::ptrdiff_t>(end - first, CallSite::kFrames);
        std::copy_n(first, left, site->frames.begin());
        if (const auto ask = provider.load(std::memory_order_acquire)) {
            char text[kForeignText];
            int is_of_binding = 0;
            const size_t length = ask(text, sizeof text, &is_of_binding);
            site->foreign.assign(text, std::min(length, sizeof text));
            site->is_of_binding = is_of_binding != 0;
        }
        return site;
    } catch (...) {
        return nullptr;
    }
}

Site here() noexcept {
    const Call *call = Call::current();
    return call == nullptr ? nullptr : call->site();
}

std::string describe(const Site &site) {
    if (site == nullptr) return "  (not known)\n";
    std::string text = std::string("  ") + site->function + "\n";
    for (size_t start = 0; start < site->foreign.size();) {
        const size_t end = std::min(site->foreign.find('\n', start), site->foreign.size());
        text += "    " + site->foreign.substr(start, end - start) + "\n";
        start = end + 1;
    }
    for (const void *frame : site->frames) {
        if (frame == nullptr) break;
        text += "    " + name_of(frame) + "\n";
        if (!site->foreign.empty()) break;  // the rest is the other language's interpreter
    }
    return text;
}

size_t hash_of(const Site &site) noexcept {
    if (site == nullptr) return 0;
    return std::hash<std::string>()(site->foreign) * 31 + std::hash<const void *>()(site->caller);
}

}  // namespace ascendcl::host::checks

void ascendclSetCallSiteProvider(ascendclCallSiteProvider provider) {
    ascendcl::host::checks::provider.store(provider, std::memory_order_release);
}
