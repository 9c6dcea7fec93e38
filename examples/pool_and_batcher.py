# SPDX-License-Identifier: Apache-2.0
"""A pool of loads behind a queue, and a batcher that lets requests share runs.

python examples/pool_and_batcher.py
"""

from concurrent.futures import Future

import numpy as np

import acl
from ascendcl.data import DIGITS_MODEL, digits_held_out

held_out = digits_held_out()
images = held_out.images[:100, None].reshape(-1, 1, 1, 8, 8)  # 100 requests of one picture each

# Two loads of the model, each with a thread and work memory, and one copy of the weights. What
# comes while both are busy waits; the 101st that would wait is refused by acl.QueueFull.
with acl.ModelPool(DIGITS_MODEL, workers=2, max_waiting=100) as pool:
    futures: list[Future[np.ndarray]] = [pool.submit(image, timeout=10) for image in images]
    found = [int(future.result().argmax()) for future in futures]
    print(f"pool: {np.mean(found == held_out.labels[:100]):.0%} right")

    # The batcher uses the pool's workers. A request is any number of rows; the runs have the sizes
    # that the model was compiled for (its gears). This one has a single size, 1: no padding.
    with acl.Batcher(pool, max_delay=0.002, split=True) as batcher:
        rows = held_out.images[:7]  # seven pictures in one request
        answer = batcher.submit(rows).result()
        print(f"batcher: {rows.shape} -> {answer.shape}")

    stats = pool.stats()
    print(f"{stats['requests_ok']} answered, {stats['requests_rejected']} refused")
# The end of the block drains: it waits for what was taken, then unloads.
