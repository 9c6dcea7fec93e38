# SPDX-License-Identifier: Apache-2.0
"""OpenCV, without what its wheel does to the environment.

The import puts its own folder, and the working one, in front of `LD_LIBRARY_PATH`: every child of
the tests would inherit that, and `ascendcl doctor` tells it as a problem.
"""

import os
from unittest import mock

with mock.patch.dict(os.environ):
    import cv2

__all__ = ["cv2"]
