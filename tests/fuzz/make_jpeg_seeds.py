# SPDX-License-Identifier: Apache-2.0
"""Seeds for the fuzz target `jpeg`: small pictures of each kind, each with two bytes that choose.

usage: python tests/fuzz/make_jpeg_seeds.py DIR. Writes DIR/jpeg. Needs Pillow and OpenCV.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "media"))

from jpegs import exif, jpeg, photograph, saved

IS_PNG, NO_CODEC, WITH_STRIDES = 8, 16, 32


def pictures() -> Iterator[tuple[int, bytes]]:
    for sampling in ("420", "422", "444", "440", "411", "gray"):
        yield 0, jpeg(33, 47, sampling)
    for orientation in (3, 6):
        yield 0, jpeg(48, 32, exif=exif(orientation))
    yield 0, jpeg(32, 32, progressive=True)
    yield 0, jpeg(32, 32, restart_marker_rows=1)
    yield 0, saved(photograph(32, 32).convert("CMYK"))
    for mode in ("RGB", "RGBA", "L"):
        yield IS_PNG, saved(photograph(32, 32).convert(mode), "PNG")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for kind, data in pictures():
        for choice in (0, 1, WITH_STRIDES | 1, NO_CODEC):
            seed = bytes([kind | choice, 0]) + data
            (folder / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)


if __name__ == "__main__":
    main(Path(sys.argv[1]) / "jpeg")
