// A late write is looked for when memory leaves, or when somebody asks.
// SPDX-License-Identifier: Apache-2.0
#include "host/checks/quarantine.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "host/checks/object_tables.h"

namespace ascendcl::host::checks {
namespace {

constexpr unsigned char kPattern = 0xDB;

size_t quarantine_size() {
    static const size_t bytes = [] {
        constexpr size_t kDefault = size_t{256} << 20;
        const char *text = std::getenv("ASCENDCL_STRICT_QUARANTINE");
        if (text == nullptr || *text == '\0') return kDefault;
        char *end = nullptr;
        errno = 0;
        const unsigned long long number = std::strtoull(text, &end, 10);
        const std::string units = "KMGT";
        size_t shift = 0;
        const auto unit =
            units.find(static_cast<char>(std::toupper(static_cast<unsigned char>(*end))));
        if (*end != '\0' && unit != std::string::npos) {
            shift = 10 * (unit + 1);
            ++end;
        }
        const bool digits = std::isdigit(static_cast<unsigned char>(*text)) != 0;
        if (!digits || errno != 0 || *end != '\0' || number > (SIZE_MAX >> shift)) {
            std::fprintf(stderr,
                         "ASCENDCL_STRICT_QUARANTINE must be a size such as 64M, not \"%s\": taken "
                         "as 256M\n",
                         text);
            return kDefault;
        }
        return static_cast<size_t>(number) << shift;
    }();
    return bytes;
}

using KeptNode = std::map<uintptr_t, KeptAside>::node_type;

std::optional<Violation> late_write(uintptr_t start, const KeptAside &kept) {
    const auto *first = reinterpret_cast<const unsigned char *>(start);
    const auto *last = first + kept.size;
    const auto *found =
        std::find_if(first, last, [](unsigned char byte) { return byte != kPattern; });
    if (found == last) return std::nullopt;
    return Violation{Rule::kStaleHandle,
                     name_of(start, kept) + " was written to at offset " +
                         std::to_string(found - first) + " after it was freed",
                     "it was freed", kept.gone};
}

void give_back(KeptNode node) noexcept {
    try {
        if (const auto found = late_write(node.key(), node.mapped())) observed(*found);
    } catch (const std::bad_alloc &) {
    }
    node.mapped().give_back(reinterpret_cast<void *>(node.key()));
}

// What has to leave so that no more than `room` bytes are kept. The caller holds the lock.
std::vector<KeptNode> take_oldest(Objects &all, size_t room) {
    std::vector<KeptNode> taken;
    while (all.kept_bytes > room && !all.kept_order.empty()) {
        taken.push_back(all.kept.extract(all.kept_order.front()));
        all.kept_order.pop_front();
        all.kept_bytes -= taken.back().mapped().size;
    }
    return taken;
}

void give_back(std::vector<KeptNode> nodes) noexcept {
    for (KeptNode &node : nodes) give_back(std::move(node));
}

}  // namespace

bool keep_aside(void *memory, size_t size, void (*give_back_to)(void *)) noexcept {
    if (!is_strict()) return false;
    Objects &all = objects();
    try {
        KeptAside kept{std::nullopt, here(), size, give_back_to};
        std::vector<KeptNode> too_many;
        {
            const std::lock_guard lock(all.mutex);
            const auto found = all.live.find(memory);
            if (found != all.live.end()) {
                kept.object = std::move(found->second);
                all.live.erase(found);
            }
            const auto *bytes = static_cast<const unsigned char *>(memory);
            all.gears.erase(all.gears.lower_bound(bytes), all.gears.lower_bound(bytes + size));
            if (size > quarantine_size()) return false;
            std::memset(memory, kPattern, size);
            const auto key = reinterpret_cast<uintptr_t>(memory);
            all.kept_order.push_back(key);
            all.kept.insert_or_assign(key, std::move(kept));
            all.kept_bytes += size;
            too_many = take_oldest(all, quarantine_size());
        }
        give_back(std::move(too_many));
        return true;
    } catch (const std::bad_alloc &) {
        return false;
    }
}

void check_late_writes() {
    std::vector<Violation> found;
    {
        Objects &all = objects();
        const std::lock_guard lock(all.mutex);
        for (const auto &[start, kept] : all.kept) {
            if (auto late = late_write(start, kept)) found.push_back(std::move(*late));
        }
    }
    for (const Violation &late : found) observed(late);
}

void empty_quarantine() noexcept {
    std::vector<KeptNode> kept;
    try {
        const std::lock_guard lock(objects().mutex);
        kept = take_oldest(objects(), 0);
    } catch (const std::bad_alloc &) {
    }
    give_back(std::move(kept));
}

}  // namespace ascendcl::host::checks
