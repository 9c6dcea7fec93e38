# SPDX-License-Identifier: Apache-2.0
"""Pictures as inputs: decoded by Pillow, laid out as the input wants it, never resized."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from ascendcl.tensor_info import TensorInfo

Array: TypeAlias = npt.NDArray[Any]
Shape: TypeAlias = tuple[int, ...]
Layout: TypeAlias = Literal["NCHW", "NHWC"]

ENDINGS: Final = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".ppm", ".pgm", ".tif", ".tiff")
_MODES: Final = {1: "L", 3: "RGB", 4: "RGBA"}
_EIGHT_BITS: Final = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr")


@dataclass(frozen=True)
class PictureOptions:
    """How pixels become numbers.

    Attributes
    ----------
    layout : {"NCHW", "NHWC"} or None
        Of the input; None takes the model's word for it.
    bgr : bool
        Blue before red.
    mean, std : sequence of float
        A float input gets (pixel - mean) / std, of pixels from 0 to 255: one number, or one per
        channel.
    """

    layout: Layout | None = None
    bgr: bool = False
    mean: Sequence[float] = (0.0,)
    std: Sequence[float] = (1.0,)

    @property
    def is_plain(self) -> bool:
        """Whether pixels are taken as they are."""
        return all(value == 0 for value in self.mean) and all(value == 1 for value in self.std)


class Picture:
    """A picture file for one input.

    Raises
    ------
    ImportError
        Pillow is not installed; the extra that has it is named.
    ValueError, OSError
        It is no picture, or one that no 8 bits hold.
    """

    shape: Shape | None = None

    def __init__(self, path: Path, info: TensorInfo, options: PictureOptions) -> None:
        self._path, self._info, self._options = path, info, options
        image = _opened(path, whole=False)
        if image.mode not in _EIGHT_BITS:
            raise ValueError(
                f"{path}: pixels of mode {image.mode} have no place in 8 bits; make a .npy of it"
            )
        self._width, self._height = image.size
        self._layout = options.layout or _layout_told(info, path)
        order = "BGR" if options.bgr else "RGB"
        pixels = "0 to 255" if options.is_plain else "(pixel - mean) / std"
        self.name = f"{path} ({self._width}x{self._height}, {order}, {self._layout}, {pixels})"

    def fits(self, shape: Shape) -> bool:
        """Whether the input is one picture of this width and height."""
        found = _height_width_channels(shape, self._layout)
        if found is None:
            return False
        height, width, channels = found
        return (width, height) == (self._width, self._height) and channels in _MODES

    def why_not(self, shape: Shape) -> str:
        """Name both sizes."""
        info = self._info
        start = f"{self._path}: input {info.name!r} is {info.dtype}{list(shape)}"
        found = _height_width_channels(shape, self._layout)
        if found is None:
            return f"{start}, which is not one picture; make a .npy of it"
        height, width, channels = found
        if channels not in _MODES:
            return (
                f"{start}: {channels} channels in the layout {self._layout}, and a picture has 1, "
                "3 or 4; --layout sets another"
            )
        return (
            f"{start}, a picture of {width}x{height} in the layout {self._layout}, and this one is "
            f"{self._width}x{self._height}; nothing is resized"
        )

    def read(self, shape: Shape) -> Array:
        """Answer the pixels as the input wants them."""
        found = _height_width_channels(shape, self._layout)
        assert found is not None  # it fits
        channels = found[2]
        image = self._opaque(channels).convert(_MODES[channels])
        pixels = np.asarray(image, np.uint8).reshape(found)
        if self._options.bgr and channels >= 3:
            pixels = pixels[..., [2, 1, 0, *range(3, channels)]]
        numbers = self._numbers(pixels)
        if self._layout == "NCHW":
            numbers = numbers.transpose(2, 0, 1)
        return np.ascontiguousarray(numbers).reshape(shape)

    def _opaque(self, channels: int) -> Any:
        """Answer it; what shows through has no place in fewer than four channels."""
        image = _opened(self._path, whole=True)
        if channels < 4 and image.has_transparency_data:
            image = image.convert("RGBA")
            if image.getextrema()[3][0] < 255:
                raise ValueError(
                    f"{self._path}: parts of it are transparent, and input {self._info.name!r} "
                    f"has {channels} channels"
                )
        return image

    def _numbers(self, pixels: Array) -> Array:
        info, options = self._info, self._options
        if info.dtype == np.uint8:
            if not options.is_plain:
                raise ValueError(
                    f"{self._path}: input {info.name!r} takes uint8, pixels as they are, and "
                    "--mean or --std is given"
                )
            return pixels
        if info.dtype.kind != "f":
            raise ValueError(
                f"{self._path}: input {info.name!r} takes {info.dtype}, and pixels are uint8; make "
                "a .npy of it"
            )
        for option, values in (("--mean", options.mean), ("--std", options.std)):
            if len(values) not in (1, pixels.shape[2]):
                raise ValueError(
                    f"{option} has {len(values)} numbers, and input {info.name!r} has "
                    f"{pixels.shape[2]} channels"
                )
        numbers: Array = (pixels - np.array(options.mean)) / np.array(options.std)
        return numbers.astype(info.dtype)


def _opened(path: Path, *, whole: bool) -> Any:
    """Look at a picture: what kind it is, or all of its pixels."""
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError(
            f'{path}: pictures are read by Pillow: pip install "ascendcl[pictures]"'
        ) from error
    try:
        with Image.open(path) as image:
            if whole:
                image.load()
            return image
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path}: no picture can be read from it: {error}") from error


def _layout_told(info: TensorInfo, path: Path) -> Layout:
    if info.format == "NCHW":
        return "NCHW"
    if info.format == "NHWC":
        return "NHWC"
    raise ValueError(
        f"{path}: the model says {info.format} of input {info.name!r}, which does not tell where "
        "its channels are: --layout NCHW or --layout NHWC"
    )


def _height_width_channels(shape: Shape, layout: Layout) -> tuple[int, int, int] | None:
    """The three of a shape that is one picture: with a batch of 1, or without one."""
    if len(shape) == 4 and shape[0] == 1:
        shape = shape[1:]
    if len(shape) != 3 or min(shape) < 1:
        return None
    if layout == "NHWC":
        return shape
    channels, height, width = shape
    return height, width, channels
