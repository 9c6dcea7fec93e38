# SPDX-License-Identifier: Apache-2.0
"""What spawned processes run that are given weights: here, where each of them finds it."""

from __future__ import annotations

from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

import ascendcl as acl


def image(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((1, 1, 8, 8), np.float32) * 16


def used(device: int = 0) -> int:
    with acl.Device(device) as opened:
        info = opened.memory_info()
        return info.total - info.free


def answer_of_pool(path: Path, weights: acl.DeviceBuffer, image: np.ndarray) -> np.ndarray:
    """Answer what a pool of another process makes of it."""
    with acl.ModelPool(path, share_weights=weights) as pool:
        found: np.ndarray = pool.submit(image).result()
    return found


def serve(model_path: Path, weight: acl.DeviceBuffer, pipe: Connection) -> None:
    """Another process's main: answers its memory, then a result for each number."""
    imported = used()
    with acl.Model.from_file(model_path, weight=weight) as model:
        pipe.send((imported, used(), weight.size))
        for seed in iter(pipe.recv, None):
            pipe.send(model(image(seed)))


def own(model_path: Path, pipe: Connection) -> None:
    """The owner: pickles its weights for others, and waits to be killed."""
    weight = acl.DeviceBuffer(acl.query_size(model_path).weight, shareable=True)
    model = acl.Model.from_file(model_path, weight=weight)
    pipe.send(weight)
    pipe.recv()
    model.close()


def load(model_path: Path, weight: acl.DeviceBuffer, start: Any, pipe: Connection) -> None:
    start.wait()
    try:
        acl.Model.from_file(model_path, weight=weight).close()
        pipe.send("loaded")
    except acl.BufferInUse as error:
        pipe.send("another model" in str(error))
