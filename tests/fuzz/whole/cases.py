# SPDX-License-Identifier: Apache-2.0
"""Kinds of cases. A case is a file and random numbers for its inputs, by its number and a seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import compiled
import op_cases
from messages import Message
from written import written_models

from ascendcl import om
from ascendcl.data import DIGITS_MODEL
from ascendcl.om.container import Header, encode_container

LANE = Path(__file__).resolve().parents[4] / "shared" / "models" / "lane.om"
MODEL_DEFINITION = (0, 2)  # partitions that are messages
RAW_EVERY = 24  # changes of bytes anywhere in the file


class Mutated:
    """A file whose definition is changed, and now and then any byte of it."""

    def __init__(self, data: bytes) -> None:
        file = om.File.from_bytes(data)
        self.data = data
        self.header = Header("m", is_unknown_shape=bool(data[193]))
        self.models = [[(p.type, bytes(p.bytes)) for p in m.partitions] for m in file.models]
        self.messages = [
            (i, k, Message(content))
            for i, partitions in enumerate(self.models)
            for k, (type, content) in enumerate(partitions)
            if type == MODEL_DEFINITION[0]
        ]

    def changed(self, rng: random.Random) -> bytes:
        way = rng.randrange(RAW_EVERY)
        if way == 0:
            changed = bytearray(self.data)
            for _ in range(rng.choice((1, 2, 8))):
                changed[rng.randrange(len(changed))] = rng.randrange(256)
            return bytes(changed)
        models = [list(partitions) for partitions in self.models]
        if way == 1:  # constants and kernels, too
            partitions = rng.choice(models)
            at = rng.randrange(len(partitions))
            type, content = partitions[at]
            other = bytearray(content or b"\0")
            other[rng.randrange(len(other))] = rng.randrange(256)
            partitions[at] = (type, bytes(other))
        else:
            i, k, message = rng.choice(self.messages)
            models[i][k] = (models[i][k][0], message.changed(rng, rng.choice((0, 1, 1, 1, 2, 3))))
        return encode_container(models, self.header)


@dataclass(frozen=True)
class Kind:
    """Where cases of one kind come from."""

    first: Callable[[], bytes]  # a file that runs
    case: Callable[[int, int], bytes]  # by seed and number
    declares: bool = False  # shapes that may not be those that are computed

    def again(self, seed: int, number: int, refusal: str) -> bytes | None:
        """Answer another file for the same case after a refusal, where that is of use."""
        if not self.declares:
            return None
        return op_cases.in_computed_shape(lambda: self.case(seed, number), refusal)


@cache
def _mutated(name: str) -> Mutated:
    if name == "digits":
        return Mutated(DIGITS_MODEL.read_bytes())
    if name == "lane":
        return Mutated(LANE.read_bytes())
    return Mutated(written_models()[name])


@cache
def _names() -> tuple[str, ...]:
    return tuple(written_models())


def _random(seed: int, number: int) -> random.Random:
    return random.Random(seed << 40 | number)


def _one_of(names: Callable[[], tuple[str, ...]]) -> Callable[[int, int], bytes]:
    def case(seed: int, number: int) -> bytes:
        rng = _random(seed, number)
        return _mutated(rng.choice(names())).changed(rng)

    return case


def _of(name: str) -> Kind:
    return Kind(lambda: _mutated(name).data, _one_of(lambda: (name,)))


def kinds() -> dict[str, Kind]:
    """Answer the kinds by their names: `lane` needs the file beside the repository."""
    return {
        "ops": Kind(
            lambda: _mutated("dense").data,
            lambda seed, number: op_cases.model(_random(seed, number)),
            declares=True,
        ),
        "each": Kind(
            lambda: _mutated("dense").data, lambda _, number: op_cases.each(number), declares=True
        ),
        "models": Kind(lambda: _mutated("dense").data, _one_of(_names)),
        "compiled": Kind(compiled.first, lambda seed, number: compiled.case(_random(seed, number))),
        "digits": _of("digits"),
        "lane": _of("lane"),
    }
