// The look at each element: by its bits, block by block, so that compilers vectorise it.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/real_numbers.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

#include "host/report/report.h"

namespace ascendcl::host::model {
namespace {

constexpr char kVariable[] = "ASCENDCL_HOST_CHECK";

// Magnitudes are ordered as their bits are: infinity is the first that is no number, NaNs follow.
template <typename Bits>
std::optional<size_t> first_past(Bits most, const void *data, size_t count) {
    constexpr size_t kBlock = 1024;
    constexpr Bits kMagnitude = std::numeric_limits<Bits>::max() >> 1;  // all but the sign
    const auto *bytes = static_cast<const uint8_t *>(data);
    const auto magnitude = [bytes](size_t i) {
        Bits bits;
        std::memcpy(&bits, bytes + i * sizeof bits, sizeof bits);
        return static_cast<Bits>(bits & kMagnitude);
    };
    for (size_t begin = 0; begin < count; begin += kBlock) {
        const size_t end = std::min(begin + kBlock, count);
        Bits largest = 0;
        for (size_t i = begin; i < end; ++i) largest = std::max(largest, magnitude(i));
        if (largest <= most) continue;
        for (size_t i = begin; i < end; ++i)
            if (magnitude(i) > most) return i;
    }
    return std::nullopt;
}

// `infinity` has the bits of the type's infinity.
template <typename Bits>
void require(RealCheck check, Bits infinity, const std::string &tensor, const void *data,
             size_t size, aclError code) {
    const auto most = static_cast<Bits>(infinity - (check == RealCheck::kFinite ? 1 : 0));
    const auto found = first_past(most, data, size / sizeof(Bits));
    if (!found) return;
    Bits bits;
    std::memcpy(&bits, static_cast<const uint8_t *>(data) + *found * sizeof bits, sizeof bits);
    const Bits magnitude = bits & (std::numeric_limits<Bits>::max() >> 1);
    const char *value = magnitude > infinity ? "nan" : (magnitude == bits ? "inf" : "-inf");
    throw Failure{code, tensor + " is " + value + " at element " + std::to_string(*found) +
                            ", and " + kVariable + "=" +
                            (check == RealCheck::kNan ? "nan" : "finite") + " refuses it"};
}

}  // namespace

RealCheck real_check() {
    const char *text = std::getenv(kVariable);
    const std::string_view word = text == nullptr ? "" : text;
    if (word.empty()) return RealCheck::kOff;
    if (word == "nan") return RealCheck::kNan;
    if (word == "finite") return RealCheck::kFinite;
    throw Failure{ACL_ERROR_FAILURE,
                  std::string(kVariable) + "='" + text + "' is not known: nan and finite are"};
}

void require_numbers(RealCheck check, const std::string &tensor, aclDataType dtype,
                     const void *data, size_t size, aclError code) {
    if (check == RealCheck::kOff || data == nullptr) return;
    switch (dtype) {
        case ACL_FLOAT:
            return require<uint32_t>(check, 0x7f800000, tensor, data, size, code);
        case ACL_FLOAT16:
            return require<uint16_t>(check, 0x7c00, tensor, data, size, code);
        case ACL_BF16:
            return require<uint16_t>(check, 0x7f80, tensor, data, size, code);
        case ACL_DOUBLE:
            return require<uint64_t>(check, 0x7ff0000000000000, tensor, data, size, code);
        default:
            return;
    }
}

}  // namespace ascendcl::host::model
