# SPDX-License-Identifier: Apache-2.0
"""AIPP of compiled models against the reference: 1,000 configurations that hypothesis makes up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper
from reference import BYTES, YUV, Steps, reference, steps_off

import acl
from ascendcl import om

OF_CHANNELS = {
    1: ["YUV400_U8", "YUV420SP_U8", "RGB888_U8", "YUYV_U8"],
    3: [*BYTES, "XRGB8888_U8", "ARGB8888_U8", "AYUV444_U8"],
    4: ["XRGB8888_U8", "ARGB8888_U8", "AYUV444_U8"],
}
OF_CHANNELS[3].remove("YUV400_U8")
TYPES = {
    "float32": TensorProto.FLOAT,
    "float16": TensorProto.FLOAT16,
    "uint8": TensorProto.UINT8,
}
MATRICES = [
    [[256, 0, 359], [256, -88, -183], [256, 454, 0]],
    [[298, 516, 0], [298, -100, -208], [298, 0, 409]],
    [[76, 150, 30], [0, 0, 0], [0, 0, 0]],
]


@dataclass(frozen=True)
class Network:
    """Answers its input."""

    shape: tuple[int, int, int, int]  # N, H, W, C
    dtype: str = "float32"
    layout: str = "NCHW"

    @property
    def own_shape(self) -> tuple[int, ...]:
        n, h, w, c = self.shape
        return self.shape if self.layout == "NHWC" else (n, c, h, w)

    def write(self, folder: Path) -> Path:
        x, y = (
            helper.make_tensor_value_info(name, TYPES[self.dtype], self.own_shape) for name in "xy"
        )
        graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", [x], [y])
        path = folder / f"{'_'.join(map(str, self.shape))}_{self.dtype}_{self.layout}.onnx"
        opset = [helper.make_opsetid("", 17)]
        onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), path)
        return path

    def compile(self, folder: Path, config: str) -> Path:
        (folder / "aipp.cfg").write_text(config)
        options = om.CompileOptions(
            insert_op_conf=folder / "aipp.cfg", verify=False, input_format=self.layout
        )
        om.compile(self.write(folder), folder / "a.om", options)
        return folder / "a.om"


NETWORKS = [
    Network((2, 12, 16, 3)),
    Network((1, 9, 7, 3), "float16", "NHWC"),
    Network((2, 10, 8, 1), "float16"),
    Network((3, 8, 11, 4), "float32", "NHWC"),
    Network((1, 14, 10, 3), "uint8"),
]


@st.composite
def one_picture(draw: Any, network: Network) -> Steps:
    """What is the same for all pictures of a batch, and the first one's crop and padding."""
    _, height, width, channels = network.shape
    kind = draw(st.sampled_from(OF_CHANNELS[channels]))
    steps = Steps(kind, 0, 0)
    even_w = kind in ("YUV420SP_U8", "YUV422SP_U8", "YUYV_U8")
    even_h = kind == "YUV420SP_U8"
    rows, columns = draw(part(height, even_h)), draw(part(width, even_w))
    if sum(rows[1:]) or sum(columns[1:]) or draw(st.booleans()):
        steps.padding = (rows[1], rows[2], columns[1], columns[2])
    steps.width, steps.height = columns[0], rows[0]
    if draw(st.booleans()):
        left, more_w = draw(margins(even_w)), draw(margins(even_w))
        top, more_h = draw(margins(even_h)), draw(margins(even_h))
        steps.crop = (left, top, columns[0], rows[0])
        steps.width += left + more_w
        steps.height += top + more_h
    if kind != "YUV400_U8" and channels != 4 and draw(st.booleans()):
        numbers = st.integers(-700, 700)
        rows_of = st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=3, max_size=3)
        steps.matrix = draw(st.sampled_from(MATRICES) | rows_of)
        steps.input_bias = draw(st.tuples(*[st.integers(0, 255)] * 3))
        steps.output_bias = draw(st.tuples(*[st.integers(0, 255)] * 3))
    steps.swap = kind != "YUV400_U8" and draw(st.booleans())
    steps.swap_ax = kind not in BYTES and draw(st.booleans())
    normalise(draw, steps)
    return steps


def normalise(draw: Any, steps: Steps) -> None:
    steps.mean = draw(st.tuples(*[st.integers(0, 255)] * 4))
    steps.minimum = draw(st.tuples(*[st.floats(0, 255, width=16)] * 4))
    # Beyond these products leave 16-bit floats, where the device's behaviour is not documented.
    steps.reciprocal = draw(st.tuples(*[st.floats(-120, 120, width=16)] * 4))


@st.composite
def part(draw: Any, size: int, is_even: bool) -> tuple[int, int, int]:
    """Of a side: what the picture gives, and what is added before and behind."""
    inner = draw(st.integers(2, size))
    if is_even:
        inner -= inner % 2
    before = draw(st.integers(0, size - inner))
    return inner, before, size - inner - before


def margins(is_even: bool) -> Any:
    return st.integers(0, 5).map(lambda n: 2 * n if is_even else n)


def pictures(rng: np.random.Generator, steps: Steps, count: int) -> list[np.ndarray]:
    """Noise, and pictures of the least and the greatest value among them."""
    made = [rng.integers(0, 256, steps.picture_bytes, np.uint8) for _ in range(count)]
    made[0][: steps.picture_bytes // 4] = rng.choice([0, 255])
    return made


def check(found: np.ndarray, data: list[np.ndarray], all_steps: list[Steps], net: Network) -> None:
    images = found if net.layout == "NHWC" else found.transpose(0, 2, 3, 1)
    assert images.shape == net.shape
    for image, picture, steps in zip(images, data, all_steps, strict=True):
        exact = reference(picture, steps, net.shape[3], net.dtype)
        assert steps_off(image, exact, net.dtype) <= 1, steps


def config_of(first: Steps, images: list[Steps]) -> acl.AippConfig:
    matrix: Any = None if first.matrix is None else tuple(map(tuple, first.matrix))
    return acl.AippConfig(
        first.format,  # type: ignore[arg-type]
        first.width,
        first.height,
        matrix=matrix,
        input_bias=first.input_bias,  # type: ignore[arg-type]
        output_bias=first.output_bias,  # type: ignore[arg-type]
        swap_rb_or_uv=first.swap,
        swap_ax=first.swap_ax,
        images=tuple(
            acl.AippImage(
                each.crop,
                each.padding,
                each.mean,  # type: ignore[arg-type]
                each.minimum,  # type: ignore[arg-type]
                each.reciprocal,  # type: ignore[arg-type]
            )
            for each in images
        ),
    )


DYNAMIC = "aipp_op {\n  aipp_mode: dynamic\n  max_src_image_size: 30000\n}\n"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[acl.Model]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                acl.Model.from_file(net.compile(tmp_path_factory.mktemp("dynamic"), DYNAMIC))
            )
            for net in NETWORKS
        ]


@pytest.mark.parametrize("number", range(len(NETWORKS)))
@settings(
    max_examples=160,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
)
@given(data=st.data())
def test_dynamic(models: list[acl.Model], number: int, data: Any) -> None:
    net, model = NETWORKS[number], models[number]
    first = data.draw(one_picture(net))
    images = [Steps(**vars(first)) for _ in range(net.shape[0])]
    for image in images[1:]:
        normalise(data.draw, image)
        if image.crop is not None and image.crop[0] >= 2:
            image.crop = (image.crop[0] - 2, *image.crop[1:])
    made = pictures(np.random.default_rng(data.draw(st.integers(0, 999))), first, len(images))
    model.set_aipp(config_of(first, images))
    check(model(np.concatenate(made)), made, images, net)


def text_of(steps: Steps) -> str:
    """The configuration file of these."""
    values: dict[str, Any] = {
        "aipp_mode": "static",
        "input_format": steps.format,
        "src_image_size_w": steps.width,
        "src_image_size_h": steps.height,
        "rbuv_swap_switch": str(steps.swap).lower(),
        "ax_swap_switch": str(steps.swap_ax).lower(),
        "csc_switch": str(steps.matrix is not None).lower(),
        "padding_value": steps.padding_value,
    }
    if steps.crop is not None:
        left, top, width, height = steps.crop
        values |= {"crop": "true", "load_start_pos_w": left, "load_start_pos_h": top}
        values |= {"crop_size_w": width, "crop_size_h": height}
    if steps.padding is not None:
        names = ("top", "bottom", "left", "right")
        values["padding"] = "true"
        values |= {f"{n}_padding_size": v for n, v in zip(names, steps.padding, strict=True)}
    for row, numbers in enumerate(steps.matrix or []):
        values |= {f"matrix_r{row}c{column}": value for column, value in enumerate(numbers)}
    for key, four in (("mean", steps.mean), ("min", steps.minimum), ("var_reci", steps.reciprocal)):
        values |= {f"{key}_chn_{i}": value for i, value in enumerate(four)}
    for i in range(3):
        values |= {f"input_bias_{i}": steps.input_bias[i], f"output_bias_{i}": steps.output_bias[i]}
    return "aipp_op {\n" + "".join(f"  {key} : {value}\n" for key, value in values.items()) + "}\n"


@pytest.mark.parametrize("number", range(len(NETWORKS)))
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # what fails is small, and shrinking it takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_static(tmp_path: Path, number: int, data: Any) -> None:
    net = NETWORKS[number]
    steps = data.draw(one_picture(net))
    steps.padding_value = float(data.draw(st.integers(0, 255)))
    path = net.compile(tmp_path, text_of(steps))
    made = pictures(np.random.default_rng(number), steps, net.shape[0])
    with acl.Model.from_file(path) as model:
        assert model.inputs[0].nbytes == steps.picture_bytes * len(made)
        check(model(np.concatenate(made)), made, [steps] * len(made), net)


def test_the_reference_has_documented_values() -> None:
    """Narrow BT.601: black, white and the three colours, worked out by hand; one fp16."""
    steps = Steps("YUV420SP_U8", 2, 2, [[298, 0, 409], [298, -100, -208], [298, 516, 0]])
    steps.input_bias = (16, 128, 128)
    for yuv, rgb in {
        (16, 128, 128): (0, 0, 0),
        (235, 128, 128): (254, 254, 254),  # 298 * 219 >> 8
        (81, 90, 240): (254, 0, 0),  # (298 * 65 + 409 * 112) >> 8 = 254
    }.items():
        y, u, v = yuv
        picture = np.array([y, y, y, y, u, v], np.uint8)
        assert tuple(reference(picture, steps, 3, "float16")[0, 0]) == rgb, yuv
    half = Steps("YUV400_U8", 2, 1, reciprocal=(0.0039215686,) * 4)
    exact = reference(np.array([128, 128], np.uint8), half, 1, "float16")
    assert np.float16(exact[0, 0, 0]) == np.float16(0.50196)


def test_a_wrong_step_is_seen() -> None:
    """The measure tells two neighbours from three."""
    exact = np.array([1.0, 100.0, -3.0])
    near = np.nextafter(exact.astype(np.float16), np.float16(np.inf))
    assert steps_off(near, exact, "float16") <= 1
    assert steps_off(np.nextafter(near, np.float16(np.inf)), exact, "float16") == 2
    assert YUV[0] in BYTES
