// Fuzz target: descriptions of pictures, areas and settings as a program gives them, through every
// operation of VPC. Guard bytes stand around the output, and the input stays as it is.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"

namespace {

constexpr size_t kGuard = 128;
constexpr uint8_t kGuardByte = 0xa5;
constexpr uint32_t kMostBytes = 1 << 16;  // of a picture

void expect(bool holds) {
    if (!holds) std::abort();
}

class Input {
   public:
    Input(const uint8_t *data, size_t size) : data_(data), size_(size) {}

    uint8_t byte() {
        if (size_ == 0) return 0;
        --size_;
        return *data_++;
    }
    // Small and mostly possible, now and then anything.
    uint32_t number(uint32_t most) {
        const uint8_t kind = byte();
        if (kind != 0xff) return kind % (most + 1);
        uint32_t any = 0;
        for (int i = 0; i < 4; ++i) any = any << 8 | byte();
        return any;
    }

   private:
    const uint8_t *data_;
    size_t size_;
};

acldvppPixelFormat format_from(Input &input) {
    const uint8_t number = input.byte() % 36;
    if (number == 33) return PIXEL_FORMAT_YUV_SEMIPLANAR_440;
    if (number == 34) return PIXEL_FORMAT_YVU_SEMIPLANAR_440;
    if (number == 35) return PIXEL_FORMAT_UNKNOWN;
    return static_cast<acldvppPixelFormat>(number);
}

// A picture of exactly the size that its description states, in memory that ends behind a guard.
class Picture {
   public:
    explicit Picture(Input &input) : desc_(acldvppCreatePicDesc()) {
        const acldvppPixelFormat format = format_from(input);
        const uint32_t width = input.number(80);
        const uint32_t height = input.number(60);
        const uint32_t width_stride = width * (1 + input.byte() % 4) + input.number(20);
        const uint32_t height_stride = height + input.number(8);
        // Mostly enough for any format; else whatever the input says.
        const uint64_t enough = uint64_t{width_stride} * height_stride * 3;
        const uint32_t asked =
            input.byte() % 8 == 0 ? input.number(255) << 8 : static_cast<uint32_t>(enough);
        size_ = std::min(asked, kMostBytes);
        expect(acldvppMalloc(&block_, size_ + 2 * kGuard) == ACL_SUCCESS);
        std::memset(block_, kGuardByte, size_ + 2 * kGuard);
        for (uint32_t i = 0; i < size_; ++i) data()[i] = static_cast<uint8_t>(i * 7);
        expect(acldvppSetPicDescData(desc_, data()) == ACL_SUCCESS);
        expect(acldvppSetPicDescSize(desc_, size_) == ACL_SUCCESS);
        expect(acldvppSetPicDescFormat(desc_, format) == ACL_SUCCESS);
        expect(acldvppSetPicDescWidth(desc_, width) == ACL_SUCCESS);
        expect(acldvppSetPicDescHeight(desc_, height) == ACL_SUCCESS);
        expect(acldvppSetPicDescWidthStride(desc_, width_stride) == ACL_SUCCESS);
        expect(acldvppSetPicDescHeightStride(desc_, height_stride) == ACL_SUCCESS);
    }
    ~Picture() {
        for (size_t i = 0; i < kGuard; ++i) {
            expect(data()[-1 - static_cast<ptrdiff_t>(i)] == kGuardByte);
            expect(data()[size_ + i] == kGuardByte);
        }
        expect(acldvppFree(block_) == ACL_SUCCESS);
        expect(acldvppDestroyPicDesc(desc_) == ACL_SUCCESS);
    }
    Picture(const Picture &) = delete;
    Picture &operator=(const Picture &) = delete;

    acldvppPicDesc *get() const noexcept { return desc_; }
    void require_unchanged() const {
        for (uint32_t i = 0; i < size_; ++i) expect(data()[i] == static_cast<uint8_t>(i * 7));
    }

   private:
    uint8_t *data() const noexcept { return static_cast<uint8_t *>(block_) + kGuard; }

    acldvppPicDesc *desc_;
    void *block_ = nullptr;
    uint32_t size_ = 0;
};

acldvppRoiConfig *area_from(Input &input) {
    const uint32_t left = input.number(80);
    const uint32_t top = input.number(60);
    return acldvppCreateRoiConfig(left, left + input.number(80), top, top + input.number(60));
}

struct Settings {
    explicit Settings(Input &input)
        : crop(area_from(input)),
          paste(area_from(input)),
          resize(acldvppCreateResizeConfig()),
          border(acldvppCreateBorderConfig()) {
        acldvppSetResizeConfigInterpolation(resize, input.number(6));
        acldvppSetBorderConfigBorderType(border, static_cast<acldvppBorderType>(input.byte() % 5));
        acldvppSetBorderConfigLeft(border, input.number(20));
        acldvppSetBorderConfigRight(border, input.number(20));
        acldvppSetBorderConfigTop(border, input.number(20));
        acldvppSetBorderConfigBottom(border, input.number(20));
        acldvppSetBorderConfigValue(border, 0, input.number(300));
    }
    ~Settings() {
        expect(acldvppDestroyRoiConfig(crop) == ACL_SUCCESS);
        expect(acldvppDestroyRoiConfig(paste) == ACL_SUCCESS);
        expect(acldvppDestroyResizeConfig(resize) == ACL_SUCCESS);
        expect(acldvppDestroyBorderConfig(border) == ACL_SUCCESS);
    }
    Settings(const Settings &) = delete;
    Settings &operator=(const Settings &) = delete;

    acldvppRoiConfig *crop;
    acldvppRoiConfig *paste;
    acldvppResizeConfig *resize;
    acldvppBorderConfig *border;
};

acldvppChannelDesc *channels[6];  // one a matrix
aclrtStream stream = nullptr;

aclError call(uint8_t operation, acldvppChannelDesc *channel, const Picture &from,
              const Picture &to, const Settings &by) {
    switch (operation % 8) {
        case 0:
            return acldvppVpcResizeAsync(channel, from.get(), to.get(), by.resize, stream);
        case 1:
            return acldvppVpcCropAsync(channel, from.get(), to.get(), by.crop, stream);
        case 2:
            return acldvppVpcCropResizeAsync(channel, from.get(), to.get(), by.crop, by.resize,
                                             stream);
        case 3:
            return acldvppVpcCropAndPasteAsync(channel, from.get(), to.get(), by.crop, by.paste,
                                               stream);
        case 4:
            return acldvppVpcCropResizePasteAsync(channel, from.get(), to.get(), by.crop, by.paste,
                                                  by.resize, stream);
        case 5:
            return acldvppVpcConvertColorAsync(channel, from.get(), to.get(), stream);
        case 6:
            return acldvppVpcMakeBorderAsync(channel, from.get(), to.get(), by.border, stream);
        default:
            return acldvppVpcPyrDownAsync(channel, from.get(), to.get(), nullptr, stream);
    }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int *, char ***) {
    expect(aclInit(nullptr) == ACL_SUCCESS);
    expect(aclrtSetDevice(0) == ACL_SUCCESS);
    expect(aclrtCreateStream(&stream) == ACL_SUCCESS);
    for (uint32_t matrix = 0; matrix < 6; ++matrix) {
        acldvppChannelDesc *channel = acldvppCreateChannelDesc();
        expect(acldvppSetChannelDescParam(channel, ACL_DVPP_CSC_MATRIX_UINT32, sizeof matrix,
                                          &matrix) == ACL_SUCCESS);
        expect(acldvppCreateChannel(channel) == ACL_SUCCESS);
        channels[matrix] = channel;
    }
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Input input(data, size);
    const uint8_t operation = input.byte();
    acldvppChannelDesc *const channel = channels[input.byte() % 6];
    const Picture from(input);
    const Picture to(input);
    const Settings by(input);
    const aclError code = call(operation, channel, from, to, by);
    expect(aclrtSynchronizeStream(stream) == ACL_SUCCESS);
    from.require_unchanged();
    if (code != ACL_SUCCESS) {
        const char *why = aclGetRecentErrMsg();
        expect(code == ACL_ERROR_INVALID_PARAM && why != nullptr && why[0] != '\0');
    }
    return 0;
}
