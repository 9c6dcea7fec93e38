// SPDX-License-Identifier: Apache-2.0
#include "host/engine/narrow_integers.h"

#include <cstdint>
#include <limits>

#include "host/engine/wide_integers.h"

namespace ascendcl::host::engine {
namespace {

template <typename T>
bool fits(T value) noexcept {
    constexpr auto kGreatest = static_cast<T>(std::numeric_limits<int32_t>::max());
    if constexpr (std::is_signed_v<T>) return value == static_cast<int32_t>(value);
    return value <= kGreatest;
}

}  // namespace

std::optional<std::string> beyond_32_bits(const ov::Output<const ov::Node> &port,
                                          const void *data) {
    const ov::element::Type type = port.get_element_type();
    if (type == ov::element::i32) return {};
    return with_wide_integers(type, data, [&](const auto *values) -> std::optional<std::string> {
        using T = std::decay_t<decltype(*values)>;
        const auto at = first_unfit(values, ov::shape_size(port.get_shape()), fits<T>);
        if (!at) return {};
        return "input '" + port.get_node()->get_friendly_name() + "' holds " +
               std::to_string(values[*at]) + " (element " + std::to_string(*at) +
               "): the host runtime computes " + type.get_type_name() + " in 32 bits here";
    });
}

}  // namespace ascendcl::host::engine
