// Fuzz target: a picture's header and its decoding through the C ABI, with a codec that makes of
// the input whatever it likes, or libturbojpeg.so.0 where there is one. The first byte chooses.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "ascendcl/codec.h"

namespace {

constexpr uint32_t kMostPicture = 4U << 20;  // bytes that an output may have

void expect(bool holds) {
    if (!holds) std::abort();
}

// What the codec of this file gives: sizes as promised or not.
struct Wanted {
    ascendclPlanes planes;
    uint32_t width;
    uint32_t height;
    bool fails;
} wanted;

int decode(void *, ascendclCodecKind, const uint8_t *bytes, size_t size, ascendclFrameSink sink,
           void *to, char *why, size_t why_size) {
    if (wanted.fails) {
        std::snprintf(why, why_size, "refused");
        return 1;
    }
    // Each byte of the input is touched, and each plane has exactly what it is to have.
    unsigned sum = 0;
    for (size_t i = 0; i < size; ++i) sum += bytes[i];
    const size_t pixel = wanted.planes == ASCENDCL_PLANES_RGB    ? 3
                         : wanted.planes == ASCENDCL_PLANES_RGBA ? 4
                                                                 : 1;
    const bool is_halved_across =
        wanted.planes == ASCENDCL_PLANES_420 || wanted.planes == ASCENDCL_PLANES_422;
    const bool is_halved_down =
        wanted.planes == ASCENDCL_PLANES_420 || wanted.planes == ASCENDCL_PLANES_440;
    const bool is_quartered = wanted.planes == ASCENDCL_PLANES_411;
    const size_t across = is_quartered ? 4 : is_halved_across ? 2 : 1;
    const size_t down = is_halved_down ? 2 : 1;
    ascendclFrame frame{};
    frame.planes = wanted.planes;
    frame.width = wanted.width;
    frame.height = wanted.height;
    std::vector<uint8_t> memory[3];
    for (size_t i = 0; i < 3; ++i) {
        const bool is_chroma = i != 0;
        if (is_chroma && (pixel != 1 || wanted.planes == ASCENDCL_PLANES_GRAY)) break;
        const size_t row = is_chroma ? (wanted.width + across - 1) / across : wanted.width * pixel;
        const size_t rows = is_chroma ? (wanted.height + down - 1) / down : wanted.height;
        memory[i].assign(row * rows, static_cast<uint8_t>(sum));
        frame.data[i] = memory[i].data();
        frame.stride[i] = row;
    }
    sink(to, &frame);
    return 0;
}

int encode(void *, const ascendclEncoding *, const ascendclFrame *, ascendclBytesSink, void *,
           char *, size_t) {
    return 1;
}
int open_stream(void *, ascendclCodecKind, const ascendclEncoding *, void **, char *, size_t) {
    return 1;
}
int send_packet(void *, void *, const uint8_t *, size_t, uint64_t, ascendclFrameSink, void *,
                char *, size_t) {
    return 1;
}
int send_frame(void *, void *, const ascendclFrame *, int, ascendclBytesSink, void *, char *,
               size_t) {
    return 1;
}
void close_stream(void *, void *) {}

constexpr ascendclCodec kCodec{
    sizeof(ascendclCodec), "the fuzzer's", nullptr,     &decode,      &encode,
    &open_stream,          &send_packet,   &send_frame, &close_stream};

acldvppChannelDesc *channel = nullptr;

constexpr acldvppPixelFormat kFormats[] = {
    PIXEL_FORMAT_UNKNOWN,
    PIXEL_FORMAT_YUV_SEMIPLANAR_420,
    PIXEL_FORMAT_YVU_SEMIPLANAR_420,
    PIXEL_FORMAT_YUV_SEMIPLANAR_422,
    PIXEL_FORMAT_YUV_SEMIPLANAR_444,
    PIXEL_FORMAT_YUV_SEMIPLANAR_440,
    PIXEL_FORMAT_YUV_400,
    PIXEL_FORMAT_RGB_888,
};

struct Answers {
    uint32_t width = 0, height = 0, bytes = 0;
    int32_t components = 0;
    acldvppJpegFormat sampling = ACL_JPEG_CSS_UNKNOWN;
};

ascendclPlanes planes_of(const Answers &found, bool is_png) {
    if (is_png) return found.components == 4 ? ASCENDCL_PLANES_RGBA : ASCENDCL_PLANES_RGB;
    switch (found.sampling) {
        case ACL_JPEG_CSS_444:
            return ASCENDCL_PLANES_444;
        case ACL_JPEG_CSS_422:
            return ASCENDCL_PLANES_422;
        case ACL_JPEG_CSS_420:
            return ASCENDCL_PLANES_420;
        case ACL_JPEG_CSS_440:
            return ASCENDCL_PLANES_440;
        default:
            return ASCENDCL_PLANES_GRAY;
    }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int *, char ***) {
    expect(aclInit(nullptr) == ACL_SUCCESS);
    expect(aclrtSetDevice(0) == ACL_SUCCESS);
    channel = acldvppCreateChannelDesc();
    expect(acldvppCreateChannel(channel) == ACL_SUCCESS);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 3) return 0;
    const uint8_t choice = data[0];
    const uint8_t other = data[1];
    const uint8_t *const bytes = data + 2;
    const auto count = static_cast<uint32_t>(size - 2);
    const acldvppPixelFormat format = kFormats[choice % 8];

    const bool is_png = (choice & 8) != 0;
    Answers found;
    aclError code = is_png ? acldvppPngGetImageInfo(bytes, count, &found.width, &found.height,
                                                    &found.components)
                           : acldvppJpegGetImageInfoV2(bytes, count, &found.width, &found.height,
                                                       &found.components, &found.sampling);
    if (code != ACL_SUCCESS) return 0;
    code = is_png ? acldvppPngPredictDecSize(bytes, count, format, &found.bytes)
                  : acldvppJpegPredictDecSize(bytes, count, format, &found.bytes);
    if (code != ACL_SUCCESS || found.bytes > kMostPicture) return 0;

    // The sizes upright, or as they are stored where that is told by chance.
    wanted = {planes_of(found, is_png), found.width, found.height, other % 32 == 31};
    if ((other & 32) != 0) wanted.planes = static_cast<ascendclPlanes>(other % 8);
    if ((other & 64) != 0) wanted = {wanted.planes, found.height, found.width, wanted.fails};
    expect(ascendclRegisterCodec((choice & 16) != 0 ? nullptr : &kCodec) == ACL_SUCCESS);

    void *source = nullptr;
    void *target = nullptr;
    expect(acldvppMalloc(&source, count) == ACL_SUCCESS);
    expect(acldvppMalloc(&target, found.bytes) == ACL_SUCCESS);
    std::memcpy(source, bytes, count);
    acldvppPicDesc *const picture = acldvppCreatePicDesc();
    acldvppSetPicDescData(picture, target);
    acldvppSetPicDescSize(picture, found.bytes - (other & 1));
    acldvppSetPicDescFormat(picture, format);
    if ((choice & 32) != 0) {
        acldvppSetPicDescWidthStride(picture, (found.width + 63) / 64 * 64);
        acldvppSetPicDescHeightStride(picture, (found.height + 15) / 16 * 16);
    }
    code = is_png ? acldvppPngDecodeAsync(channel, source, count, picture, nullptr)
                  : acldvppJpegDecodeAsync(channel, source, count, picture, nullptr);
    if (code == ACL_SUCCESS) {
        const auto waited = aclrtSynchronizeStream(nullptr);
        expect(static_cast<uint32_t>(waited) == acldvppGetPicDescRetCode(picture));
    }
    expect(acldvppDestroyPicDesc(picture) == ACL_SUCCESS);
    expect(acldvppFree(source) == ACL_SUCCESS);
    expect(acldvppFree(target) == ACL_SUCCESS);
    return 0;
}
