// SPDX-License-Identifier: Apache-2.0
// Decodes and encodes in the manner of the public samples, with bare numbers, by a codec of its
// own: a "packet" of it is one byte, which fills the frame. Frames come out two late; the third
// packet fails. Prints a line for each callback.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "ascendcl/codec.h"

#define CHECK(call)                                                             \
    do {                                                                        \
        const int code = (call);                                                \
        if (code != 0) {                                                        \
            const char *why = aclGetRecentErrMsg();                             \
            printf("line %d: %d %s\n", __LINE__, code, why == NULL ? "" : why); \
            exit(1);                                                            \
        }                                                                       \
    } while (0)

enum { SIDE = 128, BYTES = SIDE * SIDE * 3 / 2, FRAMES = 6 };

// --- The codec ---

struct late {
    uint64_t tags[2];
    uint8_t values[2];
    int count;
    int sent;
    int encodes;
};

static int decode(void *self, ascendclCodecKind kind, const uint8_t *bytes, size_t size,
                  ascendclFrameSink sink, void *to, char *why, size_t why_size) {
    (void)self, (void)kind, (void)bytes, (void)size, (void)sink, (void)to, (void)why;
    return (void)why_size, 1;
}
static int encode(void *self, const ascendclEncoding *encoding, const ascendclFrame *frame,
                  ascendclBytesSink sink, void *to, char *why, size_t why_size) {
    (void)self, (void)encoding, (void)frame, (void)sink, (void)to, (void)why;
    return (void)why_size, 1;
}
static int open_stream(void *self, ascendclCodecKind kind, const ascendclEncoding *encoding,
                       void **stream, char *why, size_t why_size) {
    struct late *late = calloc(1, sizeof *late);
    (void)self, (void)why, (void)why_size;
    if (late == NULL || kind != ASCENDCL_CODEC_H264) return free(late), 1;
    late->encodes = encoding != NULL;
    *stream = late;
    return 0;
}
static void close_stream(void *self, void *stream) {
    (void)self;
    free(stream);
}
static void give_frame(struct late *late, ascendclFrameSink sink, void *to) {
    static uint8_t planes[3][SIDE * SIDE];
    ascendclFrame frame = {
        ASCENDCL_PLANES_420,        SIDE,         SIDE, {planes[0], planes[1], planes[2]},
        {SIDE, SIDE / 2, SIDE / 2}, late->tags[0]};
    for (int i = 0; i < 3; ++i) memset(planes[i], late->values[0] + i, sizeof planes[i]);
    late->tags[0] = late->tags[1];
    late->values[0] = late->values[1];
    --late->count;
    sink(to, &frame);
}
static int send_packet(void *self, void *stream, const uint8_t *bytes, size_t size, uint64_t tag,
                       ascendclFrameSink sink, void *to, char *why, size_t why_size) {
    struct late *late = stream;
    (void)self;
    if (bytes == NULL) {
        while (late->count > 0) give_frame(late, sink, to);
        usleep(100000);  // the program may go on before this returns
        return 0;
    }
    if (++late->sent == 3 || size != 1) return snprintf(why, why_size, "no third"), 1;
    if (late->count == 2) give_frame(late, sink, to);
    late->tags[late->count] = tag;
    late->values[late->count++] = bytes[0];
    return 0;
}
static void give_packet(struct late *late, ascendclBytesSink sink, void *to) {
    const uint8_t value = late->values[0];
    const uint64_t tag = late->tags[0];
    late->tags[0] = late->tags[1];
    late->values[0] = late->values[1];
    --late->count;
    sink(to, &value, 1, tag, 1);
}
static int send_frame(void *self, void *stream, const ascendclFrame *frame, int force,
                      ascendclBytesSink sink, void *to, char *why, size_t why_size) {
    struct late *late = stream;
    (void)self, (void)force;
    if (frame == NULL) {
        while (late->count > 0) give_packet(late, sink, to);
        usleep(100000);
        return 0;
    }
    if (++late->sent == 3) return snprintf(why, why_size, "no third"), 1;
    if (late->count == 2) give_packet(late, sink, to);
    late->tags[late->count] = frame->tag;
    late->values[late->count++] = frame->data[0][0];
    return 0;
}

// --- The program ---

static volatile int running = 1;
static aclrtContext context;
static int callbacks;
static pthread_t reporter;

static void *report(void *unused) {
    aclrtSetCurrentContext(context);
    while (running) aclrtProcessReport(20);
    return unused;
}

static void on_picture(acldvppStreamDesc *input, acldvppPicDesc *output, void *user_data) {
    const uint8_t *data = acldvppGetPicDescData(output);
    const uint32_t code = acldvppGetPicDescRetCode(output);
    ++callbacks;
    printf("decoded %d %u %ux%u %d %d %d %d\n", *(int *)user_data, code,
           acldvppGetPicDescWidth(output), acldvppGetPicDescHeight(output), data[0],
           data[SIDE * SIDE], data[SIDE * SIDE + 1], pthread_equal(pthread_self(), reporter));
    CHECK(acldvppFree((void *)data));
    CHECK(acldvppDestroyPicDesc(output));
    CHECK(acldvppDestroyStreamDesc(input));
}

static void decode_stream(aclvdecChannelDesc *channel, aclvdecFrameConfig *config, int *numbers,
                          void *packet) {
    for (int i = 0; i < FRAMES; ++i) {
        acldvppStreamDesc *input = acldvppCreateStreamDesc();
        acldvppPicDesc *output = acldvppCreatePicDesc();
        const uint8_t byte = (uint8_t)(10 * i + 10);
        void *data;
        CHECK(aclrtMemcpy(packet, 1, &byte, 1, 1));
        CHECK(acldvppSetStreamDescData(input, packet));
        CHECK(acldvppSetStreamDescSize(input, 1));
        CHECK(acldvppMalloc(&data, BYTES));
        CHECK(aclrtMemset(data, BYTES, 7, BYTES));
        CHECK(acldvppSetPicDescData(output, data));
        CHECK(acldvppSetPicDescSize(output, BYTES));
        CHECK(acldvppSetPicDescFormat(output, (acldvppPixelFormat)1));
        CHECK(aclvdecSendFrame(channel, input, output, config, &numbers[i]));
    }
    acldvppStreamDesc *end = acldvppCreateStreamDesc();
    CHECK(acldvppSetStreamDescEos(end, 1));
    CHECK(aclvdecSendFrame(channel, end, NULL, config, NULL));
    printf("after the end: %d callbacks\n", callbacks);
    callbacks = 0;
    CHECK(acldvppDestroyStreamDesc(end));
}

static void decode_all(int *numbers, void *packet) {
    aclvdecChannelDesc *channel = aclvdecCreateChannelDesc();
    aclvdecFrameConfig *config = aclvdecCreateFrameConfig();
    CHECK(aclvdecSetChannelDescChannelId(channel, 10));
    CHECK(aclvdecSetChannelDescThreadId(channel, (uint64_t)reporter));
    CHECK(aclvdecSetChannelDescCallback(channel, on_picture));
    CHECK(aclvdecSetChannelDescEnType(channel, (acldvppStreamFormat)2));
    CHECK(aclvdecSetChannelDescOutPicFormat(channel, (acldvppPixelFormat)1));
    CHECK(aclvdecCreateChannel(channel));
    decode_stream(channel, config, numbers, packet);
    decode_stream(channel, config, numbers, packet);  // after an end comes another stream
    CHECK(aclvdecDestroyChannel(channel));
    CHECK(aclvdecDestroyChannelDesc(channel));
    CHECK(aclvdecDestroyFrameConfig(config));
}

static void on_packet(acldvppPicDesc *input, acldvppStreamDesc *output, void *user_data) {
    uint8_t value = 0;
    const uint32_t size = acldvppGetStreamDescSize(output);
    ++callbacks;
    if (size == 1) CHECK(aclrtMemcpy(&value, 1, acldvppGetStreamDescData(output), 1, 2));
    printf("encoded %d %u %u %d %d %d\n", *(int *)user_data, acldvppGetStreamDescRetCode(output),
           size, value, input != NULL, pthread_equal(pthread_self(), reporter));
}

static void encode_stream(aclvencChannelDesc *channel, aclvencFrameConfig *config,
                          acldvppPicDesc *picture, int *numbers, void *data) {
    CHECK(aclvencSetFrameConfigEos(config, 0));
    CHECK(aclvencSetFrameConfigForceIFrame(config, 0));
    for (int i = 0; i < FRAMES; ++i) {
        CHECK(aclrtMemset(data, BYTES, 20 * i + 20, BYTES));
        CHECK(aclvencSendFrame(channel, picture, NULL, config, &numbers[i]));
    }
    CHECK(aclvencSetFrameConfigEos(config, 1));
    CHECK(aclvencSendFrame(channel, NULL, NULL, config, NULL));
    printf("after the end: %d callbacks\n", callbacks);
    callbacks = 0;
}

static void encode_all(int *numbers, void *data) {
    aclvencChannelDesc *channel = aclvencCreateChannelDesc();
    aclvencFrameConfig *config = aclvencCreateFrameConfig();
    acldvppPicDesc *picture = acldvppCreatePicDesc();
    CHECK(aclvencSetChannelDescThreadId(channel, (uint64_t)reporter));
    CHECK(aclvencSetChannelDescCallback(channel, on_packet));
    CHECK(aclvencSetChannelDescEnType(channel, (acldvppStreamFormat)2));
    CHECK(aclvencSetChannelDescPicFormat(channel, (acldvppPixelFormat)1));
    CHECK(aclvencSetChannelDescPicWidth(channel, 128));
    CHECK(aclvencSetChannelDescPicHeight(channel, 128));
    CHECK(aclvencSetChannelDescKeyFrameInterval(channel, 16));
    CHECK(aclvencCreateChannel(channel));
    CHECK(acldvppSetPicDescData(picture, data));
    CHECK(acldvppSetPicDescSize(picture, BYTES));
    CHECK(acldvppSetPicDescFormat(picture, (acldvppPixelFormat)1));
    CHECK(acldvppSetPicDescWidth(picture, 128));
    CHECK(acldvppSetPicDescHeight(picture, 128));
    CHECK(acldvppSetPicDescWidthStride(picture, 128));
    CHECK(acldvppSetPicDescHeightStride(picture, 128));
    encode_stream(channel, config, picture, numbers, data);
    encode_stream(channel, config, picture, numbers, data);
    CHECK(aclvencDestroyChannel(channel));
    CHECK(aclvencDestroyChannelDesc(channel));
    CHECK(aclvencDestroyFrameConfig(config));
    CHECK(acldvppDestroyPicDesc(picture));
}

int main(void) {
    const ascendclCodec codec = {sizeof codec, "late",      NULL,       decode,      encode,
                                 open_stream,  send_packet, send_frame, close_stream};
    int numbers[FRAMES] = {0, 1, 2, 3, 4, 5};
    void *memory;
    CHECK(aclInit(NULL));
    CHECK(aclrtSetDevice(0));
    CHECK(aclrtCreateContext(&context, 0));
    CHECK(ascendclRegisterCodec(&codec));
    CHECK(acldvppMalloc(&memory, BYTES));
    CHECK(pthread_create(&reporter, NULL, report, NULL));
    decode_all(numbers, memory);
    encode_all(numbers, memory);
    running = 0;
    CHECK(pthread_join(reporter, NULL));
    CHECK(acldvppFree(memory));
    CHECK(ascendclRegisterCodec(NULL));
    aclvdecChannelDesc *channel = aclvdecCreateChannelDesc();
    CHECK(aclvdecSetChannelDescThreadId(channel, (uint64_t)pthread_self()));
    CHECK(aclvdecSetChannelDescCallback(channel, on_picture));
    printf("without a codec: %d\n", aclvdecCreateChannel(channel));
    printf("%s\n", aclGetRecentErrMsg());
    CHECK(aclvdecDestroyChannelDesc(channel));
    CHECK(aclrtDestroyContext(context));
    CHECK(aclrtResetDevice(0));
    CHECK(aclFinalize());
    return 0;
}
