# SPDX-License-Identifier: Apache-2.0
"""What got worse between two runs of run.py, with the noise of their rounds taken into account.

A ratio has changed if all hands of its rounds lie on one side of all hands of the other run, and
it is a change of 2 % or more, of the bound (of the old value without one). Five hands against five
come to lie so by chance once in 126 times. Noise that lasts as long as a whole benchmark is in no
hand: a machine that was busy is told beside. What was measured once, as memory, has changed from
5 % on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from figures import HANDS, Figure
from registry import Ratio, with_unit

LEAST = 0.02
LEAST_OF_ONE = 0.05
FEWEST_HANDS = HANDS  # with fewer there is too little noise to go by
BUSY_CORES = 0.25


@dataclass(frozen=True)
class Change:
    """A ratio of both runs; `worse` is how much worse it got, of the bound, less than 0 if better.

    `verdict` is "worse", "better" or "as before".
    """

    name: str
    before: Figure
    after: Figure
    worse: float
    verdict: str
    lost_bound: bool

    def text(self, unit: str) -> str:
        """One line for a person."""
        noises = [one.noise for one in (self.before, self.after)]
        noise = " and ".join("?" if each is None else f"{each:.3g}" for each in noises)
        lost = "; the bound was kept before" if self.lost_bound else ""
        return (
            f"{self.name}: {with_unit(round_to(self.before.value), unit)} -> "
            f"{with_unit(round_to(self.after.value), unit)}, {abs(self.worse):.1%} "
            f"{'worse' if self.worse > 0 else 'better'} (noise +-{noise}){lost}"
        )


def round_to(value: float) -> float:
    return float(f"{value:.4g}")


def change(name: str, ratio: Ratio, before: Figure, after: Figure) -> Change:
    """How a ratio changed."""
    sign = -1 if ratio.is_least else 1
    scale = abs(ratio.bound or before.value) or 1.0
    worse = sign * (after.value - before.value) / scale
    old, new = ([sign * hand for hand in one.hands] for one in (before, after))
    enough = min(len(old), len(new)) >= FEWEST_HANDS
    least = LEAST if enough else LEAST_OF_ONE
    verdict = "as before"
    if worse >= least and min(new) > max(old):
        verdict = "worse"
    elif worse <= -least and max(new) < min(old):
        verdict = "better"
    lost = ratio.kept(before.value) is True and ratio.kept(after.value) is False
    return Change(name, before, after, worse, verdict, lost)


def figures_of(answer: Mapping[str, Any]) -> dict[str, Figure]:
    """The figures of what run.py wrote as JSON."""
    return {
        name: Figure(row["value"], tuple(row["hands"])) for name, row in answer["ratios"].items()
    }


def changes(
    ratios: Mapping[str, Ratio], before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[Change]:
    """Of all that both have measured, the worst first."""
    old, new = figures_of(before), figures_of(after)
    both = [name for name in ratios if name in old and name in new]
    found = [change(name, ratios[name], old[name], new[name]) for name in both]
    return sorted(found, key=lambda one: -one.worse)


def remarks(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Why the two may not be comparable."""
    found = []
    for fact in ("cpu", "cores", "kernel", "python", "versions"):
        old, new = before["machine"].get(fact), after["machine"].get(fact)
        if old != new:
            found.append(f"another {fact}: {old} before, {new} now")
    for when, answer in (("before", before), ("now", after)):
        cores = answer["company"]["cores"]
        if cores >= BUSY_CORES:
            found.append(f"{when} others kept {cores:.1f} logical processors busy")
    old, new = (set(answer["ratios"]) for answer in (before, after))
    for when, names in (("before", old - new), ("now", new - old)):
        if names:
            found.append(f"measured only {when}: {', '.join(sorted(names))}")
    return found
