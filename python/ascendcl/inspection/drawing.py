# SPDX-License-Identifier: Apache-2.0
"""Writes pictures; the ending of the file's name says of which kind."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from xml.sax.saxutils import escape

from .examination import Examination
from .file_facts import FileFacts
from .graph_dot import graph_dot
from .graph_onnx import graph_onnx
from .graph_svg import graph_svg
from .graph_view import GraphView
from .memory_drawing import memory_svg
from .planned_memory import PlannedMemory
from .printable import printable


def write_graph(graph: GraphView, facts: FileFacts, examination: Examination, path: Path) -> None:
    """Write a graph as SVG, for Graphviz (.dot) or for Netron (.onnx)."""
    if path.suffix == ".onnx":
        path.write_bytes(graph_onnx(graph, facts, examination))
    elif path.suffix == ".dot":
        path.write_text(graph_dot(graph, examination), encoding="utf-8")
    else:
        path.write_text(graph_svg(graph, examination), encoding="utf-8")


def write_memory_map(plan: PlannedMemory, facts: FileFacts, path: Path) -> None:
    """Write planned memory as SVG, or as a page that zooms and finds, complete in itself."""
    soc = facts.about.get("soc")
    title = f"{facts.name}: memory as planned{f' for {soc}' if soc else ''}"
    drawn = memory_svg(plan, title)
    if path.suffix == ".html":
        page = files(__package__).joinpath("memory_map.html").read_text(encoding="utf-8")
        head, tail = page.split("@SVG@")
        drawn = head.replace("@TITLE@", escape(printable(title))) + drawn + tail
    path.write_text(drawn, encoding="utf-8")
