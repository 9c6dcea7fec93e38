# SPDX-License-Identifier: Apache-2.0
"""A graph in Graphviz's language; constants are left out."""

from __future__ import annotations

from .examination import Examination
from .graph_labels import COLOURS, Labels
from .graph_view import GraphView, shape_text
from .printable import printable, shortened


def graph_dot(graph: GraphView, examination: Examination) -> str:
    """Answer a digraph: ``dot -Tsvg graph.dot -o graph.svg`` draws it."""
    labels = Labels(graph, examination)
    known = graph.by_name
    lines = [
        f"digraph {_quoted(graph.name)} {{",
        '  node [shape=box, style="filled,rounded", fontname="sans-serif", fontsize=10];',
        '  edge [fontname="sans-serif", fontsize=8, color="#666666"];',
    ]
    for node in graph.nodes:
        if node.is_constant:
            continue
        label = f"{shortened(printable(node.name), 60)}\n{labels.below(node)}"
        lines.append(
            f"  {_quoted(node.name)} [label={_quoted(label)}, "
            f"fillcolor={_quoted(COLOURS[labels.kind(node)])}, "
            f"tooltip={_quoted(labels.told(node))}];"
        )
    for node in graph.nodes:
        for edge in node.edges:
            source = known.get(edge.source)
            if source is None or source.is_constant:
                continue
            descs = source.node.output_descs
            named = not edge.is_control and edge.index < len(descs)
            shape = f" [label={_quoted(shape_text(descs[edge.index]))}]" if named else ""
            dashed = " [style=dashed]" if edge.is_control else ""
            lines.append(f"  {_quoted(edge.source)} -> {_quoted(node.name)}{shape}{dashed};")
    return "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    """A quoted string; a backslash escapes nothing but the quote, and begins the likes of \\n."""
    lines = [printable(line).replace("\\", "\\\\").replace('"', '\\"') for line in text.split("\n")]
    return '"' + "\\n".join(lines) + '"'
