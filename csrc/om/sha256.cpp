// Blocks of 64 bytes; the last ones carry a 1 bit, zeros and the length in bits.
// SPDX-License-Identifier: Apache-2.0
#include "om/sha256.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace ascendcl::om {
namespace {

constexpr size_t kBlock = 64;

// Fractional parts of the cube roots of the first 64 primes.
constexpr uint32_t kRounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

using State = std::array<uint32_t, 8>;

// Fractional parts of the square roots of the first 8 primes.
constexpr State kStart = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

uint32_t rotated(uint32_t word, int bits) noexcept { return word >> bits | word << (32 - bits); }

void absorb(State &state, const uint8_t *block) noexcept {
    uint32_t words[64];
    for (size_t i = 0; i < 16; ++i) {
        uint32_t word;
        std::memcpy(&word, block + 4 * i, sizeof word);
        words[i] = __builtin_bswap32(word);  // both architectures are little-endian
    }
    for (size_t i = 16; i < 64; ++i) {
        const uint32_t a = words[i - 15];
        const uint32_t b = words[i - 2];
        words[i] = words[i - 16] + words[i - 7] + (rotated(a, 7) ^ rotated(a, 18) ^ a >> 3) +
                   (rotated(b, 17) ^ rotated(b, 19) ^ b >> 10);
    }
    State s = state;
    for (size_t i = 0; i < 64; ++i) {
        const uint32_t first = s[7] + (rotated(s[4], 6) ^ rotated(s[4], 11) ^ rotated(s[4], 25)) +
                               ((s[4] & s[5]) ^ (~s[4] & s[6])) + kRounds[i] + words[i];
        const uint32_t second = (rotated(s[0], 2) ^ rotated(s[0], 13) ^ rotated(s[0], 22)) +
                                ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        s = {first + second, s[0], s[1], s[2], s[3] + first, s[4], s[5], s[6]};
    }
    for (size_t i = 0; i < s.size(); ++i) state[i] += s[i];
}

}  // namespace

std::string sha256(Bytes bytes) {
    State state = kStart;
    size_t done = 0;
    for (; bytes.size - done >= kBlock; done += kBlock) absorb(state, bytes.data + done);
    uint8_t last[2 * kBlock] = {};
    const size_t left = bytes.size - done;
    if (left != 0) std::memcpy(last, bytes.data + done, left);
    last[left] = 0x80;
    const size_t end = left + 9 <= kBlock ? kBlock : 2 * kBlock;
    const uint64_t bits = __builtin_bswap64(uint64_t{bytes.size} * 8);
    std::memcpy(last + end - sizeof bits, &bits, sizeof bits);
    for (size_t at = 0; at < end; at += kBlock) absorb(state, last + at);
    std::string digits;
    for (const uint32_t word : state) {
        for (int shift = 28; shift >= 0; shift -= 4)
            digits += "0123456789abcdef"[word >> shift & 15];
    }
    return digits;
}

}  // namespace ascendcl::om
