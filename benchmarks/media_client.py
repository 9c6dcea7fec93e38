# SPDX-License-Identifier: Apache-2.0
"""acl.media for the benchmarks: a channel and a stream, pictures in device memory."""

from __future__ import annotations

import io
from pathlib import Path
from types import TracebackType

import matplotlib
import numpy as np
from PIL import Image

import acl

NV12, BGR = 1, 13


def photograph(width: int, height: int) -> bytes:
    """A JPEG of a real photograph, quality 90, 4:2:0."""
    path = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    out = io.BytesIO()
    size = (width, height)
    with Image.open(path) as picture:
        picture.convert("RGB").resize(size).save(out, "JPEG", quality=90, subsampling=2)
    return out.getvalue()


def require(ret: int) -> None:
    if ret:
        raise RuntimeError(f"{ret}: {acl.get_recent_err_msg()}")


class Pictures:
    """A client of pyACL, whose memory and descriptions go with it."""

    def __enter__(self) -> Pictures:
        require(acl.rt.set_device(0))
        self._stream, ret = acl.rt.create_stream()
        require(ret)
        self._channel = acl.media.dvpp_create_channel_desc()
        require(acl.media.dvpp_create_channel(self._channel))
        self._resize = acl.media.dvpp_create_resize_config()
        self._memory: list[int] = []
        self._descs: list[int] = []
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for desc in self._descs:
            acl.media.dvpp_destroy_pic_desc(desc)
        for address in self._memory:
            acl.media.dvpp_free(address)
        acl.media.dvpp_destroy_resize_config(self._resize)
        acl.media.dvpp_destroy_channel(self._channel)
        acl.media.dvpp_destroy_channel_desc(self._channel)
        acl.rt.destroy_stream(self._stream)
        acl.rt.reset_device(0)

    def _allocate(self, size: int) -> int:
        address, ret = acl.media.dvpp_malloc(size)
        require(ret)
        self._memory.append(address)
        return int(address)

    def to_device(self, data: bytes) -> int:
        address = self._allocate(len(data))
        require(acl.rt.memcpy(address, len(data), acl.util.bytes_to_ptr(data), len(data), 1))
        return address

    def picture(self, format: int, width: int, height: int) -> int:
        """A description of a black picture of 4:2:0 or BGR, without gaps."""
        samples = width * height
        size = samples * 3 if format == BGR else samples * 3 // 2
        desc = acl.media.dvpp_create_pic_desc()
        self._descs.append(desc)
        address = self._allocate(size)
        black = np.zeros(size, np.uint8)
        if format != BGR:
            black[samples:] = 128
        require(acl.rt.memcpy(address, size, black.ctypes.data, size, 1))
        for name, value in (
            ("data", address),
            ("size", size),
            ("format", format),
            ("width", width),
            ("height", height),
            ("width_stride", width * 3 if format == BGR else width),
            ("height_stride", height),
        ):
            require(getattr(acl.media, f"dvpp_set_pic_desc_{name}")(desc, value))
        return int(desc)

    def decode(self, source: int, size: int, target: int) -> None:
        self.submit_decode(source, size, target)
        require(acl.rt.synchronize_stream(self._stream))

    def submit_decode(self, source: int, size: int, target: int) -> None:
        media = acl.media
        require(media.dvpp_jpeg_decode_async(self._channel, source, size, target, self._stream))

    def paste(self, source: int, crop: int, target: int, place: int) -> None:
        """Scales the area `crop` of a picture into `place` of the other, and waits."""
        media = acl.media
        require(
            media.dvpp_vpc_crop_resize_paste_async(
                self._channel, source, target, crop, place, self._resize, self._stream
            )
        )
        require(acl.rt.synchronize_stream(self._stream))

    def convert(self, source: int, target: int) -> None:
        """Converts a picture to the format of another, and waits."""
        convert = acl.media.dvpp_vpc_convert_color_async
        require(convert(self._channel, source, target, self._stream))
        require(acl.rt.synchronize_stream(self._stream))
