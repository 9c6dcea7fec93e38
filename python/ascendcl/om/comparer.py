# SPDX-License-Identifier: Apache-2.0
"""Runs two models on the same inputs and tells by how much their outputs differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .bisection import Departure, first_departure
from .comparison import Difference, difference
from .recipes import FIRST
from .runnable import CompareError, OmModel, Runnable, open_runnable
from .verify import Port

Array: TypeAlias = npt.NDArray[Any]

DEFAULT_BOUND = 1e-2
"""Relative L2: between weights and activations of 16 bits and of 32, real models stay below it."""

_OPEN_SIZE = 64


@dataclass(frozen=True)
class CompareOptions:
    """How to compare.

    Attributes
    ----------
    inputs : dict
        Arrays by name, of either model; others are made up.
    input_shape : dict
        Shapes of made-up inputs with open dims.
    seed : int
        Of what is made up.
    bound : float
        Greatest relative L2 of an output.
    fp16_weights : bool
        Round the weights of ONNX files and IRs to 16 bits, as ATC does; attributes stay.
    bisect : bool
        Look for the first node that departs, too.
    """

    inputs: Mapping[str, Array] = field(default_factory=dict)
    input_shape: Mapping[str, Sequence[int]] = field(default_factory=dict)
    seed: int = 0
    bound: float = DEFAULT_BOUND
    fp16_weights: bool = False
    bisect: bool = False


@dataclass(frozen=True)
class Comparison:
    """What came of it.

    Attributes
    ----------
    differences : tuple of Difference
        One per output; the second model is the reference.
    is_within : bool
        Whether every relative L2 is within the bound.
    departure : Departure or None
        With `bisect`.
    """

    differences: tuple[Difference, ...]
    is_within: bool
    departure: Departure | None = None


def compare(
    first: str | PathLike[str],
    second: str | PathLike[str],
    options: CompareOptions | None = None,
    *,
    tell: Callable[[str], None] = lambda _: None,
) -> Comparison:
    """Compare two models.

    Parameters
    ----------
    first, second : str or path
        Each an .om file, which the runtime in use runs, or ONNX, an IR (.xml) or what else
        `ascendcl compile` reads, which OpenVINO runs. The second is the reference.
    options : CompareOptions, optional
        How to compare.
    tell : callable
        Is called with a line at each step of the work.

    Returns
    -------
    Comparison
        The differences.

    Raises
    ------
    CompareError
        They cannot be compared: other inputs or outputs.
    """
    options = options or CompareOptions()
    tell(f"reading {first}")
    ours = open_runnable(Path(first), fp16_weights=options.fp16_weights)
    try:
        tell(f"reading {second}")
        theirs = open_runnable(Path(second), fp16_weights=options.fp16_weights)
        try:
            return _compared(ours, theirs, options, tell)
        finally:
            theirs.close()
    finally:
        ours.close()


def _compared(
    ours: Runnable, theirs: Runnable, options: CompareOptions, tell: Callable[[str], None]
) -> Comparison:
    pairs = paired_inputs(ours, theirs)
    fed = _make_inputs(ours, pairs, options)
    of_theirs = {
        other.name: as_port(array, other) for array, (_, other) in zip(fed, pairs, strict=True)
    }
    fed_theirs = [of_theirs[port.name] for port in theirs.inputs]
    tell(f"running {ours.path}")
    found = ours.run(fed)
    tell(f"running {theirs.path}")
    expected = theirs.run(fed_theirs)
    rows = tuple(
        difference(name, in_shape(found[index], expected[other]), expected[other])
        for index, (name, other) in enumerate(paired_outputs(ours, theirs))
    )
    is_within = all(row.relative_l2 <= options.bound for row in rows)
    departure = None
    if options.bisect:
        tell("comparing node by node")
        departure = first_departure(ours, theirs, fed, fed_theirs, options.bound)
    return Comparison(rows, is_within, departure)


def paired_inputs(ours: Runnable, theirs: Runnable) -> list[tuple[Port, Port]]:
    """Pair them by name; in their order where the names are others and the numbers the same.

    Raises
    ------
    CompareError
        There are not as many of both.
    """
    if len(ours.inputs) != len(theirs.inputs):
        raise CompareError(
            f"{ours.path} has the inputs {_listed(ours.inputs)}, {theirs.path} has "
            f"{_listed(theirs.inputs)}"
        )
    by_name = {port.name: port for port in theirs.inputs}
    if by_name.keys() == {port.name for port in ours.inputs}:
        return [(port, by_name[port.name]) for port in ours.inputs]
    return list(zip(ours.inputs, theirs.inputs, strict=True))


def _listed(ports: Sequence[Port]) -> str:
    return ", ".join(f"{port.name} {list(port.shape)}" for port in ports)


def _make_inputs(
    ours: Runnable, pairs: Sequence[tuple[Port, Port]], options: CompareOptions
) -> list[Array]:
    names = {name for pair in pairs for name in (pair[0].name, pair[1].name)}
    for name in (*options.inputs, *options.input_shape):
        if name not in names:
            raise CompareError(f"there is no input {name!r}; there are {_listed(ours.inputs)}")
    rng = np.random.default_rng(options.seed)
    arrays = []
    for port, other in pairs:
        given = options.inputs.get(port.name, options.inputs.get(other.name))
        if given is not None:
            arrays.append(as_port(np.asarray(given), port))
            continue
        shape = options.input_shape.get(port.name, options.input_shape.get(other.name))
        arrays.append(
            FIRST[0].make(rng, tuple(shape) if shape else _sizes(port, other), np.dtype(port.dtype))
        )
    return arrays


def _sizes(port: Port, other: Port) -> tuple[int, ...]:
    """Where one leaves a dim open the other's counts; where both do, a batch of 1 and 64 else."""
    others = other.shape if len(other.shape) == len(port.shape) else port.shape
    sizes = []
    for axis, (own, theirs) in enumerate(zip(port.shape, others, strict=True)):
        low, high = port.ranges[axis] if port.ranges else (1, -1)
        size = 1 if axis == 0 and len(port.shape) > 1 else max(_OPEN_SIZE, low)
        size = min(size, high) if high is not None and high > 0 else size
        sizes.append(own if own >= 0 else theirs if theirs >= 0 else size)
    return tuple(sizes)


def as_port(array: Array, port: Port) -> Array:
    """Answer the same numbers in the type and rank that the model wants."""
    if -1 not in port.shape and array.size == int(np.prod(port.shape, dtype=np.int64)):
        array = array.reshape(port.shape)
    return array.astype(port.dtype)


def paired_outputs(ours: Runnable, theirs: Runnable) -> list[tuple[str, int]]:
    """Answer the name of each of our outputs and the index of theirs.

    Raises
    ------
    CompareError
        There are not as many of both.
    """
    if len(ours.outputs) != len(theirs.outputs):
        raise CompareError(
            f"{ours.path} has the outputs {', '.join(ours.outputs)}, {theirs.path} has "
            f"{', '.join(theirs.outputs)}"
        )
    tensors = [_tensor_name(ours, name, theirs.outputs) for name in ours.outputs]
    wanted = [_tensor_name(theirs, name, tensors) for name in theirs.outputs]
    if sorted(tensors) == sorted(wanted):
        return [
            (name, wanted.index(tensor)) for name, tensor in zip(ours.outputs, tensors, strict=True)
        ]
    return [(name, index) for index, name in enumerate(ours.outputs)]


def _tensor_name(model: Runnable, name: str, others: Sequence[str]) -> str:
    """The tensor of ``<node>:<index>:<tensor>``, as .om files name outputs."""
    if not isinstance(model, OmModel) or name in others:
        return name
    parts = name.split(":")
    ends = [":".join(parts[start:]) for start in range(len(parts) - 1, -1, -1)]
    return next((end for end in ends if end in others), parts[-1])


def in_shape(array: Array, other: Array) -> Array:
    """Answer an output in the other's shape, where it has as many elements."""
    return array.reshape(other.shape) if array.size == other.size else array
