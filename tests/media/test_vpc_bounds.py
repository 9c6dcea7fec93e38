# SPDX-License-Identifier: Apache-2.0
"""Whatever descriptions and areas say: nothing is written but the area of the output."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pictures import FORMATS, INVALID, Array, Picture, Vpc, channels_in, describe

import acl

media = acl.media

FIELDS = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def opened() -> Iterator[Vpc]:
    made = Vpc().open()
    yield made
    made.close()


@contextlib.contextmanager
def forgetting(opened: Vpc) -> Iterator[Vpc]:
    """The channel for one example, whose pictures are given back however it ends."""
    try:
        yield opened
    finally:
        assert acl.rt.synchronize_stream(opened.stream) == 0
        opened.forget()


NAMES = st.sampled_from(sorted(FORMATS))
SIDE = st.integers(6, 80)
EXTREME = st.sampled_from([0, 1, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1])
ANY_SIDE = st.one_of(SIDE, st.integers(0, 300), EXTREME)
ANY_FORMAT = st.one_of(
    st.sampled_from(sorted(f.code for f in FORMATS.values())), st.integers(0, 2**31 - 1)
)
WIDE = st.integers(0, 9)
EDGES = st.tuples(*[st.one_of(st.integers(0, 90), EXTREME)] * 4)
CHANGED = st.fixed_dictionaries(
    {},
    optional={
        "width": ANY_SIDE,
        "height": ANY_SIDE,
        "width_stride": ANY_SIDE,
        "height_stride": ANY_SIDE,
        "format": ANY_FORMAT,
        "size": st.one_of(st.integers(0, 40000), EXTREME),
    },
)


def even(value: int) -> int:
    return value - value % 2


def made(vpc: Vpc, name: str, size: tuple[int, ...], more: tuple[int, ...]) -> Picture:
    (width, height), (wider, higher) = size, more
    width, height = max(10, even(width)), max(6, even(height))
    least = FORMATS[name].least(width, height)
    return vpc.picture(name, width, height, least[0] + wider, least[1] + higher)


@FIELDS
@given(
    names=st.tuples(NAMES, NAMES),
    sizes=st.tuples(SIDE, SIDE, SIDE, SIDE),
    wider=st.tuples(WIDE, WIDE, WIDE, WIDE),
    changed=st.tuples(CHANGED, CHANGED),
    areas=st.tuples(EDGES, EDGES),
    interpolation=st.integers(0, 6),
    operation=st.sampled_from(["resize", "crop", "crop_resize_paste", "convert_color"]),
)
def test_any_fields(
    opened: Vpc,
    *,
    names: tuple[str, str],
    sizes: tuple[int, int, int, int],
    wider: tuple[int, int, int, int],
    changed: tuple[dict[str, int], dict[str, int]],
    areas: tuple[tuple[int, int, int, int], tuple[int, int, int, int]],
    interpolation: int,
    operation: str,
) -> None:
    """Taken or refused with words; never a byte outside of the buffers, nor one of the input."""
    with forgetting(opened) as vpc:
        source = made(vpc, names[0], sizes[:2], wider[:2])
        target = made(vpc, names[1], sizes[2:], wider[2:])
        before = source.read().copy()
        for picture, fields in zip((source, target), changed, strict=True):
            describe(picture.desc, **fields)
            # A size that is a lie would be the memory of others: the guards, here.
            if fields.get("size", 0) > picture.size:
                describe(picture.desc, size=picture.size)
        crop, paste = (media.dvpp_create_roi_config(*each) for each in areas)
        vpc.areas += [crop, paste]
        config = vpc.config(interpolation)
        arguments = {
            "resize": (config,),
            "crop": (crop,),
            "crop_resize_paste": (crop, paste, config),
            "convert_color": (),
        }[operation]
        code = vpc.submit(operation, source, target, *arguments)
        assert acl.rt.synchronize_stream(vpc.stream) == 0
        target.read()
        assert np.array_equal(source.read(), before)
        if code != 0:
            assert code == INVALID
            assert acl.get_recent_err_msg()


@FIELDS
@given(
    names=st.tuples(NAMES, NAMES),
    sizes=st.tuples(SIDE, SIDE, SIDE, SIDE),
    wider=st.tuples(WIDE, WIDE, WIDE, WIDE),
    corners=st.tuples(*[st.floats(0, 1)] * 8),
    interpolation=st.integers(0, 5),
)
def test_any_areas(
    opened: Vpc,
    *,
    names: tuple[str, str],
    sizes: tuple[int, int, int, int],
    wider: tuple[int, int, int, int],
    corners: tuple[float, ...],
    interpolation: int,
) -> None:
    """What is outside of the paste area stays: chroma that its odd edges touch is inside."""
    with forgetting(opened) as vpc:
        source = made(vpc, names[0], sizes[:2], wider[:2])
        target = made(vpc, names[1], sizes[2:], wider[2:])

        def area(picture: Picture, part: tuple[float, ...]) -> tuple[int, int, int, int]:
            left = int(part[0] * (picture.width - 1))
            top = int(part[1] * (picture.height - 1))
            width = 1 + int(part[2] * (picture.width - left - 1))
            height = 1 + int(part[3] * (picture.height - top - 1))
            return left, top, width, height

        crop, paste = area(source, corners[:4]), area(target, corners[4:])
        before = target.channels()
        padding = outside_of_samples(target)
        code = vpc.submit(
            "crop_resize_paste",
            source,
            target,
            vpc.area(*crop),
            vpc.area(*paste),
            vpc.config(interpolation),
        )
        ratios = [(a, b) for a, b in zip(crop[2:], paste[2:], strict=True)]
        is_possible = all(b * 32 >= a and b <= 16 * a for a, b in ratios)
        assert code == (0 if is_possible else INVALID)
        assert acl.rt.synchronize_stream(vpc.stream) == 0
        assert np.array_equal(outside_of_samples(target), padding)
        left, top, width, height = paste
        for k, (now, then) in enumerate(zip(target.channels(), before, strict=True)):
            x, y = target.layout.shift if k in (1, 2) else (0, 0)
            rows = slice(top >> y, -(-(top + height) // (1 << y)))
            columns = slice(left >> x, -(-(left + width) // (1 << x)))
            if is_possible:
                now[rows, columns] = then[rows, columns]
            assert np.array_equal(now, then)


def outside_of_samples(picture: Picture) -> Array:
    """The picture's bytes, those of samples as 0."""
    memory = picture.read().copy()
    for channel in channels_in(memory, picture.layout, picture.geometry):
        channel[:] = 0
    return memory
