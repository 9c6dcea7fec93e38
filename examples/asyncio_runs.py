# SPDX-License-Identifier: Apache-2.0
"""Runs that an event loop does not wait for: one model, then a pool.

python examples/asyncio_runs.py
"""

import asyncio

import numpy as np

import acl
from ascendcl.data import DIGITS_MODEL, digits_held_out

held_out = digits_held_out()


def accuracy(answers: list[np.ndarray]) -> float:
    return float(np.mean([a.argmax() for a in answers] == held_out.labels[: len(answers)]))


async def one_model(images: np.ndarray) -> None:
    with acl.Model.from_file(DIGITS_MODEL) as model:
        # Each is submitted at once and awaited together; they run in this order.
        answers = await asyncio.gather(*(model.run_async(image) for image in images))
    print(f"run_async: {accuracy(answers):.0%} right")


async def with_a_pool(images: np.ndarray) -> None:
    # Loading takes long: not in the loop's thread.
    pool = await asyncio.to_thread(acl.ModelPool, DIGITS_MODEL, workers=2)
    try:
        answers = await asyncio.gather(*(pool.run(image, timeout=10) for image in images))
    finally:
        await asyncio.to_thread(pool.close)
    print(f"pool.run: {accuracy(answers):.0%} right")


async def main() -> None:
    images = held_out.images[:100].reshape(-1, 1, 1, 8, 8)
    await one_model(images)
    await with_a_pool(images)


asyncio.run(main())
