# SPDX-License-Identifier: Apache-2.0
"""Models on two workspaces under everything at once, in strict mode, for some time.

Sixteen threads run four models, two on each workspace: by calls, on bound memory, and by
`run_async` from event loops, with deadlines and cancels. Models are closed and loaded again under
them, and calls of the runtime fail. Each answer is compared with the model's before there were
faults.

Bound: no wrong or lost answer, no failure that was not injected, no violation of strict mode, no
deadlock, nothing left at the end.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from verdict import (
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
FAILING = (
    *("aclmdlExecute*", "aclrtMemcpy*", "aclmdlSetDynamic*", "aclmdlLoad*", "aclrtMalloc*"),
    *("aclrtRecordEvent", "aclrtStreamWaitEvent", "aclrtSynchronizeStream", "aclrtCreate*"),
    "aclrtSynchronizeEvent*",
)


class Slot:
    """A model that is closed and loaded again from time to time, under those who run it."""

    def __init__(self, path: Path, workspace: acl.Workspace, batches: tuple[int, ...]) -> None:
        self._path, self._workspace = path, workspace
        self.batches = batches
        self.model = acl.Model.from_file(path, work=workspace)

    def replace(self) -> None:
        self.model.close()
        while True:
            try:
                self.model = acl.Model.from_file(self._path, work=self._workspace)
            except (acl.AclError, ValueError) as error:
                if not is_injected(error):
                    raise
            else:
                return


class Stress(Verdict):
    """The models, those who run them, and what became of it."""

    refusals = (acl.ModelClosedError, acl.AclTimeoutError)

    def __init__(self, workspaces: list[acl.Workspace], geared: Path) -> None:
        super().__init__()
        self.slots = [
            Slot(path, workspace, batches)
            for workspace in workspaces
            for path, batches in ((DIGITS_MODEL, (1,)), (geared, (1, 2, 4, 8)))
        ]

    def request(self, random: np.random.Generator) -> tuple[Slot, slice, np.ndarray]:
        slot = self.slots[random.integers(len(self.slots))]
        return slot, *self.rows(random, int(random.choice(slot.batches)))

    def call(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        while not self.stop.is_set():
            slot, taken, rows = self.request(random)
            timeout = None if random.random() < 0.7 else random.exponential(0.001) + 1e-6
            try:
                self.judge(taken, slot.model(rows, timeout=timeout))
            except acl.AclError as error:
                self.judge(taken, error)

    def call_bound(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        while not self.stop.is_set():
            slot, taken, rows = self.request(random)
            out = np.empty((len(rows), 10), np.float32)
            try:
                with slot.model.bind([rows], [out]) as bound:
                    bound()
                self.judge(taken, out)
            except acl.AclError as error:
                self.judge(taken, error)

    def run_async(self, seed: int) -> None:
        asyncio.run(self._run_async(np.random.default_rng(seed)))

    async def _run_async(self, random: np.random.Generator) -> None:
        while not self.stop.is_set():
            asked: list[tuple[slice, asyncio.Future[Any]]] = []
            for _ in range(16):
                slot, taken, rows = self.request(random)
                timeout = None if random.random() < 0.7 else random.exponential(0.01) + 1e-6
                try:
                    asked.append((taken, slot.model.run_async(rows, timeout=timeout)))
                except acl.AclError as error:
                    self.judge(taken, error)
            await asyncio.sleep(random.exponential(0.0005))
            for _, future in asked:
                if random.random() < 0.1:
                    future.cancel()
            await self.judge_all(asked)

    def replace_models(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        while not self.stop.wait(random.exponential(0.2)):
            self.slots[random.integers(len(self.slots))].replace()
            self.count("replaced")


def stress(seconds: float, seed: int) -> bool:
    before = alive()
    with tempfile.TemporaryDirectory() as folder:
        geared = Path(folder) / "digits.om"
        geared.write_bytes(model_with_batches(DIGITS_MODEL, (1, 2, 4, 8)))
        workspaces = [acl.Workspace.for_models([DIGITS_MODEL, geared]) for _ in range(2)]
        stressed = Stress(workspaces, geared)
        runs = [stressed.call] * 5 + [stressed.call_bound] * 3 + [stressed.run_async] * 8
        rules = ",".join(f"{pattern}:p0.002@{seed}:507000" for pattern in FAILING)
        counts = stressed.run([*runs, stressed.replace_models], rules, seconds, seed)
        for slot in stressed.slots:
            slot.model.close()
        stressed.slots.clear()
        for workspace in workspaces:
            workspace.close()
    del slot, workspace, workspaces
    return told(stressed, counts, before, "models")


if __name__ == "__main__":
    main(stress, __doc__)
