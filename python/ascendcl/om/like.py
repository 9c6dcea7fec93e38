# SPDX-License-Identifier: Apache-2.0
"""What a file that ATC made reports of itself, for a file that is to stand for it.

Names, order, types, formats, sizes, gears and the original names of fused nodes are taken over, and
the file's SHA-256, by which the host runtime knows which file it stands for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, cast

from ascendcl._acl.om import Descriptors, File, FormatError, Graph, IoDescriptor

from .compile_errors import CompileError
from .host_model import Gears, Sizes
from .messages import AttrValue

# As csrc/om/host_ir.h names them.
LIKE_HASH = "like_sha256"
_LIKE_OPS = "like_ops"
_LIKE_ORIGINAL_OPS = "like_original_ops"

_GEAR_INPUT = "ascend_mbatch_shape_data"
_ORIGINAL_NAMES = "_datadump_original_op_names"
_AIPP_ATTRIBUTES = ("aipp", "_data_related_aipp_mode", "_dynamic_aipp_input_dims")
_FORMATS = ("NCHW", "NHWC", "ND")


@dataclass(frozen=True)
class Tensor:
    """An input or output as the file reports it; -1 is an open dim."""

    name: str
    dtype: str
    format: str
    size: int
    dims: tuple[int, ...]
    dims_v2: tuple[int, ...]
    ranges: tuple[tuple[int, int], ...]
    source: str = ""  # the tensor in the model that it was compiled from, where the file tells


@dataclass(frozen=True)
class Like:
    """A file of another compiler.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    sha256 : str
        Of its bytes.
    inputs, outputs : tuple of Tensor
        The hidden input that carries a gear is not among them.
    gears : Gears or None
        What they are and the shapes of `inputs` in each.
    is_open : bool
        Shapes are known only when executed.
    sizes : Sizes
        What `query_size` answers.
    original_names : dict
        Of fused nodes, as the runtime tells them.
    resizes : dict
        How bilinear resizes place their points, by the node of the source: compilers do not keep to
        what that says.
    """

    path: Path
    sha256: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    gears: Gears | None
    is_open: bool
    sizes: Sizes
    original_names: Mapping[str, str]
    resizes: Mapping[str, str]

    def attrs(self) -> dict[str, AttrValue]:
        """Answer what the file that stands for it says of it."""
        attrs: dict[str, AttrValue] = {LIKE_HASH: self.sha256}
        if self.original_names:
            attrs[_LIKE_OPS] = list(self.original_names)
            attrs[_LIKE_ORIGINAL_OPS] = list(self.original_names.values())
        return attrs

    def require_equal(self, written: Path) -> None:
        """Refuse a file that does not report what this one does.

        Raises
        ------
        CompileError
            Something differs; the error names it with both values.
        """
        ours = _reported(File.open(written))
        for what, wanted in _reported(File.open(self.path)).items():
            if ours[what] != wanted:
                raise CompileError(
                    f"like: {what} would be {ours[what]}, in {self.path} it is {wanted}"
                )


def read_like(path: str | Path) -> Like:
    """Read a file.

    Raises
    ------
    CompileError
        It cannot be stood for: damaged, or with AIPP; the error says why.
    OSError
        It cannot be read.
    """
    path = Path(path)
    content = path.read_bytes()
    try:
        file = File.from_bytes(content)
        model = file.models[0]
        graph, descriptors = model.definition.graphs[0], model.descriptors
    except (FormatError, IndexError) as error:
        raise CompileError(f"like: {path} cannot be read: {error}") from error
    _refuse_aipp(path, graph, descriptors)
    inputs = tuple(_tensor(each) for each in descriptors.inputs if each.name != _GEAR_INPUT)
    sources = _output_sources(graph)
    outputs = tuple(
        _tensor(each, source) for each, source in zip(descriptors.outputs, sources, strict=True)
    )
    for tensor in (*inputs, *outputs):
        if tensor.format not in _FORMATS:
            raise CompileError(
                f"like: {tensor.name!r} of {path} has the format {tensor.format}; the host runtime "
                f"has {', '.join(_FORMATS)}"
            )
    return Like(
        path,
        hashlib.sha256(content).hexdigest(),
        inputs,
        outputs,
        _gears(path, descriptors, inputs),
        file.is_dynamic,
        Sizes(file.work_size, file.weight_size, file.zero_copy_size),
        _original_names(graph),
        _resizes(graph),
    )


def _refuse_aipp(path: Path, graph: Graph, descriptors: Descriptors) -> None:
    nodes = {node.name: node for node in graph.nodes}
    for tensor in descriptors.inputs:
        node = nodes.get(tensor.name)
        has_aipp = node is not None and (
            node.type == "AippData" or any(name in node.attrs for name in _AIPP_ATTRIBUTES)
        )
        if has_aipp or tensor.dims != tensor.dims_v2:
            raise CompileError(
                f"like: input {tensor.name!r} of {path} has AIPP: the file crops, converts and "
                "normalises images on the device, by parameters that the model itself does not "
                "have, so that no file made from the model can stand for it"
            )


def _tensor(tensor: IoDescriptor, source: str = "") -> Tensor:
    return Tensor(
        tensor.name,
        tensor.dtype,
        tensor.format,
        tensor.size,
        tuple(tensor.dims),
        tuple(tensor.dims_v2),
        tuple((low, high) for low, high in tensor.ranges),
        source,
    )


def _output_sources(graph: Graph) -> list[str]:
    for node in graph.nodes:
        if node.type == "NetOutput":
            names = [desc.attrs.get("_origin_output_tensor_name") for desc in node.input_descs]
            data = [edge.kind == "data" for edge in node.inputs]
            count = sum(data) if data else len(names)
            return [name if isinstance(name, str) else "" for name in names[:count]]
    return []


def _gears(path: Path, descriptors: Descriptors, inputs: Sequence[Tensor]) -> Gears | None:
    if descriptors.gear_kind == "none" or not descriptors.gears:
        return None
    order = list(descriptors.user_input_order) or [tensor.name for tensor in inputs]
    if set(order) != {tensor.name for tensor in inputs}:
        raise CompileError(f"like: the gears of {path} are listed of inputs that it does not have")
    shapes = []
    for gear in descriptors.gears:
        found: dict[str, tuple[int, ...]] = {}
        left = list(gear)
        for tensor in sorted(inputs, key=lambda tensor: order.index(tensor.name)):
            count = tensor.dims.count(-1)
            values = [left.pop(0) for _ in range(min(count, len(left)))]
            if descriptors.gear_kind != "dims":
                values = list(gear) if count else []
                left = []
            if len(values) != count:
                raise CompileError(
                    f"like: gear {gear} of {path} does not fit the open dims of {tensor.name!r}"
                )
            filled = iter(values)
            found[tensor.name] = tuple(next(filled) if dim < 0 else dim for dim in tensor.dims)
        shapes.append([found[tensor.name] for tensor in inputs])
    return Gears(cast("Any", descriptors.gear_kind), shapes, descriptors.user_input_order)


def _original_names(graph: Graph) -> dict[str, str]:
    """As aclmdlGetOpAttr tells them: each name behind its length in bytes."""
    found = {}
    for node in graph.nodes:
        stored = node.attrs.get(_ORIGINAL_NAMES)
        names = stored if isinstance(stored, list) else [stored]
        texts = [name for name in names if isinstance(name, str)]
        if texts:
            found[node.name] = "".join(f"[{len(name.encode())}]{name}" for name in texts)
    return found


def _resizes(graph: Graph) -> dict[str, str]:
    found = {}
    for node in graph.nodes:
        if not node.type.startswith("ResizeBilinear"):
            continue
        names = node.attrs.get(_ORIGINAL_NAMES)
        source = names[0] if isinstance(names, list) and len(names) == 1 else node.name
        align = bool(node.attrs.get("align_corners", False))
        half = bool(node.attrs.get("half_pixel_centers", False))
        place = "align_corners" if align else "half_pixel" if half else "asymmetric"
        found[str(source)] = place
    return found


def _reported(file: File) -> dict[str, Any]:
    """What the runtime tells of a file, by what an error calls it."""
    descriptors = file.models[0].descriptors
    found: dict[str, Any] = {
        "the work size": file.work_size,
        "the weight size": file.weight_size,
        "the size of inputs and outputs": file.zero_copy_size,
        "whether shapes are open": file.is_dynamic,
        "the kind of gears": descriptors.gear_kind,
        "the gears": descriptors.gears,
        "the output shapes of gears": descriptors.gear_output_dims,
        "the order of inputs in gears": descriptors.user_input_order,
    }
    for side, tensors in (("input", descriptors.inputs), ("output", descriptors.outputs)):
        found[f"the number of {side}s"] = len(tensors)
        for index, tensor in enumerate(tensors):
            found[f"{side} {index} ({tensor.name})"] = _tensor(tensor)
    return found


def same_size(first: Sequence[int], second: Sequence[int]) -> bool:
    """Whether tensors of two shapes have as many elements; open dims have none to compare."""
    return -1 not in (*first, *second) and prod(first) == prod(second)
