// Two lanes of multiply-and-fold over 16 bytes at a time.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/content_key.h"

#include <array>
#include <cstring>
#include <random>

namespace ascendcl::host::model {
namespace {

using Seeds = std::array<uint64_t, 6>;

Seeds random_seeds() {
    std::random_device source;
    Seeds seeds;
    for (uint64_t &seed : seeds) seed = (uint64_t{source()} << 32 | source()) | 1;
    return seeds;
}

// Folds the 128-bit product: every bit of both factors reaches every bit of the result.
uint64_t mix(uint64_t a, uint64_t b) noexcept {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

}  // namespace

ContentKey content_key(om::Bytes bytes) {
    static const Seeds seeds = random_seeds();
    uint64_t first = seeds[0];
    uint64_t second = seeds[1];
    const auto absorb = [&](uint64_t low, uint64_t high) {
        first = mix(low ^ seeds[2] ^ first, high ^ seeds[3]) + first;
        second = mix(high ^ seeds[4] ^ second, low ^ seeds[5]) + second;
    };
    size_t offset = 0;
    for (; bytes.size - offset >= 16; offset += 16) {
        absorb(bytes.read<uint64_t>(offset), bytes.read<uint64_t>(offset + 8));
    }
    uint64_t tail[2] = {0, 0};
    std::memcpy(tail, bytes.data + offset, bytes.size - offset);
    absorb(tail[0], tail[1]);
    return {bytes.size, mix(first, seeds[3]), mix(second, seeds[2])};
}

}  // namespace ascendcl::host::model
