# SPDX-License-Identifier: Apache-2.0
"""VPC in streams: chains, what is copied at the call, batches, borders, pyramids, strict mode."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pictures import FORMATS, INVALID, Array, Picture, Vpc, describe

import acl
from ascendcl._testing import library
from opencv import cv2

media = acl.media
CONSTANT, REPLICATE, REFLECT, REFLECT_101 = range(4)


@pytest.fixture
def vpc() -> Iterator[Vpc]:
    made = Vpc().open()
    yield made
    made.close()


def test_a_chain_without_waiting(vpc: Vpc) -> None:
    """Each operation reads what the one before it wrote."""
    first = vpc.picture("NV12", 256, 192)
    scaled, cut, colours = (
        vpc.picture("NV12", 128, 96),
        vpc.picture("NV12", 64, 48),
        vpc.picture("RGB", 64, 48),
    )
    config, area = vpc.config(1), vpc.area(32, 24, 64, 48)
    assert vpc.submit("resize", first, scaled, config) == 0
    assert vpc.submit("crop", scaled, cut, area) == 0
    assert vpc.submit("convert_color", cut, colours) == 0
    assert acl.rt.synchronize_stream(vpc.stream) == 0
    expected = [
        vpc.picture("NV12", 128, 96),
        vpc.picture("NV12", 64, 48),
        vpc.picture("RGB", 64, 48),
    ]
    vpc.run("resize", first, expected[0], config)
    vpc.run("crop", expected[0], expected[1], area)
    vpc.run("convert_color", expected[1], expected[2])
    for found, each in zip((scaled, cut, colours), expected, strict=True):
        assert np.array_equal(found.read(), each.read())


def test_descriptions_are_copied_at_the_call(vpc: Vpc) -> None:
    source, target, expected = (vpc.picture("NV12", 64, 48) for _ in range(3))
    config, area = vpc.config(2), vpc.area(0, 0, 32, 24)
    vpc.run("crop_resize", source, expected, area, config)
    before = target.read().copy()
    held = Held(vpc)
    assert vpc.submit("crop_resize", source, target, area, config) == 0
    describe(source.desc, width=2, format=99, data=0)
    describe(target.desc, width_stride=1, size=0)
    assert media.dvpp_set_roi_config(area, 9, 1, 9, 1) == 0
    assert media.dvpp_set_resize_config_interpolation(config, 9) == 0
    assert np.array_equal(target.read(), before)
    held.release()
    assert acl.rt.synchronize_stream(vpc.stream) == 0
    assert np.array_equal(target.read(), expected.read())


class Held:
    """A stream that waits for another one, until it is released."""

    def __init__(self, vpc: Vpc) -> None:
        self.other, ret = acl.rt.create_stream()
        assert ret == 0
        self.notify, ret = acl.rt.create_notify(0)
        assert ret == 0
        assert acl.rt.wait_and_reset_notify(self.notify, vpc.stream, 0) == 0

    def release(self) -> None:
        assert acl.rt.record_notify(self.notify, self.other) == 0
        assert acl.rt.synchronize_stream(self.other) == 0
        assert acl.rt.destroy_stream(self.other) == 0
        assert acl.rt.destroy_notify(self.notify) == 0


def test_the_code_is_written_when_the_task_is_done(vpc: Vpc) -> None:
    source, target = vpc.picture("NV12", 64, 48), vpc.picture("NV12", 32, 24)
    describe(target.desc, ret_code=77)
    held = Held(vpc)
    assert vpc.submit("resize", source, target, vpc.config()) == 0
    assert media.dvpp_get_pic_desc_ret_code(target.desc) == 77
    held.release()
    assert acl.rt.synchronize_stream(vpc.stream) == 0
    assert media.dvpp_get_pic_desc_ret_code(target.desc) == 0


def test_a_description_may_go_before_its_task(vpc: Vpc) -> None:
    source, target = vpc.picture("NV12", 64, 48), vpc.picture("NV12", 64, 48)
    held = Held(vpc)
    assert vpc.submit("resize", source, target, vpc.config()) == 0
    assert media.dvpp_destroy_pic_desc(target.desc) == 0
    held.release()
    assert acl.rt.synchronize_stream(vpc.stream) == 0
    assert np.array_equal(target.read(), source.read())
    target.desc = media.dvpp_create_pic_desc()  # which is given back at the end


class Batch:
    """Pictures of a batch, which owns their descriptions."""

    def __init__(self, vpc: Vpc, name: str, sizes: list[tuple[int, int]]) -> None:
        self.handle = media.dvpp_create_batch_pic_desc(len(sizes))
        self.pictures: list[Picture] = [
            vpc.picture(name, *size, desc=media.dvpp_get_pic_desc(self.handle, k))
            for k, size in enumerate(sizes)
        ]

    def close(self) -> None:
        for picture in self.pictures:
            picture.read()
            assert media.dvpp_free(picture.base) == 0
        assert media.dvpp_destroy_batch_pic_desc(self.handle) == 0


@pytest.fixture
def batches(vpc: Vpc) -> Iterator[tuple[Batch, Batch]]:
    made = Batch(vpc, "NV12", [(64, 48), (96, 64), (32, 32)]), Batch(vpc, "NV12", [(32, 32)] * 4)
    yield made
    assert acl.rt.synchronize_stream(vpc.stream) == 0
    for each in made:
        each.close()


NUMBERS = [1, 0, 3]
CROPS = ((8, 6, 32, 32), (0, 0, 20, 20), (2, 2, 30, 30), (10, 4, 16, 24))
PASTES = ((0, 0, 16, 16), (8, 8, 20, 20), (2, 4, 30, 28), (16, 16, 16, 16))


@pytest.mark.parametrize("has_config", [False, True])
@pytest.mark.parametrize("has_paste", [False, True])
def test_batches_are_their_single_operations(
    vpc: Vpc, batches: tuple[Batch, Batch], has_config: bool, has_paste: bool
) -> None:
    """Areas are taken source by source: the k-th goes to the k-th output."""
    sources, targets = batches
    crops = [vpc.area(*each) for each in CROPS]
    pastes = [[vpc.area(*each) for each in PASTES]] if has_paste else []
    config = [vpc.config(2)] if has_config else []
    singles = [vpc.picture("NV12", 32, 32) for _ in CROPS]
    operation = {
        (False, False): "crop",
        (True, False): "crop_resize",
        (False, True): "crop_and_paste",
        (True, True): "crop_resize_paste",
    }[has_config, has_paste]
    for k, source in enumerate((0, 2, 2, 2)):
        extra = [pastes[0][k]] if has_paste else []
        vpc.run(operation, sources.pictures[source], singles[k], crops[k], *extra, *config)
    vpc.run(f"batch_{operation}", sources.handle, NUMBERS, targets.handle, crops, *pastes, *config)
    for found, expected in zip(targets.pictures, singles, strict=True):
        assert np.array_equal(found.read(), expected.read())
        assert media.dvpp_get_pic_desc_ret_code(found.desc) == 0


@pytest.mark.parametrize("kind", [CONSTANT, REPLICATE])
def test_batches_with_borders(vpc: Vpc, batches: tuple[Batch, Batch], kind: int) -> None:
    sources, targets = batches
    crops = [vpc.area(*each) for each in CROPS]
    borders = [vpc.border(kind, (2, 4, 6, 8), (10, 20, 30, 0)) for _ in CROPS]
    vpc.run(
        "batch_crop_resize_make_border",
        sources.handle,
        NUMBERS,
        targets.handle,
        crops,
        borders,
        vpc.config(1),
    )
    inner = vpc.picture("NV12", 26, 18)
    for k, source in enumerate((0, 2, 2, 2)):
        vpc.run("crop_resize", sources.pictures[source], inner, crops[k], vpc.config(1))
        for c, (found, inside) in enumerate(
            zip(targets.pictures[k].channels(), inner.channels(), strict=True)
        ):
            by = 1 if c == 0 else 2
            sides = ((6 // by, 8 // by), (2 // by, 4 // by))
            expected = (
                np.pad(inside, sides, constant_values=(10, 20, 30)[c])
                if kind == CONSTANT
                else np.pad(inside, sides, mode="edge")
            )
            assert np.array_equal(found, expected)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([1, 1, 1], "the sum of roiNums is 3, and there are 4 output pictures"),
        ([4, 4, 4], "the sum of roiNums is 12"),
        ([1, 3], "2 elements for 3 input pictures"),
        ([1, 0, 3, 0], "4 elements for 3 input pictures"),
        ([200, 57, 0], "at most 256 areas, the sum of roiNums is 257"),
        ([2**32 - 1, 2**32 - 1, 6], "the sum of roiNums is 8589934596"),
    ],
)
def test_numbers_of_areas(
    vpc: Vpc, batches: tuple[Batch, Batch], numbers: list[int], words: str
) -> None:
    sources, targets = batches
    area = vpc.area(*CROPS[0])
    # By C: the binding looks at the lengths of its lists before.
    code = library().acldvppVpcBatchCropAsync(
        ctypes.c_void_p(vpc.channel),
        ctypes.c_void_p(sources.handle),
        (ctypes.c_uint32 * len(numbers))(*numbers),
        ctypes.c_uint32(len(numbers)),
        ctypes.c_void_p(targets.handle),
        (ctypes.c_void_p * 4)(*[area] * 4),
        ctypes.c_void_p(vpc.stream),
    )
    assert code == INVALID
    assert words in acl.get_recent_err_msg()


@pytest.mark.parametrize(
    ("kind", "sides", "words"),
    [
        (REFLECT, (1, 1, 1, 1), "constant or replicate"),
        (CONSTANT, (16, 16, 0, 0), "leave nothing of 32 x 32"),
        (CONSTANT, (2**32 - 1, 1, 0, 0), "leave nothing of 32 x 32"),
    ],
)
def test_borders_of_batches(
    vpc: Vpc, batches: tuple[Batch, Batch], kind: int, sides: tuple[int, int, int, int], words: str
) -> None:
    sources, targets = batches
    crops = [vpc.area(*each) for each in CROPS]
    borders = [vpc.border(kind, sides)] * 4
    config = vpc.config()
    code = vpc.submit(
        "batch_crop_resize_make_border",
        sources.handle,
        NUMBERS,
        targets.handle,
        crops,
        borders,
        config,
    )
    assert code == INVALID
    assert words in acl.get_recent_err_msg()


def test_nothing_of_a_batch_is_done_where_one_is_refused(
    vpc: Vpc, batches: tuple[Batch, Batch]
) -> None:
    sources, targets = batches
    crops = [vpc.area(*each) for each in CROPS]
    before = [each.read().copy() for each in targets.pictures]
    describe(targets.pictures[3].desc, size=1)
    assert vpc.submit("batch_crop", sources.handle, NUMBERS, targets.handle, crops) == INVALID
    assert acl.rt.synchronize_stream(vpc.stream) == 0
    for picture, values in zip(targets.pictures, before, strict=True):
        assert np.array_equal(picture.read(), values)


PADDING = {
    CONSTANT: cv2.BORDER_CONSTANT,
    REPLICATE: cv2.BORDER_REPLICATE,
    REFLECT: cv2.BORDER_REFLECT,
    REFLECT_101: cv2.BORDER_REFLECT_101,
}


@pytest.mark.parametrize("kind", PADDING)
@pytest.mark.parametrize("name", ["RGB", "BGRA", "YUV888", "NV24", "YUV400"])
def test_borders_are_those_of_opencv(vpc: Vpc, kind: int, name: str) -> None:
    value = (10, 200, 30, 40)
    source, target = vpc.picture(name, 30, 20), vpc.picture(name, 33, 23)
    vpc.run("make_border", source, target, vpc.border(kind, (1, 2, 2, 1), value))
    for k, (found, inside) in enumerate(zip(target.channels(), source.channels(), strict=True)):
        expected = cv2.copyMakeBorder(
            np.ascontiguousarray(inside), 2, 1, 1, 2, PADDING[kind], value=value[k]
        )
        assert np.array_equal(found, expected)


@pytest.mark.parametrize("kind", [CONSTANT, REPLICATE])
def test_wide_borders(vpc: Vpc, kind: int) -> None:
    source, target = vpc.picture("NV12", 32, 32), vpc.picture("NV12", 232, 132)
    vpc.run("make_border", source, target, vpc.border(kind, (150, 50, 20, 80), (16, 128, 99, 0)))
    for k, (found, inside) in enumerate(zip(target.channels(), source.channels(), strict=True)):
        by = 1 if k == 0 else 2
        expected = cv2.copyMakeBorder(
            np.ascontiguousarray(inside),
            *(each // by for each in (20, 80, 150, 50)),
            PADDING[kind],
            value=(16, 128, 99)[k],
        )
        assert np.array_equal(found, expected)


@pytest.mark.parametrize(
    ("source_name", "target_name", "expected"),
    [
        ("RGB", "RGB", (255, 0, 0)),
        ("NV12", "RGB", (255, 0, 0)),
        ("NV12", "NV12", (255, 0, 0)),
        # Y, U and V of red: of the documented numbers for wide BT.601.
        ("RGB", "NV12", (76, 85, 255)),
        ("RGB", "YUV400", (76,)),
    ],
)
def test_values_of_borders_are_rgb_unless_both_are_yuv(
    vpc: Vpc, source_name: str, target_name: str, expected: tuple[int, ...]
) -> None:
    source, target = vpc.picture(source_name, 32, 32), vpc.picture(target_name, 48, 32)
    vpc.run("make_border", source, target, vpc.border(CONSTANT, (8, 8, 0, 0), (255, 0, 0, 0)))
    for channel, value in zip(target.channels(), expected, strict=True):
        assert abs(int(channel[0, 0]) - value) <= 1
        assert abs(int(channel[-1, -1]) - value) <= 1


@pytest.mark.parametrize(
    ("width", "height"), [(20, 12), (64, 48), (2048, 16), (640, 2048), (22, 14)]
)
def test_pyramids_are_those_of_opencv(vpc: Vpc, width: int, height: int) -> None:
    source, target = (
        vpc.picture("YUV400", width, height),
        vpc.picture("YUV400", width // 2, height // 2),
    )
    vpc.run("pyr_down", source, target, None)
    expected = cv2.pyrDown(
        np.ascontiguousarray(source.channels()[0]), dstsize=(width // 2, height // 2)
    )
    assert np.array_equal(target.channels()[0], np.asarray(expected, np.uint8))


def plain(channels: list[Array]) -> bytes:
    return b"".join(each.tobytes() for each in channels)


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_twice(vpc: Vpc, name: str) -> None:
    source = vpc.picture("NV12", 64, 48)
    first, second = vpc.picture(name, 50, 40), vpc.picture(name, 50, 40)
    vpc.run("resize", source, first, vpc.config())
    vpc.run("resize", source, second, vpc.config())
    assert plain(first.channels()) == plain(second.channels())


STRICT = """
    import acl
    from pictures import Vpc

    assert acl.rt.set_device(0) == 0
    vpc = Vpc().open()
    source, target = vpc.picture("NV12", 64, 48), vpc.picture("NV12", 64, 48)
    config = vpc.config()
    notify, ret = acl.rt.create_notify(0)
    assert acl.rt.wait_and_reset_notify(notify, vpc.stream, 0) == 0
    assert vpc.submit("resize", source, target, config) == 0, acl.get_recent_err_msg()
    gone = {"source": source, "target": target}[WHICH]
    early = acl.media.dvpp_free(gone.base)
    print(early, acl.get_recent_err_msg() if early else "")
    other, ret = acl.rt.create_stream()
    assert acl.rt.record_notify(notify, other) == 0
    assert acl.rt.synchronize_stream(vpc.stream) == 0
    assert acl.rt.synchronize_stream(other) == 0
    assert acl.rt.destroy_stream(other) == 0
    assert acl.rt.destroy_notify(notify) == 0
    vpc.close()
    assert acl.rt.reset_device(0) == 0
"""


@pytest.mark.parametrize(("which", "role"), [("source", "the input"), ("target", "the output")])
def test_strict_mode_tells_of_a_picture_that_is_freed_too_early(which: str, role: str) -> None:
    program = textwrap.dedent(STRICT).replace("WHICH", repr(which))
    here = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={
            **os.environ,
            "ASCENDCL_STRICT": "fail",
            "PYTHONPATH": os.pathsep.join([here, *filter(None, sys.path)]),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    code = int(done.stdout.split(maxsplit=1)[0])
    assert code != 0
    told = done.stdout + done.stderr
    assert "ACL-017" in told
    assert f"{role} picture" in told
