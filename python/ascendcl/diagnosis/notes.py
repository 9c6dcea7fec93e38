# SPDX-License-Identifier: Apache-2.0
"""What an examination of the machine yields: facts, notes and problems."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

_SPEAKER: Final = re.compile(r"^\[\d+\] (\w+: )?")


@dataclass(frozen=True)
class Fact:
    """What is so."""

    name: str
    value: str


@dataclass(frozen=True)
class Note:
    """What may surprise, and what to do about it."""

    what: str
    cure: str


@dataclass(frozen=True)
class Problem:
    """What is wrong, and what to do about it."""

    what: str
    cure: str


@dataclass
class Diagnosis:
    """All of it, in the order in which it was found."""

    facts: list[Fact] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, found: Fact | Note | Problem) -> None:
        """Put it where it belongs."""
        if isinstance(found, Fact):
            self.facts.append(found)
        elif isinstance(found, Note):
            self.notes.append(found)
        else:
            self.problems.append(found)


def without_speaker(message: str) -> str:
    """Answer the last line of a runtime's message, without code and function."""
    last = (message.strip().splitlines() or [""])[-1]
    return _SPEAKER.sub("", last)
