# SPDX-License-Identifier: Apache-2.0
"""Reads a model by one of OpenVINO's front ends, and what it is called inside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .compile_errors import OptionError, UnsupportedModelError
from .onnx_model import NotOnnxError, OnnxModel, read_onnx

if TYPE_CHECKING:
    import openvino as ov

FRAMEWORKS = {"caffe": None, "mindspore": None, "tensorflow": "tf", "onnx": "onnx"} | {
    "tflite": "tflite",
    "paddle": "paddle",
    "pytorch": "pytorch",
}
"""OpenVINO's name of the front end by ours; None where it has none."""

NUMBERS = {"0": "caffe", "1": "mindspore", "3": "tensorflow", "5": "onnx"}
"""ATC's numbers for --framework."""

_BY_SUFFIX = {
    ".onnx": "onnx",
    ".pb": "tensorflow",
    ".meta": "tensorflow",
    ".tflite": "tflite",
    ".pdmodel": "paddle",
}

_NO_RULE = re.compile(r"No conversion rule found for operations: (.+)")
_SHOWN = 8  # nodes per operator in an error

_FAILED = re.compile(r"^-- ", re.MULTILINE)
_NODE = re.compile(r"ONNX node '<Node\((\w+)\): (.*?)>'")
_SUMMARY = "\nSummary:"


@dataclass(frozen=True)
class SourceModel:
    """A model as read: its OpenVINO form, and what the file itself says where it is ONNX."""

    model: ov.Model
    framework: str
    path: Path | None
    onnx: OnnxModel | None


def framework_of(path: Path, given: str | None) -> str:
    """Name the framework: as given, by ATC's number or by name, else by the file's ending.

    Raises
    ------
    ValueError
        There is no such framework, or the file's ending tells none.
    """
    if given is not None:
        name = NUMBERS.get(given, given.lower())
        if FRAMEWORKS.get(name) is None:
            supported = ", ".join(name for name, front_end in FRAMEWORKS.items() if front_end)
            raise OptionError(f"framework {given!r} is not supported; there are {supported}")
        ending = _BY_SUFFIX.get(path.suffix.lower(), name)
        if ending != name:
            raise OptionError(f"framework: {given!r} is {name}; the ending of {path} says {ending}")
        return name
    if path.is_dir():
        return "tensorflow"  # a SavedModel
    name = _BY_SUFFIX.get(path.suffix.lower(), "")
    if not name:
        raise ValueError(f"{path}: its ending does not tell the framework; give it (--framework)")
    return name


def read_source(path: Path, framework: str | None = None) -> SourceModel:
    """Read a model.

    Raises
    ------
    UnsupportedModelError
        The front end lacks operators; the error lists all of them with their nodes.
    NotOnnxError
        A file that should be ONNX is not.
    """
    from .openvino_package import ov

    name = framework_of(path, framework)
    if not path.exists():
        raise FileNotFoundError(2, "no such model", str(path))
    onnx = read_onnx(path) if name == "onnx" else None
    try:
        model = ov.Core().read_model(path)
    except Exception as error:  # of several types that have RuntimeError's name only in part
        raise _told(path, FRAMEWORKS[name] or "", onnx, error) from error
    _remove_identities(model)
    if onnx:
        for node in nodes_with_bodies(model):
            attributes = node.get_attributes()
            # TopK: of equal values ONNX takes the first.
            if "stable" in attributes and attributes["sort"] != "none":
                node.set_attribute("stable", True)
        _name_as_in(onnx, model)
    return SourceModel(model, name, path, onnx)


def _remove_identities(model: ov.Model) -> None:
    """Take out what does nothing: OpenVINO infers no shapes from values behind an Identity."""
    for node in model.get_ordered_ops():
        if node.get_type_name() != "Identity":
            continue
        source = node.input_value(0)
        # A port is called by its own name: it is not joined with another one.
        ports = {each.get_node().get_type_name() for each in node.output(0).get_target_inputs()}
        if source.get_node().get_type_name() != "Parameter" or "Result" not in ports:
            node.output(0).replace(source)


def _name_as_in(onnx: OnnxModel, model: ov.Model) -> None:
    """Call nodes as ONNX does where OpenVINO calls them by an output of the graph."""
    names = {
        tensor: node.name
        for number, node in enumerate(onnx.nodes)
        if node.name != f"{node.op_type}_{number}"  # the file gives none
        for tensor in node.outputs
    }
    taken = {node.get_friendly_name() for node in nodes_with_bodies(model)}
    for node in nodes_with_bodies(model):
        name = names.get(node.get_friendly_name())
        if name and name not in taken and node.get_type_name() not in ("Parameter", "Result"):
            node.set_friendly_name(name)
            taken.add(name)


def _told(
    path: Path, front_end: str, onnx: OnnxModel | None, error: Exception
) -> UnsupportedModelError:
    failed = _failed(str(error))
    if failed:
        rows = [f"  {name} ({operator}): {reason}" for operator, name, reason in failed]
        return UnsupportedModelError(
            f"{path}: OpenVINO cannot convert {len(failed)} of its nodes:\n" + "\n".join(rows),
            {
                operator: [name for other, name, _ in failed if other == operator]
                for operator, _, _ in failed
            },
        )
    named = _NO_RULE.search(str(error))
    missing = _unconverted(path, front_end, onnx, named[1].strip() if named else "")
    if not missing:
        lines = [line for line in str(error).splitlines() if line.strip()]
        return UnsupportedModelError(f"{path}: OpenVINO cannot read it: {lines[-1]}", {})
    rows = []
    for operator, nodes in sorted(missing.items()):
        more = f" and {len(nodes) - _SHOWN} more" if len(nodes) > _SHOWN else ""
        rows.append(f"  {operator}: {', '.join(nodes[:_SHOWN])}{more}")
    return UnsupportedModelError(
        f"{path}: OpenVINO has no rule for {len(missing)} of its operators:\n" + "\n".join(rows),
        missing,
    )


def _failed(message: str) -> list[tuple[str, str, str]]:
    """Operator, node and reason of each node whose conversion failed, of OpenVINO's log."""
    rows = []
    for part in _FAILED.split(message.partition(_SUMMARY)[0])[1:]:
        if node := _NODE.search(part):
            reason = [line for line in part.splitlines() if line.strip()][-1].strip()
            rows.append((node[1], node[2], reason))
    return rows


def _unconverted(
    path: Path, front_end: str, onnx: OnnxModel | None, named: str
) -> dict[str, list[str]]:
    """Nodes by operator, of those that stay as they were in a partial conversion.

    Nodes of front ends that do not tell the operator go by all that the error has `named`.
    """
    from .openvino_package import FrontEndManager

    try:
        manager = FrontEndManager()  # all three must outlive what is made by them
        reader = manager.load_by_framework(front_end)
        loaded = reader.load(str(path))
        model = reader.convert_partially(loaded)
    except Exception:
        return {}
    # OpenVINO calls a node by its output where that is an output of the graph.
    names = (
        {out: node.name for node in reversed(onnx.nodes) for out in node.outputs} if onnx else {}
    )
    missing: dict[str, list[str]] = {}
    for node in nodes_with_bodies(model):
        if "FrameworkNode" not in node.get_type_name():
            continue
        attributes = node.get_attributes()
        domain = attributes.get("ONNX_META_domain", "")
        operator = attributes.get("ONNX_META_type") or named or node.get_type_name()
        tensors = [name for port in node.outputs() for name in port.get_names()]
        own = next((names[name] for name in tensors if name in names), node.get_friendly_name())
        missing.setdefault(f"{domain}.{operator}" if domain else operator, []).append(own)
    return missing


def nodes_with_bodies(model: ov.Model) -> Iterator[ov.Node]:
    """Answer all nodes, those in branches and loops included."""
    for node in model.get_ordered_ops():
        yield node
        if node.get_type_name() == "If":
            yield from nodes_with_bodies(node.get_then_body())
            yield from nodes_with_bodies(node.get_else_body())
        elif node.get_type_name() in ("Loop", "TensorIterator"):
            yield from nodes_with_bodies(node.get_function())


__all__ = [
    "FRAMEWORKS",
    "NUMBERS",
    "NotOnnxError",
    "SourceModel",
    "framework_of",
    "nodes_with_bodies",
    "read_source",
]
