# SPDX-License-Identifier: Apache-2.0
"""csrc/host/model/aipp_*, compiled by itself: pictures through AIPP without a model.

component = Pixels(folder)                        # compiles it there
result = component(Settings(...), [Image(...)], pictures)   # raises RefusedError
"""

import ctypes
import shutil
import subprocess
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent

FORMATS = {
    "YUV420SP_U8": 1,
    "XRGB8888_U8": 2,
    "RGB888_U8": 3,
    "YUV400_U8": 4,
    "ARGB8888_U8": 7,
    "YUYV_U8": 8,
    "YUV422SP_U8": 9,
    "AYUV444_U8": 10,
}
DTYPES = {"float32": 0, "float16": 1, "uint8": 4}

Four = tuple[float, float, float, float]


class RefusedError(Exception):
    """What the settings break; `code` is what the C function answers."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Image:
    """What may differ within a batch; the fields of AippImage, in their order."""

    crop: bool = False
    crop_start_w: int = 0
    crop_start_h: int = 0
    crop_size_w: int = 0
    crop_size_h: int = 0
    scale: bool = False
    padding: bool = False
    padding_top: int = 0
    padding_bottom: int = 0
    padding_left: int = 0
    padding_right: int = 0
    mean: tuple[int, int, int, int] = (0, 0, 0, 0)
    minimum: Four = (0.0, 0.0, 0.0, 0.0)
    reciprocal: Four = (1.0, 1.0, 1.0, 1.0)


@dataclass
class Settings:
    """The fields of AippSettings, and what the network takes."""

    format: int
    source_w: int = 0
    source_h: int = 0
    convert_colour: bool = False
    matrix: tuple[int, ...] = (0,) * 9
    input_bias: tuple[int, int, int] = (0, 0, 0)
    output_bias: tuple[int, int, int] = (0, 0, 0)
    swap_rb_or_uv: bool = False
    swap_ax: bool = False
    padding_value: float = 0.0
    dtype: str = "float16"
    channels_last: bool = False
    shape: tuple[int, int, int, int] = field(default=(1, 3, 8, 8))  # batch, channels, h, w


class _Image(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_int32) for name in list(Image.__dataclass_fields__)[:11]),
        ("mean", ctypes.c_int32 * 4),
        ("minimum", ctypes.c_float * 4),
        ("reciprocal", ctypes.c_float * 4),
    )


class _Settings(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_int32) for name in ("format", "source_w", "source_h", "convert_colour")),
        ("matrix", ctypes.c_int32 * 9),
        ("input_bias", ctypes.c_int32 * 3),
        ("output_bias", ctypes.c_int32 * 3),
        ("swap_rb_or_uv", ctypes.c_int32),
        ("swap_ax", ctypes.c_int32),
        ("padding_value", ctypes.c_float),
        *((name, ctypes.c_int32) for name in ("dtype", "channels_last")),
        *((name, ctypes.c_int32) for name in ("batch", "channels", "height", "width", "images")),
    )


def _filled(structure: type[ctypes.Structure], values: Any) -> Any:
    return structure(*(tuple(each) if isinstance(each, tuple) else each for each in values))


class Pixels:
    """The compiled component."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("c++")
        if compiler is None:
            pytest.skip("no C++ compiler")
        host = ROOT / "csrc" / "host"
        sources = [HERE / "pixels.cpp"]
        sources += [host / "model" / f"aipp_{name}.cpp" for name in ("check", "formats", "pixels")]
        includes = [ROOT / "csrc", host / "include", ROOT / "third_party" / "cann" / "include"]
        library = folder / "libpixels.so"
        command = [compiler, "-std=c++17", "-O2", "-shared", "-fPIC", "-o", str(library)]
        command += [f"-I{each}" for each in includes]
        subprocess.run([*command, *map(str, sources)], check=True)
        self._preprocess = ctypes.CDLL(str(library)).aipp_preprocess
        self._preprocess.argtypes = [
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.c_void_p,
            ctypes.c_uint64,
            ctypes.c_void_p,
            ctypes.c_uint64,
            ctypes.c_char_p,
        ]

    def __call__(
        self, settings: Settings, images: list[Image], pictures: "np.ndarray[Any, Any]"
    ) -> "np.ndarray[Any, Any]":
        batch, channels, height, width = settings.shape
        head = [getattr(settings, name) for name in list(Settings.__dataclass_fields__)[:10]]
        head += [DTYPES[settings.dtype], settings.channels_last, *settings.shape, len(images)]
        plain = _filled(_Settings, head)
        plain_images = (_Image * max(1, len(images)))(
            *(_filled(_Image, astuple(image)) for image in images)
        )
        shape = (batch, channels, height, width)
        if settings.channels_last:
            shape = (batch, height, width, channels)
        guard = 64
        elements = int(np.prod(shape))
        result = np.full(elements + guard, 77, dtype=settings.dtype)
        pictures = np.ascontiguousarray(pictures, dtype=np.uint8)
        message = ctypes.create_string_buffer(512)
        code = self._preprocess(
            ctypes.addressof(plain),
            ctypes.addressof(plain_images),
            pictures.ctypes.data,
            pictures.nbytes,
            result.ctypes.data,
            elements * result.itemsize,
            message,
        )
        if code != 0:
            raise RefusedError(code, message.value.decode() or "sizes of the test are wrong")
        assert (result[elements:] == 77).all(), "written past the end"
        return result[:elements].reshape(shape)
