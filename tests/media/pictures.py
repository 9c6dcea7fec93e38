# SPDX-License-Identifier: Apache-2.0
"""Pictures in device memory between guard bytes, and their channels as numpy arrays.

The layouts are written here a second time, from the documentation, so that a test cannot agree with
a mistake of the library.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import numpy.typing as npt
from PIL import Image

import acl

Array = npt.NDArray[np.uint8]
media = acl.media

GUARD = 256
GUARD_BYTE = 0xA5
INVALID = 100000
TO_DEVICE, TO_HOST = 1, 2


@dataclass(frozen=True)
class Format:
    """How samples of a pixel format lie in memory.

    Attributes
    ----------
    code : int
        acldvppPixelFormat.
    kind : str
        gray, semi, packed422, yuv, rgb or argb.
    order : tuple of int
        Where in a pixel (of packed 422: in four bytes; of semi-planar: in a pair) which channel is.
    shift : tuple of int
        Of chroma across and down: 1 is half as many samples.
    """

    code: int
    kind: str
    order: tuple[int, ...] = ()
    shift: tuple[int, int] = (0, 0)

    @property
    def pixel_bytes(self) -> int:
        """Bytes a pixel in the first plane."""
        return {"packed422": 2, "yuv": 3, "rgb": 3, "argb": 4}.get(self.kind, 1)

    def least(self, width: int, height: int) -> tuple[int, int]:
        """Least strides that any chip takes."""
        across = width + (width % 2 if self.shift[0] else 0)
        return across * self.pixel_bytes, height + (height % 2 if self.shift[1] else 0)

    def size(self, width_stride: int, height_stride: int) -> int:
        """Bytes of a picture."""
        first = width_stride * height_stride
        if self.kind != "semi":
            return first
        return first + 2 * first // (1 << sum(self.shift))


FORMATS = {
    "YUV400": Format(0, "gray"),
    "NV12": Format(1, "semi", (0, 1), (1, 1)),
    "NV21": Format(2, "semi", (1, 0), (1, 1)),
    "NV16": Format(3, "semi", (0, 1), (1, 0)),
    "NV61": Format(4, "semi", (1, 0), (1, 0)),
    "NV24": Format(5, "semi", (0, 1)),
    "NV42": Format(6, "semi", (1, 0)),
    "YUYV": Format(7, "packed422", (0, 1, 2, 3), (1, 0)),
    "UYVY": Format(8, "packed422", (1, 0, 3, 2), (1, 0)),
    "YVYU": Format(9, "packed422", (0, 3, 2, 1), (1, 0)),
    "VYUY": Format(10, "packed422", (1, 2, 3, 0), (1, 0)),
    "YUV888": Format(11, "yuv", (0, 1, 2)),
    "RGB": Format(12, "rgb", (0, 1, 2)),
    "BGR": Format(13, "rgb", (2, 1, 0)),
    "ARGB": Format(14, "argb", (1, 2, 3, 0)),
    "ABGR": Format(15, "argb", (3, 2, 1, 0)),
    "RGBA": Format(16, "argb", (0, 1, 2, 3)),
    "BGRA": Format(17, "argb", (2, 1, 0, 3)),
    "YUV440": Format(1000, "semi", (0, 1), (0, 1)),
    "YVU440": Format(1001, "semi", (1, 0), (0, 1)),
}


def channels_in(memory: Array, layout: Format, geometry: tuple[int, int, int, int]) -> list[Array]:
    """Views of a picture's channels: Y, U, V or R, G, B, A.

    Parameters
    ----------
    memory : ndarray
        The picture's bytes.
    layout : Format
        Its format.
    geometry : tuple of int
        Width, height, widthStride, heightStride.

    Returns
    -------
    list of ndarray
        One array (rows, columns) a channel.
    """
    width, height, width_stride, height_stride = geometry
    first = memory[: width_stride * height_stride].reshape(height_stride, width_stride)
    if layout.kind == "gray":
        return [first[:height, :width]]
    if layout.kind == "semi":
        across, down = width >> layout.shift[0], height >> layout.shift[1]
        row = width_stride if layout.shift[0] else 2 * width_stride
        rest = memory[width_stride * height_stride :]
        pairs = rest[: row * down].reshape(down, row)
        return [
            first[:height, :width],
            *(pairs[:, place : 2 * across : 2] for place in layout.order),
        ]
    rows = first[:height, : width * layout.pixel_bytes]
    if layout.kind == "packed422":
        y0, u, _, v = layout.order
        return [rows[:, y0::2], rows[:, u::4], rows[:, v::4]]
    return [rows[:, place :: layout.pixel_bytes] for place in layout.order]


@dataclass
class Picture:
    """A picture in device memory, with guard bytes before and behind it."""

    layout: Format
    width: int
    height: int
    width_stride: int
    height_stride: int
    desc: int
    base: int
    size: int

    @property
    def geometry(self) -> tuple[int, int, int, int]:
        """Width, height and strides."""
        return self.width, self.height, self.width_stride, self.height_stride

    @property
    def data(self) -> int:
        """Address of the picture."""
        return self.base + GUARD

    def read(self) -> Array:
        """All bytes of the picture. Fails where a guard byte has changed."""
        everything = np.empty(self.size + 2 * GUARD, np.uint8)
        assert (
            acl.rt.memcpy(
                everything.ctypes.data, everything.size, self.base, everything.size, TO_HOST
            )
            == 0
        )
        assert (everything[:GUARD] == GUARD_BYTE).all(), "written before the picture"
        assert (everything[-GUARD:] == GUARD_BYTE).all(), "written behind the picture"
        return everything[GUARD:-GUARD]

    def write(self, values: Array) -> None:
        """Set all bytes of the picture."""
        flat = np.ascontiguousarray(values, np.uint8).reshape(-1)
        assert flat.size == self.size
        assert acl.rt.memcpy(self.data, flat.size, flat.ctypes.data, flat.size, TO_DEVICE) == 0

    def channels(self) -> list[Array]:
        """Copies of the channels."""
        return channels_in(self.read(), self.layout, self.geometry)

    def set_channels(self, channels: Sequence[Array]) -> None:
        """Set the samples of all channels; the bytes between rows stay."""
        memory = self.read()
        for view, values in zip(
            channels_in(memory, self.layout, self.geometry), channels, strict=True
        ):
            view[:] = values
        self.write(memory)


@dataclass(repr=False)
class Vpc:
    """A channel, a stream, and all that was made for them: closed together."""

    channel: int = 0
    stream: int = 0
    pictures: list[Picture] = field(default_factory=list)
    areas: list[int] = field(default_factory=list)
    configs: list[int] = field(default_factory=list)
    borders: list[int] = field(default_factory=list)

    def open(self, matrix: int = 0, mode: int = 0) -> Vpc:
        """Create the channel, with a colour matrix, and a stream."""
        self.channel = media.dvpp_create_channel_desc()
        assert media.dvpp_set_channel_desc_param(self.channel, 0, matrix) == 0
        if mode:
            assert media.dvpp_set_channel_desc_mode(self.channel, mode) == 0
        assert media.dvpp_create_channel(self.channel) == 0
        self.stream, ret = acl.rt.create_stream()
        assert ret == 0
        return self

    def close(self) -> None:
        """Give everything back. Fails where a guard byte has changed."""
        assert acl.rt.synchronize_stream(self.stream) == 0
        for picture in self.pictures:
            picture.read()
        self.forget()
        assert acl.rt.destroy_stream(self.stream) == 0
        assert media.dvpp_destroy_channel(self.channel) == 0
        assert media.dvpp_destroy_channel_desc(self.channel) == 0

    def forget(self) -> None:
        """Give back the pictures, areas and settings."""
        for picture in self.pictures:
            assert media.dvpp_destroy_pic_desc(picture.desc) == 0
            assert media.dvpp_free(picture.base) == 0
        for area in self.areas:
            assert media.dvpp_destroy_roi_config(area) == 0
        for config in self.configs:
            assert media.dvpp_destroy_resize_config(config) == 0
        for border in self.borders:
            assert media.dvpp_destroy_border_config(border) == 0
        for kept in (self.pictures, self.areas, self.configs, self.borders):
            kept.clear()

    def picture(self, name: str, width: int, height: int, *strides: int, desc: int = 0) -> Picture:
        """Allocate a picture of random bytes; strides that are left out are the least."""
        layout = FORMATS[name]
        least = layout.least(width, height)
        width_stride, height_stride = (*strides, *least[len(strides) :])
        size = layout.size(width_stride, height_stride)
        base, ret = media.dvpp_malloc(size + 2 * GUARD)
        assert ret == 0
        assert acl.rt.memset(base, size + 2 * GUARD, GUARD_BYTE, size + 2 * GUARD) == 0
        made = Picture(
            layout,
            width,
            height,
            width_stride,
            height_stride,
            desc or media.dvpp_create_pic_desc(),
            base,
            size,
        )
        describe(
            made.desc,
            data=made.data,
            size=size,
            format=layout.code,
            width=width,
            height=height,
            width_stride=width_stride,
            height_stride=height_stride,
        )
        made.write(random(size, seed=size))
        if not desc:
            self.pictures.append(made)
        return made

    def area(self, left: int, top: int, width: int, height: int) -> int:
        """Make an area of a left upper corner and a size."""
        made = media.dvpp_create_roi_config(left, left + width - 1, top, top + height - 1)
        self.areas.append(made)
        return made

    def config(self, interpolation: int = 0) -> int:
        """Make settings of resizing."""
        made = media.dvpp_create_resize_config()
        assert media.dvpp_set_resize_config_interpolation(made, interpolation) == 0
        self.configs.append(made)
        return made

    def border(
        self, kind: int, sides: tuple[int, int, int, int], value: Sequence[float] = (0, 0, 0, 0)
    ) -> int:
        """Make settings of a border: left, right, top, bottom."""
        made = media.dvpp_create_border_config()
        assert media.dvpp_set_border_config_border_type(made, kind) == 0
        for side, pixels in zip(("left", "right", "top", "bottom"), sides, strict=True):
            assert getattr(media, f"dvpp_set_border_config_{side}")(made, pixels) == 0
        for index, each in enumerate(value):
            assert media.dvpp_set_border_config_value(made, index, float(each)) == 0
        self.borders.append(made)
        return made

    def run(self, operation: str, *arguments: Any) -> None:
        """Call an operation and wait for it."""
        assert self.submit(operation, *arguments) == 0, acl.get_recent_err_msg()
        assert acl.rt.synchronize_stream(self.stream) == 0

    def submit(self, operation: str, *arguments: Any) -> int:
        """Call an operation: its code."""
        function = getattr(media, f"dvpp_vpc_{operation}_async")
        plain = [each.desc if isinstance(each, Picture) else each for each in arguments]
        answer = function(self.channel, *plain, self.stream)
        return int(answer[-1] if isinstance(answer, tuple) else answer)


def describe(desc: int, **fields: int) -> None:
    """Set fields of a picture's description."""
    for name, value in fields.items():
        assert getattr(media, f"dvpp_set_pic_desc_{name}")(desc, value) == 0


def random(*shape: int, seed: int = 0) -> Array:
    """Random bytes."""
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


PHOTOGRAPHS = ("grace_hopper.jpg", "Minduka_Present_Blue_Pack.png")


@functools.cache
def photograph(name: str) -> Array:
    """A photograph of matplotlib's sample data, in RGB, of even sides."""
    path = Path(matplotlib.get_data_path()) / "sample_data" / name
    pixels = np.asarray(Image.open(path).convert("RGB"))
    return pixels[: pixels.shape[0] & ~1, : pixels.shape[1] & ~1]


@functools.cache
def photograph_in_yuv(name: str) -> tuple[Array, Array, Array]:
    """The same as Y, U and V of full range, chroma half as wide and high."""
    image = Image.fromarray(photograph(name)).convert("YCbCr")
    y, u, v = (np.asarray(each) for each in image.split())

    def halved(plane: Array) -> Array:
        height, width = plane.shape
        blocks = plane.reshape(height // 2, 2, width // 2, 2).astype(np.float64)
        return np.rint(blocks.mean((1, 3))).astype(np.uint8)

    return y, halved(u), halved(v)


def psnr(found: Array, expected: Array) -> float:
    """Peak signal to noise ratio in dB; 99 where both are equal."""
    error = np.mean((found.astype(np.float64) - expected.astype(np.float64)) ** 2)
    return 99.0 if error == 0 else float(10 * np.log10(255**2 / error))


def each_seed(count: int) -> Iterator[np.random.Generator]:
    """Generators of random numbers that are the same in every run."""
    return (np.random.default_rng(seed) for seed in range(count))
