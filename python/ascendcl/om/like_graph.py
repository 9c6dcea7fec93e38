# SPDX-License-Identifier: Apache-2.0
"""Gives a model the inputs and outputs of a file that it is to stand for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .compile_errors import CompileError
from .host_model import Ports
from .like import Like, Tensor, same_size

if TYPE_CHECKING:
    import openvino as ov

    from .source_graph import SourceGraph

_TYPES = {"float32": "f32", "float16": "f16", "float64": "f64", "bool": "boolean"} | {
    f"{sign}int{bits}": f"{sign[:1] or 'i'}{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)
}


def make_alike(graph: SourceGraph, like: Like) -> Ports:
    """Choose, order, reshape and convert inputs and outputs.

    Parameters
    ----------
    graph
        The model; it is changed in place.
    like
        The file.

    Returns
    -------
    Ports
        Names and formats, those of the file.

    Raises
    ------
    CompileError
        The model cannot be made alike; the error says where.
    """
    _choose_outputs(graph, like)
    _replace_inputs(graph, like)
    _replace_outputs(graph, like)
    return Ports(
        [tensor.name for tensor in like.inputs],
        [tensor.name for tensor in like.outputs],
        {tensor.name: tensor.format for tensor in (*like.inputs, *like.outputs)},
    )


def take_over_resizes(graph: SourceGraph, like: Like) -> list[str]:
    """Let bilinear resizes place their points as the file has it.

    Returns
    -------
    list of str
        A line for each node that the model has otherwise.
    """
    lines = []
    for node in graph.model.get_ordered_ops():
        wanted = like.resizes.get(node.get_friendly_name())
        if node.get_type_name() != "Interpolate" or wanted is None:
            continue
        attributes = node.get_attributes()
        own = attributes.get("coordinate_transformation_mode")
        if own != wanted and str(attributes.get("mode")).startswith("linear"):
            node.set_attribute("coordinate_transformation_mode", wanted)
            lines.append(f"{node.get_friendly_name()}: {wanted} (in the model: {own})")
    return lines


def _choose_outputs(graph: SourceGraph, like: Like) -> None:
    """By the names of tensors; in their order where the file has other names and as many."""
    tensors = {name for node in graph.model.get_ordered_ops() for name in _names(node)}
    tensors.update(graph.output_tensors())
    found = [_source_of(tensor, tensors) for tensor in like.outputs]
    if None not in found:
        wanted = [name for name in found if name is not None]
        if wanted != graph.output_tensors():
            graph.choose_outputs(wanted)
    elif len(found) != len(graph.output_tensors()):
        missing = [
            tensor.name for tensor, name in zip(like.outputs, found, strict=True) if name is None
        ]
        raise CompileError(
            f"like: the model has no tensor for {', '.join(map(repr, missing))} of {like.path}; it "
            f"has the outputs {', '.join(graph.output_tensors())} (out_nodes chooses others)"
        )


def _names(node: ov.Node) -> set[str]:
    return {name for port in node.outputs() for name in port.get_names()}


def _source_of(tensor: Tensor, tensors: set[str]) -> str | None:
    """The model's tensor: as the file tells, else the end of ``<node>:<index>:<tensor>``."""
    if tensor.source in tensors:
        return tensor.source
    parts = tensor.name.split(":")
    ends = (":".join(parts[start:]) for start in range(len(parts) - 1, -1, -1))
    return next((end for end in ends if end in tensors), None)


def _replace_inputs(graph: SourceGraph, like: Like) -> None:
    from .openvino_package import opset, ov

    names = graph.inputs
    wanted = [tensor.name for tensor in like.inputs]
    if len(names) != len(wanted):
        raise CompileError(
            f"like: the model has the inputs {', '.join(names)}, {like.path} has "
            f"{', '.join(wanted)} (input_value makes constants of inputs)"
        )
    order = wanted if set(names) == set(wanted) else names
    old = dict(zip(names, graph.model.get_parameters(), strict=True))
    _open_shapes(graph, order, like)
    parameters = []
    for name, tensor in zip(order, like.inputs, strict=True):
        parameter = old[name]
        shape = parameter.get_partial_shape()
        element_type = parameter.get_element_type()
        dtype = _element_type(tensor)
        _require_convertible(tensor, element_type, dtype)
        is_reshaped = _must_reshape(tensor, shape, "input")
        if not is_reshaped and dtype == element_type:
            parameters.append(parameter)
            continue
        new = opset.parameter(
            ov.PartialShape(list(tensor.dims)) if is_reshaped else shape, dtype, name=tensor.name
        )
        value = new.output(0)
        if is_reshaped:
            value = opset.reshape(value, list(shape.to_shape()), False).output(0)
        if dtype != element_type:
            value = opset.convert(value, element_type.get_type_name()).output(0)
        parameter.output(0).replace(value)
        parameters.append(new)
        graph.fed_as[name] = (
            element_type.to_dtype().name,
            tuple(shape.to_shape()) if is_reshaped else None,
        )
    graph.replace(graph.model.get_results(), parameters, list(order))


def _open_shapes(graph: SourceGraph, order: Sequence[str], like: Like) -> None:
    """The file's dims, -1 and ranges included, where the model has as many."""
    ranks = {
        name: port.get_partial_shape().rank
        for name, port in zip(graph.inputs, graph.model.inputs, strict=True)
    }
    shapes = {}
    for name, tensor in zip(order, like.inputs, strict=True):
        if ranks[name].is_static and ranks[name].get_length() != len(tensor.dims):
            continue
        ranges = tensor.ranges if like.is_open and tensor.ranges else None
        shapes[name] = [
            ranges[axis] if ranges and dim < 0 else dim for axis, dim in enumerate(tensor.dims)
        ]
    try:
        graph.set_shapes(shapes)
    except CompileError as error:
        raise CompileError(
            f"like: the model does not take the inputs of {like.path}: {error}"
        ) from error


def _replace_outputs(graph: SourceGraph, like: Like) -> None:
    from .openvino_package import opset

    results = []
    for tensor, result in zip(like.outputs, graph.model.get_results(), strict=True):
        value = result.input_value(0)
        dtype = _element_type(tensor)
        if like.gears is None and _must_reshape(tensor, value.get_partial_shape(), "output"):
            value = opset.reshape(value, list(tensor.dims), False).output(0)
        if value.get_element_type() != dtype:
            value = opset.convert(value, dtype.get_type_name()).output(0)
        results.append(opset.result(value))
    graph.replace(results, graph.model.get_parameters(), graph.inputs)


def _element_type(tensor: Tensor) -> ov.Type:
    from .openvino_package import ov

    if tensor.dtype not in _TYPES:
        raise CompileError(
            f"like: {tensor.name!r} has the type {tensor.dtype}, which the host runtime does not "
            "compute"
        )
    found: ov.Type = getattr(ov.Type, _TYPES[tensor.dtype])
    return found


def _require_convertible(tensor: Tensor, own: ov.Type, wanted: ov.Type) -> None:
    """Compilers change the width of numbers, never what they are."""
    if own != wanted and own.is_real() != wanted.is_real():
        raise CompileError(
            f"like: input {tensor.name!r} is {tensor.dtype}, in the model it is "
            f"{own.get_type_name()}: it is not the same model"
        )


def _must_reshape(tensor: Tensor, shape: ov.PartialShape, side: str) -> bool:
    """Whether the file's shape is another one of as many elements."""
    from .openvino_package import ov

    wanted = ov.PartialShape(list(tensor.dims))
    if wanted.compatible(shape):
        return False
    if shape.is_static and same_size(tensor.dims, list(shape.to_shape())):
        return True
    raise CompileError(
        f"like: {side} {tensor.name!r} is {list(tensor.dims)}, in the model it is {shape}: it is "
        "not the same model"
    )
