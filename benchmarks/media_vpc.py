# SPDX-License-Identifier: Apache-2.0
"""VPC on one thread against OpenCV doing the same, in turns.

    python benchmarks/media_vpc.py [--rounds 100]

NV12 of 1920 x 1080 scaled into 640 x 640 (a letterbox), and NV12 of 1280 x 720 to BGR.
"""

from __future__ import annotations

import argparse

import cv2
import media_client
import numpy as np
from figures import Figures, best_ratio, figure
from interleave import times_in_turns

import acl


def measure(rounds: int = 100) -> Figures:
    cv2.setNumThreads(1)
    frame = np.zeros((1080 * 3 // 2, 1920), np.uint8)
    luma, chroma = frame[:1080], frame[1080:].reshape(540, 960, 2)
    canvas = np.zeros((640 * 3 // 2, 640), np.uint8)
    pairs = canvas[640:].reshape(320, 320, 2)
    small = np.zeros((720 * 3 // 2, 1280), np.uint8)

    def letterbox_by_opencv() -> None:
        cv2.resize(luma, (640, 360), dst=canvas[140:500])
        cv2.resize(chroma, (320, 180), dst=pairs[70:250])

    with media_client.Pictures() as pictures:
        source = pictures.picture(media_client.NV12, 1920, 1080)
        target = pictures.picture(media_client.NV12, 640, 640)
        nv12 = pictures.picture(media_client.NV12, 1280, 720)
        bgr = pictures.picture(media_client.BGR, 1280, 720)
        crop = acl.media.dvpp_create_roi_config(0, 1919, 0, 1079)
        place = acl.media.dvpp_create_roi_config(0, 639, 140, 499)
        letterbox = times_in_turns(
            {
                "acl.media": lambda: pictures.paste(source, crop, target, place),
                "OpenCV": letterbox_by_opencv,
            },
            rounds,
        )
        colours = times_in_turns(
            {
                "acl.media": lambda: pictures.convert(nv12, bgr),
                "OpenCV": lambda: cv2.cvtColor(small, cv2.COLOR_YUV2BGR_NV12),
            },
            rounds,
        )
        acl.media.dvpp_destroy_roi_config(crop)
        acl.media.dvpp_destroy_roi_config(place)
    figures = {}
    for name, taken in (("letterbox", letterbox), ("colours", colours)):
        figures[name] = figure(best_ratio, taken["acl.media"], taken["OpenCV"])
        best = {who: f"{1e3 * min(seconds):.3f} ms" for who, seconds in taken.items()}
        print(f"{name}: {best}, ratio {figures[name].value:.2f}")
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=100, help="pictures of each")
    measure(parser.parse_args().rounds)


if __name__ == "__main__":
    main()
