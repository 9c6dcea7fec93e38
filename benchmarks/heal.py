# SPDX-License-Identifier: Apache-2.0
"""Sticky faults of the device under a ModelPool with clients: how long until it serves again.

Threads and an event loop ask all the time; again and again an execution fails as a device's does
that must be reset. What counts is by how much a heal takes longer than the pool's first load did;
that each request is answered exactly once, no answer is wrong and none fails by anything but the
device, is required.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
import threading
import time
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).parents[1] / "tests"
sys.path += [str(TESTS), str(TESTS / "fault")]
os.environ["ASCENDCL_RUNTIME"] = "host"
os.environ["ASCENDCL_HOST_THREADS"] = "1"

import numpy as np  # noqa: E402
from faults import faults  # noqa: E402
from figures import Figures, figure  # noqa: E402
from registry import bound_text, is_kept  # noqa: E402

import acl  # noqa: E402
from ascendcl.data import DIGITS_MODEL, digits_held_out  # noqa: E402

STICKY = (507010, 507013, 507014, 507015, 507016, 507034, 507053)
IN_FLIGHT = 16


class Clients:
    """Those who ask, and what became of it."""

    def __init__(self, pool: acl.ModelPool, images: list[np.ndarray]) -> None:
        self.pool = pool
        self.images = images
        with acl.Model.from_file(DIGITS_MODEL) as model:
            self.expected = [model(image) for image in images]
        self.stop = threading.Event()
        self.asked = 0
        self.answers: Counter[str] = Counter()
        self._lock = threading.Lock()

    def judge(self, index: int, answer: object) -> None:
        """Count an answer; it is called once per request, or the sums do not agree."""
        if isinstance(answer, acl.DeviceFaultError):
            kind = "failed by the device"
        elif isinstance(answer, BaseException):
            kind = f"failed otherwise: {answer!r}"
        else:
            is_right = np.array_equal(answer, self.expected[index])  # type: ignore[arg-type]
            kind = "right" if is_right else "wrong"
        with self._lock:
            self.answers[kind] += 1

    def ask_by_futures(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        while not self.stop.is_set():
            order = random.integers(len(self.images), size=IN_FLIGHT)
            futures = [self.pool.submit(self.images[i]) for i in order]
            with self._lock:
                self.asked += len(futures)
            for i, future in zip(order, futures, strict=True):
                self.judge(i, future.exception() or future.result())

    async def ask_by_tasks(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        while not self.stop.is_set():
            order = random.integers(len(self.images), size=IN_FLIGHT)
            with self._lock:
                self.asked += len(order)
            asked = (self.pool.run(self.images[i]) for i in order)
            answers = await asyncio.gather(*asked, return_exceptions=True)
            for i, answer in zip(order, answers, strict=True):
                self.judge(i, answer)


def heal_once(pool: acl.ModelPool, seed: int) -> float:
    """Let one execution fail: the seconds in which the pool is not ready."""
    random = np.random.default_rng(seed)
    code = STICKY[seed % len(STICKY)]
    heals = pool.stats()["heals_num"]
    with faults(f"aclmdlExecute:{random.integers(1, 50)}:{code}"):
        while pool.ready and pool.stats()["heals_num"] == heals:
            time.sleep(0.0005)
        start = time.perf_counter()
        while not pool.ready or pool.stats()["heals_num"] == heals:
            time.sleep(0.0005)
        return time.perf_counter() - start


def measure(count: int = 100, workers: int = 2) -> Figures:
    """SystemExit where an answer is wrong, lost or doubled."""
    logging.getLogger("ascendcl").setLevel(logging.ERROR)
    images = list(digits_held_out().images[:32, None].astype(np.float32))
    with acl.ModelPool(DIGITS_MODEL, workers=workers) as pool:
        first_load = pool.stats()["load_seconds"]
        clients = Clients(pool, images)
        threads = [
            threading.Thread(target=clients.ask_by_futures, args=(1,)),
            threading.Thread(target=lambda: asyncio.run(clients.ask_by_tasks(2))),
        ]
        for thread in threads:
            thread.start()
        seconds = [heal_once(pool, seed) for seed in range(count)]
        clients.stop.set()
        for thread in threads:
            thread.join()
        pool.drain()
        stats = pool.stats()
    print(f"{stats['faults_num']} faults, {stats['heals_num']} times healed")
    for kind, times in clients.answers.most_common():
        print(f"{times:10} {kind}")
    answered = sum(clients.answers.values())
    once = answered == clients.asked == stats["requests_num"]
    print(f"{clients.asked} asked, {answered} answered{'' if once else ': NOT EACH ONCE'}")
    print(
        f"not ready for {np.median(seconds):.3f} s, {max(seconds):.3f} at most"
        f"; the first load took {first_load:.3f}"
    )
    others = set(clients.answers) - {"right", "failed by the device"}
    if others or not once or stats["heals_num"] != count:
        raise SystemExit("an answer is wrong, lost or doubled, or a fault was not healed")
    longest = figure(lambda some: max(some) - first_load, seconds)
    print(f"{longest.value:+.3f} s over it{bound_text('heal/not ready')}")
    return {"not ready": longest}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faults", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    found = measure(arguments.faults, arguments.workers)
    sys.exit(0 if is_kept("heal/not ready", found["not ready"].value) else 1)


if __name__ == "__main__":
    main()
