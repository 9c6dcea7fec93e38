// SPDX-License-Identifier: Apache-2.0
#include "host/engine/narrow_integers.h"

#include <cstdint>
#include <limits>

namespace ascendcl::host::engine {
namespace {

template <typename T>
bool fits(T value) noexcept {
    constexpr auto kGreatest = static_cast<T>(std::numeric_limits<int32_t>::max());
    if constexpr (std::is_signed_v<T>) return value == static_cast<int32_t>(value);
    return value <= kGreatest;
}

template <typename T>
std::optional<std::string> beyond(const ov::Output<const ov::Node> &port, const void *data) {
    const auto *values = static_cast<const T *>(data);
    const size_t count = ov::shape_size(port.get_shape());
    bool all = true;  // without a branch in the loop, so that compilers vectorise it
    for (size_t i = 0; i < count; ++i) all &= fits(values[i]);
    if (all) return {};
    size_t at = 0;
    while (fits(values[at])) ++at;
    return "input '" + port.get_node()->get_friendly_name() + "' holds " +
           std::to_string(values[at]) + " (element " + std::to_string(at) + "): the host runtime " +
           "computes " + port.get_element_type().get_type_name() + " in 32 bits here";
}

}  // namespace

std::optional<std::string> beyond_32_bits(const ov::Output<const ov::Node> &port,
                                          const void *data) {
    switch (port.get_element_type()) {
        case ov::element::i64:
            return beyond<int64_t>(port, data);
        case ov::element::u64:
            return beyond<uint64_t>(port, data);
        case ov::element::u32:
            return beyond<uint32_t>(port, data);
        default:
            return {};
    }
}

}  // namespace ascendcl::host::engine
