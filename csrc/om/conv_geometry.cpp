// What a convolution kernel's immediates say: a walk over the code that follows 64-bit registers
// as MOV and MOVK fill them, 16 bits at a time.
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "om/kernels.h"

namespace ascendcl::om {

namespace {

constexpr size_t kRegisters = 32;
constexpr uint32_t kMoveImmediate = 0x07;  // top byte of MOV and MOVK
// A move from a register (bits 12..16) to the special register FMATRIX; seen before every LOAD3D of
// the 310B4 and SS928 kernels at hand.
constexpr uint32_t kMoveToFmatrix = 0x02140900;
constexpr uint32_t kMoveToFmatrixMask = 0xFFFE0FFF;
constexpr int64_t kToTheEnd = 255;  // a bottom padding that stands for "whatever is left"

int64_t bits(uint64_t value, unsigned first, unsigned count) noexcept {
    return static_cast<int64_t>((value >> first) & ((1ULL << count) - 1));
}

// The operand of LOAD3D.
struct Load3d {
    int64_t stride_w, stride_h, filter_w, filter_h, dilation_w, dilation_h, channels;

    explicit Load3d(uint64_t value) noexcept
        : stride_w(bits(value, 0, 6)),
          stride_h(bits(value, 6, 6)),
          filter_w(bits(value, 12, 8)),
          filter_h(bits(value, 20, 8)),
          dilation_w(bits(value, 28, 8)),
          dilation_h(bits(value, 36, 8)),
          channels(bits(value, 48, 16)) {}

    // Registers pass through half-written states; those lack a stride or a dilation.
    bool has_window(int64_t kh, int64_t kw) const noexcept {
        return filter_h == kh && filter_w == kw && stride_w > 0 && stride_h > 0 && dilation_w > 0 &&
               dilation_h > 0;
    }

    bool same_steps(const Load3d &other) const noexcept {
        return stride_w == other.stride_w && stride_h == other.stride_h &&
               dilation_w == other.dilation_w && dilation_h == other.dilation_h;
    }
};

// The special register with the input's size and padding.
struct Fmatrix {
    int64_t width, height, left, right, top, bottom;

    explicit Fmatrix(uint64_t value) noexcept
        : width(bits(value, 0, 16)),
          height(bits(value, 16, 16)),
          left(bits(value, 32, 8)),
          right(bits(value, 40, 8)),
          top(bits(value, 48, 8)),
          bottom(bits(value, 56, 8)) {}

    // A padding as wide as the dilated window would make outputs of padding alone.
    bool fits(const ConvGeometry &geometry, int64_t kh, int64_t kw) const noexcept {
        const int64_t reach_h = geometry.dilation_h * (kh - 1);
        const int64_t reach_w = geometry.dilation_w * (kw - 1);
        return width > 0 && height > 0 && left <= reach_w && right <= reach_w && top <= reach_h &&
               (bottom <= reach_h || bottom == kToTheEnd);
    }
};

enum class Event { kRegisterWritten, kFmatrixWritten };

// Calls `visit(event, value)` along the code.
template <typename Visit>
void walk(Bytes code, Visit visit) {
    std::array<uint64_t, kRegisters> registers{};
    for (uint64_t at = 0; code.contains(at, sizeof(uint32_t)); at += sizeof(uint32_t)) {
        const auto word = code.read<uint32_t>(at);
        if (word >> 24 == kMoveImmediate) {
            const unsigned shift = 16 * ((word >> 22) & 3);
            uint64_t &target = registers[(word >> 17) & 31];
            const bool keep = ((word >> 16) & 1) != 0;
            const uint64_t kept = keep ? target & ~(0xFFFFULL << shift) : 0;
            target = kept | (static_cast<uint64_t>(word & 0xFFFF) << shift);
            visit(Event::kRegisterWritten, target);
        } else if ((word & kMoveToFmatrixMask) == kMoveToFmatrix) {
            visit(Event::kFmatrixWritten, registers[(word >> 12) & 31]);
        }
    }
}

// The one LOAD3D operand of that window; nullopt for none and for several that disagree.
std::optional<Load3d> find_load3d(Bytes code, int64_t kh, int64_t kw) {
    std::optional<Load3d> complete;  // with a channel size, the last lane to be written
    std::optional<Load3d> partial;
    bool complete_differ = false;
    bool partial_differ = false;
    walk(code, [&](Event event, uint64_t value) {
        const Load3d config(value);
        if (event != Event::kRegisterWritten || !config.has_window(kh, kw)) return;
        auto &found = config.channels > 0 ? complete : partial;
        auto &differ = config.channels > 0 ? complete_differ : partial_differ;
        if (found && !found->same_steps(config)) differ = true;
        found = config;
    });
    if (complete) return complete_differ ? std::nullopt : complete;
    return partial_differ ? std::nullopt : partial;
}

void keep_largest(std::optional<int64_t> &kept, int64_t value) {
    if (!kept || value > *kept) kept = value;
}

}  // namespace

std::optional<ConvGeometry> decode_conv_geometry(Bytes elf, int64_t kh, int64_t kw) {
    const Bytes code = text_section(elf);
    const auto config = find_load3d(code, kh, kw);
    if (!config) return std::nullopt;
    ConvGeometry geometry;
    geometry.stride_h = config->stride_h;
    geometry.stride_w = config->stride_w;
    geometry.dilation_h = config->dilation_h;
    geometry.dilation_w = config->dilation_w;
    walk(code, [&](Event event, uint64_t value) {
        if (event != Event::kFmatrixWritten) return;
        const Fmatrix matrix(value);
        if (!matrix.fits(geometry, kh, kw)) return;
        keep_largest(geometry.input_w, matrix.width);
        keep_largest(geometry.input_h, matrix.height);
        keep_largest(geometry.pad_left, matrix.left);
        keep_largest(geometry.pad_right, matrix.right);
        keep_largest(geometry.pad_top, matrix.top);
        if (matrix.bottom != kToTheEnd) keep_largest(geometry.pad_bottom, matrix.bottom);
    });
    return geometry;
}

}  // namespace ascendcl::om
