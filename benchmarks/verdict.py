# SPDX-License-Identifier: Apache-2.0
"""What becomes of requests that are made under everything at once: counted, judged, told.

Import it before ascendcl: it chooses the host runtime, in strict mode, with five devices.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import faulthandler
import gc
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

TESTS = Path(__file__).parents[1] / "tests"
sys.path += [str(TESTS), str(TESTS / "fault")]
os.environ["ASCENDCL_RUNTIME"] = "host"
os.environ["ASCENDCL_HOST_THREADS"] = "1"
os.environ["ASCENDCL_STRICT"] = "fail"
os.environ["ASCENDCL_HOST_DEVICES"] = "5"
os.environ["ASCENDCL_LOG"] = "off"

from faults import faults  # noqa: E402

import ascendcl as acl  # noqa: E402
from ascendcl import _acl  # noqa: E402
from ascendcl._testing import FaultCounts  # noqa: E402
from ascendcl.data import DIGITS_MODEL, digits_held_out  # noqa: E402
from lifetime.conftest import runtime_counts  # noqa: E402
from rebatched import model_with_batches  # noqa: E402

__all__ = [
    "SECONDS_WITHOUT_PROGRESS",
    "Verdict",
    "alive",
    "is_injected",
    "main",
    "model_with_batches",
    "told",
]

SECONDS_WITHOUT_PROGRESS = 60


def is_injected(error: BaseException | None) -> bool:
    """Whether it comes of a fault, by itself or by what caused it."""
    while error is not None:
        if "made to fail" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def alive() -> dict[str, int]:
    gc.collect()
    return {**runtime_counts(), **{f"core {k}": n for k, n in _acl.core.live_counts().items()}}


class Verdict:
    """The images, what the model says of them without faults, and what became of each request.

    `refusals` are the errors by which a request may be refused without a fault.
    """

    refusals: ClassVar[tuple[type[acl.AclError], ...]] = (acl.AclTimeoutError,)

    def __init__(self) -> None:
        self.images: list[np.ndarray] = list(digits_held_out().images[:64, None].astype("f4"))
        with acl.Model.from_file(DIGITS_MODEL) as model:
            self.expected = np.concatenate([model(image) for image in self.images])
        self.stop = threading.Event()
        self.done: collections.Counter[str] = collections.Counter()
        self.problems: list[str] = []
        self._lock = threading.Lock()

    def count(self, what: str) -> None:
        with self._lock:
            self.done[what] += 1

    def rows(self, random: np.random.Generator, count: int) -> tuple[slice, np.ndarray]:
        """Some of the images, asked for, and which they are."""
        first = int(random.integers(len(self.images) - count))
        taken = slice(first, first + count)
        self.count("asked")
        return taken, np.concatenate(self.images[taken])

    def judge(self, taken: slice, answer: object) -> None:
        """Count an answer."""
        if isinstance(answer, np.ndarray):
            right = self.expected[taken]
            is_right = answer.shape == right.shape and np.allclose(answer, right, 1e-4, 1e-6)
            self.count("right" if is_right else "WRONG")
            if not is_right:
                self.problems.append(f"wrong by {np.abs(answer - right).max(axis=1)}: rows {taken}")
        elif isinstance(answer, self.refusals):
            self.count(type(answer).__name__)
        elif isinstance(answer, (CancelledError, asyncio.CancelledError)):
            self.count("cancelled")
        elif isinstance(answer, acl.AclError) and is_injected(answer):
            self.count("failed by a fault")
        else:
            self.count("NOT INJECTED")
            with self._lock:
                self.problems.append(repr(answer))

    async def judge_all(self, asked: Sequence[tuple[slice, asyncio.Future[Any]]]) -> None:
        """Await all answers, and count them."""
        answers = await asyncio.wait_for(
            asyncio.gather(*(future for _, future in asked), return_exceptions=True),
            SECONDS_WITHOUT_PROGRESS,
        )
        for (taken, _), answer in zip(asked, answers, strict=True):
            self.judge(taken, answer)

    def run(
        self, clients: Sequence[Callable[[int], object]], rules: str, seconds: float, seed: int
    ) -> FaultCounts:
        """Let the clients run in threads under fault rules; the process ends if nothing goes on."""
        threads = [
            threading.Thread(target=self._guarded, args=(client, seed + i), daemon=True)
            for i, client in enumerate(clients)
        ]
        with faults(rules) as counts:
            for thread in threads:
                thread.start()
            end = time.monotonic() + seconds
            while time.monotonic() < end and not self.stop.is_set():
                asked = sum(self.done.values())
                faulthandler.dump_traceback_later(2 * SECONDS_WITHOUT_PROGRESS, exit=True)
                self.stop.wait(min(1.0, max(end - time.monotonic(), 0)))
                while sum(self.done.values()) == asked and not self.stop.is_set():
                    time.sleep(0.1)
            self.stop.set()
            for thread in threads:
                thread.join()
            faulthandler.cancel_dump_traceback_later()
        return counts

    def _guarded(self, client: Callable[[int], object], seed: int) -> None:
        try:
            client(seed)
        except BaseException as error:
            self.problems.append(f"{client.__name__}: {error!r}")
            self.stop.set()


def told(verdict: Verdict, counts: FaultCounts, before: dict[str, int], replaced: str) -> bool:
    """Print what became of everything; whether that is well. The verdict's owner has closed all."""
    done, problems = verdict.done, verdict.problems
    after = alive()
    left = {kind: after[kind] - before[kind] for kind in after if after[kind] != before[kind]}
    asked = done.pop("asked")
    print(f"{counts.calls} calls, {counts.faults} faults")
    print(f"{done.pop('replaced', 0)} {replaced} replaced")
    for what, count in done.most_common():
        print(f"{count:10} {what}")
    lost = asked - sum(done.values())
    wrong, others = done["WRONG"], done["NOT INJECTED"]
    print(f"{asked} asked, {lost} lost, {wrong} wrong, {others} failures not injected")
    print(f"left: {left or 'nothing'}")
    for problem in problems[:10]:
        print(problem)
    worked = done["right"] > 0 and counts.faults > 0
    return worked and not (lost or wrong or others or left or problems)


def main(stress: Callable[[float, int], bool], description: str | None) -> None:
    """Run it as the command line says; the exit status is 1 where it is not well."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=20261128)
    arguments = parser.parse_args()
    sys.exit(0 if stress(arguments.seconds, arguments.seed) else 1)
