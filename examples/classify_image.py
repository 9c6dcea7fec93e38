# SPDX-License-Identifier: Apache-2.0
"""A picture file to a prediction: read, resize, normalise, run, name.

Needs Pillow. The model knows grey 8x8 pictures of handwritten digits, bright strokes on black.

python examples/classify_image.py three.png
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

import acl
from ascendcl.data import DIGITS_MODEL


def preprocess(path: Path, size: tuple[int, int]) -> np.ndarray:
    """Read a picture as the model was trained on it: 1 x 1 x height x width, float32 in 0..16."""
    with Image.open(path) as picture:
        height, width = size
        grey = picture.convert("L").resize((width, height), Image.Resampling.BOX)
    return (np.asarray(grey, np.float32) * (16 / 255)).reshape(1, 1, height, width)


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("picture", type=Path)
parser.add_argument("--model", type=Path, default=DIGITS_MODEL)
arguments = parser.parse_args()

with acl.Model.from_file(arguments.model) as model:
    _, _, height, width = model.inputs[0].shape
    probabilities = model(preprocess(arguments.picture, (height, width)))[0]
    for digit in probabilities.argsort()[:-4:-1]:
        print(f"{digit}: {probabilities[digit]:.1%}")
