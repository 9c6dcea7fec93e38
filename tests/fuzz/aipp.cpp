// Fuzz target: AIPP settings as a program gives them, on pictures of exactly the size that they ask
// for; and parameters as an execution finds them in memory.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "host/model/aipp_check.h"
#include "host/model/aipp_parameters.h"
#include "host/model/aipp_pixels.h"
#include "host/report/report.h"

namespace {

using namespace ascendcl::host;

constexpr uint64_t kMostBytes = 1 << 20;

class Input {
   public:
    Input(const uint8_t *data, size_t size) : data_(data), size_(size) {}

    uint8_t byte() {
        if (size_ == 0) return 0;
        --size_;
        return *data_++;
    }
    // Small and mostly possible, now and then anything.
    int32_t number(int32_t most) {
        const uint8_t kind = byte();
        if (kind != 0xff) return kind % (most + 1);
        int32_t any = 0;
        for (int i = 0; i < 4; ++i)
            any = static_cast<int32_t>(static_cast<uint32_t>(any) << 8 | byte());
        return any;
    }
    float real() {
        const auto bits = static_cast<uint32_t>(number(255)) << 24 | byte();
        float value = 0;
        std::memcpy(&value, &bits, sizeof value);
        return value;
    }

   private:
    const uint8_t *data_;
    size_t size_;
};

model::AippImage image_from(Input &input) {
    model::AippImage image;
    const uint8_t steps = input.byte();
    image.crop = (steps & 1) != 0;
    image.padding = (steps & 2) != 0;
    image.scale = (steps & 0xfc) == 0xfc;
    image.crop_start_w = input.number(16);
    image.crop_start_h = input.number(16);
    image.crop_size_w = input.number(32);
    image.crop_size_h = input.number(32);
    image.padding_top = input.number(8);
    image.padding_bottom = input.number(8);
    image.padding_left = input.number(8);
    image.padding_right = input.number(8);
    for (size_t i = 0; i < 4; ++i) {
        image.mean[i] = static_cast<int16_t>(input.number(255));
        image.minimum[i] = input.real();
        image.reciprocal[i] = input.real();
    }
    return image;
}

model::AippSettings settings_from(Input &input) {
    model::AippSettings settings;
    settings.format = static_cast<aclAippInputFormat>(input.number(15));
    settings.source_w = input.number(48);
    settings.source_h = input.number(48);
    const uint8_t steps = input.byte();
    settings.convert_colour = (steps & 1) != 0;
    settings.swap_rb_or_uv = (steps & 2) != 0;
    settings.swap_ax = (steps & 4) != 0;
    for (auto &row : settings.matrix) {
        for (auto &entry : row) entry = static_cast<int16_t>(input.byte() << 8 | input.byte());
    }
    for (size_t i = 0; i < 3; ++i) {
        settings.input_bias[i] = input.byte();
        settings.output_bias[i] = input.byte();
    }
    settings.padding_value = input.real();
    settings.images.clear();
    const int32_t images = input.byte() % 4;
    for (int32_t i = 0; i < images; ++i) settings.images.push_back(image_from(input));
    return settings;
}

// Half of the time what the first image comes to.
model::AippOutput output_from(Input &input, const model::AippSettings &settings) {
    constexpr aclDataType kTypes[] = {ACL_FLOAT, ACL_FLOAT16, ACL_UINT8};
    model::AippOutput output;
    const uint8_t kind = input.byte();
    output.dtype = kTypes[kind % 3];
    output.channels_last = (kind & 4) != 0;
    output.batch = 1 + (kind >> 3) % 3;
    output.channels = 1 + input.byte() % 4;
    output.width = input.number(64);
    output.height = input.number(64);
    if ((kind & 0x80) == 0) return output;
    try {
        check_settings(settings);
    } catch (const Failure &) {
        return output;
    }
    const model::AippImage &image = settings.images.front();
    const model::AippWindow window = window_of(settings, image, output);
    const int64_t width = int64_t{window.width} + (image.padding ? image.padding_left : 0) +
                          (image.padding ? image.padding_right : 0);
    const int64_t height = int64_t{window.height} + (image.padding ? image.padding_top : 0) +
                           (image.padding ? image.padding_bottom : 0);
    output.width = static_cast<int32_t>(std::clamp<int64_t>(width, 0, 1 << 20));
    output.height = static_cast<int32_t>(std::clamp<int64_t>(height, 0, 1 << 20));
    return output;
}

void run(const model::AippSettings &settings, const model::AippOutput &output) {
    try {
        check_settings(settings, output);
    } catch (const Failure &) {
        return;
    }
    const uint64_t source = source_bytes(settings, output);
    if (source > kMostBytes || byte_size(output) > kMostBytes) return;
    const std::vector<uint8_t> pictures(source, 0x5a);
    std::vector<uint8_t> image(byte_size(output));
    preprocess(settings, output, pictures.data(), image.data());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Input input(data, size);
    const model::AippSettings settings = settings_from(input);
    const model::AippOutput output = output_from(input, settings);
    run(settings, output);
    if (!settings.images.empty()) {
        std::vector<uint8_t> memory(model::aipp_parameter_size(settings.images.size()));
        write_aipp_parameters(settings, memory.data());
        run(model::read_aipp_parameters(memory.data(), memory.size()), output);
    }
    try {
        run(model::read_aipp_parameters(data, size), output);
    } catch (const Failure &) {
        // The one way out for what was not written as parameters are.
    }
    return 0;
}
