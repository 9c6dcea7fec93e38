# SPDX-License-Identifier: Apache-2.0
"""The loads of one model on one device: as many as it has workers, with one buffer of weights."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from ascendcl.errors import MODEL_FAILED, AclError, from_status
from ascendcl.memory import DeviceBuffer, MemorySize, query_size
from ascendcl.model import Model
from ascendcl.workspace import Workspace

if TYPE_CHECKING:
    from ascendcl.memory_resource import MemoryResource
    from ascendcl.pool.request import Array

    Sharing = Literal["own", "shared"] | DeviceBuffer

__all__ = ["LoadPlan", "Replicas", "turn_on"]

_PARAM_INVALID = 145000  # ACL_ERROR_GE_PARAM_INVALID


@dataclass
class LoadPlan:
    """How each device loads the model.

    `warm_up` has inputs that every load is run with before it serves, so that what the runtime
    does at first executions is done by then.
    """

    path: Path
    share_weights: bool | DeviceBuffer
    workspace: Sharing
    memory: MemoryResource | None = None
    warm_up: list[list[Array]] | None = None  # what the first load says of itself

    def add_warm_up(self, batches: Sequence[list[Array]]) -> None:
        """Run these as well, in whichever of their shapes nothing is run yet."""
        known = self.warm_up or []
        shapes = [[array.shape for array in arrays] for arrays in known]
        new = [each for each in batches if [array.shape for array in each] not in shapes]
        self.warm_up = [*known, *new]


class Replicas:
    """What a pool has on one device. Not locked: one thread at a time opens and closes it."""

    def __init__(self, device: int, count: int, plan: LoadPlan) -> None:
        self.device = device
        self.count = count
        self.models: list[Model] = []
        self._plan = plan
        self._opened = ExitStack()

    def open(self) -> None:
        """Load everything, or leave nothing behind."""
        with turn_on(self.device):
            self._open()

    def _open(self) -> None:
        plan = self._plan
        size = query_size(plan.path)
        with ExitStack() as stack:
            weight = plan.share_weights if isinstance(plan.share_weights, DeviceBuffer) else None
            if weight is None and plan.share_weights and size.weight > 0:
                weight = stack.enter_context(
                    DeviceBuffer(size.weight, self.device, memory=plan.memory)
                )
            shared: DeviceBuffer | None = None
            if plan.workspace == "shared":
                shared = _work_memory(stack, size, self.device, plan.memory)
            models = []
            work: DeviceBuffer | None
            for _ in range(self.count):
                # In the device's default context, which a reset by anybody takes away: in one of
                # its own a model would not notice that its weights have gone.
                if plan.workspace == "own":
                    work = _work_memory(stack, size, self.device, plan.memory)
                else:
                    work = shared if isinstance(plan.workspace, str) else plan.workspace
                model = Model.from_file(
                    plan.path, work=work, weight=weight, device=self.device, memory=plan.memory
                )
                models.append(stack.enter_context(model))
                if any(info.aipp == "dynamic" for info in model.inputs):
                    raise NotImplementedError(
                        f"{plan.path} has dynamic AIPP, whose parameters are those of one model: "
                        "pools run models with static AIPP"
                    )
            if self.models:
                self._check_same(self.models[0], models[0])
            if plan.warm_up is None:
                plan.warm_up = usable_warm_up(models[0])
            for model in models:
                for arrays in plan.warm_up:
                    model.run(*arrays)
            self._opened = stack.pop_all()
            self.models = models

    def close(self) -> None:
        """Unload everything. Doing it again does nothing."""
        with turn_on(self.device):
            self._opened.close()

    @property
    def is_lost(self) -> bool:
        """Whether other code has reset the device."""
        return all(model.closed for model in self.models)

    def is_broken(self, model: Model) -> bool:
        """Whether the device cannot run even what it ran at the load."""
        try:
            for arrays in (self._plan.warm_up or [])[:1]:
                model.run(*arrays)
        except AclError:
            return True
        return False

    def give_up_workspace(self) -> bool:
        """Use one workspace per device where the client's went with a reset; whether that is so."""
        workspace = self._plan.workspace
        if isinstance(workspace, str) or not workspace.closed:
            return False
        self._plan.workspace = "shared"
        return True

    def give_up_weights(self) -> bool:
        """Use a buffer of the pool's where the client's went with a reset; whether that is so."""
        weights = self._plan.share_weights
        if isinstance(weights, bool) or not weights.closed:
            return False
        self._plan.share_weights = True
        return True

    def _check_same(self, before: Model, now: Model) -> None:
        if (before.inputs, before.outputs, before.gears) == (now.inputs, now.outputs, now.gears):
            return
        detail = (
            f"{self._plan.path} is another model than the pool was opened with, which took "
            f"{before.inputs} and gave {before.outputs}: it takes {now.inputs} and gives "
            f"{now.outputs}"
        )
        raise from_status(_PARAM_INVALID, "ModelPool", detail)


def turn_on(device: int) -> threading.Lock:
    """Held by a pool that loads, unloads or resets: no reset comes in the middle of a load."""
    return _turns.setdefault(device, threading.Lock())


_turns: Final[dict[int, threading.Lock]] = {}


def warm_up_inputs(model: Model) -> list[list[Array]]:
    """Zeros in each shape that the model has; none for dynamic shapes, which are not known."""
    shapes: Sequence[Sequence[tuple[int, ...]]] = [gear.inputs for gear in model.gears]
    if not shapes:
        shapes = [[info.shape for info in model.inputs]]
    return [
        [np.zeros(shape, info.dtype) for shape, info in zip(gear, model.inputs, strict=True)]
        for gear in shapes
        if all(size >= 0 for shape in gear for size in shape)
    ]


def usable_warm_up(model: Model) -> list[list[Array]]:
    """Those of them that the model can compute; zeros may be no data for it, an empty divisor."""
    usable = []
    for arrays in warm_up_inputs(model):
        try:
            model.run(*arrays)
        except AclError as error:
            if error.code != MODEL_FAILED:
                raise
        else:
            usable.append(arrays)
    return usable


def _work_memory(
    stack: ExitStack, size: MemorySize, device: int, memory: MemoryResource | None
) -> Workspace | None:
    """Work memory for loads that run one after another; None where the system manages it."""
    if size.work == 0:
        return None
    return stack.enter_context(Workspace(size.work, device, memory=memory))
