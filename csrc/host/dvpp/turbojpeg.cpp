// dlopen of libturbojpeg.so.0 and the few functions of it that are used: names, arguments and
// numbers as libjpeg-turbo's public documentation of its TurboJPEG API has them.
// SPDX-License-Identifier: Apache-2.0
#include "host/dvpp/turbojpeg.h"

#include <dlfcn.h>

#include <array>
#include <cstdio>
#include <memory>
#include <new>

namespace ascendcl::host::dvpp {
namespace {

constexpr char kLibrary[] = "libturbojpeg.so.0";
constexpr int kStopOnWarning = 8192;  // TJFLAG_STOPONWARNING: data that are cut off are an error
constexpr int kAccurateDct = 4096;    // TJFLAG_ACCURATEDCT

// By TurboJPEG's numbers of subsampling: 4:4:4, 4:2:2, 4:2:0, gray, 4:4:0, 4:1:1.
constexpr std::array<ascendclPlanes, 6> kPlanes = {ASCENDCL_PLANES_444, ASCENDCL_PLANES_422,
                                                   ASCENDCL_PLANES_420, ASCENDCL_PLANES_GRAY,
                                                   ASCENDCL_PLANES_440, ASCENDCL_PLANES_411};

using Handle = void *;

struct TurboJpeg {
    Handle (*init_decompress)();
    Handle (*init_compress)();
    int (*destroy)(Handle);
    char *(*words)(Handle);
    int (*read_header)(Handle, const unsigned char *, unsigned long, int *width, int *height,
                       int *subsampling, int *color_space);
    int (*decompress)(Handle, const unsigned char *, unsigned long, unsigned char **planes,
                      int width, int *strides, int height, int flags);
    int (*compress)(Handle, const unsigned char **planes, int width, const int *strides, int height,
                    int subsampling, unsigned char **bytes, unsigned long *size, int quality,
                    int flags);
    int (*plane_width)(int component, int width, int subsampling);
    int (*plane_height)(int component, int height, int subsampling);
    void (*free)(unsigned char *);
};

template <typename Function>
bool find(void *library, const char *name, Function &function) noexcept {
    function = reinterpret_cast<Function>(dlsym(library, name));
    return function != nullptr;
}

bool open_library(TurboJpeg &turbo) noexcept {
    void *const library = dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
    return library != nullptr && find(library, "tjInitDecompress", turbo.init_decompress) &&
           find(library, "tjInitCompress", turbo.init_compress) &&
           find(library, "tjDestroy", turbo.destroy) &&
           find(library, "tjGetErrorStr2", turbo.words) &&
           find(library, "tjDecompressHeader3", turbo.read_header) &&
           find(library, "tjDecompressToYUVPlanes", turbo.decompress) &&
           find(library, "tjCompressFromYUVPlanes", turbo.compress) &&
           find(library, "tjPlaneWidth", turbo.plane_width) &&
           find(library, "tjPlaneHeight", turbo.plane_height) &&
           find(library, "tjFree", turbo.free);
}

const TurboJpeg *library() noexcept {
    static TurboJpeg turbo{};
    static const bool is_there = open_library(turbo);
    return is_there ? &turbo : nullptr;
}

int say(char *why, size_t why_size, const char *words) noexcept {
    std::snprintf(why, why_size, "%s", words);
    return 1;
}

// A compressor or decompressor, destroyed with this.
class Instance {
   public:
    explicit Instance(Handle handle) noexcept : handle_(handle) {}
    Instance(const Instance &) = delete;
    Instance &operator=(const Instance &) = delete;
    ~Instance() {
        if (handle_ != nullptr) library()->destroy(handle_);
    }
    Handle get() const noexcept { return handle_; }

   private:
    const Handle handle_;
};

struct Freed {
    void operator()(unsigned char *bytes) const noexcept { library()->free(bytes); }
};

int decode(void *, ascendclCodecKind kind, const uint8_t *bytes, size_t size,
           ascendclFrameSink sink, void *to, char *why, size_t why_size) {
    if (kind != ASCENDCL_CODEC_JPEG) return say(why, why_size, "it decodes JPEG alone");
    const TurboJpeg &turbo = *library();
    const Instance instance(turbo.init_decompress());
    if (instance.get() == nullptr) return say(why, why_size, turbo.words(nullptr));
    int width = 0;
    int height = 0;
    int subsampling = -1;
    int color_space = 0;
    if (turbo.read_header(instance.get(), bytes, size, &width, &height, &subsampling,
                          &color_space) != 0) {
        return say(why, why_size, turbo.words(instance.get()));
    }
    if (subsampling < 0 || subsampling >= static_cast<int>(kPlanes.size())) {
        return say(why, why_size, "it does not know the picture's sampling");
    }
    const int count = kPlanes[subsampling] == ASCENDCL_PLANES_GRAY ? 1 : 3;
    std::array<std::unique_ptr<unsigned char[]>, 3> memory;
    std::array<unsigned char *, 3> planes{};
    std::array<int, 3> strides{};
    ascendclFrame frame{};
    for (int i = 0; i < count; ++i) {
        strides[i] = turbo.plane_width(i, width, subsampling);
        const size_t rows = static_cast<size_t>(turbo.plane_height(i, height, subsampling));
        memory[i].reset(new (std::nothrow) unsigned char[rows * static_cast<size_t>(strides[i])]);
        if (memory[i] == nullptr) return say(why, why_size, "out of host memory");
        planes[i] = memory[i].get();
        frame.data[i] = planes[i];
        frame.stride[i] = static_cast<size_t>(strides[i]);
    }
    if (turbo.decompress(instance.get(), bytes, size, planes.data(), width, strides.data(), height,
                         kStopOnWarning | kAccurateDct) != 0) {
        return say(why, why_size, turbo.words(instance.get()));
    }
    frame.planes = kPlanes[subsampling];
    frame.width = static_cast<uint32_t>(width);
    frame.height = static_cast<uint32_t>(height);
    sink(to, &frame);
    return 0;
}

int encode(void *, const ascendclEncoding *encoding, const ascendclFrame *frame,
           ascendclBytesSink sink, void *to, char *why, size_t why_size) {
    if (encoding->kind != ASCENDCL_CODEC_JPEG) return say(why, why_size, "it encodes JPEG alone");
    const TurboJpeg &turbo = *library();
    int subsampling = 0;
    for (; subsampling < static_cast<int>(kPlanes.size()); ++subsampling) {
        if (kPlanes[subsampling] == frame->planes) break;
    }
    if (subsampling == static_cast<int>(kPlanes.size())) {
        return say(why, why_size, "it does not encode such planes");
    }
    const Instance instance(turbo.init_compress());
    if (instance.get() == nullptr) return say(why, why_size, turbo.words(nullptr));
    std::array<const unsigned char *, 3> planes{};
    std::array<int, 3> strides{};
    for (size_t i = 0; i < planes.size(); ++i) {
        planes[i] = frame->data[i];
        strides[i] = static_cast<int>(frame->stride[i]);
    }
    unsigned char *bytes = nullptr;
    unsigned long size = 0;
    const int failed =
        turbo.compress(instance.get(), planes.data(), static_cast<int>(frame->width),
                       strides.data(), static_cast<int>(frame->height), subsampling, &bytes, &size,
                       static_cast<int>(encoding->quality), kAccurateDct);
    const std::unique_ptr<unsigned char, Freed> owner(bytes);
    if (failed != 0) return say(why, why_size, turbo.words(instance.get()));
    sink(to, bytes, size, frame->tag, 1);
    return 0;
}

int open_stream(void *, ascendclCodecKind, const ascendclEncoding *, void **, char *why,
                size_t why_size) {
    return say(why, why_size, "it has no video");
}

int send_packet(void *, void *, const uint8_t *, size_t, uint64_t, ascendclFrameSink, void *,
                char *why, size_t why_size) {
    return say(why, why_size, "it has no video");
}

int send_frame(void *, void *, const ascendclFrame *, int, ascendclBytesSink, void *, char *why,
               size_t why_size) {
    return say(why, why_size, "it has no video");
}

void close_stream(void *, void *) {}

constexpr ascendclCodec kCodec{
    sizeof(ascendclCodec), kLibrary,     nullptr,     &decode,      &encode,
    &open_stream,          &send_packet, &send_frame, &close_stream};

}  // namespace

const ascendclCodec *turbojpeg_codec() noexcept { return library() ? &kCodec : nullptr; }

}  // namespace ascendcl::host::dvpp
