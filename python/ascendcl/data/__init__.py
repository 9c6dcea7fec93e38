# SPDX-License-Identifier: Apache-2.0
"""A small compiled model and held-out data for it: what the demo runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

DIGITS_MODEL = Path(__file__).parent / "digits.om"
"""Classifier of 8x8 digits: ``image`` 1x1x8x8 float32 in 0..16, ``probabilities`` 1x10."""


class HeldOut(NamedTuple):
    """Digits that the model was not trained with.

    Attributes
    ----------
    images
        N x 1 x 8 x 8, float32 in 0..16.
    labels
        N digits.
    probabilities
        N x 10, computed by numpy with the model's own weights.
    """

    images: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]
    probabilities: npt.NDArray[np.float32]


def digits_held_out() -> HeldOut:
    """Load the held-out digits."""
    with np.load(Path(__file__).parent / "digits_held_out.npz") as file:
        arrays: dict[str, npt.NDArray[Any]] = dict(file)
    return HeldOut(
        arrays["images"].astype(np.float32),
        arrays["labels"].astype(np.int64),
        arrays["probabilities"],
    )
