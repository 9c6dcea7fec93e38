# SPDX-License-Identifier: Apache-2.0
"""Draws a graph as SVG, from inputs at the top to outputs; constants are left out.

Nodes stand in rows by the longest way that leads to them. An edge over several rows has a place of
its own in each, so that it passes between the nodes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from xml.sax.saxutils import escape

from .examination import Examination
from .graph_labels import COLOURS, TOLD, Labels
from .graph_view import GraphView
from .printable import printable, shortened

_WIDTH, _HEIGHT, _GAP, _ROW = 196, 36, 22, 66  # of a box, between boxes, from row to row
_LANE = 14  # width of the place of a passing edge
_MARGIN, _TOP = 24, 92
_SWEEPS = 4
_MOST_PLACES = 60_000  # of passing edges; beyond that, long ones are drawn straight
_LETTERS = 27

_STYLE = """
text{font:11px system-ui,sans-serif;fill:#222}
.title{font-size:16px;font-weight:600}
.small{font-size:10px;fill:#555}
path{fill:none;stroke:#888;stroke-width:1.1}
path.control{stroke-dasharray:4 3}
.node rect{stroke:#777;stroke-width:.8}
.node:hover rect{stroke:#000;stroke-width:2}
"""


@dataclass
class _Place:
    """Where a node, or an edge that passes, stands in its row; `node` is -1 for an edge."""

    node: int
    width: float
    x: float = 0.0  # of the middle
    above: list[_Place] = field(default_factory=list)
    below: list[_Place] = field(default_factory=list)


def graph_svg(graph: GraphView, examination: Examination) -> str:
    """Answer an SVG document. Nodes say in a tooltip how they were understood."""
    nodes = [node for node in graph.nodes if not node.is_constant]
    index_of = {node.name: index for index, node in enumerate(nodes)}
    edges: dict[tuple[int, int], bool] = {}
    for index, node in enumerate(nodes):
        for edge in node.edges:
            source = index_of.get(edge.source)
            if source is not None and source != index:
                both = edges.get((source, index), True)
                edges[source, index] = both and edge.is_control
    ranks = _ranks(len(nodes), edges)
    places, routes = _places(ranks, edges)
    rows: list[list[_Place]] = [[] for _ in range(max(ranks, default=0) + 1)]
    for rank, place in places:
        rows[rank].append(place)
    _order(rows)
    _spread(rows)
    left = min((place.x - place.width / 2 for row in rows for place in row), default=0.0)
    right = max((place.x + place.width / 2 for row in rows for place in row), default=0.0)
    for row in rows:
        for place in row:
            place.x += _MARGIN - left
    labels = Labels(graph, examination)
    legend, legend_end = _legend({labels.kind(node) for node in nodes})
    width = max(right - left + 2 * _MARGIN, legend_end)
    height = _TOP + len(rows) * _ROW + _MARGIN
    at = {place.node: (place.x, rank) for rank, place in places if place.node >= 0}
    begin = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}">'
    )
    parts = [
        begin,
        f"<style>{_STYLE}</style>",
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>',
        f'<text class="title" x="{_MARGIN}" y="28">{escape(printable(graph.name))}</text>',
        legend,
    ]
    for (source, target), is_control in edges.items():
        points = [at[source], *routes.get((source, target), ()), at[target]]
        parts.append(_path([(x, rank) for x, rank in _resolved(points)], is_control))
    for index, node in enumerate(nodes):
        x, rank = at[index]
        name = shortened(printable(node.name), _LETTERS)
        left_edge, top = x - _WIDTH / 2, _TOP + rank * _ROW
        parts.append(
            f'<g class="node"><title>{escape(labels.told(node))}</title>'
            f'<rect x="{left_edge:.1f}" y="{top}" width="{_WIDTH}" height="{_HEIGHT}" rx="5" '
            f'fill="{COLOURS[labels.kind(node)]}"/>'
            f'<text x="{x:.1f}" y="{top + 15}" text-anchor="middle">{escape(name)}</text>'
            f'<text class="small" x="{x:.1f}" y="{top + 29}" text-anchor="middle">'
            f"{escape(shortened(labels.below(node), _LETTERS + 3))}</text></g>"
        )
    return "\n".join([*parts, "</svg>"])


def _ranks(count: int, edges: dict[tuple[int, int], bool]) -> list[int]:
    """The longest way to each node; edges against the order of the file do not count."""
    ranks = [0] * count
    for source, target in sorted(edges, key=lambda edge: edge[1]):
        if source < target:
            ranks[target] = max(ranks[target], ranks[source] + 1)
    return ranks


_Route = dict[tuple[int, int], "list[tuple[_Place, int]]"]


def _places(
    ranks: list[int], edges: dict[tuple[int, int], bool]
) -> tuple[list[tuple[int, _Place]], _Route]:
    """A place for each node, and for each row that an edge passes."""
    own = [_Place(index, _WIDTH) for index in range(len(ranks))]
    places = [(ranks[index], place) for index, place in enumerate(own)]
    routes: _Route = {}
    left = _MOST_PLACES
    for source, target in edges:
        low, high = ranks[source], ranks[target]
        if high <= low or high - low - 1 > left:
            continue
        left -= high - low - 1
        way = [(_Place(-1, _LANE), rank) for rank in range(low + 1, high)]
        routes[source, target] = way
        places += [(rank, place) for place, rank in way]
        stops = [own[source], *(place for place, _ in way), own[target]]
        for above, below in pairwise(stops):
            above.below.append(below)
            below.above.append(above)
    return places, routes


def _order(rows: list[list[_Place]]) -> None:
    """Turn rows so that few edges cross: each place by the mean of its neighbours, up and down."""
    for row in rows:
        for position, place in enumerate(row):
            place.x = float(position)
    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        for row in rows if downwards else reversed(rows):
            wanted = {
                id(place): _mean(place.above if downwards else place.below, place.x)
                for place in row
            }
            row.sort(key=lambda place, wanted=wanted: wanted[id(place)])  # type: ignore[misc]
            for position, place in enumerate(row):
                place.x = float(position)


def _mean(neighbours: list[_Place], otherwise: float) -> float:
    return sum(each.x for each in neighbours) / len(neighbours) if neighbours else otherwise


def _spread(rows: list[list[_Place]]) -> None:
    """Give each place an x near its neighbours', without any two of a row in each other."""
    for row in rows:
        x = 0.0
        for place in row:
            place.x = x + place.width / 2
            x += place.width + _GAP
    for sweep in range(2 * _SWEEPS):
        downwards = sweep % 2 == 0
        for row in rows if downwards else reversed(rows):
            wanted = [_mean(p.above if downwards else p.below, p.x) for p in row]
            _settle(row, wanted)


def _settle(row: list[_Place], wanted: list[float]) -> None:
    """As near to `wanted` as the order allows: neighbours that collide move as one block."""
    blocks: list[list[float]] = []  # first x, count, sum of (wanted - own offset)
    members: list[list[int]] = []
    offsets = [0.0]
    for before, after in pairwise(row):
        offsets.append(offsets[-1] + (before.width + after.width) / 2 + _GAP)
    for index, want in enumerate(wanted):
        total, count = want - offsets[index], 1.0
        inside = [index]
        while blocks and blocks[-1][0] >= total / count:
            last = blocks.pop()
            total, count = total + last[2], count + last[1]
            inside = members.pop() + inside
        blocks.append([total / count, count, total])
        members.append(inside)
    for block, inside in zip(blocks, members, strict=True):
        for index in inside:
            row[index].x = block[0] + offsets[index]


def _resolved(
    points: list[tuple[float | _Place, int]],
) -> list[tuple[float, int]]:
    return [(p.x if isinstance(p, _Place) else p, rank) for p, rank in points]


def _path(points: list[tuple[float, int]], is_control: bool) -> str:
    """A curve from the bottom of the first row to the top of the last, straight within rows."""
    (x, rank), *rest = points
    y = _TOP + rank * _ROW + _HEIGHT
    text = [f"M{x:.1f} {y}"]
    for step, (next_x, next_rank) in enumerate(rest):
        top = _TOP + next_rank * _ROW
        bend = (top - y) / 2
        text.append(f"C{x:.1f} {y + bend:.1f} {next_x:.1f} {top - bend:.1f} {next_x:.1f} {top}")
        x, y = next_x, top
        if step < len(rest) - 1:
            y = top + _HEIGHT
            text.append(f"L{x:.1f} {y}")
    style = ' class="control"' if is_control else ""
    return f'<path{style} d="{"".join(text)}"/>'


def _legend(kinds: set[str]) -> tuple[str, float]:
    """What the colours mean, and where that ends."""
    parts, x = [], float(_MARGIN)
    for kind, colour in COLOURS.items():
        if kind not in kinds:
            continue
        parts.append(
            f'<rect x="{x}" y="46" width="14" height="14" rx="3" fill="{colour}" stroke="#777"/>'
            f'<text x="{x + 20}" y="57">{TOLD[kind]}</text>'
        )
        x += 42 + 6.2 * len(TOLD[kind])
    return "".join(parts), x
