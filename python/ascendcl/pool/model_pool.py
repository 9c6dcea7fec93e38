# SPDX-License-Identifier: Apache-2.0
"""A model behind a queue: several loads of it, on one or several devices."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypedDict

from ascendcl._arguments import file_path, integer
from ascendcl.memory import DeviceBuffer
from ascendcl.memory_resource import checked_resource
from ascendcl.pool.engine import Engine
from ascendcl.pool.queue import Fifo
from ascendcl.pool.replicas import LoadPlan
from ascendcl.pool.service import Service

if TYPE_CHECKING:
    from ascendcl.memory_resource import MemoryResource
    from ascendcl.pool.replicas import Sharing

__all__ = ["ModelPool"]

HIGHEST_COUNT: Final = 2**31 - 1


class PoolOptions(TypedDict, total=False):
    """What a pool takes besides its file and its queue's length."""

    devices: Sequence[int]
    workers: int | None
    share_weights: bool | DeviceBuffer
    workspace: Sharing
    heal_timeout: float
    memory: MemoryResource | None


class ModelPool(Service):
    """Workers that run one model: each a thread with a load of its own.

    docs/pool.md tells of its life first. It is open when the constructor returns: every load has
    run once. `close`, or the end of a ``with`` block, unloads.

    Parameters
    ----------
    path : str or path
        The .om file. It has to stay: a device that failed is loaded again from it.
    devices : sequence of int
        Where to load.
    workers : int or None
        How many, over all devices; one per device by default.
    share_weights : bool or DeviceBuffer
        One weight buffer per device for all its loads, or memory of the system's for each; or a
        buffer that others use as well, another pool or (shareable) another process.
    workspace : "own", "shared" or Workspace
        Work memory of its own for each load, so that they run at the same time; one for all loads
        of a device, which then take turns; or one that other models use as well.
    max_waiting : int
        How many requests may wait. With 0 a request is taken only where a worker is free.
    heal_timeout : float
        Seconds for which requests wait while no device can be loaded again.
    memory : MemoryResource, optional
        What allocates device memory for the loads; as for `Model.from_file`.

    Raises
    ------
    As `Model.from_file` does. Nothing is left then.

    Examples
    --------
    >>> with acl.ModelPool("model.om", workers=2) as pool:
    ...     futures = [pool.submit(image) for image in images]
    ...     outputs = [future.result() for future in futures]
    """

    __slots__ = ()

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        devices: Sequence[int] = (0,),
        workers: int | None = None,
        share_weights: bool | DeviceBuffer = True,
        workspace: Sharing = "own",
        max_waiting: int = 1024,
        heal_timeout: float = 300.0,
        memory: MemoryResource | None = None,
    ) -> None:
        name = "ModelPool"
        plan, counts = _plan(
            name,
            path,
            devices=devices,
            workers=workers,
            share_weights=share_weights,
            workspace=workspace,
            memory=memory,
        )
        waiting = integer(name, "max_waiting", max_waiting, 0, HIGHEST_COUNT)
        engine = Engine(name, plan, counts, seconds(name, "heal_timeout", heal_timeout))
        engine.open()
        model = engine.models[0]
        queue = Fifo(name, model.inputs, model.gears)
        queue.max_waiting = waiting
        engine.queues.append(queue)
        self._begin(engine, queue, window=2 * engine.worker_count + 2)
        try:
            engine.start()
        except BaseException:
            engine.close()
            raise

    def close(self) -> None:
        """Answer what waits by PoolClosed, wait for what runs, and unload.

        Doing it again does nothing; nor does it in a forked child. `drain` first lets everything
        be answered.

        Raises
        ------
        RuntimeError
            It is called by a callback of a request.
        """
        self._engine.close()


def _plan(
    name: str,
    path: str | os.PathLike[str],
    *,
    devices: Sequence[int],
    workers: int | None,
    share_weights: bool | DeviceBuffer,
    workspace: Sharing,
    memory: MemoryResource | None,
) -> tuple[LoadPlan, dict[int, int]]:
    """How to load, and how many times on each device."""
    numbers = [integer(name, "devices", each, 0, HIGHEST_COUNT) for each in devices]
    if not numbers or len(set(numbers)) != len(numbers):
        raise ValueError(f"{name}: devices must be different numbers, one at least: {numbers}")
    least = len(numbers)
    count = least if workers is None else integer(name, "workers", workers, 1, HIGHEST_COUNT)
    if count < least:
        raise ValueError(f"{name}: {count} workers are too few for {least} devices")
    if isinstance(workspace, str):
        if workspace not in ("own", "shared"):
            raise ValueError(f"{name}: workspace must be 'own' or 'shared', not {workspace!r}")
    elif not isinstance(workspace, DeviceBuffer):
        kind = type(workspace).__qualname__
        raise TypeError(f"{name}: workspace must be 'own', 'shared' or a workspace, not {kind}")
    else:
        _check_device(f"{name}: the workspace is", workspace, numbers)
    if not isinstance(share_weights, bool):
        if not isinstance(share_weights, DeviceBuffer):
            kind = type(share_weights).__qualname__
            raise TypeError(f"{name}: share_weights must be a bool or a DeviceBuffer, not {kind}")
        _check_device(f"{name}: the weights are", share_weights, numbers)
    file = Path(os.fsdecode(file_path(name, "path", path))).absolute()
    counts = {each: count // least + (i < count % least) for i, each in enumerate(numbers)}
    resource = checked_resource(name, memory)
    return LoadPlan(file, share_weights, workspace, resource), counts


def _check_device(told: str, buffer: DeviceBuffer, devices: list[int]) -> None:
    if devices != [buffer.device_id]:
        raise ValueError(f"{told} on device {buffer.device_id}, and devices are {devices}")


def seconds(name: str, argument: str, value: float) -> float:
    """A number of seconds, or ValueError."""
    if not value >= 0 or value == math.inf:
        raise ValueError(f"{name}: {argument} must be a number of seconds, not {value}")
    return float(value)
