# SPDX-License-Identifier: Apache-2.0
"""A 1080p JPEG into the middle of 640 x 640 (letterbox), against OpenCV doing the same, in turns.

    python benchmarks/media_pipeline.py [--rounds 40]

acl.media: JPEG decoding to NV12, crop, resize and paste. OpenCV: decoding to BGR, resize, border.
One thread each. Needs the extra `media`, OpenCV, matplotlib (whose photograph it takes) and Pillow.
"""

from __future__ import annotations

import argparse

import cv2
import media_client
import numpy as np
from figures import Figures, best_ratio, figure
from interleave import times_in_turns
from registry import bound_text

import acl


def measure(rounds: int = 40) -> Figures:
    cv2.setNumThreads(1)
    data = media_client.photograph(1920, 1080)
    encoded = np.frombuffer(data, np.uint8)

    def by_opencv() -> np.ndarray:
        picture = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
        small = cv2.resize(picture, (640, 360), interpolation=cv2.INTER_LINEAR)
        return cv2.copyMakeBorder(small, 140, 140, 0, 0, cv2.BORDER_CONSTANT)

    with media_client.Pictures() as pictures:
        source = pictures.to_device(data)
        large = pictures.picture(media_client.NV12, 1920, 1088)
        small = pictures.picture(media_client.NV12, 640, 640)
        crop = acl.media.dvpp_create_roi_config(0, 1919, 0, 1079)
        place = acl.media.dvpp_create_roi_config(0, 639, 140, 499)
        # Once, for the sizes that paste() looks at when it is submitted.
        pictures.decode(source, len(data), large)

        def by_media() -> None:
            pictures.submit_decode(source, len(data), large)
            pictures.paste(large, crop, small, place)

        taken = times_in_turns({"acl.media": by_media, "OpenCV": by_opencv}, rounds)
        acl.media.dvpp_destroy_roi_config(crop)
        acl.media.dvpp_destroy_roi_config(place)
    for name, seconds in taken.items():
        print(f"{name:10} {1e3 * min(seconds):6.2f} ms")
    figures = {"letterbox": figure(best_ratio, taken["acl.media"], taken["OpenCV"])}
    print(f"ratio {figures['letterbox'].value:.2f}{bound_text('media_pipeline/letterbox')}")
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40, help="pictures of each")
    measure(parser.parse_args().rounds)


if __name__ == "__main__":
    main()
