# SPDX-License-Identifier: Apache-2.0
"""What an .om file says of itself: sizes, inputs and outputs, gears, AIPP, who made it how."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite
from os import PathLike
from pathlib import Path
from typing import Any

from ascendcl import _acl
from ascendcl.om.host_model import IR_TYPE

AIPP_MODE = "_data_related_aipp_mode"
_ABOUT = {  # attributes of the model, and what they are called here
    "soc_version": "soc",
    "framework_type": "framework",
    "atc_version": "atc_version",
    "opp_version": "opp_version",
    "atc_cmdline": "command",
    "target_type": "target",
    "arch_type": "architecture",
}
_SOC_OPTION = re.compile(r"--soc_version[= ]+(\S+)")
_FRAMEWORK_OPTION = re.compile(r"--framework[= ]+(\S+)")
_FRAMEWORKS = {
    "0": "Caffe",
    "1": "MindSpore",
    "3": "TensorFlow",
    "5": "Onnx",
}  # as ATC numbers them


@dataclass(frozen=True)
class Tensor:
    """An input or output as the runtime reports it.

    Attributes
    ----------
    dims : list of int
        As callers see them; -1 is open.
    dims_v2 : list of int
        Before static AIPP.
    ranges : list of (int, int)
        Of open dims, where the file limits them.
    size : int
        Bytes; 0 where dims are open.
    aipp : str
        ``static_aipp``, ``dynamic_aipp``, ``dynamic_aipp_conf``; empty without preprocessing.
    aipp_settings : dict
        The parameters of static AIPP that the file keeps.
    """

    name: str
    dtype: str
    format: str
    dims: list[int]
    dims_v2: list[int]
    ranges: list[tuple[int, int]]
    size: int
    aipp: str = ""
    aipp_settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Partition:
    """A part of the file."""

    type: int
    name: str
    size: int


@dataclass(frozen=True)
class FileFacts:
    """All that can be read off a file without interpreting its nodes.

    Attributes
    ----------
    work, weight : int
        Bytes of memory that a load asks for.
    io : int
        The part of `work` for inputs and outputs.
    about : dict of str to str
        ``soc``, ``framework``, ``atc_version``, ``command``, ..., those that the file keeps.
    derived : tuple of str
        Which of `about` were not stated and read off the command line.
    operators : dict of str to int
        How many nodes of each type, the most frequent first; of all graphs, constants too.
    for_host_runtime : bool
        Made by ``ascendcl compile``.
    runs_as : str
        The ``X.host.om`` beside this ``X.om``, which the host runtime runs in its place; empty
        where there is none.
    """

    path: str
    size: int
    container: dict[str, Any]
    partitions: list[Partition]
    name: str
    is_dynamic: bool
    parts: int
    work: int
    io: int
    weight: int
    inputs: list[Tensor]
    outputs: list[Tensor]
    gear_kind: str
    gears: list[list[int]]
    gear_output_dims: list[list[list[int]]]
    gear_input_order: list[str]
    about: dict[str, str]
    derived: tuple[str, ...]
    graphs: dict[str, int]
    operators: dict[str, int]
    kernels: int
    for_host_runtime: bool
    runs_as: str


# As om_format.md numbers them.
_PARTITIONS = {
    0: "graph",
    1: "weights",
    2: "tasks",
    3: "kernels",
    4: "custom AICPU kernels",
    6: "inputs and outputs (old)",
    8: "inputs and outputs",
    12: "tiling data",
    0x1000: "weights of the host runtime",
}


def read_file(path: str | PathLike[str]) -> tuple[FileFacts, _acl.om.File]:
    """Read a file.

    Returns
    -------
    facts : FileFacts
        What it says.
    file : ascendcl.om.File
        The file itself, for who wants more of it.

    Raises
    ------
    OSError
        It cannot be read.
    ascendcl.om.FormatError
        It is damaged, no .om file, or of a kind that is not supported.
    """
    file = _acl.om.File.open(path)
    model = file.models[0]
    definition, io = model.definition, model.descriptors
    about, derived = _about(definition.attrs)
    nodes = [node for graph in definition.graphs for node in graph.nodes]
    settings = {node.name: node for node in definition.graphs[0].nodes if AIPP_MODE in node.attrs}
    facts = FileFacts(
        path=str(path),
        size=file.size,
        container={
            "version": file.version,
            "model_type": file.model_type,
            "platform_version": file.platform_version,
        },
        partitions=[
            Partition(part.type, _PARTITIONS.get(part.type, f"type {part.type}"), part.size)
            for each in file.models
            for part in each.partitions
        ],
        name=definition.name or file.name,
        is_dynamic=file.is_dynamic,
        parts=len(file.models),
        work=file.work_size,
        io=file.zero_copy_size,
        weight=file.weight_size,
        inputs=[_tensor(each, settings.get(each.name)) for each in io.inputs],
        outputs=[_tensor(each, None) for each in io.outputs],
        gear_kind=io.gear_kind,
        gears=io.gears,
        gear_output_dims=io.gear_output_dims,
        gear_input_order=io.user_input_order,
        about=about,
        derived=derived,
        graphs={graph.name: len(graph.nodes) for graph in definition.graphs},
        operators=dict(Counter(node.type for node in nodes).most_common()),
        kernels=len(model.kernels),
        for_host_runtime=any(node.type == IR_TYPE for node in nodes),
        runs_as=_runs_as(Path(path)),
    )
    return facts, file


def _runs_as(path: Path) -> str:
    host = path.with_suffix(".host.om")
    return str(host) if path.suffix == ".om" and host.is_file() else ""


def _tensor(io: _acl.om.IoDescriptor, node: _acl.om.Node | None) -> Tensor:
    mode = "" if node is None else str(node.attrs[AIPP_MODE])
    return Tensor(
        io.name,
        io.dtype,
        io.format,
        io.dims,
        io.dims_v2,
        io.ranges,
        io.size,
        mode,
        {} if node is None else _aipp_settings(node.attrs.get("aipp")),
    )


def _aipp_settings(value: object) -> dict[str, Any]:
    if not isinstance(value, _acl.om.NamedAttrs):
        return {}
    return {name: plain(setting) for name, setting in sorted(value.attrs.items())}


def plain(value: object) -> Any:
    """An attribute as JSON has it; of tensors and graphs only what they are."""
    result: Any = type(value).__name__
    if isinstance(value, float) and not isfinite(value):
        result = str(value)  # JSON has no word for it
    elif isinstance(value, (bool, int, float, str)) or value is None:
        result = value
    elif isinstance(value, bytes):
        result = f"{len(value)} bytes"
    elif isinstance(value, Sequence):
        result = [plain(each) for each in value]
    elif isinstance(value, _acl.om.NamedAttrs):
        result = {name: plain(each) for name, each in value.attrs.items()}
    elif isinstance(value, _acl.om.TensorDef):
        result = f"tensor of {value.desc.dtype} {value.desc.shape}"
    elif isinstance(value, _acl.om.TensorDesc):
        result = f"{value.dtype} {value.layout} {value.shape}"
    return result


def _about(attrs: _acl.om.AttrMap) -> tuple[dict[str, str], tuple[str, ...]]:
    about = {
        name: shown
        for attr, name in _ABOUT.items()
        if (shown := "" if (value := attrs.get(attr)) is None else str(plain(value)))
    }
    derived = []
    command = about.get("command", "")
    for name, option in (("soc", _SOC_OPTION), ("framework", _FRAMEWORK_OPTION)):
        found = option.search(command)
        if name not in about and found:
            about[name] = _FRAMEWORKS.get(found[1], found[1]) if name == "framework" else found[1]
            derived.append(name)
    return about, tuple(derived)
