# SPDX-License-Identifier: Apache-2.0
"""Puts an OpenVINO model into an .om file for the host runtime, with gears where it has any.

The graph holds inputs, outputs and one node that carries the model's IR; the weights partition is
the IR's block of constants (csrc/om/host_ir.h). All gears carry the same IR, whose open dims the
host runtime sets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from .aipp_input import AippInput, add_parameters
from .compile_errors import CompileError
from .container import Header
from .gears import GearKind, join_gears
from .graph_builder import GraphBuilder
from .memory_plan import Lifetime, align, plan
from .messages import AttrValue
from .model_builder import ModelBuilder
from .tensors import TensorSpec

if TYPE_CHECKING:
    import openvino as ov

Shape: TypeAlias = tuple[int, ...]

IR_TYPE = "OpenVinoIr"
IR_XML = "ir_xml"
SOC_VERSION = "Host"

# Slots of work memory are smaller than those that ATC makes: small tensors are many here.
_SLOT = 64

_DTYPES = {
    "f32": "float32",
    "f16": "float16",
    "f64": "float64",
    "i8": "int8",
    "i16": "int16",
    "i32": "int32",
    "i64": "int64",
    "u8": "uint8",
    "u16": "uint16",
    "u32": "uint32",
    "u64": "uint64",
    "boolean": "bool",
}

# These give a view of their first input, or nothing that lies in work memory.
_VIEWS = frozenset({"Reshape", "Squeeze", "Unsqueeze"})
_OUTSIDE = frozenset({"Parameter", "Result"})


class UnsupportedPortError(ValueError):
    """An input or output has a type or rank that a model file cannot describe."""


@dataclass(frozen=True)
class Ports:
    """Names of inputs and outputs, in the order of the OpenVINO model, and formats.

    A format is ND where its name is not in `formats`.
    """

    inputs: Sequence[str]
    outputs: Sequence[str]
    formats: Mapping[str, str]


@dataclass(frozen=True)
class Gears:
    """What tells gears apart, and the shape of each input in each of them."""

    kind: GearKind
    shapes: Sequence[Sequence[Shape]]
    order: Sequence[str] = ()  # of inputs, where it is not theirs in the model


@dataclass(frozen=True)
class Sizes:
    """Bytes that the file asks for whatever the IR needs: those of a file that it stands for."""

    work: int
    weight: int
    zero_copy: int


def write_host_model(
    path: Path,
    model: ov.Model,
    ports: Ports,
    folder: Path,
    *,
    name: str,
    gears: Gears | None = None,
    attrs: Mapping[str, AttrValue] | None = None,
    sizes: Sizes | None = None,
    aipp: Mapping[str, AippInput] | None = None,
) -> ModelBuilder:
    """Write the file.

    Parameters
    ----------
    path
        The .om file.
    model
        The model. With gears its open dims are those that gears set.
    ports
        Names and formats.
    folder
        A folder for the weights on their way; what is made in it can be deleted afterwards.
    name
        Name of the model.
    gears
        None for a model of one shape, or one whose shapes stay open.
    attrs
        More attributes of the model.
    sizes
        None for what the IR needs.
    aipp
        Inputs with AIPP in front of them, by name.

    Returns
    -------
    ModelBuilder
        The model as it was written: its sizes and descriptions.

    Raises
    ------
    UnsupportedPortError
        An input or output has a type or rank that the file cannot describe.
    """
    xml, weights = _serialize(model, folder)
    about: dict[str, Any] = {
        "name": name,
        "soc_version": SOC_VERSION,
        "attrs": attrs,
        "weights_file": weights,
    }
    if sizes is not None:
        about |= _sized(weights, folder, sizes)
        about["attrs"] = {**(attrs or {}), "zero_copy_memory_size": sizes.zero_copy}
    if gears is None:
        graph = _graph(model, xml, ports, "main", aipp)
        builder = ModelBuilder(graph, feature_size=feature_size(model), **about)
        is_open = any(-1 in node.spec.shape for node in graph.outputs) or any(
            port.get_partial_shape().is_dynamic for port in model.inputs
        )
    else:
        reshaped = [_reshaped(model, shapes) for shapes in gears.shapes]
        size = max(map(feature_size, reshaped))
        graphs = [_graph(each, xml, ports, f"gear_{i}") for i, each in enumerate(reshaped)]
        open_axes = [[dim.is_dynamic for dim in port.get_partial_shape()] for port in model.inputs]
        builder = join_gears(
            graphs,
            gears.kind,
            open_axes=open_axes,
            order=gears.order,
            aipp=aipp,
            feature_size=size,
            **about,
        )
        is_open = False
    builder.write(path, Header(name, is_unknown_shape=is_open))
    return builder


def feature_size(model: ov.Model) -> int:
    """Answer the bytes of work memory that the tensors between inputs and outputs need.

    Tensors without a known shape count as nothing: the documentation has no workspace for them.
    """
    lifetimes = tensor_lifetimes(model)
    return align(plan(lifetimes, _SLOT)[1]) if lifetimes else 0


def tensor_lifetimes(model: ov.Model) -> list[Lifetime]:
    """Answer the intermediate tensors with the steps from which and to which they are needed."""
    first: dict[tuple[str, int], int] = {}
    last: dict[tuple[str, int], int] = {}
    sizes: dict[tuple[str, int], int] = {}
    stored_as: dict[tuple[str, int], tuple[str, int]] = {}
    results = {
        (result.input_value(0).get_node().get_name(), result.input_value(0).get_index())
        for result in model.results
    }
    constant: set[str] = set()  # what OpenVINO computes once, when it compiles
    for step, node in enumerate(model.get_ordered_ops()):
        name, kind = node.get_name(), node.get_type_name()
        sources = [
            (value.get_node().get_name(), value.get_index()) for value in node.input_values()
        ]
        for key in sources:
            owner = stored_as.get(key, key)
            if owner in last:
                last[owner] = step
        if kind == "Constant" or (sources and all(source in constant for source, _ in sources)):
            constant.add(name)
            continue
        if kind in _OUTSIDE:
            continue
        for index, port in enumerate(node.outputs()):
            key = (name, index)
            if kind in _VIEWS:
                stored_as[key] = stored_as.get(sources[0], sources[0])
            elif key not in results and port.get_partial_shape().is_static:
                first[key] = last[key] = step
                sizes[key] = prod(port.get_shape()) * port.get_element_type().size
    return [Lifetime(first[key], last[key], size) for key, size in sizes.items() if size]


def _serialize(model: ov.Model, folder: Path) -> tuple[str, Path]:
    from .openvino_package import ov

    xml, weights = folder / "ir.xml", folder / "ir.bin"
    ov.serialize(model, xml, weights)
    if weights.stat().st_size == 0:
        weights.write_bytes(bytes(align(1)))  # a model without weights has one slot
    return xml.read_text(encoding="utf-8"), weights


def _sized(weights: Path, folder: Path, sizes: Sizes) -> dict[str, Any]:
    """The weights partition is as large as asked for; an IR that needs more has its own."""
    about: dict[str, Any] = {"work_size": sizes.work}
    if weights.stat().st_size > sizes.weight:
        about["host_weights"] = weights
        about["weights_file"] = folder / "first.bin"
        with weights.open("rb") as source:
            about["weights_file"].write_bytes(source.read(sizes.weight))
    else:
        with weights.open("r+b") as file:
            file.truncate(sizes.weight)
    return about


def _reshaped(model: ov.Model, shapes: Sequence[Shape]) -> ov.Model:
    copy = model.clone()
    try:
        copy.reshape(dict(enumerate(map(list, shapes))))
    except RuntimeError as error:
        last = [line for line in str(error).splitlines() if line.strip()][-1]
        raise CompileError(f"the model does not allow the gear {list(shapes)}: {last}") from error
    return copy


def _graph(
    model: ov.Model,
    xml: str,
    ports: Ports,
    name: str,
    aipp: Mapping[str, AippInput] | None = None,
) -> GraphBuilder:
    graph = GraphBuilder(name)
    inputs = []
    for port, port_name in zip(model.inputs, ports.inputs, strict=True):
        image = (aipp or {}).get(port_name)
        if image is None:
            inputs.append(graph.data(port_name, _spec(port, port_name, ports)))
        else:
            inputs.append(
                graph.data(port_name, image.spec(), image.attrs(), fed_bytes=image.fed_bytes)
            )
    add_parameters(graph, aipp or {})
    specs = [
        _spec(port, port_name, ports)
        for port, port_name in zip(model.outputs, ports.outputs, strict=True)
    ]
    outputs = graph.node(IR_TYPE, inputs, specs, name=_free_name(graph, "ir"), attrs={IR_XML: xml})
    graph.output(outputs, ports.outputs, name=_free_name(graph, "Node_Output"))
    return graph


def _free_name(graph: GraphBuilder, wanted: str) -> str:
    name = wanted
    while name in graph.nodes:
        name += "_"
    return name


def _spec(port: ov.Output, name: str, ports: Ports) -> TensorSpec:
    type_name = port.get_element_type().get_type_name()
    dtype = _DTYPES.get(type_name)
    if dtype is None:
        raise UnsupportedPortError(f"{name!r} has the type {type_name}, which no model file has")
    shape = port.get_partial_shape()
    if shape.rank.is_dynamic:
        raise UnsupportedPortError(f"{name!r} has no known number of dims")
    dims = tuple(dim.get_length() if dim.is_static else -1 for dim in shape)
    ranges: tuple[tuple[int, int], ...] = ()
    if -1 in dims:
        # No runtime of ours computes on empty tensors.
        ranges = tuple((max(1, dim.get_min_length()), dim.get_max_length()) for dim in shape)
    return TensorSpec(dims, dtype, ports.formats.get(name, "ND"), ranges=ranges)
