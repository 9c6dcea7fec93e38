#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draw some consecutive runs of a trace as Perfetto shows them; docs/trace.svg is made so.

ASCENDCL_TRACE=trace.json python -m ascendcl demo
python tools/trace_picture.py trace.json docs/trace.svg
"""

from __future__ import annotations

import argparse
import json
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

WIDTH, LEFT, TOP, ROW = 1200, 16, 40, 26
ROUNDING = 0.01  # microseconds: ops are laid end to end, written in nanoseconds
CHARACTER = 6.4  # pixels of one at this font size
LEGEND = {"call": "call", "copy": "copy", "execution": "execution", "op": "op of the model"}
STYLE = """
.panel { fill: #ffffff; } .text { fill: #1c2430; } .tick { stroke: #c9d0d8; }
.call { fill: #b9c7d8; } .copy { fill: #f1cd8f; }
.execution { fill: #9fd3ad; } .op { fill: #a9cdf0; }
.slice { fill: #1c2430; }
@media (prefers-color-scheme: dark) {
.panel { fill: #14181e; } .text { fill: #e8edf3; } .tick { stroke: #38414c; }
}
"""


class Slice(NamedTuple):
    """Something that took time, in microseconds."""

    kind: str
    name: str
    start: float
    end: float


def slices_of(trace: Path) -> list[Slice]:
    """All complete events, in the order in which they began, the longer first."""
    events: list[dict[str, Any]] = json.loads(trace.read_text(encoding="utf-8"))["traceEvents"]
    slices = [
        Slice(event["cat"], event["name"], event["ts"], event["ts"] + event["dur"])
        for event in events
        if event["ph"] == "X"
    ]
    return sorted(slices, key=lambda one: (one.start, -one.end))


def typical(slices: list[Slice], runs: int) -> list[Slice]:
    """So many runs one after another that take about what most take, with what is between them."""
    calls = [one for one in slices if one.kind == "call" and one.name == "aclmdlExecute"]
    spans = [(calls[i + runs - 1].end - calls[i].start, i) for i in range(len(calls) - runs + 1)]
    _, first = sorted(spans)[len(spans) // 2]
    copies = [one for one in slices if one.name == "aclrtMemcpy"]
    start = max(one.start for one in copies if one.end <= calls[first].start)
    end = min(one.end for one in copies if one.start >= calls[first + runs - 1].end)
    return [one for one in slices if one.start >= start and one.end <= end]


def drawn(slices: list[Slice]) -> str:
    """The picture: each slice in the row below the one that it is in."""
    start = slices[0].start
    scale = (WIDTH - 2 * LEFT) / (max(one.end for one in slices) - start)
    open_ends: list[float] = []
    parts, depth = [], 0
    for one in slices:
        while open_ends and open_ends[-1] <= one.start + ROUNDING:
            open_ends.pop()
        x, y = LEFT + (one.start - start) * scale, TOP + len(open_ends) * ROW
        width = max((one.end - one.start) * scale, 0.5)
        parts.append(
            f'<g><title>{escape(one.name)}: {one.end - one.start:.1f} us</title><rect class="'
            f'{one.kind}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{ROW - 2}" rx="2"/>'
        )
        room = int((width - 8) / CHARACTER)
        if room > 3:
            text = one.name if len(one.name) <= room else one.name[: room - 1] + "…"
            parts.append(f'<text class="slice" x="{x + 4:.1f}" y="{y + 16}">{escape(text)}</text>')
        parts.append("</g>")
        open_ends.append(one.end)
        depth = max(depth, len(open_ends))
    bottom = TOP + depth * ROW
    ticks = []
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 1e4, 1e9) if s * scale >= 70)
    for number in range(int((WIDTH - 2 * LEFT) / scale / step) + 1):
        x = LEFT + number * step * scale
        ticks.append(f'<path class="tick" d="M{x:.1f} {TOP - 8}V{bottom}"/>')
        ticks.append(f'<text class="text" x="{x:.1f}" y="{TOP - 14}">{number * step:g} us</text>')
    x = float(LEFT)
    for kind, words in LEGEND.items():
        ticks.append(
            f'<rect class="{kind}" x="{x:.1f}" y="{bottom + 12}" width="14" height="14" rx="2"/>'
            f'<text class="text" x="{x + 20:.1f}" y="{bottom + 24}">{words}</text>'
        )
        x += 44 + len(words) * CHARACTER
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 38}" '
        f'font-family="system-ui, sans-serif" font-size="12">\n<style>{STYLE}</style>\n'
        f'<rect class="panel" width="{WIDTH}" height="{bottom + 38}" rx="8"/>\n'
        + "\n".join([*ticks, *parts])
        + "\n</svg>\n"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Draw some consecutive runs of a trace.")
    parser.add_argument("trace", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--runs", type=int, default=1, help="how many runs (default: 1)")
    options = parser.parse_args()
    shown = typical(slices_of(options.trace), options.runs)
    options.picture.write_text(drawn(shown), encoding="utf-8")
