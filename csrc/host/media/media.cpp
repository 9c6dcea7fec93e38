// The one symbol of libascendcl_media.so.
// SPDX-License-Identifier: Apache-2.0
#include "host/media/media.h"

#include <algorithm>

#include "host/media/border.h"
#include "host/media/channels.h"
#include "host/media/halve.h"
#include "host/media/place.h"

namespace ascendcl::host::media {
namespace {

class Pixels final : public Media {
   public:
    void place(const Picture &source, const Area &from, const Picture &target, const Area &to,
               Interpolation interpolation, Matrix matrix) noexcept override {
        media::place(channels_of(source), from, channels_of(target), to, interpolation, matrix);
    }

    void interleave(const Planes &source, const Picture &target, Matrix matrix) noexcept override {
        copy(source, channels_of(source), target, channels_of(target), matrix);
    }

    void split(const Picture &source, const Planes &target, Matrix matrix) noexcept override {
        copy(source, channels_of(source), target, channels_of(target), matrix);
    }

    void draw_border(const Picture &target, const Area &inside, Border border,
                     const uint8_t (&value)[4]) noexcept override {
        media::draw_border(channels_of(target), inside, border, value);
    }

    void halve(const Picture &source, const Picture &target) noexcept override {
        media::halve(channels_of(source).channel[0], channels_of(target).channel[0]);
    }

   private:
    template <typename Source, typename Target>
    static void copy(const Source &source, const Channels &from, const Target &target,
                     const Channels &to, Matrix matrix) noexcept {
        const Area both = {0, 0, std::min(source.width, target.width),
                           std::min(source.height, target.height)};
        media::place(from, both, to, both, Interpolation::kBilinear, matrix);
    }
};

}  // namespace
}  // namespace ascendcl::host::media

extern "C" __attribute__((visibility("default"))) ascendcl::host::media::Media *ascendclMedia(
    uint32_t abi) {
    static ascendcl::host::media::Pixels pixels;
    return abi == ascendcl::host::media::kMediaAbi ? &pixels : nullptr;
}
