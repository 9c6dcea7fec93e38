// Objects of one kind made at one place are one line: a loop that forgets makes a short list.
// SPDX-License-Identifier: Apache-2.0
#include "host/checks/leaks.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "host/checks/object_tables.h"
#include "host/checks/quarantine.h"

namespace ascendcl::host::checks {
namespace {

constexpr size_t kListed = 20;

// The rule that is broken if there is still one at aclFinalize.
Rule rule_of_leak(ObjectKind kind) {
    switch (kind) {
        case ObjectKind::kOutputMemory:
            return Rule::kOutputOfRuntime;
        case ObjectKind::kContext:
        case ObjectKind::kModel:
            return Rule::kInitAndFinalize;
        default:
            return Rule::kLeak;
    }
}

// The objects of a kind that one place has made.
struct Group {
    ObjectKind kind;
    Site made;
    size_t place;
    std::string first;  // the name of one
    size_t count = 0;
    size_t bytes = 0;
};

std::string text_of_group(const Group &group) {
    std::string text = group.first;
    if (group.count > 1) {
        text = std::to_string(group.count) + " x " + text_of(group.kind).name;
        if (is_memory(group.kind)) text += ", " + std::to_string(group.bytes) + " bytes in all";
    }
    return text + ", made here:\n" + describe(group.made);
}

std::vector<Group> groups() {
    std::vector<Group> all;
    const std::lock_guard lock(objects().mutex);
    for (const auto &[handle, object] : objects().live) {
        if (object.is_lent) continue;
        const size_t place = hash_of(object.made);
        auto found = std::find_if(all.begin(), all.end(), [&, kind = object.kind](const Group &g) {
            return g.kind == kind && g.place == place;
        });
        if (found == all.end()) {
            found = all.insert(found, {object.kind, object.made, place, name_of(handle, object)});
        }
        ++found->count;
        found->bytes += object.size;
    }
    std::sort(all.begin(), all.end(), [](const Group &a, const Group &b) {
        return std::tuple(a.kind, b.bytes, b.count, a.place) <
               std::tuple(b.kind, a.bytes, a.count, b.place);
    });
    return all;
}

// `tell` gets a violation for each rule that the groups break.
template <typename Tell>
void tell_of(const std::vector<Group> &left, const char *when, Tell tell) {
    const auto check = [&](Rule rule, const std::string &what) {
        std::string text;
        size_t places = 0;
        for (const Group &group : left) {
            if (rule_of_leak(group.kind) != rule || ++places > kListed) continue;
            text += "\n" + text_of_group(group);
            text.pop_back();
        }
        if (places > kListed) {
            text += "\nand more from " + std::to_string(places - kListed) + " other places";
        }
        if (places > 0) tell(Violation{rule, what + text});
    };
    check(Rule::kLeak, std::string(when) + " there is still");
    check(Rule::kOutputOfRuntime, std::string(when) + " there is still, allocated for an output,");
    check(Rule::kInitAndFinalize, std::string(when) + " there is still in use");
}

// The device's, which nobody has created and which goes with the process.
bool is_default_context(const Group &group) {
    return group.kind == ObjectKind::kContext &&
           (group.made == nullptr || std::strcmp(group.made->function, "aclrtCreateContext") != 0);
}

void tell_at_exit() {
    if (!is_strict()) return;
    check_late_writes();
    std::vector<Group> left = groups();
    left.erase(std::remove_if(left.begin(), left.end(), is_default_context), left.end());
    tell_of(left, "at the end of the process, without aclFinalize,",
            [](const Violation &violation) { observed(violation); });
}

}  // namespace

void check_leaks() {
    if (!is_strict()) return;
    check_late_writes();
    tell_of(groups(), "at aclFinalize", [](const Violation &violation) { violated(violation); });
    // It has been said; the end of the process need not say it again.
    std::lock_guard lock(objects().mutex);
    for (auto &[handle, object] : objects().live) object.is_lent = true;
}

void check_leaks_at_exit() noexcept {
    static const bool registered = std::atexit(tell_at_exit) == 0;
    (void)registered;
}

}  // namespace ascendcl::host::checks
