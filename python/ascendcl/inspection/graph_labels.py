# SPDX-License-Identifier: Apache-2.0
"""What is written on the nodes of a drawn graph, and which colour they have."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from .examination import Examination
from .graph_view import INPUTS, GraphView, NodeView, shape_text
from .printable import printable

# What a node is to a reader, the first that holds; the colours are Okabe and Ito's, lightened.
COLOURS: Mapping[str, str] = {
    "refused": "#f2a9a9",
    "assumed": "#f7d9a0",
    "input": "#b7d7ea",
    "output": "#f4c6a5",
    "fused": "#cfe8df",
    "plain": "#f3f3f3",
}
TOLD: Mapping[str, str] = {
    "refused": "refused by the host runtime",
    "assumed": "something of it is assumed",
    "input": "input",
    "output": "output",
    "fused": "fused from several ops",
    "plain": "one op",
}


class Labels:
    """Texts and colours of the nodes of one graph."""

    def __init__(self, graph: GraphView, examination: Examination) -> None:
        self._found: dict[str, list[str]] = defaultdict(list)
        self._kinds: dict[str, str] = {}
        self._constants: Counter[str] = Counter()
        for each in examination.findings:
            text = f"{each.kind} {each.quantity}: {each.value} ({each.reason})"
            self._found[each.node].append(printable(text))
            if each.kind == "assumed":
                self._kinds[each.node] = "assumed"
        for refused in examination.refused:
            self._found[refused.node].append(printable(f"REFUSED: {refused.reason}"))
            self._kinds[refused.node] = "refused"
        known = graph.by_name
        for node in graph.nodes:
            for edge in node.edges:
                source = known.get(edge.source)
                if source is not None and source.is_constant:
                    self._constants[node.name] += 1

    def kind(self, node: NodeView) -> str:
        """Answer a key of `COLOURS`."""
        if (kind := self._kinds.get(node.name)) is not None:
            return kind
        if node.type in INPUTS:
            return "input"
        if node.type == "NetOutput":
            return "output"
        return "fused" if node.is_fused else "plain"

    def below(self, node: NodeView) -> str:
        """Answer the second line: the op's type, and the shape of its first output."""
        descs = node.node.output_descs
        shape = f" → {descs[0].origin_shape}" if descs else ""
        return printable(f"{node.type}{shape}")

    def told(self, node: NodeView) -> str:
        """Answer all that is known of a node, a line for each."""
        lines = [node.name, node.type]
        if node.sources:
            lines.append(f"made of {', '.join(node.sources)}")
        lines += [f"gives {shape_text(desc)}" for desc in node.node.output_descs]
        if count := self._constants[node.name]:
            lines.append(f"reads {count} constants")
        return "\n".join([*map(printable, lines), *self.findings(node)])

    def findings(self, node: NodeView) -> list[str]:
        """Answer how what the node does not state was understood, and why it is refused."""
        return self._found.get(node.name, [])
