# SPDX-License-Identifier: Apache-2.0
"""JPEGs of a real photograph, and what Pillow makes of them, as planes."""

from __future__ import annotations

import functools
import io
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

matplotlib = pytest.importorskip("matplotlib")
Image = pytest.importorskip("PIL.Image")
ImageOps = pytest.importorskip("PIL.ImageOps")

Bytes = npt.NDArray[np.uint8]

# Luma samples that one of chroma stands for: across, down.
FACTORS = {"444": (1, 1), "422": (2, 1), "420": (2, 2), "440": (1, 2), "411": (4, 1)}
_PILLOW = {"444": 0, "422": 1, "420": 2}
_OPENCV = {"440": 0x121111, "411": 0x411111}


@functools.cache
def photograph(width: int, height: int) -> Any:
    """A portrait with much detail, scaled to this size."""
    path = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    return Image.open(path).convert("RGB").resize((width, height), Image.Resampling.LANCZOS)


def jpeg(width: int, height: int, sampling: str = "420", quality: int = 90, **more: Any) -> bytes:
    """`more`: what Pillow's writer knows (progressive, exif, restart_marker_rows)."""
    picture = photograph(width, height)
    if sampling in _OPENCV:
        cv2 = pytest.importorskip("opencv").cv2
        options = [cv2.IMWRITE_JPEG_QUALITY, quality]
        options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, _OPENCV[sampling]]
        done, data = cv2.imencode(".jpg", np.asarray(picture)[..., ::-1], options)
        assert done
        return bytes(data)
    if sampling == "gray":
        picture = picture.convert("L")
    else:
        more["subsampling"] = _PILLOW[sampling]
    return saved(picture, quality=quality, **more)


def saved(picture: Any, kind: str = "JPEG", **more: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


def exif(orientation: int) -> bytes:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return bytes(tags.tobytes())


def pillow_planes(data: bytes) -> list[Bytes]:
    """Y, Cb, Cr of the full size, turned by EXIF: libjpeg has scaled the chroma up."""
    with Image.open(io.BytesIO(data)) as picture:
        if picture.mode != "L":
            picture.draft("YCbCr", picture.size)
        upright = ImageOps.exif_transpose(picture)
        assert upright.mode in ("L", "YCbCr")
        planes = np.asarray(upright)
    return [planes] if planes.ndim == 2 else [planes[..., i] for i in range(3)]


def scaled_up(chroma: Bytes, across: int, down: int) -> Bytes:
    """As libjpeg does by default: 3/4 of the nearer sample and 1/4 of the next."""
    values = chroma.astype(np.float64)
    for axis, factor in ((1, across), (0, down)):
        if factor == 1:
            continue
        values = np.moveaxis(values, axis, 0)
        edged = np.concatenate([values[:1], values, values[-1:]])
        both = np.empty((2 * len(values), *values.shape[1:]))
        both[0::2] = 0.75 * values + 0.25 * edged[:-2]
        both[1::2] = 0.75 * values + 0.25 * edged[2:]
        values = np.moveaxis(both, 0, axis)
    return np.rint(values).astype(np.uint8)


def psnr(one: Bytes, other: Bytes) -> float:
    assert one.shape == other.shape
    error = np.mean((one.astype(np.float64) - other.astype(np.float64)) ** 2)
    return float("inf") if error == 0 else float(10 * np.log10(255**2 / error))
