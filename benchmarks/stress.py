# SPDX-License-Identifier: Apache-2.0
"""Pools and batchers under everything at once, in strict mode, for some time.

Threads and event loops ask two pools and two batchers, with deadlines, cancels and closes (one
is closed and opened again under its clients), while calls of the runtime fail, and devices do. Each
answer is compared with the model's before there were faults. Each service has devices of its own:
a reset under what others have on a device is a violation by itself.

Bound: no wrong, lost or doubled answer, no failure that was not injected, no violation of strict
mode, no deadlock, nothing left at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import faulthandler
import gc
import logging
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

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
from ascendcl.data import DIGITS_MODEL, digits_held_out  # noqa: E402
from lifetime.conftest import runtime_counts  # noqa: E402
from rebatched import model_with_batches  # noqa: E402

SECONDS_WITHOUT_PROGRESS = 60

# Not what releases something: that leaves what it was to release (tests/fault).
FAILING = ("aclmdlExecute*", "aclrtMemcpy*", "aclmdlSetDynamic*", "aclmdlLoad*", "aclrtMalloc*")
STICKY = 507014  # ACL_ERROR_RT_AICORE_TIMEOUT

Service = acl.ModelPool | acl.Batcher


class Slot:
    """A service that is replaced by a new one from time to time, under its clients."""

    def __init__(self, name: str, make: Callable[[], Service]) -> None:
        self.name = name
        self._make = make
        self.service = make()
        self.heals = 0.0

    def close(self) -> None:
        """Close it."""
        self.service.close()
        self.heals += self.service.stats()["heals_num"]

    def replace(self, *, drains: bool) -> None:
        """Close it, and have another; a fault may hit its load."""
        if drains:
            self.service.drain(SECONDS_WITHOUT_PROGRESS)
        self.close()
        while True:
            try:
                self.service = self._make()
            except (acl.AclError, ValueError) as error:
                if not is_injected(error):
                    raise
            else:
                return


def is_injected(error: BaseException | None) -> bool:
    """Whether it comes of a fault, by itself or by what caused it."""
    while error is not None:
        if "made to fail" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


class Stress:
    """The services, those who ask, and what became of it."""

    def __init__(self, folder: Path, images: list[np.ndarray]) -> None:
        geared = folder / "digits.om"
        geared.write_bytes(model_with_batches(DIGITS_MODEL, (1, 2, 4, 8)))
        self.images = images
        with acl.Model.from_file(DIGITS_MODEL) as model:
            self.expected = np.concatenate([model(image) for image in images])
        few: Any = {"max_waiting": 50}
        turns: Any = {"workspace": "shared"}
        self.slots = [
            Slot("pool", lambda: acl.ModelPool(DIGITS_MODEL, devices=[0, 1], workers=3, **few)),
            Slot("turns", lambda: acl.ModelPool(DIGITS_MODEL, devices=[2], workers=2, **turns)),
            Slot("batcher", lambda: acl.Batcher(geared, devices=[3], workers=2, max_delay=0.001)),
            Slot("splitter", lambda: acl.Batcher(geared, devices=[4], split=True)),
        ]
        self.stop = threading.Event()
        self.done: collections.Counter[str] = collections.Counter()
        self.problems: list[str] = []
        self._lock = threading.Lock()

    def count(self, what: str) -> None:
        with self._lock:
            self.done[what] += 1

    def request(self, random: np.random.Generator) -> tuple[Slot, slice, np.ndarray]:
        """A service, which rows, and the rows."""
        slot = self.slots[random.integers(len(self.slots))]
        most = {"pool": 1, "turns": 1, "batcher": 4, "splitter": 20}[slot.name]
        rows = int(random.integers(1, most + 1))
        first = int(random.integers(len(self.images) - rows))
        taken = slice(first, first + rows)
        return slot, taken, np.concatenate(self.images[taken])

    def judge(self, taken: slice, answer: object) -> None:
        """Count an answer."""
        if isinstance(answer, np.ndarray):
            right = self.expected[taken]
            is_right = answer.shape == right.shape and np.allclose(answer, right, 1e-4, 1e-6)
            self.count("right" if is_right else "WRONG")
            if not is_right:
                self.problems.append(f"wrong by {np.abs(answer - right).max(axis=1)}: rows {taken}")
        elif isinstance(answer, (acl.PoolClosed, acl.QueueFull, acl.AclTimeoutError)):
            self.count(type(answer).__name__)
        elif isinstance(answer, (CancelledError, asyncio.CancelledError)):
            self.count("cancelled")
        elif isinstance(answer, acl.DeviceFaultError):
            self.count("failed by the device")
        elif isinstance(answer, acl.AclError) and is_injected(answer):
            self.count("failed by a fault")
        else:
            self.count("NOT INJECTED")
            with self._lock:
                self.problems.append(repr(answer))

    def ask_by_futures(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        while not self.stop.is_set():
            asked = []
            for _ in range(8):
                slot, taken, rows = self.request(random)
                timeout = None if random.random() < 0.7 else random.exponential(0.01)
                self.count("asked")
                try:
                    future = slot.service.submit(rows, timeout=timeout)
                except acl.AclError as error:
                    self.judge(taken, error)
                    continue
                calls: list[int] = []
                future.add_done_callback(lambda _, calls=calls: calls.append(1))
                asked.append((taken, future, calls))
                if random.random() < 0.1:
                    future.cancel()
            for taken, future, calls in asked:
                try:
                    self.judge(taken, future.result(SECONDS_WITHOUT_PROGRESS))
                except TimeoutError as error:
                    if not isinstance(error, acl.AclError):
                        self.problems.append(f"no answer: {future}")
                    self.judge(taken, error)
                except BaseException as error:
                    self.judge(taken, error)
                if len(calls) > 1:
                    self.problems.append(f"{len(calls)} answers: {future}")

    async def ask_by_tasks(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        while not self.stop.is_set():
            tasks = []
            for _ in range(16):
                slot, taken, rows = self.request(random)
                timeout = None if random.random() < 0.7 else random.exponential(0.01)
                self.count("asked")
                tasks.append((taken, asyncio.create_task(slot.service.run(rows, timeout=timeout))))
            await asyncio.sleep(random.exponential(0.001))
            for _, task in tasks:
                if random.random() < 0.1:
                    task.cancel()
            answers = await asyncio.wait_for(
                asyncio.gather(*(task for _, task in tasks), return_exceptions=True),
                SECONDS_WITHOUT_PROGRESS,
            )
            for (taken, _), answer in zip(tasks, answers, strict=True):
                self.judge(taken, answer)

    def replace_services(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        while not self.stop.wait(random.exponential(0.3)):
            slot = self.slots[random.integers(len(self.slots))]
            slot.replace(drains=bool(random.random() < 0.5))
            self.count("replaced")

    def guarded(self, run: Callable[[int], object], seed: int) -> None:
        try:
            run(seed)
        except BaseException as error:
            self.problems.append(f"{run.__name__}: {error!r}")
            self.stop.set()

    def close(self) -> None:
        for slot in self.slots:
            slot.close()


def alive() -> dict[str, int]:
    gc.collect()
    return {**runtime_counts(), **{f"core {k}": n for k, n in _acl.core.live_counts().items()}}


def stress(seconds: float, seed: int) -> bool:
    logging.getLogger("ascendcl").setLevel(logging.CRITICAL)
    before = alive()
    with tempfile.TemporaryDirectory() as folder:
        stressed = Stress(Path(folder), list(digits_held_out().images[:64, None].astype("f4")))

        def by_loop(of: int) -> None:
            asyncio.run(stressed.ask_by_tasks(of))

        clients = [stressed.ask_by_futures] * 4 + [by_loop] * 2 + [stressed.replace_services]
        threads = [
            threading.Thread(target=stressed.guarded, args=(run, seed + i), daemon=True)
            for i, run in enumerate(clients)
        ]
        rules = [f"{pattern}:p0.002@{seed}:507000" for pattern in FAILING]
        rules.append(f"aclmdlExecute:p0.0005@{seed + 1}:{STICKY}")
        with faults(",".join(rules)) as counts:
            for thread in threads:
                thread.start()
            end = time.monotonic() + seconds
            while time.monotonic() < end and not stressed.stop.is_set():
                asked = sum(stressed.done.values())
                faulthandler.dump_traceback_later(2 * SECONDS_WITHOUT_PROGRESS, exit=True)
                stressed.stop.wait(min(1.0, max(end - time.monotonic(), 0)))
                while sum(stressed.done.values()) == asked and not stressed.stop.is_set():
                    time.sleep(0.1)
            stressed.stop.set()
            for thread in threads:
                thread.join()
            faulthandler.cancel_dump_traceback_later()
        stressed.close()
        heals = sum(slot.heals for slot in stressed.slots)
    asked = stressed.done.pop("asked")
    replaced = stressed.done.pop("replaced", 0)
    after = alive()
    left = {kind: after[kind] - before[kind] for kind in after if after[kind] != before[kind]}
    print(f"{counts.calls} calls, {counts.faults} faults, {heals:.0f} times healed")
    print(f"{replaced} services replaced")
    for what, count in stressed.done.most_common():
        print(f"{count:10} {what}")
    lost = asked - sum(stressed.done.values())
    wrong, others = stressed.done["WRONG"], stressed.done["NOT INJECTED"]
    print(f"{asked} asked, {lost} lost, {wrong} wrong, {others} failures not injected")
    print(f"left: {left or 'nothing'}")
    for problem in stressed.problems[:10]:
        print(problem)
    worked = stressed.done["right"] > 0 and counts.faults > 0
    return worked and not (lost or wrong or others or left or stressed.problems)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=20261128)
    arguments = parser.parse_args()
    sys.exit(0 if stress(arguments.seconds, arguments.seed) else 1)


if __name__ == "__main__":
    main()
