// Setters and getters of the C ABI that keep a value and answer it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/report/report.h"

namespace ascendcl::host {

// The field may be one of a base.
template <typename Object, typename Owner, typename Field>
aclError set_field(const char *function, Object *object, Field Owner::*field, Field value) {
    return guarded(function, [&] {
        require(object != nullptr, "the description is null");
        object->*field = value;
    });
}

// Getters have no code: of a null object they answer what a fresh field holds.
template <typename Object, typename Owner, typename Field>
Field get_field(const Object *object, Field Owner::*field) noexcept {
    return object != nullptr ? object->*field : Field{};
}

}  // namespace ascendcl::host
