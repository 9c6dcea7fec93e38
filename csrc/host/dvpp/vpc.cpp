// The rules of VPC's operations; what is documented for one family of chips alone is in
// docs/media.md.
// SPDX-License-Identifier: Apache-2.0
#include "host/dvpp/vpc.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "host/dvpp/geometry.h"
#include "host/dvpp/media_library.h"
#include "host/dvpp/task.h"
#include "host/report/report.h"

namespace ascendcl::host::dvpp {
namespace {

using media::Area;

constexpr uint32_t kMostShrinking = 32;
constexpr uint32_t kMostGrowing = 16;

size_t bytes_of(const PictureFields &picture) noexcept {
    return static_cast<size_t>(
        size_of(picture.format, picture.width_stride, picture.height_stride));
}

// The input as it is when the task runs. Where the output shares memory with it, which no document
// defines, it is read before anything is written.
class Input {
   public:
    Input(const PictureFields &picture, const PictureFields &output)
        : view_(view_of(picture)), bytes_(shared_bytes(picture, output)) {}

    const media::Picture &view() const noexcept { return view_; }

    template <typename Use>
    void read(const Use &use) const {
        if (bytes_ == 0) return use(view_);
        const uint8_t *const memory = view_.planes[0];
        std::vector<uint8_t> copy(memory, memory + bytes_);
        media::Picture moved = view_;
        for (uint8_t *&plane : moved.planes) plane = copy.data() + (plane - memory);
        use(moved);
    }

   private:
    static size_t shared_bytes(const PictureFields &picture, const PictureFields &output) noexcept {
        const size_t bytes = bytes_of(picture);
        const auto from = reinterpret_cast<uintptr_t>(picture.data);
        const auto to = reinterpret_cast<uintptr_t>(output.data);
        return from < to + bytes_of(output) && to < from + bytes ? bytes : 0;
    }

    media::Picture view_;
    size_t bytes_;  // 0 where nothing is shared
};

struct Step {
    Input source;
    Area from;
    media::Picture target;
    Area to;
    std::optional<media::Border> border;
    uint8_t border_value[4];
};

Area area_of(const acldvppRoiConfig *area, const media::Picture &picture, const char *name) {
    if (area == nullptr) return {0, 0, picture.width, picture.height};
    const auto fail = [&](const std::string &how) {
        return invalid(std::string(name) + " is left " + std::to_string(area->left) + ", right " +
                       std::to_string(area->right) + ", top " + std::to_string(area->top) +
                       ", bottom " + std::to_string(area->bottom) + ", all inside: " + how);
    };
    if (area->right < area->left || area->bottom < area->top) throw fail("it is turned around");
    if (area->right >= picture.width || area->bottom >= picture.height) {
        throw fail("the picture has " + std::to_string(picture.width) + " x " +
                   std::to_string(picture.height) + " pixels");
    }
    return {area->left, area->top, area->right - area->left + 1, area->bottom - area->top + 1};
}

void require_ratio(const char *side, uint32_t from, uint32_t to) {
    if (uint64_t{to} * kMostShrinking >= from && to <= uint64_t{from} * kMostGrowing) return;
    throw invalid(std::string("the ") + side + " goes from " + std::to_string(from) + " to " +
                  std::to_string(to) + " pixels: at most 32 times smaller, 16 times greater");
}

media::Interpolation filter_of(uint32_t number) {
    switch (number) {
        case 0:  // the chip's own filter, which nobody has published: ours
        case 1:
        case 5:
            return media::Interpolation::kBilinear;
        case 2:
            return media::Interpolation::kNearest;
        case 3:
            return media::Interpolation::kBilinearTensorflow;
        case 4:
            return media::Interpolation::kNearestTensorflow;
        default:
            throw invalid("there is no interpolation " + std::to_string(number));
    }
}

bool is_rgb(const media::Picture &picture) {
    return picture.layout == media::Layout::kPackedRgb ||
           picture.layout == media::Layout::kPackedArgb;
}

uint8_t value_of(double value) {
    if (value >= 0 && value <= 255) return static_cast<uint8_t>(value + 0.5);
    throw invalid("a value of a border goes from 0 to 255, it is " + std::to_string(value));
}

media::Border border_of(acldvppBorderType type) {
    switch (type) {
        case BORDER_CONSTANT:
            return media::Border::kConstant;
        case BORDER_REPLICATE:
            return media::Border::kReplicate;
        case BORDER_REFLECT:
            return media::Border::kReflect;
        case BORDER_REFLECT_101:
            return media::Border::kReflect101;
    }
    throw invalid("there is no border type " + std::to_string(type));
}

Step step_of(const Placement &placement) {
    require(placement.source != nullptr && placement.target != nullptr, "a picture is null");
    require_picture(*placement.source, Unit::kVpcInput, "the input picture");
    require_picture(*placement.target, Unit::kVpcOutput, "the output picture");
    Step step{Input(*placement.source, *placement.target), {}, {}, {}, {}, {}};
    step.target = view_of(*placement.target);
    step.from = area_of(placement.crop, step.source.view(), "the crop area");
    step.to = area_of(placement.paste, step.target, "the paste area");
    require_ratio("width", step.from.width, step.to.width);
    require_ratio("height", step.from.height, step.to.height);
    if (placement.border != nullptr) {
        step.border = border_of(placement.border->type);
        for (size_t k = 0; k < 4; ++k) step.border_value[k] = value_of(placement.border->value[k]);
    }
    return step;
}

// Values of a border are YUV where both pictures are, else RGB: those of a YUV output are
// converted.
void convert_border(media::Media &by_pixels, Step &step, media::Matrix matrix) {
    if (!step.border || !is_rgb(step.source.view()) || is_rgb(step.target)) return;
    uint8_t converted[3];
    const media::Picture from{
        media::Layout::kPackedRgb, {step.border_value, nullptr}, {4, 0}, 1, 1, {0, 1, 2, 3}};
    const media::Picture to{
        media::Layout::kPacked444, {converted, nullptr}, {3, 0}, 1, 1, {0, 1, 2, 3}};
    constexpr Area kOne = {0, 0, 1, 1};
    by_pixels.place(from, kOne, to, kOne, media::Interpolation::kNearest, matrix);
    std::copy(std::begin(converted), std::end(converted), std::begin(step.border_value));
}

MemoryUse use_of(const char *name, const PictureFields &picture, bool is_written) {
    return {name, picture.data, bytes_of(picture), is_written};
}

}  // namespace

uint32_t interpolation_of(const acldvppResizeConfig *config) {
    require(config != nullptr, "resizeConfig is null");
    return config->interpolation;
}

void place(const char *function, const acldvppChannelDesc *channel,
           const std::vector<Placement> &placements, uint32_t interpolation, aclrtStream stream) {
    require_channel(channel, DVPP_CHNMODE_VPC);
    const media::Interpolation by = filter_of(interpolation);
    const auto matrix = static_cast<media::Matrix>(channel->matrix);
    media::Media &by_pixels = pixels();
    std::vector<Step> steps;
    std::vector<MemoryUse> uses;
    std::vector<acldvppPicDesc *> written;
    for (const Placement &placement : placements) {
        steps.push_back(step_of(placement));
        convert_border(by_pixels, steps.back(), matrix);
        uses.push_back(use_of("the input picture", *placement.source, false));
        uses.push_back(use_of("the output picture", *placement.target, true));
        written.push_back(placement.target);
    }
    submit(function, stream, std::move(uses), written,
           [&by_pixels, by, matrix, steps = std::move(steps)] {
               for (const Step &step : steps) {
                   step.source.read([&](const media::Picture &source) {
                       by_pixels.place(source, step.from, step.target, step.to, by, matrix);
                   });
                   if (!step.border) continue;
                   by_pixels.draw_border(step.target, step.to, *step.border, step.border_value);
               }
           });
}

void halve(const char *function, const acldvppChannelDesc *channel, acldvppPicDesc &source,
           acldvppPicDesc &target, aclrtStream stream) {
    require_channel(channel, DVPP_CHNMODE_VPC);
    for (const acldvppPicDesc *each : {&source, &target}) {
        if (each->format == PIXEL_FORMAT_YUV_400) continue;
        throw invalid("a pyramid is made of PIXEL_FORMAT_YUV_400, given " + name_of(each->format));
    }
    require_picture(source, Unit::kVpcInput, "the input picture");
    require_picture(target, Unit::kVpcOutput, "the output picture");
    if (source.width < 20 || source.height < 12 || source.width > 2048 || source.height > 2048) {
        throw invalid("a pyramid is made of 20 x 12 to 2048 x 2048 pixels, given " +
                      std::to_string(source.width) + " x " + std::to_string(source.height));
    }
    if (target.width != source.width / 2 || target.height != source.height / 2) {
        throw invalid("the output has half of the sides, " + std::to_string(source.width / 2) +
                      " x " + std::to_string(source.height / 2) + " pixels, given " +
                      std::to_string(target.width) + " x " + std::to_string(target.height));
    }
    media::Media &by_pixels = pixels();
    submit(function, stream,
           {use_of("the input picture", source, false), use_of("the output picture", target, true)},
           {&target}, [&by_pixels, input = Input(source, target), to = view_of(target)] {
               input.read([&](const media::Picture &from) { by_pixels.halve(from, to); });
           });
}

}  // namespace ascendcl::host::dvpp
