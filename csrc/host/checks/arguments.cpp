// One step for each role. What the arguments point to is read only after it has been looked up.
// SPDX-License-Identifier: Apache-2.0
#include "host/checks/arguments.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "acl/acl.h"
#include "host/checks/entry.h"
#include "host/checks/objects.h"
#include "host/checks/ranges.h"
#include "host/report/report.h"

namespace ascendcl::host::checks {
namespace {

// Asking what an address is, is no use of it.
bool only_asks(const char *function) {
    return std::strcmp(function, "aclrtPointerGetAttributes") == 0;
}

const void *address(uintptr_t word) { return reinterpret_cast<const void *>(word); }

size_t product(size_t left, size_t right) {
    size_t result = 0;
    return __builtin_mul_overflow(left, right, &result) ? SIZE_MAX : result;
}

// The arguments of a call, by their places.
class Arguments {
   public:
    Arguments(const Entry &entry, const uintptr_t *words) : entry_(entry), words_(words) {}

    void check(const Argument &argument) const;

   private:
    size_t number(uint8_t place) const { return place == kNoPlace ? 1 : words_[place]; }
    std::string name(uint8_t place) const;
    std::string name(uint8_t place, size_t index) const {
        return name(place) + "[" + std::to_string(index) + "]";
    }
    void check_rows(const Argument &argument) const;
    // The array itself; null where there is none, or where it names nothing.
    const void *const *checked_array(const Argument &argument) const;
    void check_ranges(const Argument &argument) const;

    const Entry &entry_;
    const uintptr_t *words_;
};

std::string Arguments::name(uint8_t place) const {
    const char *start = entry_.parameters;
    for (; place > 0; --place) start = std::strchr(start, ' ') + 1;
    return {start, std::strcspn(start, " ")};
}

void Arguments::check_rows(const Argument &argument) const {
    const size_t width = number(argument.size);
    const size_t height = number(argument.count);
    if (width == 0 || height == 0) return;
    const size_t before = product(height - 1, number(argument.pitch));
    check_range({name(argument.parameter), address(words_[argument.parameter]),
                 before > SIZE_MAX - width ? SIZE_MAX : before + width, argument.is_written});
}

const void *const *Arguments::checked_array(const Argument &argument) const {
    const void *array = address(words_[argument.parameter]);
    const size_t count = number(argument.count);
    check_range({name(argument.parameter), array, product(count, sizeof(void *))});
    return count == 0 ? nullptr : static_cast<const void *const *>(array);
}

void Arguments::check_ranges(const Argument &argument) const {
    const auto *starts = checked_array(argument);
    const auto *sizes = reinterpret_cast<const unsigned char *>(words_[argument.size]);
    if (starts == nullptr || sizes == nullptr) return;
    const size_t count = number(argument.count);
    check_range({name(argument.size), sizes, product(count, argument.width)});
    for (size_t index = 0; index < count; ++index) {
        uint64_t size = 0;  // the host is little-endian
        std::memcpy(&size, sizes + index * argument.width, argument.width);
        check_range({name(argument.parameter, index), starts[index],
                     product(size, argument.element), argument.is_written});
    }
}

void Arguments::check(const Argument &argument) const {
    const uintptr_t word = words_[argument.parameter];
    switch (argument.role) {
        case Role::kHandle:
            return check_handle(name(argument.parameter), argument.kind, address(word));
        case Role::kRange:
            return check_range({name(argument.parameter), address(word),
                                product(number(argument.size), argument.element),
                                argument.is_written});
        case Role::kRows:
            return check_rows(argument);
        case Role::kRanges:
            return check_ranges(argument);
        case Role::kText:
            return check_text(name(argument.parameter), address(word));
        case Role::kBlock:
            return check_block(name(argument.parameter), address(word), argument.element);
        case Role::kCode:
            return check_code(name(argument.parameter), address(word));
        case Role::kCopyKind:
            return check_direction(static_cast<int>(word), address(number(argument.size)),
                                   address(number(argument.count)));
        case Role::kHandles:
        case Role::kTexts:
            break;
    }
    const auto *array = checked_array(argument);
    for (size_t index = 0; array != nullptr && index < number(argument.count); ++index) {
        const std::string each = name(argument.parameter, index);
        if (argument.role == Role::kTexts) {
            check_text(each, array[index]);
        } else {
            check_handle(each, argument.kind, array[index]);
        }
    }
}

}  // namespace

int check_arguments(const Entry &entry, const uintptr_t *words, const void *const *addresses,
                    size_t count) noexcept {
    if (only_asks(entry.name)) return ACL_SUCCESS;
    const int code = guarded(entry.name, [&] {
        std::for_each(addresses, addresses + count, refuse_stale);
        const Arguments arguments(entry, words);
        std::for_each(entry.arguments, entry.arguments + entry.argument_count,
                      [&](const Argument &argument) { arguments.check(argument); });
    });
    // The call may be the last one of the process.
    deliver_reports();
    return code;
}

}  // namespace ascendcl::host::checks
