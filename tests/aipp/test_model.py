# SPDX-License-Identifier: Apache-2.0
"""acl.Model with AIPP: pictures as they are fed, parameters by acl.AippConfig, gears, pools."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reference import Steps, reference
from test_configuration import STATIC, compiled, write

import acl

NV12 = "aipp_op { aipp_mode: static input_format: YUV420SP_U8 }"
DYNAMIC = "aipp_op { aipp_mode: dynamic max_src_image_size: 5000 }"


def picture(count: int, seed: int = 0) -> np.ndarray[Any, Any]:
    return np.random.default_rng(seed).integers(0, 256, count, np.uint8)


def test_bytes_of_any_shape(tmp_path: Path) -> None:
    path = compiled(tmp_path, STATIC + "}").path
    data = picture(144)
    with acl.Model.from_file(path) as model:
        (info,) = model.inputs
        assert (info.aipp, info.shape, info.dtype, info.nbytes) == (
            "static",
            (1, 8, 6, 3),
            "u1",
            144,
        )
        wanted = data.reshape(8, 6, 3).transpose(2, 0, 1)[np.newaxis]
        for shape in [(144,), (8, 6, 3), (1, 8, 6, 3), (12, 12)]:
            assert (model(data.reshape(shape)) == wanted).all()
        assert (model({"a": data}) == wanted).all()
        with pytest.raises(ValueError, match=r"'a': AIPP takes 144 bytes of pictures.*143 are giv"):
            model(data[1:])
        with pytest.raises(TypeError, match="'a': expected dtype uint8, got float32"):
            model(data.astype(np.float32))


def test_bound_and_pooled_and_awaited(tmp_path: Path) -> None:
    path = compiled(tmp_path, STATIC + "}").path
    data = picture(144).reshape(1, 8, 6, 3)
    wanted = data.transpose(0, 3, 1, 2)
    with acl.Model.from_file(path) as model:
        out = np.zeros((1, 3, 8, 6), np.float32)
        with model.bind([data], [out]) as bound:
            bound()
        assert (out == wanted).all()

        async def awaited() -> Any:
            return await model.run_async(data.reshape(-1))

        assert (asyncio.run(awaited()) == wanted).all()
    with acl.ModelPool(path) as pool:
        assert (pool.submit(data.reshape(-1)).result() == wanted).all()


def test_dynamic(tmp_path: Path) -> None:
    path = compiled(tmp_path, DYNAMIC).path
    with acl.Model.from_file(path) as model:
        (info,) = model.inputs
        assert (info.name, info.aipp, info.nbytes) == ("a", "dynamic", 5000)
        data = picture(144)
        with pytest.raises(ValueError, match="'a' has dynamic AIPP, whose parameters were not set"):
            model(data)
        model.set_aipp(acl.AippConfig("RGB888_U8", 6, 8))
        assert (model(data) == data.reshape(1, 8, 6, 3).transpose(0, 3, 1, 2)).all()
        with pytest.raises(
            ValueError, match="takes 144 bytes of pictures of RGB888_U8 6x8, and 99"
        ):
            model(data[:99])
        with pytest.raises(acl.AclValueError, match="10x8"):
            model.set_aipp(acl.AippConfig("RGB888_U8", 10, 8))
        with pytest.raises(ValueError, match="'b' of 'a' with dynamic AIPP"):
            model.set_aipp(acl.AippConfig("RGB888_U8", 6, 8), "b")
        # What was refused has changed nothing.
        assert (model(data) == data.reshape(1, 8, 6, 3).transpose(0, 3, 1, 2)).all()
        config = acl.AippConfig.yuv420sp_to_rgb(10, 8, colours="bt601", crop=(2, 0, 6, 8))
        model.set_aipp(config)
        nv12 = picture(config.picture_bytes)
        steps = Steps("YUV420SP_U8", 10, 8, [list(row) for row in config.matrix or ()])
        steps.input_bias, steps.crop = config.input_bias, config.crop
        exact = reference(nv12, steps, 3, "float32")
        assert (model(nv12)[0].transpose(1, 2, 0) == exact).all()


def test_a_run_in_flight_keeps_its_parameters(tmp_path: Path) -> None:
    with acl.Model.from_file(compiled(tmp_path, DYNAMIC).path) as model:
        data = picture(144)

        async def both() -> tuple[Any, Any]:
            model.set_aipp(acl.AippConfig("RGB888_U8", 6, 8))
            first = model.run_async(data)
            model.set_aipp(acl.AippConfig("RGB888_U8", 6, 8, reciprocal=(2.0,) * 4))
            return await asyncio.gather(first, model.run_async(data))

        one, two = asyncio.run(both())
        assert (two == 2 * one).all()
        assert one.any()


def test_images_of_a_batch(tmp_path: Path) -> None:
    model_file = write(tmp_path / "n.onnx", [2, 3, 8, 6])
    with acl.Model.from_file(compiled(tmp_path, DYNAMIC, model_file).path) as model:
        images = (acl.AippImage(), acl.AippImage(mean=(7, 7, 7, 0)))
        model.set_aipp(acl.AippConfig("RGB888_U8", 6, 8, images=images))
        one, two = model(np.concatenate([picture(144)] * 2))
        assert (one - 7 == two).all()
        with pytest.raises(ValueError, match="images has 1, and the batch is 2"):
            model.set_aipp(acl.AippConfig("RGB888_U8", 6, 8, images=images[:1]))


def test_two_dynamic_inputs(tmp_path: Path) -> None:
    text = DYNAMIC + "aipp_op { aipp_mode: dynamic related_input_rank: 1 max_src_image_size: 400 }"
    model_file = write(tmp_path / "n.onnx", [1, 3, 8, 6], [1, 1, 4, 4])
    with acl.Model.from_file(compiled(tmp_path, text, model_file).path) as model:
        assert [info.name for info in model.inputs] == ["a", "b"]
        with pytest.raises(ValueError, match="one of several, by name of 'a', 'b'"):
            model.set_aipp(acl.AippConfig("RGB888_U8", 6, 8))
        model.set_aipp(acl.AippConfig("YUV400_U8", 4, 4, reciprocal=(0.5,) * 4), "b")
        model.set_aipp(acl.AippConfig("RGB888_U8", 6, 8), "a")
        a, b = picture(144), picture(16)
        first, second = model(a, b)
        assert (first == a.reshape(1, 8, 6, 3).transpose(0, 3, 1, 2)).all()
        assert (second == b.reshape(1, 1, 4, 4) * 0.5).all()


def test_what_dynamic_aipp_does_not_go_with(tmp_path: Path) -> None:
    path = compiled(tmp_path, DYNAMIC, verify=False).path
    with acl.Model.from_file(path) as model:
        model.set_aipp(acl.AippConfig("RGB888_U8", 6, 8))
        with pytest.raises(NotImplementedError, match="dynamic AIPP"):
            model.bind([picture(5000)], [np.zeros((1, 3, 8, 6), np.float32)])
    with pytest.raises(NotImplementedError, match=r"dynamic AIPP.*pools run models with static"):
        acl.ModelPool(path)


@pytest.mark.parametrize("text", [NV12, DYNAMIC])
def test_gears_of_batches(tmp_path: Path, text: str) -> None:
    model_file = write(tmp_path / "n.onnx", ["n", 3, 8, 6])
    done = compiled(
        tmp_path, text, model_file, input_shape={"a": (-1, 3, 8, 6)}, dynamic_batch_size=[1, 2, 4]
    )
    assert done.gears == 3
    with acl.Model.from_file(done.path) as model:
        if text == DYNAMIC:
            model.set_aipp(acl.AippConfig("YUV420SP_U8", 6, 8))
        for batch in (2, 1, 4):
            nv12 = picture(batch * 72, batch)
            found = model(nv12)
            for image, data in zip(found, nv12.reshape(batch, 72), strict=True):
                exact = reference(data, Steps("YUV420SP_U8", 6, 8), 3, "float32")
                assert (image.transpose(1, 2, 0) == exact).all()
        with pytest.raises(acl.AclValueError, match="no gear is"):
            model(picture(3 * 72))


@pytest.mark.parametrize("text", [NV12, DYNAMIC])
def test_gears_of_image_sizes(tmp_path: Path, text: str) -> None:
    model_file = write(tmp_path / "n.onnx", [1, 3, "h", "w"])
    done = compiled(tmp_path, text, model_file, dynamic_image_size=[[8, 6], [12, 10]])
    with acl.Model.from_file(done.path) as model:
        for height, width in ((12, 10), (8, 6)):
            if text == DYNAMIC:
                model.set_aipp(acl.AippConfig("YUV420SP_U8", width, height))
            nv12 = picture(width * height * 3 // 2)
            exact = reference(nv12, Steps("YUV420SP_U8", width, height), 3, "float32")
            assert (model(nv12)[0].transpose(1, 2, 0) == exact).all()


def test_configs_say_what_is_wrong_with_them() -> None:
    with pytest.raises(ValueError, match=r"format must be one of YUV420SP_U8, .* not 'NV12'"):
        acl.AippConfig("NV12", 6, 8)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"colours must be one of jpeg, .* not 'x'"):
        acl.AippConfig.yuv420sp_to_rgb(6, 8, colours="x")  # type: ignore[arg-type]
    bgr = acl.AippConfig.yuv420sp_to_rgb(6, 8, colours="bt601", bgr=True)
    assert bgr.matrix == ((298, 516, 0), (298, -100, -208), (298, 0, 409))
    assert bgr.input_bias == (16, 128, 128)
    assert acl.AippConfig.rgb_to_gray(6, 8).matrix == ((76, 150, 30), (0, 0, 0), (0, 0, 0))
    assert acl.AippConfig.yuv420sp_to_gray(6, 8).picture_bytes == 72
