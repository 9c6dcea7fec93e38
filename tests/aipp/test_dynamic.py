# SPDX-License-Identifier: Apache-2.0
"""Dynamic AIPP through the flat calls: setters, their checks, and what an execution makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from pixels import FORMATS, Image, Pixels, Settings

import acl
from aipp_models import (
    HOST_TO_DEVICE,
    PARAMETERS,
    Array,
    Picture,
    Run,
    load_code,
    ok,
    refusal,
    running,
    write,
)

mdl: Any = acl.mdl
BT601 = (298, 0, 409, 298, -100, -208, 298, 516, 0)
ROOM = 3 * 64 * 64


def dynamic(shape: tuple[int, int, int, int] = (2, 3, 6, 8), **more: Any) -> Picture:
    return Picture(shape, shape[0] * ROOM, settings=None, **more)


@pytest.fixture
def run() -> Iterator[Run]:
    with running(write(dynamic())) as made:
        yield made


@pytest.fixture
def aipp() -> Iterator[int]:
    made = mdl.create_aipp(2)
    assert mdl.set_aipp_input_format(made, FORMATS["RGB888_U8"]) == 0
    assert mdl.set_aipp_src_image_size(made, 8, 6) == 0
    yield made
    assert mdl.destroy_aipp(made) == 0


def set_on(run: Run, aipp: int) -> int:
    code: int = mdl.set_input_aipp(run.id, run.inputs, run.names.index(PARAMETERS), aipp)
    return code


def test_every_setting_reaches_its_image(pixels: Pixels, run: Run, aipp: int) -> None:
    """Two images, with different ones where they may differ."""
    rng = np.random.default_rng(6)
    pictures = rng.integers(0, 256, (2, 20 * 16 * 3 // 2), dtype=np.uint8)
    assert mdl.set_aipp_input_format(aipp, FORMATS["YUV420SP_U8"]) == 0
    assert mdl.set_aipp_src_image_size(aipp, 20, 16) == 0
    assert mdl.set_aipp_csc_params(aipp, 1, *BT601, 1, 2, 3, 16, 128, 128) == 0
    assert mdl.set_aipp_rbuv_swap_switch(aipp, 1) == 0
    assert mdl.set_aipp_ax_swap_switch(aipp, 0) == 0
    images = [
        Image(
            crop=True, crop_start_w=2, crop_start_h=4, crop_size_w=6, crop_size_h=4,
            padding=True, padding_top=1, padding_bottom=1, padding_left=2, padding_right=0,
            mean=(1, 2, 3, 4), minimum=(0.5, 1, 2, 3), reciprocal=(0.5, 0.25, 0.1, 1),
        ),
        Image(
            crop=True, crop_start_w=12, crop_start_h=10, crop_size_w=8, crop_size_h=6,
            mean=(100, 0, 0, 0),
        ),
    ]  # fmt: skip
    for i, image in enumerate(images):
        crop = (image.crop_start_w, image.crop_start_h, image.crop_size_w, image.crop_size_h)
        assert mdl.set_aipp_crop_params(aipp, int(image.crop), *crop, i) == 0
        padding = (image.padding_top, image.padding_bottom)
        padding += (image.padding_left, image.padding_right)  # type: ignore[assignment]
        assert mdl.set_aipp_padding_params(aipp, int(image.padding), *padding, i) == 0
        assert mdl.set_aipp_scf_params(aipp, 0, 0, 0, 0, 0, i) == 0
        assert mdl.set_aipp_dtc_pixel_mean(aipp, *image.mean, i) == 0
        assert mdl.set_aipp_dtc_pixel_min(aipp, *map(float, image.minimum), i) == 0
        assert mdl.set_aipp_pixel_var_reci(aipp, *map(float, image.reciprocal), i) == 0
    assert set_on(run, aipp) == 0
    run.put("data", pictures)
    assert run.execute() == 0, acl.get_recent_err_msg()
    expected = pixels(
        Settings(
            FORMATS["YUV420SP_U8"],
            source_w=20,
            source_h=16,
            convert_colour=True,
            matrix=BT601,
            input_bias=(16, 128, 128),
            swap_rb_or_uv=True,
            dtype="float32",
            shape=(2, 3, 6, 8),
        ),
        images,
        pictures,
    )
    assert np.array_equal(run.image((2, 3, 6, 8), "float32"), expected)


def planes(pictures: Array) -> Array:
    return pictures.reshape(2, 6, 8, 3).transpose(0, 3, 1, 2).astype(np.float32)


def test_defaults_leave_the_picture_alone_and_the_index_of_the_data_serves(
    run: Run, aipp: int
) -> None:
    pictures = np.random.default_rng(7).integers(0, 256, (2, 144), dtype=np.uint8)
    code = mdl.set_aipp_by_input_index(run.id, run.inputs, run.names.index("data"), aipp)
    assert code == 0
    run.put("data", pictures)
    assert run.execute() == 0
    assert np.array_equal(run.image((2, 3, 6, 8), "float32"), planes(pictures))


def test_what_is_reported(run: Run) -> None:
    data, parameters = run.names.index("data"), run.names.index(PARAMETERS)
    assert ok(mdl.get_input_index_by_name(run.desc, PARAMETERS)) == parameters
    assert mdl.get_aipp_type(run.id, data) == (2, parameters, 0)
    assert mdl.get_aipp_type(run.id, parameters) == (3, 0xFFFFFFFF, 0)
    assert mdl.get_input_size_by_index(run.desc, data) == 2 * ROOM
    assert mdl.get_input_size_by_index(run.desc, parameters) == 384
    assert ok(mdl.get_aipp_data_size(2)) == 384
    assert ok(mdl.get_input_dims(run.desc, data))["dims"] == [2, 6, 8, 3]
    assert ok(mdl.get_input_dims_v2(run.desc, data))["dims"] == [2 * ROOM]
    info = ok(mdl.get_first_aipp_info(run.id, data))
    assert (info["srcFormat"], info["srcDatatype"], info["srcDimNum"]) == (0, 0, 4)
    assert info["shapeCount"] == 1
    assert info["outDims"][0]["srcDims"]["dims"] == [2, 3, 6, 8]
    assert info["outDims"][0]["aippOutdims"]["dims"] == [2, 1, 6, 8, 16]
    assert mdl.get_first_aipp_info(run.id, parameters)[1] == 145015


def test_execution_without_parameters(run: Run) -> None:
    code = run.execute()
    assert code == 145014
    assert "holds no AIPP parameters: set them" in refusal(code)


def test_parameters_that_were_written_over(run: Run, aipp: int) -> None:
    assert set_on(run, aipp) == 0
    memory = run.buffers[run.names.index(PARAMETERS)][0]
    one = np.ones(1, np.uint8)
    for at in (16, 60, 127, 128, 383):
        assert set_on(run, aipp) == 0
        assert acl.rt.memcpy(memory + at, 1, one.ctypes.data, 1, HOST_TO_DEVICE) == 0
        code = run.execute()
        assert code == 145014, at
        assert "written over" in refusal(code)
    assert set_on(run, aipp) == 0
    assert run.execute() == 0


@pytest.mark.parametrize("seed", range(20))
def test_any_bytes_as_parameters(run: Run, seed: int) -> None:
    run.put(PARAMETERS, np.random.default_rng(seed).integers(0, 256, 384, dtype=np.uint8))
    assert run.execute() == 145014


def test_pictures_larger_than_their_buffer(aipp: int) -> None:
    with running(write(dynamic()), {"data": 288 - 65}) as run:
        assert set_on(run, aipp) == 0
        code = run.execute()
        assert code == 500002
        assert "needs 288 bytes, its buffer has 223" in refusal(code)


@pytest.mark.parametrize(
    ("call", "code", "rule"),
    [
        (("set_aipp_src_image_size", 7, 6), 100000, "makes an image of 7x6"),
        (("set_aipp_src_image_size", 0, 0), 100000, "size of the source image was not set"),
        (("set_aipp_src_image_size", 4097, 6), 100000, "goes from 2 to 4096, it is 4097"),
        (("set_aipp_input_format", FORMATS["YUV400_U8"]), 100000, "YUV400_U8 gives 1"),
        (("set_aipp_input_format", 12), 100000, "RAW12 is not supported"),
        (("set_aipp_crop_params", 1, 4, 0, 8, 6, 1), 100000, r"crop \(image 1\) .* outside"),
        (("set_aipp_padding_params", 1, 33, 0, 0, 0, 0), 100000, "padding on top .* is 33"),
        (("set_aipp_padding_params", 1, 1, 0, 0, 0, 0), 100000, "makes an image of 8x7"),
        (("set_aipp_scf_params", 1, 8, 6, 16, 16, 0), 100000, "cannot resize"),
        (("set_aipp_scf_params", 1, 8, 6, 5000, 16, 0), 100000, "cannot resize"),
        (("set_aipp_dtc_pixel_mean", -1, 0, 0, 0, 1), 100000, "mean of channel 0"),
        (("set_aipp_dtc_pixel_min", 0.0, 0.0, 256.0, 0.0, 1), 100000, "minimum of channel 2"),
        (("set_aipp_pixel_var_reci", 0.0, 7e4, 0.0, 0.0, 1), 100000, "reciprocal of the variance"),
    ],
)
def test_settings_are_checked_when_they_are_given(
    run: Run, aipp: int, call: tuple[Any, ...], code: int, rule: str
) -> None:
    """And nothing of what was set before is lost by it."""
    assert set_on(run, aipp) == 0
    assert getattr(mdl, call[0])(aipp, *call[1:]) == 0
    assert set_on(run, aipp) == code
    assert re.search(rule, refusal(code))
    assert run.execute() == 0


@pytest.mark.parametrize(
    "call",
    [
        ("set_aipp_input_format", 0),
        ("set_aipp_input_format", 15),
        ("set_aipp_csc_params", 2, *BT601, 0, 0, 0, 0, 0, 0),
        ("set_aipp_rbuv_swap_switch", -1),
        ("set_aipp_ax_swap_switch", 2),
        ("set_aipp_crop_params", 3, 0, 0, 0, 0, 0),
        ("set_aipp_crop_params", 1, 0, 0, 0, 0, 2),
        ("set_aipp_padding_params", 2, 0, 0, 0, 0, 0),
        ("set_aipp_padding_params", 1, 0, 0, 0, 0, 2),
        ("set_aipp_scf_params", 2, 0, 0, 0, 0, 0),
        ("set_aipp_scf_params", 1, 0, 0, 0, 0, 2),
        ("set_aipp_dtc_pixel_mean", 0, 0, 0, 0, 2),
        ("set_aipp_dtc_pixel_min", 0.0, 0.0, 0.0, 0.0, 2),
        ("set_aipp_pixel_var_reci", 0.0, 0.0, 0.0, 0.0, 2),
    ],
)
def test_setters_refuse_and_change_nothing(run: Run, aipp: int, call: tuple[Any, ...]) -> None:
    assert getattr(mdl, call[0])(aipp, *call[1:]) == 100000
    assert getattr(mdl, call[0])(0, *call[1:]) == 100000
    pictures = np.random.default_rng(8).integers(0, 256, (2, 144), dtype=np.uint8)
    assert set_on(run, aipp) == 0
    run.put("data", pictures)
    assert run.execute() == 0
    assert np.array_equal(run.image((2, 3, 6, 8), "float32"), planes(pictures))


def test_what_is_off_is_ignored(run: Run, aipp: int) -> None:
    assert mdl.set_aipp_crop_params(aipp, 0, -1, -1, 9999, 9999, 0) == 0
    assert mdl.set_aipp_padding_params(aipp, 0, 99, 99, 99, 99, 0) == 0
    assert mdl.set_aipp_scf_params(aipp, 0, 1, 1, 99999, 1, 0) == 0
    assert set_on(run, aipp) == 0
    assert run.execute() == 0


def test_where_parameters_may_be_set(run: Run, aipp: int) -> None:
    data, parameters = run.names.index("data"), run.names.index(PARAMETERS)
    assert mdl.set_input_aipp(run.id, 0, parameters, aipp) == 100000
    assert mdl.set_input_aipp(run.id, run.inputs, parameters, 0) == 100000
    assert mdl.set_input_aipp(run.id + 999, run.inputs, parameters, aipp) == 145003
    assert mdl.set_input_aipp(run.id, run.inputs, data, aipp) == 100000
    assert mdl.set_input_aipp(run.id, run.inputs, 9, aipp) == 100000
    assert mdl.set_aipp_by_input_index(run.id, run.inputs, parameters, aipp) == 500001
    assert mdl.set_aipp_by_input_index(run.id, run.inputs, 9, aipp) == 100000
    assert mdl.set_aipp_by_input_index(run.id, 0, data, aipp) == 100000
    empty = mdl.create_dataset()
    assert mdl.set_input_aipp(run.id, empty, parameters, aipp) == 100000
    assert mdl.destroy_dataset(empty) == 0


def test_a_short_buffer_for_parameters(aipp: int) -> None:
    with running(write(dynamic()), {PARAMETERS: 383}) as run:
        code = set_on(run, aipp)
        assert code == 145012
        assert "need 384 bytes, buffer 1 has 383" in refusal(code)
        assert run.execute() == 145014


@pytest.mark.parametrize("batch", [1, 3])
def test_parameters_for_another_batch(run: Run, batch: int) -> None:
    aipp = mdl.create_aipp(batch)
    assert mdl.set_aipp_input_format(aipp, FORMATS["RGB888_U8"]) == 0
    assert mdl.set_aipp_src_image_size(aipp, 8, 6) == 0
    code = set_on(run, aipp)
    assert code == 100000
    assert f"are of {batch} images, the model's largest batch has 2" in refusal(code)
    assert mdl.destroy_aipp(aipp) == 0


def test_sizes_of_parameters() -> None:
    assert [ok(mdl.get_aipp_data_size(n)) for n in (1, 8)] == [256, 1152]
    assert mdl.get_aipp_data_size(0)[1] == 100000


def test_a_stream_reads_them_when_it_runs(run: Run, aipp: int) -> None:
    """Not when it is told to: settings and data set are memory."""
    pictures = np.random.default_rng(9).integers(0, 256, (2, 144), dtype=np.uint8)
    stream = ok(acl.rt.create_stream())
    run.put("data", pictures)
    assert set_on(run, aipp) == 0
    assert mdl.execute_async(run.id, run.inputs, run.outputs, stream) == 0
    assert acl.rt.synchronize_stream(stream) == 0
    assert np.array_equal(run.image((2, 3, 6, 8), "float32"), planes(pictures))
    assert acl.rt.destroy_stream(stream) == 0


def test_a_file_whose_parameters_nothing_carries() -> None:
    picture = dynamic(attrs={"_data_aipp_data_name_map": "elsewhere"})
    model = write(picture)
    assert load_code(model)[1] != 0
    assert "no input 'elsewhere' carries its parameters" in acl.get_recent_err_msg()
