# SPDX-License-Identifier: Apache-2.0
"""Writes pictures; the ending of the file's name says of which kind."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from xml.sax.saxutils import escape

from ascendcl._whole_files import written_whole
from ascendcl._wrong_arguments import WrongArgumentsError

from .examination import Examination
from .file_facts import FileFacts
from .graph_dot import graph_dot
from .graph_onnx import graph_onnx, is_drawn
from .graph_svg import graph_svg
from .graph_view import GraphView
from .memory_drawing import memory_svg
from .planned_memory import PlannedMemory
from .printable import printable


def check_graph(path: Path) -> None:
    """Refuse a place where a model lies: ``.onnx`` may be what an .om file was made of.

    Raises
    ------
    WrongArgumentsError
        The .onnx file there is none that was drawn here.
    OSError
        What is there cannot be read.
    """
    if path.suffix == ".onnx" and path.is_file() and not is_drawn(path):
        raise WrongArgumentsError(
            f"--graph: {path} is there and was not drawn by ascendcl inspect: it may be a model, "
            "and is left as it is; take another name"
        )


def write_graph(graph: GraphView, facts: FileFacts, examination: Examination, path: Path) -> None:
    """Write a graph as SVG, for Graphviz (.dot) or for Netron (.onnx)."""
    if path.suffix == ".onnx":
        drawn = graph_onnx(graph, facts, examination)
    elif path.suffix == ".dot":
        drawn = graph_dot(graph, examination).encode()
    else:
        drawn = graph_svg(graph, examination).encode()
    check_graph(path)
    with written_whole(path) as part:
        part.write_bytes(drawn)


def write_memory_map(plan: PlannedMemory, facts: FileFacts, path: Path) -> None:
    """Write planned memory as SVG, or as a page that zooms and finds, complete in itself."""
    soc = facts.about.get("soc")
    title = f"{facts.name}: memory as planned{f' for {soc}' if soc else ''}"
    drawn = memory_svg(plan, title)
    if path.suffix == ".html":
        page = files(__package__).joinpath("memory_map.html").read_text(encoding="utf-8")
        head, tail = page.split("@SVG@")
        drawn = head.replace("@TITLE@", escape(printable(title))) + drawn + tail
    with written_whole(path) as part:
        part.write_text(drawn, encoding="utf-8")
