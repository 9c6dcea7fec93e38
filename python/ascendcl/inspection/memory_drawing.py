# SPDX-License-Identifier: Apache-2.0
"""Draws planned memory as SVG: tensors as bars over execution order (x) and offset (y)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log2
from xml.sax.saxutils import escape, quoteattr

from .planned_memory import Block, PlannedMemory
from .printable import bytes_text, printable, shortened, size_text

WIDTH = 1240
_LEFT, _RIGHT, _TOP, _GAP = 96, 24, 96, 58
_USE_HEIGHT, _WORK_HEIGHT, _WEIGHT_HEIGHT = 84, 560, 170
_PLOT = WIDTH - _LEFT - _RIGHT
_KIB = 1024  # the unit of y: drawing programs compute in 32 bits
_LETTER = 6.4  # width of a letter of a label, in pixels
_LEAST_LABEL = (34.0, 11.0)  # pixels that a bar must have to be labelled

# Told apart by those who do not see colours, too (Okabe and Ito).
_COLOURS = {
    "input": ("#0072b2",),
    "output": ("#d55e00",),
    "between": ("#8fc9b9", "#b5dccf", "#6db3a0"),
    "scratch": ("#cc79a7",),
    "weight": ("#e6b33d", "#f2d286", "#d19a1c"),
}
_LEGEND = {
    "input": "input",
    "output": "output",
    "between": "between nodes",
    "scratch": "scratch of a node",
    "weight": "weights",
}

_STYLE = """
text{font:12px system-ui,sans-serif;fill:#222}
.title{font-size:16px;font-weight:600}
.axis text{font-size:11px;fill:#555}
.axis line{stroke:#ddd;stroke-width:1}
.labels text{font-size:10px;pointer-events:none}
.frame{fill:#fff;stroke:#bbb}
.bar{stroke:#fff;stroke-width:.6;vector-effect:non-scaling-stroke}
.thin{stroke-width:1.2}
.use{fill:#d9d9d9;stroke:#777;stroke-width:1;vector-effect:non-scaling-stroke}
.peak{stroke:#b00020;stroke-width:1.5;stroke-dasharray:5 3;vector-effect:non-scaling-stroke}
.peaktext{fill:#b00020;font-weight:600}
"""


@dataclass(frozen=True)
class _Panel:
    """A plot: its place in the picture, and what its axes span (steps, KiB)."""

    name: str
    top: float
    height: float
    steps: int
    size: float  # bytes

    def x(self, step: float) -> float:
        return _LEFT + _PLOT * step / self.steps

    def y(self, offset: float) -> float:
        return self.top + self.height * (1 - offset / self.size)

    def begin(self) -> str:
        return (
            f'<rect class="frame" x="{_LEFT}" y="{self.top}" width="{_PLOT}" '
            f'height="{self.height}"/><svg id="plot-{self.name}" x="{_LEFT}" y="{self.top}" '
            f'width="{_PLOT}" height="{self.height}" viewBox="0 0 {self.steps} '
            f'{self.size / _KIB:.6g}" preserveAspectRatio="none" data-size="{self.size:.0f}">'
        )


def memory_svg(plan: PlannedMemory, title: str) -> str:
    """Draw a plan.

    Parameters
    ----------
    plan
        The plan.
    title
        What the picture is of.

    Returns
    -------
    str
        An SVG document. Bars say in a tooltip what they are.
    """
    steps = max(len(plan.steps), 1)
    work_size = max(plan.work_size, *(block.end for block in plan.work), 1)
    use = _Panel("use", _TOP, _USE_HEIGHT, steps, work_size)
    work = _Panel("work", use.top + use.height + _GAP, _WORK_HEIGHT, steps, work_size)
    bottom = work.top + work.height
    weight_size = max(plan.weight_size, *(block.end for block in plan.weights), 1)
    weights = _Panel("weight", bottom + _GAP, _WEIGHT_HEIGHT, steps, weight_size)
    if plan.weights:
        bottom = weights.top + weights.height
    height = bottom + 52
    begin = (
        f'<svg xmlns="http://www.w3.org/2000/svg" id="map" viewBox="0 0 {WIDTH} {height:.0f}" '
        f'width="{WIDTH}" height="{height:.0f}" data-steps="{steps}">'
    )
    parts = [
        begin,
        f"<style>{_STYLE}</style>",
        f'<rect width="{WIDTH}" height="{height:.0f}" fill="#fff"/>',
        *_heading(plan, title),
        _caption(use, f"in use at each step, at most {size_text(_peak_bytes(plan))}"),
        *_use_panel(plan, use),
        _caption(work, f"work memory: {bytes_text(plan.work_size)}; sizes as planned, padded"),
        *_bars(plan.work, work),
        _peak_line(plan, work),
        "</svg>",
        _labels(plan.work, work),
    ]
    if plan.weights:
        parts += [
            _caption(weights, f"weights, from first to last use: {bytes_text(plan.weight_size)}"),
            *_bars(plan.weights, weights),
            "</svg>",
            _labels(plan.weights, weights),
        ]
    parts += [_step_axis(steps, bottom), "</svg>"]
    return "\n".join(parts)


def _peak_bytes(plan: PlannedMemory) -> int:
    return plan.in_use[plan.peak] if plan.in_use else 0


def _heading(plan: PlannedMemory, title: str) -> Iterable[str]:
    yield f'<text class="title" x="{_LEFT}" y="28">{escape(printable(title))}</text>'
    node = plan.steps[plan.peak][0] if plan.steps else ""
    what = (
        f"peak: {bytes_text(_peak_bytes(plan))} at step {plan.peak}, {shortened(node, 70)}"
        if plan.work
        else "the file does not tell where any tensor lies"
    )
    yield f'<text class="peaktext" x="{_LEFT}" y="48">{escape(printable(what))}</text>'
    kinds = [kind for kind in _LEGEND if any(b.kind == kind for b in (*plan.work, *plan.weights))]
    x = float(_LEFT)
    for kind in kinds:
        yield f'<rect x="{x}" y="58" width="12" height="12" fill="{_COLOURS[kind][0]}"/>'
        yield f'<text x="{x + 17}" y="68">{_LEGEND[kind]}</text>'
        x += 40 + 7 * len(_LEGEND[kind])


def _caption(panel: _Panel, text: str) -> str:
    return f'<text x="{_LEFT}" y="{panel.top - 8:.0f}">{escape(text)}</text>' + byte_axis(panel)


def byte_axis(panel: _Panel) -> str:
    """Ticks at multiples of a power of two, four to eight of them, fewer where there is no room."""
    most = max(2, min(8, int(panel.height / 28)))
    step = 2 ** max(0, int(log2(max(panel.size, 1) / most)) + 1)
    lines = []
    for offset in range(0, int(panel.size) + 1, step):
        y = panel.y(offset)
        lines.append(
            f'<line x1="{_LEFT - 5}" x2="{_LEFT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{size_text(offset)}</text>'
        )
    return f'<g class="axis" id="axis-{panel.name}">{"".join(lines)}</g>'


def _step_axis(steps: int, bottom: float) -> str:
    step = next(s * 10**e for e in range(12) for s in (1, 2, 5) if steps / (s * 10**e) <= 12)
    lines = []
    for tick in range(0, steps, step):
        x = _LEFT + _PLOT * (tick + 0.5) / steps
        lines.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{bottom:.0f}" y2="{bottom + 5:.0f}"/>'
            f'<text x="{x:.1f}" y="{bottom + 18:.0f}" text-anchor="middle">{tick}</text>'
        )
    name = (
        f'<text x="{_LEFT + _PLOT / 2:.0f}" y="{bottom + 38:.0f}" text-anchor="middle">'
        "step: nodes in the order in which they run</text>"
    )
    return f'<g class="axis" id="axis-step" data-bottom="{bottom:.0f}">{"".join(lines)}</g>{name}'


def _use_panel(plan: PlannedMemory, panel: _Panel) -> Iterable[str]:
    yield panel.begin()
    top = panel.size / _KIB
    corners = [f"0,{top:.6g}"]
    for step, used in enumerate(plan.in_use):
        y = f"{(panel.size - used) / _KIB:.6g}"
        corners += [f"{step},{y}", f"{step + 1},{y}"]
    corners.append(f"{len(plan.in_use)},{top:.6g}")
    yield f'<polygon class="use" points="{" ".join(corners)}"/>'
    yield _peak_line(plan, panel)
    yield "</svg>"


def _peak_line(plan: PlannedMemory, panel: _Panel) -> str:
    if not plan.work:
        return ""
    x = plan.peak + 0.5
    return f'<line class="peak" x1="{x}" x2="{x}" y1="0" y2="{panel.size / _KIB:.6g}"/>'


def _bars(blocks: Sequence[Block], panel: _Panel) -> Iterable[str]:
    yield panel.begin()
    for index, block in enumerate(blocks):
        colours = _COLOURS[block.kind]
        colour = colours[index % len(colours)]
        is_thin = panel.height * block.size / panel.size < 1.5
        # A line of its own colour keeps what is thinner than a pixel visible.
        thin = f' style="stroke:{colour}"' if is_thin else ""
        yield (
            f'<rect class="bar{" thin" if is_thin else ""}" x="{block.first}" '
            f'y="{(panel.size - block.end) / _KIB:.6g}" width="{block.last - block.first + 1}" '
            f'height="{block.size / _KIB:.6g}" fill="{colour}"{thin} '
            f"data-node={quoteattr(printable(block.node))}>"
            f"<title>{escape(_told(block))}</title></rect>"
        )


def _told(block: Block) -> str:
    what = {"weight": "weights", "between": "tensor"}.get(block.kind, block.kind)
    until = f", read last by {block.last_reader}" if block.last_reader else ""
    lines = (
        f"{block.node} ({block.type})",
        f"{what}: {block.what}",
        f"offset {block.offset} to {block.end}: {bytes_text(block.size)}",
        f"steps {block.first} to {block.last}{until}",
    )
    return "\n".join(map(printable, lines))


def _labels(blocks: Sequence[Block], panel: _Panel) -> str:
    texts = []
    for block in blocks:
        width = panel.x(block.last + 1) - panel.x(block.first)
        height = panel.y(block.offset) - panel.y(block.end)
        if width < _LEAST_LABEL[0] or height < _LEAST_LABEL[1]:
            continue
        name = shortened(printable(block.node), max(3, int((width - 6) / _LETTER)))
        x = panel.x(block.first) + 3
        y = (panel.y(block.offset) + panel.y(block.end)) / 2 + 3.5
        fill = ' fill="#fff" style="fill:#fff"' if block.kind in ("input", "output") else ""
        texts.append(f'<text x="{x:.1f}" y="{y:.1f}"{fill}>{escape(name)}</text>')
    return f'<g class="labels" id="labels-{panel.name}">{"".join(texts)}</g>'
