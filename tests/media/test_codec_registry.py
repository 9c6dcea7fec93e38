# SPDX-License-Identifier: Apache-2.0
"""<ascendcl/codec.h>: codecs of programs, libturbojpeg's, none at all; and Python's at ends."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from jpegs import jpeg

import ascendcl as acl

HERE = Path(__file__).parent
# The folder of libturbojpeg.so.0 (the package libturbojpeg0, unpacked): it is in no wheel.
TURBO_JPEG = os.environ.get("TURBOJPEG_LIBS", "")

PROGRAM = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "acl/acl.h"
#include "acl/ops/acl_dvpp.h"
#include "ascendcl/codec.h"

enum { SIDE = 64, STRIDE = 128, BYTES = STRIDE * SIDE * 3 / 2 };
static int how;

static int decode(void *self, ascendclCodecKind kind, const uint8_t *bytes, size_t size,
                  ascendclFrameSink sink, void *to, char *why, size_t why_size) {
    static uint8_t planes[3][SIDE * SIDE];
    ascendclFrame frame = {ASCENDCL_PLANES_420, SIDE, SIDE, {planes[0], planes[1], planes[2]},
                           {SIDE, SIDE / 2, SIDE / 2}, 0};
    (void)bytes, (void)size;
    if (self != &how || kind != ASCENDCL_CODEC_JPEG) return 9;
    if (how == 1) return snprintf(why, why_size, "not today"), 1;
    if (how == 2) frame.width = 2 * SIDE;
    if (how == 3) frame.planes = ASCENDCL_PLANES_RGB;
    memset(planes[0], 11, sizeof planes[0]);
    memset(planes[1], 22, sizeof planes[1]);
    memset(planes[2], 33, sizeof planes[2]);
    if (how != 4) sink(to, &frame);
    if (how == 5) sink(to, &frame);
    return 0;
}
static int encode(void *self, const ascendclEncoding *e, const ascendclFrame *f,
                  ascendclBytesSink sink, void *to, char *why, size_t n) {
    (void)self, (void)e, (void)f, (void)sink, (void)to, (void)why, (void)n;
    return 1;
}
static int open_one(void *self, ascendclCodecKind k, const ascendclEncoding *e, void **stream,
                    char *why, size_t n) {
    (void)self, (void)k, (void)e, (void)stream, (void)why, (void)n;
    return 1;
}
static int packet(void *self, void *stream, const uint8_t *b, size_t size, uint64_t tag,
                  ascendclFrameSink sink, void *to, char *why, size_t n) {
    (void)self, (void)stream, (void)b, (void)size, (void)tag, (void)sink, (void)to, (void)why;
    return (void)n, 1;
}
static int frame(void *self, void *stream, const ascendclFrame *f, int key, ascendclBytesSink sink,
                 void *to, char *why, size_t n) {
    (void)self, (void)stream, (void)f, (void)key, (void)sink, (void)to, (void)why, (void)n;
    return 1;
}
static void close_one(void *self, void *stream) { (void)self, (void)stream; }

int main(int count, char **arguments) {
    ascendclCodec codec = {sizeof codec, "of ours", &how, decode, encode, open_one, packet, frame,
                           close_one};
    unsigned char *data, *out, host[1 << 16];
    aclrtStream stream;
    acldvppChannelDesc *channel;
    acldvppPicDesc *desc;
    FILE *file = fopen(arguments[count - 1], "rb");
    const uint32_t size = (uint32_t)fread(host, 1, sizeof host, file);
    fclose(file);
    if (aclInit(NULL) || aclrtSetDevice(0) || aclrtCreateStream(&stream)) return 1;
    codec.struct_size -= 1;
    if (ascendclRegisterCodec(&codec) != ACL_ERROR_INVALID_PARAM) return 2;
    codec.struct_size += 1;
    codec.encode = NULL;
    if (ascendclRegisterCodec(&codec) != ACL_ERROR_INVALID_PARAM) return 3;
    codec.encode = encode;
    if (ascendclRegisterCodec(&codec) != ACL_SUCCESS) return 4;
    channel = acldvppCreateChannelDesc();
    if (acldvppCreateChannel(channel)) return 5;
    if (acldvppMalloc((void **)&data, size) || acldvppMalloc((void **)&out, BYTES)) return 6;
    memcpy(data, host, size);
    desc = acldvppCreatePicDesc();
    acldvppSetPicDescData(desc, out);
    acldvppSetPicDescSize(desc, BYTES);
    for (how = 0; how < 7; ++how) {
        aclError code;
        memset(out, 0, BYTES);
        if (how == 6 && ascendclRegisterCodec(NULL) != ACL_SUCCESS) return 7;
        acldvppSetPicDescFormat(desc, PIXEL_FORMAT_YUV_SEMIPLANAR_420);
        acldvppSetPicDescWidthStride(desc, STRIDE);
        acldvppSetPicDescHeightStride(desc, SIDE);
        code = acldvppJpegDecodeAsync(channel, data, size, desc, stream);
        if (code == ACL_SUCCESS) code = aclrtSynchronizeStream(stream);
        printf("%d %d %d %d %d\n", how, (int)code, out[0], out[STRIDE * SIDE],
               out[STRIDE * SIDE + 1]);
        if (code != ACL_SUCCESS) printf("%s\n", aclGetRecentErrMsg());
    }
    acldvppDestroyPicDesc(desc);
    acldvppFree(data);
    acldvppFree(out);
    acldvppDestroyChannel(channel);
    acldvppDestroyChannelDesc(channel);
    return aclrtDestroyStream(stream) || aclrtResetDevice(0) || aclFinalize();
}
"""


@pytest.mark.parametrize(("suffix", "compiler"), [("c", "cc"), ("cpp", "c++")])
def test_a_codec_of_a_program(tmp_path: Path, suffix: str, compiler: str) -> None:
    (tmp_path / "small.jpg").write_bytes(jpeg(64, 64))
    source = tmp_path / f"program.{suffix}"
    source.write_text(PROGRAM)
    binary = tmp_path / "program"
    library = acl.get_library_dir()
    flags = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{acl.get_include()}"]
    link = [f"-L{library}", "-lascendcl", f"-Wl,-rpath,{library}"]
    subprocess.run([compiler, *flags, source, "-o", binary, *link], check=True)
    run = subprocess.run(
        [binary, tmp_path / "small.jpg"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    lines = run.stdout.splitlines()
    assert lines[0] == "0 0 11 22 33"
    told = {line.split()[0]: (line, lines[i + 1]) for i, line in enumerate(lines[1:-1], 1)}
    assert told["1"][0] == "1 500001 0 0 0"
    assert "of ours: not today" in told["1"][1]
    assert told["2"][0] == "2 500001 0 0 0"
    assert "64x64" in told["2"][1]
    assert "128x64" in told["2"][1]
    assert told["3"][0] == "3 500001 0 0 0"
    assert "gave 0 pictures" in told["4"][1]
    assert "gave 2 pictures" in told["5"][1]
    # Taken away: whatever the system has.
    assert told["6"][0].startswith(("6 200001 ", "6 0 "))


def run_python(text: str, **variables: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(HERE), str(HERE.parent)])
    environment = {**os.environ, "PYTHONPATH": path, **variables}
    environment = {name: value for name, value in environment.items() if value}
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(text)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=240,
    )


WITHOUT_AV = """
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "av" else found(name, *rest)
import acl
from decoder import NV12, decode
from jpegs import jpeg, pillow_planes, psnr
assert acl.rt.set_device(0) == 0
"""


def test_without_any_codec_the_message_says_what_to_install() -> None:
    run = run_python(
        WITHOUT_AV
        + """
got = decode(jpeg(64, 64), NV12, 128, 64)
print(got.code, got.ret_code, got.message)
""",
        LD_LIBRARY_PATH="",
    )
    if run.stdout.startswith("0 0"):
        pytest.skip("the system has libturbojpeg.so.0")
    assert run.stdout.startswith("200001 200001"), run.stdout + run.stderr
    assert 'pip install "ascendcl[media]"' in run.stdout


@pytest.mark.skipif(not TURBO_JPEG, reason="TURBOJPEG_LIBS names no folder of libturbojpeg.so.0")
def test_libturbojpeg_where_nothing_is_registered() -> None:
    run = run_python(
        WITHOUT_AV
        + """
from jpegs import FACTORS
from decoder import UNSUPPORTED_JPEG, FAILURE, YUV444, YUV422, YUV440, YUV400, up
for sampling, format in {"420": NV12, "444": YUV444, "422": YUV422, "440": YUV440,
                         "gray": YUV400}.items():
    for width, height in ((641, 479), (64, 64)):
        data = jpeg(width, height, sampling)
        got = decode(data, format, up(width, 128), up(height, 16))
        assert got.code == 0, (sampling, got.code, got.message)
        theirs = pillow_planes(data)[0][: got.height, : got.width]
        assert psnr(got.planes[0], theirs) > 60, sampling
data = jpeg(640, 480)
part = data[: len(data) // 2] + b"\\xff\\xd9"
got = decode(part, NV12, 640, 480)
assert got.code == FAILURE and "libturbojpeg" in got.message, (got.code, got.message)
from test_jpeg_encode import encode, laid_out, planes
pixels = laid_out(640, 480, NV12, 640, 480)
sizes = []
for level in (20, 80, 100):
    code, data, predicted = encode(pixels, NV12, (640, 480), (640, 480), level)
    assert code == 0 and len(data) <= predicted
    sizes.append(len(data))
assert sizes == sorted(sizes)
assert psnr(decode(data, NV12, 640, 480).planes[0], planes(640, 480)[0]) > 42
print("done")
""",
        LD_LIBRARY_PATH=TURBO_JPEG,
    )
    assert run.stdout == "done\n", run.stdout + run.stderr


def test_a_child_of_a_fork_decodes() -> None:
    """The parent has closed all, but its codec is still registered."""
    run = run_python(
        """
        import os, acl
        from decoder import NV12, decode
        from jpegs import jpeg
        data = jpeg(64, 64)
        assert acl.rt.set_device(0) == 0
        assert decode(data, NV12, 128, 64).code == 0
        assert acl.rt.reset_device(0) == 0
        child = os.fork()
        assert acl.rt.set_device(0) == 0
        assert decode(data, NV12, 128, 64).code == 0
        if child == 0:
            os._exit(0)
        print(os.waitpid(child, 0)[1])
        """
    )
    assert run.stdout == "0\n", run.stdout + run.stderr


@pytest.mark.parametrize("ending", ["sys.exit(0)", "acl.finalize()", "os._exit(0)"])
def test_the_end_of_a_program_that_is_decoding(ending: str) -> None:
    """Tasks are queued, and nobody waits for them."""
    run = run_python(
        f"""
        import os, sys, acl
        from decoder import NV12, to_device
        from jpegs import jpeg
        data = jpeg(640, 480)
        acl.init()
        acl.rt.set_device(0)
        source = to_device(data)
        unit = acl.media.dvpp_create_channel_desc()
        acl.media.dvpp_create_channel(unit)
        stream, _ = acl.rt.create_stream()
        for _ in range(200):
            buffer, _ = acl.media.dvpp_malloc(640 * 720)
            desc = acl.media.dvpp_create_pic_desc()
            acl.media.dvpp_set_pic_desc_data(desc, buffer)
            acl.media.dvpp_set_pic_desc_size(desc, 640 * 720)
            acl.media.dvpp_set_pic_desc_format(desc, NV12)
            ret = acl.media.dvpp_jpeg_decode_async(unit, source, len(data), desc, stream)
            assert ret == 0
        {ending}
        """
    )
    assert run.returncode == 0, run.stderr
    assert "Fatal" not in run.stderr


def test_several_threads_decode_at_once() -> None:
    run = run_python(
        """
        import threading, acl
        from decoder import NV12, decode
        from jpegs import jpeg, pillow_planes, psnr
        data = [jpeg(640, 480, quality=quality) for quality in (60, 90)]
        found = []
        def work(one, planes):
            acl.rt.set_device(0)
            for _ in range(10):
                found.append(psnr(decode(one, NV12, 640, 480).planes[0], planes))
        threads = [threading.Thread(target=work, args=(one, pillow_planes(one)[0])) for one in data]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        print(len(found), min(found) > 45)
        """
    )
    assert run.stdout == "20 True\n", run.stdout + run.stderr
