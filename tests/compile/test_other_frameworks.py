# SPDX-License-Identifier: Apache-2.0
"""A TensorFlow frozen graph, written here byte by byte: no TensorFlow is needed for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from onnx_models import Array, floats, run

from ascendcl.om import UnsupportedModelError, compile

FLOAT = b"\x30\x01"  # AttrValue.type: DT_FLOAT


def field(number: int, content: bytes) -> bytes:
    assert len(content) < 1 << 14
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])
    return bytes([number << 3 | 2]) + length + content


def shape(*dims: int) -> bytes:
    return b"".join(field(2, b"\x08" + dim.to_bytes(1, "little")) for dim in dims)


def tensor(value: Array) -> bytes:
    content = value.astype("<f4").tobytes()
    return field(8, b"\x08\x01" + field(2, shape(*value.shape)) + field(4, content))


def tf_node(name: str, op: str, inputs: tuple[str, ...], attrs: Mapping[str, bytes]) -> bytes:
    body = field(1, name.encode()) + field(2, op.encode())
    body += b"".join(field(3, each.encode()) for each in inputs)
    for key, value in attrs.items():
        body += field(5, field(1, key.encode()) + field(2, value))
    return field(1, body)


def frozen(path: Path, last: str, weights: Array) -> Path:
    typed = {"T": FLOAT}
    path.write_bytes(
        tf_node("x", "Placeholder", (), {"dtype": FLOAT, "shape": field(7, shape(2, 4))})
        + tf_node("w", "Const", (), {"dtype": FLOAT, "value": tensor(weights)})
        + tf_node("product", "MatMul", ("x", "w"), typed)
        + tf_node("y", last, ("product",), typed)
    )
    return path


def test_a_frozen_graph_of_tensorflow(tmp_path: Path) -> None:
    weights = floats(4, 3)
    done = compile(frozen(tmp_path / "m.pb", "Relu", weights), tmp_path / "m.om")
    assert done.reference is None  # nothing here can run it: it is not verified, and says so
    assert (done.inputs, done.outputs) == (("x: [2, 4]",), ("y:0:y: [2, 3]",))
    x = floats(2, 4, seed=1)
    expected = np.maximum(x @ weights, 0)
    np.testing.assert_allclose(run(done.path, x)[0], expected, rtol=1e-5, atol=1e-6)


def test_an_op_that_the_front_end_lacks(tmp_path: Path) -> None:
    source = frozen(tmp_path / "m.pb", "Strange", floats(4, 3))
    with pytest.raises(UnsupportedModelError, match=r"Strange: y") as refusal:
        compile(source, tmp_path / "m.om")
    assert refusal.value.operators == {"Strange": ("y",)}
    assert not (tmp_path / "m.om").exists()
