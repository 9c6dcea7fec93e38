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

import asyncio
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from verdict import (
    SECONDS_WITHOUT_PROGRESS,
    Verdict,
    alive,
    is_injected,
    main,
    model_with_batches,
    told,
)

import ascendcl as acl
from ascendcl.data import DIGITS_MODEL

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


class Stress(Verdict):
    """The services, those who ask, and what became of it."""

    refusals = (acl.PoolClosed, acl.QueueFull, acl.AclTimeoutError, acl.DeviceFaultError)

    def __init__(self, folder: Path) -> None:
        super().__init__()
        geared = folder / "digits.om"
        geared.write_bytes(model_with_batches(DIGITS_MODEL, (1, 2, 4, 8)))
        few: Any = {"max_waiting": 50}
        turns: Any = {"workspace": "shared"}
        self.slots = [
            Slot("pool", lambda: acl.ModelPool(DIGITS_MODEL, devices=[0, 1], workers=3, **few)),
            Slot("turns", lambda: acl.ModelPool(DIGITS_MODEL, devices=[2], workers=2, **turns)),
            Slot("batcher", lambda: acl.Batcher(geared, devices=[3], workers=2, max_delay=0.001)),
            Slot("splitter", lambda: acl.Batcher(geared, devices=[4], split=True)),
        ]

    def request(self, random: np.random.Generator) -> tuple[Slot, slice, np.ndarray]:
        """A service, which rows, and the rows."""
        slot = self.slots[random.integers(len(self.slots))]
        most = {"pool": 1, "turns": 1, "batcher": 4, "splitter": 20}[slot.name]
        return slot, *self.rows(random, int(random.integers(1, most + 1)))

    def ask_by_futures(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        while not self.stop.is_set():
            asked = []
            for _ in range(8):
                slot, taken, rows = self.request(random)
                timeout = None if random.random() < 0.7 else random.exponential(0.01)
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
                tasks.append((taken, asyncio.create_task(slot.service.run(rows, timeout=timeout))))
            await asyncio.sleep(random.exponential(0.001))
            for _, task in tasks:
                if random.random() < 0.1:
                    task.cancel()
            await self.judge_all(tasks)

    def replace_services(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        while not self.stop.wait(random.exponential(0.3)):
            slot = self.slots[random.integers(len(self.slots))]
            slot.replace(drains=bool(random.random() < 0.5))
            self.count("replaced")

    def close(self) -> None:
        for slot in self.slots:
            slot.close()


def stress(seconds: float, seed: int) -> bool:
    logging.getLogger("ascendcl").setLevel(logging.CRITICAL)
    before = alive()
    with tempfile.TemporaryDirectory() as folder:
        stressed = Stress(Path(folder))

        def by_loop(of: int) -> None:
            asyncio.run(stressed.ask_by_tasks(of))

        clients = [stressed.ask_by_futures] * 4 + [by_loop] * 2 + [stressed.replace_services]
        rules = [f"{pattern}:p0.002@{seed}:507000" for pattern in FAILING]
        rules.append(f"aclmdlExecute:p0.0005@{seed + 1}:{STICKY}")
        counts = stressed.run(clients, ",".join(rules), seconds, seed)
        stressed.close()
        heals = sum(slot.heals for slot in stressed.slots)
    print(f"{heals:.0f} times healed")
    return told(stressed, counts, before, "services")


if __name__ == "__main__":
    main(stress, __doc__)
