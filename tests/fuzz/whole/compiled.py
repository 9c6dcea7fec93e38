# SPDX-License-Identifier: Apache-2.0
"""Models that carry an OpenVINO IR, whose XML, weights and descriptions are changed."""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ascendcl.om import GraphBuilder, Header, ModelBuilder, TensorSpec
from ascendcl.om.host_model import IR_TYPE, IR_XML

RANDOM = np.random.default_rng(13)
NUMBERS = ("0", "1", "-1", "2", "3", "7", "64", "65535", "2147483648", "18446744073709551615")
TYPES = ("f32", "f16", "i64", "i32", "u8", "boolean", "f64", "string", "dynamic")
VALUE = re.compile(r'"([^"<>]*)"')
DIM = re.compile(r"<dim>(-?\d+)</dim>")


def weights(*shape: int) -> Any:
    return RANDOM.standard_normal(shape).astype(np.float32)


def convolution() -> Any:
    import openvino as ov
    from openvino import opset13 as ops

    x = ops.parameter([1, 3, 8, 8], np.float32, name="x")
    y = ops.convolution(x, weights(4, 3, 3, 3), [1, 1], [1, 1], [1, 1], [1, 1])
    y = ops.max_pool(ops.relu(y), [2, 2], [1, 1], [0, 0], [0, 0], [2, 2])
    y = ops.interpolate(y.output(0), [8, 8], "nearest", "sizes", axes=[2, 3])
    return ov.Model([ops.result(y)], [x])


def text() -> Any:
    import openvino as ov
    from openvino import opset13 as ops

    ids = ops.parameter([2, 5], np.int64, name="ids")
    y = ops.gather(weights(10, 8), ids, np.int64(0))
    y = ops.matmul(ops.softmax(y, -1), weights(8, 8), False, True)
    y = ops.reduce_mean(y, np.array([1]), False)
    top = ops.topk(y, np.int64(2), -1, "max", "value")
    return ov.Model([ops.result(top.output(0)), ops.result(top.output(1))], [ids])


def pointing() -> Any:
    import openvino as ov
    from openvino import opset13 as ops

    x = ops.parameter([4, 6], np.float32, name="x")
    i = ops.parameter([3, 2], np.int32, name="i")
    y = ops.gather_nd(x, i)
    z = ops.scatter_nd_update(x, i, weights(3))
    w = ops.scatter_elements_update(x, i, weights(3, 2), np.int64(1))
    return ov.Model([ops.result(y), ops.result(z), ops.result(w)], [x, i])


def recurrent() -> Any:
    import openvino as ov
    from openvino import opset13 as ops

    x = ops.parameter([1, 5, 4], np.float32, name="x")
    state = ops.constant(np.zeros((1, 1, 3), np.float32))
    sequence = ops.lstm_sequence(
        x,
        state,
        state,
        np.array([5]),
        weights(1, 12, 4),
        weights(1, 12, 3),
        weights(1, 12),
        3,
        "forward",
    )
    return ov.Model([ops.result(sequence.output(0))], [x])


def shapes() -> Any:
    import openvino as ov
    from openvino import opset13 as ops

    x = ops.parameter([2, 3, 4], np.float32, name="x")
    y = ops.reshape(x, np.array([0, -1]), True)
    y = ops.concat([y, ops.strided_slice(y, [0, 1], [2, 9], [1, 2], [0, 0], [0, 0])], 1)
    y = ops.pad(y, np.array([0, 1]), np.array([0, 1]), "constant", np.float32(1))
    parts = ops.split(ops.transpose(y, np.array([1, 0])), np.int64(1), 2)
    return ov.Model([ops.result(part) for part in parts.outputs()], [x])


MODELS: tuple[Callable[[], Any], ...] = (convolution, text, pointing, recurrent, shapes)


class Carried:
    """A model as it is written into files, over and over."""

    def __init__(self, model: Any) -> None:
        import openvino as ov

        with tempfile.TemporaryDirectory() as folder:
            xml, content = Path(folder) / "m.xml", Path(folder) / "m.bin"
            ov.serialize(model, xml, content)
            self.xml = xml.read_text(encoding="utf-8")
            self.weights = content.read_bytes() or bytes(64)
        self.inputs = [self.spec(port) for port in model.inputs]
        self.outputs = [self.spec(port) for port in model.outputs]

    @staticmethod
    def spec(port: Any) -> TensorSpec:
        dtype = np.dtype(port.get_element_type().to_dtype()).name
        return TensorSpec(tuple(port.get_shape()), dtype, "ND")

    def file(self, xml: str, content: bytes) -> bytes:
        graph = GraphBuilder("g")
        inputs = [graph.data(f"x{i}", spec) for i, spec in enumerate(self.inputs)]
        outputs = graph.node(IR_TYPE, inputs, self.outputs, name="ir", attrs={IR_XML: xml})
        graph.output(outputs)
        with tempfile.NamedTemporaryFile() as file:
            file.write(content)
            file.flush()
            builder = ModelBuilder(graph, soc_version="Host", weights_file=Path(file.name))
            return builder.to_bytes(Header("m"))


@cache
def carried(number: int) -> Carried:
    return Carried(MODELS[number]())


def first() -> bytes:
    model = carried(0)
    return model.file(model.xml, model.weights)


def changed_xml(xml: str, rng: random.Random) -> str:
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        way = rng.randrange(10)
        lines = xml.splitlines(keepends=True)
        at = rng.randrange(len(lines))
        if way == 0:
            xml = "".join(lines[:at] + lines[at + 1 :])
        elif way == 1:
            xml = "".join([*lines[:at], lines[at], *lines[at:]])
        elif way == 2:
            cut = rng.randrange(len(xml))
            xml = xml[:cut] + chr(rng.randrange(32, 127)) + xml[cut + 1 :]
        elif way <= 5 and (dims := list(DIM.finditer(xml))):
            found = rng.choice(dims)
            xml = xml[: found.start(1)] + rng.choice(NUMBERS) + xml[found.end(1) :]
        elif values := list(VALUE.finditer(xml)):
            found = rng.choice(values)
            other = rng.choice(values).group(1)
            value = rng.choice((rng.choice(NUMBERS), rng.choice(TYPES), other, other, ""))
            xml = xml[: found.start(1)] + value + xml[found.end(1) :]
    return xml


def case(rng: random.Random) -> bytes:
    model = carried(rng.randrange(len(MODELS)))
    content = model.weights
    if rng.randrange(16) == 0:
        content = content[: rng.randrange(1, len(content) + 1)]
    return model.file(changed_xml(model.xml, rng), content)
