// Codecs for the host runtime: it has none of its own. A program registers one, and JPEG, PNG,
// H.264 and H.265 work. The Python package registers PyAV's (extra `media`); without any, JPEG goes
// through libturbojpeg.so.0 where the system has it.
// SPDX-License-Identifier: Apache-2.0
//
// CANN's libascendcl.so does not have this function.
#ifndef ASCENDCL_CODEC_H_
#define ASCENDCL_CODEC_H_

#include <stddef.h>
#include <stdint.h>

#include "acl/acl_base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ascendclCodecKind {
    ASCENDCL_CODEC_JPEG = 0,
    ASCENDCL_CODEC_PNG = 1,
    ASCENDCL_CODEC_H264 = 2,
    ASCENDCL_CODEC_H265 = 3,
} ascendclCodecKind;

// Eight-bit planes, as the compressed picture has them: nothing is converted or scaled.
typedef enum ascendclPlanes {
    ASCENDCL_PLANES_GRAY = 0,  // Y
    ASCENDCL_PLANES_420 = 1,   // Y, U, V
    ASCENDCL_PLANES_422 = 2,
    ASCENDCL_PLANES_440 = 3,
    ASCENDCL_PLANES_444 = 4,
    ASCENDCL_PLANES_411 = 5,
    ASCENDCL_PLANES_RGB = 6,   // one plane of three bytes a pixel
    ASCENDCL_PLANES_RGBA = 7,  // one plane of four
} ascendclPlanes;

// Valid while the call lasts that hands it over.
typedef struct ascendclFrame {
    ascendclPlanes planes;
    uint32_t width;   // pixels
    uint32_t height;  // rows
    const uint8_t *data[3];
    size_t stride[3];  // bytes a row
    uint64_t tag;      // of the packet it was made from, of streams
} ascendclFrame;

typedef struct ascendclEncoding {
    ascendclCodecKind kind;
    uint32_t quality;             // 1 to 100, of pictures
    uint32_t width;               // pixels, of streams
    uint32_t height;              // rows
    uint32_t frames_per_second;   // of streams, as all that follows
    uint32_t key_frame_interval;  // frames
    uint32_t bits_per_second;     // 0: the codec's choice
    uint32_t is_constant_rate;    // 0 or 1
    uint32_t profile;             // acldvppStreamFormat
} ascendclEncoding;

// What a codec answers with: called from within its functions, any number of times.
typedef void (*ascendclFrameSink)(void *to, const ascendclFrame *frame);
typedef void (*ascendclBytesSink)(void *to, const uint8_t *bytes, size_t size, uint64_t tag,
                                  int is_key_frame);

// All functions answer 0, or another number after they have written why to `why` (`why_size` bytes
// with the final 0). They are called from the runtime's threads, several at once, but never for one
// stream. None may be null.
typedef struct ascendclCodec {
    size_t struct_size;  // sizeof(ascendclCodec)
    const char *name;    // "PyAV 18.1", for messages
    void *self;
    // One compressed picture: one frame.
    int (*decode)(void *self, ascendclCodecKind kind, const uint8_t *bytes, size_t size,
                  ascendclFrameSink sink, void *to, char *why, size_t why_size);
    // One frame: one compressed picture.
    int (*encode)(void *self, const ascendclEncoding *encoding, const ascendclFrame *frame,
                  ascendclBytesSink sink, void *to, char *why, size_t why_size);
    // A stream to decode, or with an encoding one to encode.
    int (*open)(void *self, ascendclCodecKind kind, const ascendclEncoding *encoding, void **stream,
                char *why, size_t why_size);
    // One access unit in; null at the end, which gives out all that is left.
    int (*send_packet)(void *self, void *stream, const uint8_t *bytes, size_t size, uint64_t tag,
                       ascendclFrameSink sink, void *to, char *why, size_t why_size);
    // One frame in; null at the end.
    int (*send_frame)(void *self, void *stream, const ascendclFrame *frame, int force_key_frame,
                      ascendclBytesSink sink, void *to, char *why, size_t why_size);
    void (*close)(void *self, void *stream);
} ascendclCodec;

// Copied, and used from now on in place of the one before; null takes it away. Work that has begun,
// and a stream that is open, stay with the one before: `self` is to outlive them. 100000 where the
// structure is not of this version, or a function of it is null.
ACL_FUNC_VISIBILITY aclError ascendclRegisterCodec(const ascendclCodec *codec);

#ifdef __cplusplus
}
#endif

#endif  // ASCENDCL_CODEC_H_
