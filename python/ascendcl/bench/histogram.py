# SPDX-License-Identifier: Apache-2.0
"""A histogram of latencies, as a page that needs nothing else (.html) or a picture (.png)."""

from __future__ import annotations

import html
import importlib.util
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from ascendcl._whole_files import written_whole
from ascendcl._wrong_arguments import WrongArgumentsError
from ascendcl.bench.summary import Summary

Array: TypeAlias = npt.NDArray[Any]

_MOST_BINS: Final = 60
_WIDTH, _HEIGHT = 900, 320  # of the bars, in pixels
_LEFT, _TOP, _RIGHT, _BOTTOM = 60, 40, 20, 50


@dataclass(frozen=True)
class Histogram:
    """Counts of bins of equal ratio: a long tail leaves the others their room.

    Attributes
    ----------
    edges : numpy.ndarray
        Milliseconds, one more than there are counts.
    counts : numpy.ndarray
        Runs between an edge and the next.
    """

    edges: Array
    counts: Array

    @classmethod
    def of(cls, nanoseconds: Array) -> Histogram:
        """Count latencies, from the shortest to the longest."""
        times = np.maximum(np.asarray(nanoseconds, np.float64), 1) / 1e6
        low, high = float(times.min()), float(times.max())
        bins = min(_MOST_BINS, max(8, math.ceil(2 * math.sqrt(times.size))))
        edges = np.geomspace(low, max(high, low * 1.01), bins + 1)
        edges[0], edges[-1] = low, max(high, low * 1.01)  # not by a rounding less
        return cls(edges, np.histogram(times, edges)[0])


def check_plot(path: Path) -> None:
    """Refuse what cannot be drawn, before anything is measured.

    Raises
    ------
    WrongArgumentsError
        The ending is neither .html nor .png.
    ImportError
        Pictures need a package that is not installed.
    OSError
        There is no such folder.
    """
    if path.suffix not in (".html", ".png"):
        raise WrongArgumentsError(
            f"--plot {path}: what is drawn is told by the ending, .html or .png"
        )
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise FileNotFoundError(f"--plot {path}: there is no folder for such a file")
    if path.suffix == ".png" and not importlib.util.find_spec("matplotlib"):
        raise ImportError(
            f"--plot {path}: pictures are drawn by matplotlib: pip install "
            '"ascendcl[bench]"; .html needs nothing'
        )


def plot(path: Path, title: str, nanoseconds: Array, facts: Sequence[tuple[str, str]]) -> None:
    """Write the histogram of latencies.

    Parameters
    ----------
    path
        .html or .png.
    title
        Above it.
    nanoseconds
        The latencies.
    facts
        Names and values to stand below it in a page.
    """
    histogram, summary = Histogram.of(nanoseconds), Summary.of(nanoseconds)
    with written_whole(path) as part:
        if path.suffix == ".png":
            _draw(part, title, histogram, summary)
        else:
            part.write_text(_page(title, histogram, summary, facts), encoding="utf-8")


def _marks(summary: Summary) -> list[tuple[str, float]]:
    return [("p50", summary.p50), ("p90", summary.p90), ("p99", summary.p99)]


def _page(
    title: str, histogram: Histogram, summary: Summary, facts: Sequence[tuple[str, str]]
) -> str:
    rows = "\n".join(
        f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>"
        for name, value in facts
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{html.escape(title)}</title>
<style>
body {{ font: 14px system-ui, sans-serif; margin: 2em; color: #222; background: #fff; }}
h1 {{ font-size: 1.2em; }}
svg {{ max-width: 100%; height: auto; }}
rect.bar {{ fill: #4878a8; }}
rect.bar:hover {{ fill: #e08214; }}
line.axis {{ stroke: #444; }}
line.mark {{ stroke: #b2182b; stroke-dasharray: 4 3; }}
text {{ font-size: 12px; fill: #222; }}
th {{ text-align: left; font-weight: normal; color: #555; padding-right: 1.5em; }}
th, td {{ vertical-align: top; padding-block: 2px; }}
</style>
</head>
<body>
<h1>{html.escape(title)}</h1>
{_svg(histogram, summary)}
<table>
{rows}
</table>
</body>
</html>
"""


def _svg(histogram: Histogram, summary: Summary) -> str:
    low, high = float(histogram.edges[0]), float(histogram.edges[-1])
    most = int(histogram.counts.max()) or 1
    bar = _WIDTH / len(histogram.counts)
    base = _TOP + _HEIGHT

    def across(value: float) -> float:
        return _LEFT + math.log(value / low) / math.log(high / low) * _WIDTH

    width, height = _LEFT + _WIDTH + _RIGHT, base + _BOTTOM
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="histogram of latencies"',
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
    ]
    for index, count in enumerate(histogram.counts):
        tall = _HEIGHT * int(count) / most
        begin, end = histogram.edges[index], histogram.edges[index + 1]
        parts.append(
            f'<rect class="bar" x="{_LEFT + index * bar:.2f}" y="{base - tall:.2f}" '
            f'width="{bar - 1:.2f}" height="{tall:.2f}">'
            f"<title>{begin:.4g} to {end:.4g} ms: {int(count)} runs</title></rect>"
        )
    parts.append(f'<line class="axis" x1="{_LEFT}" y1="{base}" x2="{_LEFT + _WIDTH}" y2="{base}"/>')
    for tick in range(6):
        value = low * (high / low) ** (tick / 5)
        parts.append(
            f'<text x="{across(value):.1f}" y="{base + 18}" text-anchor="middle">{value:.4g}</text>'
        )
    parts.append(
        f'<text x="{_LEFT + _WIDTH / 2}" y="{base + 40}" text-anchor="middle">'
        "latency, ms (logarithmic)</text>"
        f'<text x="{_LEFT - 8}" y="{_TOP + 4}" text-anchor="end">{most}</text>'
        f'<text x="{_LEFT - 8}" y="{base}" text-anchor="end">0</text>'
        f'<text x="{_LEFT - 8}" y="{_TOP + _HEIGHT / 2}" text-anchor="end">runs</text>'
    )
    for level, (name, value) in enumerate(_marks(summary)):
        at, top = across(value), _TOP - 4 - 12 * (2 - level)
        parts.append(
            f'<line class="mark" x1="{at:.2f}" y1="{top + 2}" x2="{at:.2f}" y2="{base}"/>'
            f'<text x="{at:.2f}" y="{top}" text-anchor="middle">{name} {value:.4g}</text>'
        )
    return "\n".join([*parts, "</svg>"])


def _draw(path: Path, title: str, histogram: Histogram, summary: Summary) -> None:
    from matplotlib.figure import Figure  # not pyplot: it may want a display

    figure = Figure(figsize=(9, 4.5), layout="constrained")
    axes = figure.add_subplot()
    axes.stairs(histogram.counts, histogram.edges, fill=True, color="#4878a8")
    for (name, value), style in zip(_marks(summary), (":", "--", "-."), strict=True):
        label = f"{name} {value:.4g} ms"
        axes.axvline(value, color="#b2182b", linestyle=style, label=label)
    ticks = np.geomspace(histogram.edges[0], histogram.edges[-1], 6)
    axes.set_xscale("log")
    axes.set_xticks(ticks, [f"{tick:.4g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_xlabel("latency, ms (logarithmic)")
    axes.set_ylabel("runs")
    axes.set_title(title)
    axes.legend()
    figure.savefig(path, dpi=120)
