# SPDX-License-Identifier: Apache-2.0
"""The workers of a pool, by device. Changed under the pool's lock (engine.py)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ascendcl import _acl
from ascendcl.pool.statistics import DeviceCounts

if TYPE_CHECKING:
    from ascendcl.errors import AclError
    from ascendcl.model import Model
    from ascendcl.pool.queue import Job
    from ascendcl.pool.replicas import Replicas

__all__ = ["Group", "Worker"]


class Group:
    """The workers of one device."""

    def __init__(self, replicas: Replicas) -> None:
        self.replicas: Final = replicas
        self.running = 0  # jobs
        self.parked: list[Worker] = []  # without work until the device is healed
        self.fault: AclError | None = None  # why it has to be healed
        self.faults = 0
        self.heals = 0
        self.failed_heals = 0
        self.load_seconds = 0.0

    def counts(self, idle: Sequence[Worker]) -> DeviceCounts:
        """What is counted of it. Under the pool's lock."""
        states = dict.fromkeys(("idle", "busy", "healing"), 0)
        if self.fault is not None:
            states["healing"] = self.replicas.count
        else:
            states["busy"] = self.running
            states["idle"] = sum(worker.group is self for worker in idle)
        return DeviceCounts(
            self.replicas.device,
            states,
            self.faults,
            self.heals,
            self.failed_heals,
            self.load_seconds,
        )


class Worker:
    """One thread and the load of the model that it runs."""

    __slots__ = ("group", "index", "job", "times", "wake")

    def __init__(self, group: Group, index: int) -> None:
        self.group: Final = group
        self.index: Final = index
        self.job: Job | None = None
        self.times: Final = _acl.core.RunTimes.create()  # of the last run on its thread
        self.wake: Final = threading.Lock()  # held while there is nothing for it
        self.wake.acquire()

    @property
    def model(self) -> Model:
        """Its load; another one after the device was healed."""
        return self.group.replicas.models[self.index]
