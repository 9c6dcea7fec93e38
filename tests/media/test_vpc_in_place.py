# SPDX-License-Identifier: Apache-2.0
"""Where the output shares memory with its input, the result is that of memory apart."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from pictures import Picture, Vpc, describe

SIZES = (64, 48)
OFFSETS = [0, 1, 64, 1000]
Target = tuple[str, int, int]  # format, width, height


@pytest.fixture
def vpc() -> Iterator[Vpc]:
    made = Vpc().open()
    yield made
    made.close()


def within(vpc: Vpc, outer: Picture, offset: int, target: Target) -> Picture:
    """A picture that lies in the memory of another."""
    made = vpc.picture(*target)
    assert offset + made.size <= outer.size
    describe(made.desc, data=outer.data + offset)
    return made


def taken(outer: Picture, offset: int, size: int) -> bytes:
    return outer.read()[offset : offset + size].tobytes()


def both(
    vpc: Vpc, operation: str, source: Picture, offset: int, target: Target, *more: int
) -> tuple[bytes, bytes]:
    """The bytes of an output in its input's memory, and of one with memory of its own."""
    inside = within(vpc, source, offset, target)
    # Pixels that are not written, such as those between rows, are the same.
    apart = vpc.picture(*target)
    apart.write(np.frombuffer(taken(source, offset, apart.size), np.uint8))
    vpc.run(operation, source, apart, *more)
    vpc.run(operation, source, inside, *more)
    return taken(source, offset, inside.size), apart.read().tobytes()


@pytest.mark.parametrize("offset", OFFSETS)
@pytest.mark.parametrize("name", ["NV12", "YUV400", "RGB", "YUYV"])
@pytest.mark.parametrize("sizes", [(64, 48), (32, 24), (48, 20)])
def test_scaling(vpc: Vpc, name: str, sizes: tuple[int, int], offset: int) -> None:
    source = vpc.picture(name, *SIZES, 256, 64)
    found, expected = both(vpc, "resize", source, offset, (name, *sizes), vpc.config(1))
    assert found == expected


@pytest.mark.parametrize("offset", OFFSETS)
def test_colours(vpc: Vpc, offset: int) -> None:
    source = vpc.picture("RGB", *SIZES, 256, 64)
    found, expected = both(vpc, "convert_color", source, offset, ("NV12", *SIZES))
    assert found == expected


def test_a_larger_output_that_begins_before_its_input(vpc: Vpc) -> None:
    room = vpc.picture("RGB", 256, 128)
    source = within(vpc, room, 5000, ("NV12", *SIZES))
    target = within(vpc, room, 0, ("NV12", 128, 96))
    apart = vpc.picture("NV12", 128, 96)
    vpc.run("resize", source, apart, vpc.config(1))
    vpc.run("resize", source, target, vpc.config(1))
    assert taken(room, 0, target.size) == apart.read().tobytes()


@pytest.mark.parametrize("offset", OFFSETS)
def test_pyramids(vpc: Vpc, offset: int) -> None:
    source = vpc.picture("YUV400", *SIZES)
    found, expected = both(vpc, "pyr_down", source, offset, ("YUV400", 32, 24), 0)
    assert found == expected


def test_borders(vpc: Vpc) -> None:
    source = vpc.picture("NV12", *SIZES, 128, 64)
    border = vpc.border(1, (8, 8, 4, 4))
    found, expected = both(vpc, "make_border", source, 0, ("NV12", 80, 56), border)
    assert found == expected
