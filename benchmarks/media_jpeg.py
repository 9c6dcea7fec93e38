# SPDX-License-Identifier: Apache-2.0
"""A JPEG of 1080p to NV12 by acl.media, against OpenCV's decoding of it to BGR, in turns.

    python benchmarks/media_jpeg.py [--rounds 40]

Needs the extra `media`, OpenCV, matplotlib (whose photograph it takes) and Pillow.
"""

from __future__ import annotations

import argparse

import cv2
import media_client
import numpy as np
from figures import Figures, best_ratio, figure
from interleave import times_in_turns


def measure(rounds: int = 40) -> Figures:
    cv2.setNumThreads(1)
    data = media_client.photograph(1920, 1080)
    encoded = np.frombuffer(data, np.uint8)
    with media_client.Pictures() as pictures:
        source = pictures.to_device(data)
        target = pictures.picture(media_client.NV12, 1920, 1088)
        taken = times_in_turns(
            {
                "acl.media": lambda: pictures.decode(source, len(data), target),
                "OpenCV": lambda: cv2.imdecode(encoded, cv2.IMREAD_COLOR),
            },
            rounds,
        )
    for name, seconds in taken.items():
        print(f"{name:10} {1e3 * min(seconds):6.2f} ms")
    figures = {"decode": figure(best_ratio, taken["acl.media"], taken["OpenCV"])}
    print(f"ratio {figures['decode'].value:.2f}")
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40, help="decodings of each")
    measure(parser.parse_args().rounds)


if __name__ == "__main__":
    main()
