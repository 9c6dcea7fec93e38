# SPDX-License-Identifier: Apache-2.0
"""Loads of one model, one per thread, and the steps of their runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from ascendcl.array import DeviceArray
from ascendcl.memory import DeviceBuffer, query_size
from ascendcl.model import Model
from ascendcl.pinned import pinned_empty
from ascendcl.tensor_info import in_gear

if TYPE_CHECKING:
    from ascendcl.bench.load_run import Steps
    from ascendcl.bound_model import BoundModel
    from ascendcl.tensor_info import TensorInfo

Array: TypeAlias = npt.NDArray[Any]
Management: TypeAlias = Literal["user", "system"]

COPIED: Final = ("copy in", "compute", "copy out")
IN_PLACE: Final = ("compute",)
WHOLE: Final = ("run",)
"""Of dynamic shapes: the runtime allocates the outputs, and copies inside of its call."""


class LoadedModels:
    """As many loads of a model as there are threads.

    Parameters
    ----------
    path
        The .om file.
    count
        How many.
    management
        Whether work memory and weights are ours (one buffer of weights for all) or the system's.
    device
        Where.
    """

    def __init__(self, path: str, count: int, management: Management, device: int) -> None:
        self._opened = ExitStack()
        self.models: list[Model] = []
        self._bound: dict[tuple[int, tuple[tuple[int, ...], ...]], _Bound] = {}
        try:
            self._load(path, count, management, device)
        except BaseException:
            self._opened.close()
            raise

    def _load(self, path: str, count: int, management: Management, device: int) -> None:
        enter = self._opened.enter_context
        size = query_size(path)
        weight = work = None
        if management == "user" and size.weight:
            weight = enter(DeviceBuffer(size.weight, device))
        for _ in range(count):
            if management == "user" and size.work:
                work = enter(DeviceBuffer(size.work, device))
            model = Model.from_file(path, work=work, weight=weight, device=device)
            self.models.append(enter(model))

    @property
    def is_dynamic(self) -> bool:
        """Whether nothing can be bound to it, so that runs have one step."""
        return any(info.ranges for info in self.models[0].inputs)

    def step_names(self, *, copies: bool) -> tuple[str, ...]:
        """Name the steps of a run."""
        if self.is_dynamic:
            return WHOLE
        return COPIED if copies else IN_PLACE

    def cycle(
        self, number: int, sets: Sequence[Sequence[Array]], *, copies: bool, pinned: bool
    ) -> list[Steps]:
        """Answer the runs of one load on each of the sets of inputs.

        Parameters
        ----------
        number
            Which load.
        sets
            Inputs.
        copies
            Copy inputs and outputs in each run; else inputs are copied once, and nothing after.
        pinned
            Copy from and to page-locked memory.
        """
        model = self.models[number]
        if self.is_dynamic:
            return [[_whole(model, arrays)] for arrays in sets]
        cycle: list[Steps] = []
        for arrays in sets:
            bound = self._bound_to(number, tuple(array.shape for array in arrays))
            if not copies:
                bound.copy_in(arrays)
                cycle.append([bound.compute])
                continue
            mine = [_pinned(array, model.device) for array in arrays] if pinned else list(arrays)
            results = bound.new_results(pinned=pinned)
            cycle.append([_copy_in(bound, mine), bound.compute, _copy_out(bound, results)])
        return cycle

    def _bound_to(self, number: int, shapes: tuple[tuple[int, ...], ...]) -> _Bound:
        """What is bound in these shapes: sets of the same have it together."""
        key = (number, shapes)
        if key not in self._bound:
            self._bound[key] = _Bound(self.models[number], shapes, self._opened)
        return self._bound[key]

    @property
    def nbytes_of_arrays(self) -> int:
        """Bytes of the device's memory that inputs and outputs of the runs have."""
        return sum(bound.nbytes for bound in self._bound.values())

    def close(self) -> None:
        """Unload them and give all memory back."""
        self._opened.close()

    def __enter__(self) -> LoadedModels:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Bound:
    """Inputs and outputs in device memory, and a model bound to them."""

    def __init__(
        self, model: Model, shapes: tuple[tuple[int, ...], ...], opened: ExitStack
    ) -> None:
        outputs = _outputs_of(model, shapes)
        self._model = model
        self._inputs = [
            opened.enter_context(DeviceArray(shape, info.dtype, device=model.device))
            for info, shape in zip(model.inputs, shapes, strict=True)
        ]
        self._outputs = [
            opened.enter_context(DeviceArray(info.shape, info.dtype, device=model.device))
            for info in outputs
        ]
        self.compute: BoundModel = opened.enter_context(model.bind(self._inputs, self._outputs))

    @property
    def nbytes(self) -> int:
        return sum(array.nbytes for array in (*self._inputs, *self._outputs))

    def copy_in(self, arrays: Sequence[Array]) -> None:
        for target, array in zip(self._inputs, arrays, strict=True):
            target.copy_from(array)

    def copy_out(self, results: Sequence[Array]) -> None:
        for source, result in zip(self._outputs, results, strict=True):
            source.copy_to(result)

    def new_results(self, *, pinned: bool) -> list[Array]:
        return [
            pinned_empty(output.shape, output.dtype, self._model.device)
            if pinned
            else np.empty(output.shape, output.dtype)
            for output in self._outputs
        ]


def _outputs_of(model: Model, shapes: tuple[tuple[int, ...], ...]) -> Sequence[TensorInfo]:
    for gear in model.gears:
        if gear.inputs == shapes:
            return in_gear(model.outputs, gear.outputs)
    return model.outputs


def _pinned(array: Array, device: int) -> Array:
    copy = pinned_empty(array.shape, array.dtype, device)
    copy[...] = array
    return copy


def _whole(model: Model, arrays: Sequence[Array]) -> Callable[[], object]:
    return lambda: model.run(*arrays)


def _copy_in(bound: _Bound, arrays: Sequence[Array]) -> Callable[[], object]:
    return lambda: bound.copy_in(arrays)


def _copy_out(bound: _Bound, results: Sequence[Array]) -> Callable[[], object]:
    return lambda: bound.copy_out(results)
