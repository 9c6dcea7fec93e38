# SPDX-License-Identifier: Apache-2.0
"""Models whose inputs and outputs are bound to memory once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ascendcl import _acl
from ascendcl._arguments import checked_timeout
from ascendcl._array_checks import check_device_array, checked_bound, gear_of
from ascendcl._closeable import Closeable
from ascendcl.array import DeviceArray
from ascendcl.memory import DeviceBuffer
from ascendcl.tensor_info import in_gear

if TYPE_CHECKING:
    import asyncio

    from ascendcl.model import Model
    from ascendcl.tensor_info import TensorInfo

    Bindable = DeviceArray | DeviceBuffer | npt.NDArray[Any]
    Part = tuple[_acl.core.Buffer | None, int, npt.NDArray[Any] | None, int]
    Place = tuple[str, str, Part]  # role and name of a tensor, and where it is

__all__ = ["BoundModel", "bound_model", "check_bindable"]


class BoundModel(Closeable):
    """A model and the memory that it runs on, made by `Model.bind`.

    A call copies the arrays among the inputs to the device, runs the model, and copies the arrays
    among the outputs back. Nothing is allocated, and what is on the device stays there.

    Examples
    --------
    >>> with acl.Model.from_file("digits.om") as model:
    ...     bound = model.bind([image], [probabilities])
    ...     image[...] = camera.read()
    ...     bound()
    """

    __slots__ = ("__weakref__", "_handle", "_inputs", "_outputs", "_states")

    _handle: _acl.core.BoundModel
    _inputs: tuple[Bindable, ...]
    _outputs: tuple[Bindable, ...]
    _states: list[tuple[int, int]]

    def __init__(self) -> None:
        raise TypeError("use acl.Model.bind")

    def __call__(self, timeout: float | None = None) -> None:
        """Run the model.

        Parameters
        ----------
        timeout : float or None
            Seconds to wait for other runs of the model, and of those on its work memory; None
            waits for ever.

        Raises
        ------
        AclTimeoutError
            It was not its turn in time. Nothing has run.
        """
        if timeout is None:
            self._handle.run()
        else:
            self._handle.run(checked_timeout("BoundModel", timeout))

    def run_async(self, timeout: float | None = None) -> asyncio.Future[None]:
        """Submit a run; as `Model.run_async`, but to the bound memory.

        One run is submitted after the other: their arrays are read and written in that order.
        """
        return self._run_async(timeout, None)

    def _run_async(self, timeout: float | None, result: object) -> asyncio.Future[Any]:
        from ascendcl import aio  # asyncio is a tenth of a second that many never need

        loop = aio.get_running_loop()
        patience = checked_timeout("BoundModel.run_async", timeout)
        future: asyncio.Future[Any] = loop.create_future()
        queue = aio.Completions.of(loop).queue
        number = self._handle.submit(queue, self, patience, future, result)
        aio.call_when_late(future, timeout, self._handle.expire, number)
        return future

    @property
    def inputs(self) -> tuple[Bindable, ...]:
        """What the next run reads, in the order of the model's inputs."""
        return self._exchanged()[0]

    @property
    def outputs(self) -> tuple[Bindable, ...]:
        """What the next run writes. After a run, a state output's values are in `inputs`."""
        return self._exchanged()[1]

    def _exchanged(self) -> tuple[tuple[Bindable, ...], tuple[Bindable, ...]]:
        inputs, outputs = list(self._inputs), list(self._outputs)
        if self._handle.exchanges % 2:
            for output, source in self._states:
                inputs[source], outputs[output] = outputs[output], inputs[source]
        return tuple(inputs), tuple(outputs)

    @property
    def closed(self) -> bool:
        """Whether `close` was called, or the model was closed."""
        return self._handle.closed

    def close(self) -> None:
        """Let go of the memory, after all runs that have begun or were submitted."""
        self._handle.close()

    def __repr__(self) -> str:
        return f"<acl.BoundModel{' closed' if self.closed else ''}>"


def bound_model(
    model: Model,
    inputs: Sequence[Bindable] | Mapping[str, Bindable],
    outputs: Sequence[Bindable] | Mapping[str, Bindable],
    state: Mapping[str, str],
) -> BoundModel:
    """As `Model.bind`."""
    check_bindable(model)
    sources = _in_order(inputs, model.inputs, "input")
    targets = _in_order(outputs, model.outputs, "output")
    gear = _gear_of(model, sources)
    takes, gives = model.inputs, model.outputs
    if model.gears:
        takes = in_gear(takes, model.gears[gear].inputs)
        gives = in_gear(gives, model.gears[gear].outputs)
    bound = BoundModel.__new__(BoundModel)
    bound._inputs, bound._outputs = tuple(sources), tuple(targets)
    bound._states = [
        (_index(model.outputs, output, "output"), _index(model.inputs, source, "input"))
        for output, source in state.items()
    ]
    for output, source in bound._states:
        _check_state(model, targets[output], sources[source], output, source)
    _check_once(model, bound._states)
    parts_in = [_part(item, info, "input") for item, info in zip(sources, takes, strict=True)]
    parts_out = [_part(item, info, "output") for item, info in zip(targets, gives, strict=True)]
    if _may_overlap(parts_in, parts_out):
        written = [("output", info.name, part) for info, part in zip(gives, parts_out, strict=True)]
        read = [("input", info.name, part) for info, part in zip(takes, parts_in, strict=True)]
        exchanged = {source for _, source in bound._states}
        written += [each for i, each in enumerate(read) if i in exchanged]  # by every other run
        _check_apart(written, [each for i, each in enumerate(read) if i not in exchanged])
    bound._handle = _acl.core.BoundModel.bind(
        model._handle, parts_in, parts_out, gear, bound._states
    )
    return bound


def check_bindable(model: Model) -> None:
    """Refuse a model with dynamic shapes, or dynamic AIPP.

    Raises
    ------
    NotImplementedError
        It is one.
    """
    if model._aipp_inputs.are_dynamic:
        raise NotImplementedError(
            "the model has dynamic AIPP, whose parameters come with each run: it takes and gives "
            "arrays on the host, and no memory is bound to it"
        )
    if model._handle.is_dynamic:
        raise NotImplementedError(
            "the model has dynamic shapes, whose outputs the runtime allocates in each run: it "
            "takes and gives arrays on the host, and no memory is bound to it"
        )


def _in_order(
    given: Sequence[Bindable] | Mapping[str, Bindable], infos: Sequence[TensorInfo], role: str
) -> list[Bindable]:
    names = [info.name for info in infos]
    if isinstance(given, Mapping):
        indices = [_index(infos, name, role) for name in given]
        if sorted(indices) != list(range(len(names))):
            raise TypeError(f"Model.bind: the {role}s are {names}, and {list(given)} are given")
        in_order = dict(zip(indices, given.values(), strict=True))
        return [in_order[index] for index in range(len(names))]
    if isinstance(given, np.ndarray | DeviceArray | DeviceBuffer) or len(given) != len(names):
        raise TypeError(f"Model.bind: {role}s must be a sequence of {len(names)}, for {names}")
    return list(given)


def _index(infos: Sequence[TensorInfo], name: str, role: str) -> int:
    for names in ([info.name for info in infos], [info.tensor for info in infos]):
        if names.count(name) == 1:
            return names.index(name)
    known = [info.name for info in infos]
    raise ValueError(f"Model.bind: {name!r} is not among the {role}s, which are {known}")


def _gear_of(model: Model, sources: Sequence[Bindable]) -> int:
    if not model.gears:
        return 0
    arrays = [item for item in sources if not isinstance(item, DeviceBuffer)]
    if len(arrays) == len(sources):
        return gear_of(arrays, model.inputs, model.gears)
    sizes = [sum(math.prod(shape) for shape in gear.inputs) for gear in model.gears]
    return sizes.index(max(sizes))


def _check_state(model: Model, target: Bindable, source: Bindable, output: int, input: int) -> None:
    to, origin = model.outputs[output], model.inputs[input]
    if isinstance(target, np.ndarray) or isinstance(source, np.ndarray):
        raise TypeError(f"Model.bind: state {to.name!r}, {origin.name!r} must be device memory")
    if (to.shape, to.dtype) != (origin.shape, origin.dtype):
        raise ValueError(
            f"Model.bind: state {to.name!r} is {to.dtype}{list(to.shape)}, and {origin.name!r} is "
            f"{origin.dtype}{list(origin.shape)}"
        )
    if target.ptr == source.ptr:
        raise ValueError(
            f"Model.bind: state {to.name!r}, {origin.name!r} must be two buffers, which are "
            "exchanged after each run"
        )


def _check_once(model: Model, states: Sequence[tuple[int, int]]) -> None:
    for infos, indices in (
        (model.outputs, [output for output, _ in states]),
        (model.inputs, [source for _, source in states]),
    ):
        for index in indices:
            if indices.count(index) > 1:
                raise ValueError(
                    f"Model.bind: state {infos[index].name!r} is exchanged with one other, once"
                )


def _may_overlap(parts_in: Sequence[Part], parts_out: Sequence[Part]) -> bool:
    """Whether to look closer: several arrays on the host, or device memory with an overlap."""
    if sum(part[0] is None for part in parts_out) > 1:
        return True
    ranges = sorted(_range_of(part) for part in (*parts_in, *parts_out) if part[0] is not None)
    return any(end > begin for (_, end), (begin, _) in pairwise(ranges))


def _check_apart(written: Sequence[Place], read: Sequence[Place]) -> None:
    """Refuse memory that is written to and is another tensor's as well.

    What is read on the host has been copied by then, and may be anywhere.
    """
    places = [*written, *(place for place in read if place[2][0] is not None)]
    for i, (role, name, part) in enumerate(written):
        begin, end = _range_of(part)
        for other_role, other, other_part in places[i + 1 :]:
            other_begin, other_end = _range_of(other_part)
            is_same_kind = (part[0] is None) == (other_part[0] is None)
            if is_same_kind and begin < other_end and other_begin < end:
                raise ValueError(
                    f"Model.bind: {role} {name!r} and {other_role} {other!r} have memory in "
                    "common: the one would be written over"
                )


def _range_of(part: Part) -> tuple[int, int]:
    handle, offset, array, size = part
    if handle is not None:
        begin = handle.address + offset
    else:
        assert array is not None
        begin = array.ctypes.data
    return begin, begin + size


def _part(item: Bindable, info: TensorInfo, role: str) -> Part:
    if isinstance(item, DeviceBuffer):
        needed = math.prod(info.shape) * info.dtype.itemsize
        if item.size != needed:
            raise ValueError(
                f"{role} {info.name!r}: {needed} bytes, and the buffer has {item.size}"
            )
        return item._handle, 0, None, needed
    if isinstance(item, DeviceArray):
        check_device_array(item, info, role)
        return item.buffer._handle, item.offset, None, item.nbytes
    array = checked_bound(item, info, role)
    return None, 0, array, array.nbytes
