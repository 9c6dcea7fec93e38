# SPDX-License-Identifier: Apache-2.0
"""VPC on one thread against OpenCV doing the same, in turns.

NV12 of 1920x1080 to 640x360 of a 640x640 picture (a letterbox), and NV12 to BGR of 1280x720.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("ASCENDCL_RUNTIME", "host")

import cv2
import numpy as np

import acl

media = acl.media
NV12, BGR = 1, 13
ROUNDS = 200


def check(ret: int) -> None:
    """Raise for a code."""
    if ret != 0:
        raise RuntimeError(f"{ret}: {acl.get_recent_err_msg()}")


class Picture:
    """A picture in device memory."""

    def __init__(self, width: int, height: int, pixel_format: int) -> None:
        stride = width * (3 if pixel_format == BGR else 1)
        self.size = stride * height * (2 if pixel_format == BGR else 3) // 2
        self.data, ret = media.dvpp_malloc(self.size)
        check(ret)
        self.desc = media.dvpp_create_pic_desc()
        values = {"data": self.data, "size": self.size, "format": pixel_format}
        values |= {"width": width, "height": height}
        values |= {"width_stride": stride, "height_stride": height}
        for name, value in values.items():
            check(getattr(media, f"dvpp_set_pic_desc_{name}")(self.desc, value))

    def fill(self, pixels: np.ndarray) -> None:
        """Copy bytes to the device."""
        check(acl.rt.memcpy(self.data, self.size, pixels.ctypes.data, pixels.nbytes, 1))


def ratio(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float, float]:
    """Seconds of both and the ratio, by medians of rounds in turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for side, run in zip(times, (ours, theirs), strict=True):
            start = time.perf_counter()
            run()
            side.append(time.perf_counter() - start)
    a, b = map(statistics.median, times)
    return a, b, a / b


def main() -> None:
    """Print the ratios."""
    cv2.setNumThreads(1)
    check(acl.rt.set_device(0))
    stream, _ = acl.rt.create_stream()
    channel = media.dvpp_create_channel_desc()
    check(media.dvpp_create_channel(channel))
    random = np.random.default_rng(0)

    frame = random.integers(0, 256, (1620, 1920), np.uint8)
    source, target = Picture(1920, 1080, NV12), Picture(640, 640, NV12)
    source.fill(frame)
    crop = media.dvpp_create_roi_config(0, 1919, 0, 1079)
    paste = media.dvpp_create_roi_config(0, 639, 140, 499)

    def letterbox() -> None:
        arguments = (source.desc, target.desc, crop, paste, stream)
        check(media.dvpp_vpc_crop_and_paste_async(channel, *arguments))
        check(acl.rt.synchronize_stream(stream))

    luma, chroma = frame[:1080], frame[1080:].reshape(540, 960, 2)
    canvas = np.zeros((960, 640), np.uint8)

    def letterbox_by_opencv() -> None:
        cv2.resize(luma, (640, 360), dst=canvas[140:500])
        pairs = canvas[640:].reshape(320, 320, 2)
        cv2.resize(chroma, (320, 180), dst=pairs[70:250])

    small = random.integers(0, 256, (1080, 1280), np.uint8)
    yuv, bgr = Picture(1280, 720, NV12), Picture(1280, 720, BGR)
    yuv.fill(small)

    def convert() -> None:
        check(media.dvpp_vpc_convert_color_async(channel, yuv.desc, bgr.desc, stream))
        check(acl.rt.synchronize_stream(stream))

    for name, ours, theirs in (
        ("letterbox", letterbox, letterbox_by_opencv),
        ("colours", convert, lambda: cv2.cvtColor(small, cv2.COLOR_YUV2BGR_NV12)),
    ):
        a, b, found = ratio(ours, theirs)
        print(f"{name}: {a * 1e3:.3f} ms, OpenCV {b * 1e3:.3f} ms: {found:.3f}x")


if __name__ == "__main__":
    main()
