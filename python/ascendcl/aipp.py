# SPDX-License-Identifier: Apache-2.0
"""Dynamic AIPP: what is done to a model's pictures, told before a run."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["AippConfig", "AippImage"]

AippFormat: TypeAlias = Literal[
    "YUV420SP_U8",
    "XRGB8888_U8",
    "RGB888_U8",
    "YUV400_U8",
    "ARGB8888_U8",
    "YUYV_U8",
    "YUV422SP_U8",
    "AYUV444_U8",
]

# Number, and bytes per two pixels.
_FORMATS: Final[dict[str, tuple[int, int]]] = {
    "YUV420SP_U8": (1, 3),
    "XRGB8888_U8": (2, 8),
    "RGB888_U8": (3, 6),
    "YUV400_U8": (4, 2),
    "ARGB8888_U8": (7, 8),
    "YUYV_U8": (8, 4),
    "YUV422SP_U8": (9, 4),
    "AYUV444_U8": (10, 8),
}

FORMAT_NUMBERS: Final = {name: number for name, (number, _) in _FORMATS.items()}
"""Of the formats of pictures, as in ``aclAippInputFormat``."""

Colours: TypeAlias = Literal["jpeg", "bt601", "bt601_wide", "bt709", "bt709_wide"]
Matrix: TypeAlias = "tuple[tuple[int, int, int], tuple[int, int, int], tuple[int, int, int]]"
Four: TypeAlias = "tuple[float, float, float, float]"

_FULL: Final = ((256, 0, 359), (256, -88, -183), (256, 454, 0))

# YUV to RGB, and the bias of the input; docs/aipp.md says where they come from.
_MATRICES: Final[dict[str, tuple[Matrix, tuple[int, int, int]]]] = {
    "jpeg": (_FULL, (0, 128, 128)),
    "bt601": (((298, 0, 409), (298, -100, -208), (298, 516, 0)), (16, 128, 128)),
    "bt601_wide": (_FULL, (0, 128, 128)),
    "bt709": (((298, 0, 459), (298, -55, -136), (298, 541, 0)), (16, 128, 128)),
    "bt709_wide": (((256, 0, 403), (256, -48, -120), (256, 475, 0)), (0, 128, 128)),
}


@dataclass(frozen=True)
class AippImage:
    """What may differ from picture to picture of a batch.

    Attributes
    ----------
    crop : tuple of int or None
        Left, top, width and height of what is taken of the picture.
    padding : tuple of int or None
        Rows and columns to add: top, bottom, left, right.
    mean : tuple of int
        Is subtracted first, of each of four channels.
    minimum : tuple of float
        Is subtracted then.
    reciprocal : tuple of float
        The result is multiplied by it: 1 over the variance.
    """

    crop: tuple[int, int, int, int] | None = None
    padding: tuple[int, int, int, int] | None = None
    mean: tuple[int, int, int, int] = (0, 0, 0, 0)
    minimum: Four = (0.0, 0.0, 0.0, 0.0)
    reciprocal: Four = (1.0, 1.0, 1.0, 1.0)


@dataclass(frozen=True)
class AippConfig:
    """What dynamic AIPP does to the pictures of a model's input.

    The steps and their order are those of the page on AIPP. Only the first three fields are given
    by position.

    Attributes
    ----------
    format : str
        Of the pictures: ``YUV420SP_U8`` (NV12), ``RGB888_U8`` and others.
    width, height : int
        Of the pictures as they are fed.
    matrix : tuple of tuple of int or None
        Three rows that convert colours, 256 being 1; None for no conversion.
    input_bias, output_bias : tuple of int
        Is subtracted before the conversion of YUV, and added after that of RGB.
    swap_rb_or_uv : bool
        Exchange R and B, or U and V, of what is fed.
    swap_ax : bool
        Move the first of four channels to the end.
    crop, padding, mean, minimum, reciprocal
        Of all pictures, as in :class:`AippImage`.
    images : tuple of AippImage
        One per picture of the batch, in the place of these five.

    Examples
    --------
    >>> config = acl.AippConfig("RGB888_U8", 640, 480, crop=(0, 0, 224, 224))
    >>> config.picture_bytes
    921600
    """

    format: AippFormat
    width: int
    height: int
    _: KW_ONLY
    matrix: Matrix | None = None
    input_bias: tuple[int, int, int] = (0, 0, 0)
    output_bias: tuple[int, int, int] = (0, 0, 0)
    swap_rb_or_uv: bool = False
    swap_ax: bool = False
    crop: tuple[int, int, int, int] | None = None
    padding: tuple[int, int, int, int] | None = None
    mean: tuple[int, int, int, int] = (0, 0, 0, 0)
    minimum: Four = (0.0, 0.0, 0.0, 0.0)
    reciprocal: Four = (1.0, 1.0, 1.0, 1.0)
    images: tuple[AippImage, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a format that is none: nothing else would tell of it by name."""
        if self.format not in _FORMATS:
            raise ValueError(
                f"AippConfig: format must be one of {', '.join(_FORMATS)}, not {self.format!r}"
            )

    @classmethod
    def yuv420sp_to_rgb(
        cls, width: int, height: int, *, colours: Colours = "jpeg", bgr: bool = False, **more: Any
    ) -> Self:
        """NV12 to RGB, or BGR.

        Parameters
        ----------
        width, height : int
            Of the pictures as they are fed.
        colours : str
            What the YUV is: ``jpeg`` (BT.601, full range), ``bt601`` or ``bt709`` (narrow, as of
            most video), ``bt601_wide``, ``bt709_wide``.
        bgr : bool
            B is the first channel.
        **more
            Further fields.
        """
        if colours not in _MATRICES:
            raise ValueError(
                f"AippConfig: colours must be one of {', '.join(_MATRICES)}, not {colours!r}"
            )
        matrix, bias = _MATRICES[colours]
        rows = matrix[::-1] if bgr else matrix
        return cls("YUV420SP_U8", width, height, matrix=rows, input_bias=bias, **more)

    @classmethod
    def yuv420sp_to_gray(cls, width: int, height: int, **more: Any) -> Self:
        """NV12 to its luma; further fields as `more`."""
        return cls("YUV420SP_U8", width, height, matrix=_first_row(256, 0, 0), **more)

    @classmethod
    def rgb_to_gray(cls, width: int, height: int, **more: Any) -> Self:
        """RGB888 to grey, by 76, 150 and 30 of 256; further fields as `more`."""
        return cls("RGB888_U8", width, height, matrix=_first_row(76, 150, 30), **more)

    @property
    def picture_bytes(self) -> int:
        """Bytes of one picture as it is fed."""
        return self.width * self.height * _FORMATS[self.format][1] // 2

    def image(self, index: int) -> AippImage:
        """Answer what holds for one picture of the batch."""
        if self.images:
            return self.images[index]
        return AippImage(self.crop, self.padding, self.mean, self.minimum, self.reciprocal)


def _first_row(first: int, second: int, third: int) -> Matrix:
    return ((first, second, third), (0, 0, 0), (0, 0, 0))
