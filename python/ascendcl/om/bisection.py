# SPDX-License-Identifier: Apache-2.0
"""Finds the first node at which two models depart, by running both in OpenVINO.

Nodes of an .om file are found in the other model by the names of the nodes that they were made
from, which compilers keep; what was fused away has no tensor to compare.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ascendcl._acl.om import File, Node

from .comparison import Difference, difference
from .host_model import IR_TYPE
from .runnable import CompareError, OmModel, OpenVinoModel, Runnable, openvino_of_om, run_openvino

if TYPE_CHECKING:
    import openvino as ov

Array: TypeAlias = npt.NDArray[Any]

_OUTSIDE = frozenset({"Parameter", "Constant", "Result"})
# Kernels that change where numbers lie, or how wide they are: never where a value is made.
_TRANSFERS = frozenset(
    {"Cast", "TransData", "TransposeD", "Transpose", "Data", "Const", "NetOutput"}
)


@dataclass(frozen=True)
class Step:
    """A tensor that both models have: the node that makes it, and by how much it differs."""

    node: str
    tensor: str
    difference: Difference


@dataclass(frozen=True)
class Departure:
    """What came of the search.

    Attributes
    ----------
    node : Step or None
        The first node, in the order of execution, beyond the bound; None where none is.
    inputs : tuple of Step
        The nearest compared nodes before it, which are within the bound.
    compared : int
        How many tensors were compared.
    skipped : int
        How many more nodes have a counterpart of another shape.
    """

    node: Step | None
    inputs: tuple[Step, ...]
    compared: int
    skipped: int


@dataclass(frozen=True)
class _Tap:
    node: str  # as the model's own file calls it
    port: ov.Output


def first_departure(
    ours: Runnable,
    theirs: Runnable,
    inputs: Sequence[Array],
    inputs_of_theirs: Sequence[Array],
    bound: float,
) -> Departure:
    """Find the first node of the first model that departs from the second.

    Parameters
    ----------
    ours, theirs
        The models; the second is the reference.
    inputs, inputs_of_theirs
        What each is fed.
    bound
        Greatest relative L2 of a tensor.

    Raises
    ------
    CompareError
        There is nothing to compare: no node of one has a counterpart in the other.
    """
    model, other = _opened(ours, inputs), _opened(theirs, inputs_of_theirs)
    taps, counterparts = _taps(ours, model), _taps(theirs, other)
    names = [name for name in taps if name in counterparts]
    if not names:
        raise CompareError(
            f"bisect: no node of {ours.path} has a counterpart in {theirs.path}: the names of the "
            "nodes that it was made from are others, or none"
        )
    # By what is made first; a tensor under two names is compared once.
    order = {node.get_name(): step for step, node in enumerate(model.get_ordered_ops())}
    unique = {_key(taps[name].port): name for name in reversed(names)}
    names = sorted(unique.values(), key=lambda name: order[taps[name].port.get_node().get_name()])
    found = _tapped(model, [taps[name].port for name in names], inputs)
    expected = _tapped(other, [counterparts[name].port for name in names], inputs_of_theirs)
    steps: dict[tuple[str, int], Step] = {}
    skipped = 0
    for name, value, wanted in zip(names, found, expected, strict=True):
        if _without_ones(value) != _without_ones(wanted):
            skipped += 1
            continue
        row = difference(name, value.reshape(wanted.shape), wanted)
        steps[_key(taps[name].port)] = Step(taps[name].node, name, row)
    first = next((key for key, step in steps.items() if beyond(step, bound)), None)
    before = _nearest(model, first, steps) if first is not None else ()
    return Departure(steps[first] if first else None, before, len(steps), skipped)


def beyond(step: Step, bound: float) -> bool:
    """Whether a tensor is beyond the bound."""
    return not step.difference.relative_l2 <= bound


def _opened(runnable: Runnable, inputs: Sequence[Array]) -> ov.Model:
    """A model of its own, in the shapes of its inputs."""
    if isinstance(runnable, OpenVinoModel):
        model = runnable.model.clone()
    else:
        model = openvino_of_om(runnable.path)
    if any(port.get_partial_shape().is_dynamic for port in model.inputs):
        model.reshape({index: list(array.shape) for index, array in enumerate(inputs)})
    return model


def _taps(runnable: Runnable, model: ov.Model) -> dict[str, _Tap]:
    if isinstance(runnable, OmModel):
        made_from = _made_from(runnable.path)
        if made_from is not None:
            return _taps_of_om(model, made_from) | _taps_of_outputs(runnable, model)
    return _taps_of_source(runnable, model)


def _made_from(path: Path) -> Mapping[str, str] | None:
    """``<node>:<index>`` of the source by node of the file; None for a file with an IR."""
    nodes = File.open(path).models[0].definition.graphs[0].nodes
    if any(node.type == IR_TYPE for node in nodes):
        return None
    found = {}
    for node in nodes:
        if node.type not in _TRANSFERS and (origin := _origin(node)):
            found[node.name] = origin
    return found


def _origin(node: Node) -> str:
    """The source's node and output that the first output of this one is."""
    for desc in node.output_descs[:1]:
        name = desc.attrs.get("_datadump_origin_name")
        index = desc.attrs.get("_datadump_origin_output_index")
        if isinstance(name, str) and name:
            return f"{name}:{index if isinstance(index, int) else 0}"
    originals = node.attrs.get("_datadump_original_op_names")
    if isinstance(originals, list) and len(originals) == 1 and isinstance(originals[0], str):
        return f"{originals[0]}:0"
    return "" if originals else f"{node.name}:0"


def _taps_of_om(model: ov.Model, made_from: Mapping[str, str]) -> dict[str, _Tap]:
    """The last layer that comes from a node makes its output."""
    last: dict[str, tuple[int, Any]] = {}
    for node in model.get_ordered_ops():
        name, slash, number = node.get_friendly_name().rpartition("/")
        if not slash or not number.isdigit() or node.get_type_name() in _OUTSIDE:
            continue
        if name not in last or last[name][0] < int(number):
            last[name] = int(number), node
    taps: dict[str, _Tap] = {}
    for name, (_, node) in last.items():
        if name in made_from and node.get_output_size() == 1:
            taps.setdefault(made_from[name], _Tap(name, node.output(0)))
    return taps


def _taps_of_outputs(runnable: Runnable, model: ov.Model) -> dict[str, _Tap]:
    """By the tensor in ``<node>:<index>:<tensor>``."""
    taps = {}
    for name, result in zip(runnable.outputs, model.get_results(), strict=True):
        port = result.input_value(0)
        label = port.get_node().get_friendly_name().rpartition("/")[0] or name
        parts = name.split(":")
        for start in range(1, len(parts)):
            taps[":".join(parts[start:])] = _Tap(label, port)
    return taps


def _taps_of_source(runnable: Runnable, model: ov.Model) -> dict[str, _Tap]:
    """By tensors, by ``<node>:<index>`` where an ONNX file says which node makes which tensor."""
    by_tensor: dict[str, _Tap] = {}
    for node in model.get_ordered_ops():
        if node.get_type_name() in _OUTSIDE:
            continue
        for index, port in enumerate(node.outputs()):
            tap = _Tap(node.get_friendly_name(), port)
            by_tensor.setdefault(f"{node.get_friendly_name()}:{index}", tap)
            for name in port.get_names():
                by_tensor[name] = tap
    onnx = runnable.onnx if isinstance(runnable, OpenVinoModel) else None
    taps = dict(by_tensor)
    for source in onnx.nodes if onnx else ():
        for index, tensor in enumerate(source.outputs):
            if tensor in by_tensor:
                taps[f"{source.name}:{index}"] = _Tap(source.name, by_tensor[tensor].port)
    return taps


def _tapped(model: ov.Model, ports: Sequence[ov.Output], inputs: Sequence[Array]) -> list[Array]:
    from .openvino_package import opset, ov

    results = [opset.result(port) for port in ports]
    return run_openvino(ov.Model(results, model.get_parameters(), "tapped"), inputs)


def _nearest(
    model: ov.Model, key: tuple[str, int], steps: Mapping[tuple[str, int], Step]
) -> tuple[Step, ...]:
    """The compared tensors that a node is computed from, others between left out."""
    nodes = {node.get_name(): node for node in model.get_ordered_ops()}
    found: dict[tuple[str, int], Step] = {}
    seen: set[str] = set()
    left = [nodes[key[0]]]
    while left:
        for value in left.pop().input_values():
            source = value.get_node()
            place = _key(value)
            if place in steps:
                found[place] = steps[place]
            elif source.get_name() not in seen:
                seen.add(source.get_name())
                left.append(source)
    return tuple(found.values())


def _key(port: ov.Output) -> tuple[str, int]:
    return port.get_node().get_name(), port.get_index()


def _without_ones(array: Array) -> tuple[int, ...]:
    return tuple(size for size in np.shape(array) if size != 1)
