# SPDX-License-Identifier: Apache-2.0
"""Layouts: an element-by-element decoder, and the weights of a really compiled model."""

from __future__ import annotations

from itertools import product
from math import ceil, gcd
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ge_ir import message_class, partitions
from hypothesis import given, settings
from hypothesis import strategies as st

from ascendcl.om import layouts

MODELS = Path(__file__).parents[2].parent / "shared" / "models"


def numbered(*shape: int) -> np.ndarray[Any, Any]:
    """Different non-zero elements, so that a misplaced one shows."""
    return np.arange(1, np.prod(shape) + 1, dtype=np.int32).reshape(shape)


def rest_is_zero(stored: np.ndarray[Any, Any], count: int) -> bool:
    return int(np.count_nonzero(stored)) == count


@given(st.tuples(*[st.integers(1, 3)] * 2, *[st.integers(1, 40)] * 2))
def test_nc1hwc0(size: tuple[int, int, int, int]) -> None:
    n, h, w, c = size
    x = numbered(n, c, h, w)
    for origin in ("NCHW", "NHWC", "HWCN"):
        logical = x.transpose([("NCHW").index(axis) for axis in origin])
        stored = layouts.encode(logical, origin, "NC1HWC0")
        assert stored.shape == layouts.stored_shape(logical.shape, origin, "NC1HWC0")
        channels = stored.transpose(0, 1, 4, 2, 3).reshape(n, -1, h, w)
        assert np.array_equal(channels[:, :c], x)
        assert rest_is_zero(stored, x.size)


@given(st.integers(1, 70))
def test_nc1hwc0_of_one_axis(c: int) -> None:
    stored = layouts.encode(numbered(c), "NCHW", "NC1HWC0")
    assert stored.shape == (1, ceil(c / 16), 1, 1, 16)
    assert np.array_equal(stored.ravel()[:c], numbered(c))


@given(st.lists(st.integers(1, 3), max_size=2), st.integers(1, 40), st.integers(1, 40))
def test_fractal_nz(batch: list[int], m: int, n: int) -> None:
    x = numbered(*batch, m, n)
    stored = layouts.encode(x, "ND", "FRACTAL_NZ")
    assert stored.shape == (*batch, ceil(n / 16), ceil(m / 16), 16, 16)
    for i, j in product(range(m), range(n)):
        assert np.array_equal(stored[..., j // 16, i // 16, i % 16, j % 16], x[..., i, j])
    assert rest_is_zero(stored, x.size)


@settings(deadline=None)
@given(
    st.integers(1, 20),
    st.integers(1, 20),
    st.integers(1, 20),
    st.sampled_from([(1, 1), (3, 3), (1, 5)]),
)
def test_fractal_z(groups: int, outputs: int, c: int, kernel: tuple[int, int]) -> None:
    kh, kw = kernel
    x = numbered(groups * outputs, c, kh, kw)
    stored = layouts.encode(x, "NCHW", "FRACTAL_Z", groups)

    def repeats(size: int) -> int:  # how many of that size fill whole blocks of 16
        return 16 // gcd(16, size)

    a, b = repeats(c), repeats(outputs)
    per_block = min(a * b // gcd(a, b), groups)
    c1 = ceil(per_block * c / 16)
    for g, k, j, h, w in product(*map(range, (groups, outputs, c, kh, kw))):
        column, row = (g % per_block) * c + j, (g % per_block) * outputs + k
        at = (g // per_block * c1 + column // 16) * kh * kw + h * kw + w
        assert stored[at, row // 16, row % 16, column % 16] == x[g * outputs + k, j, h, w]
    assert rest_is_zero(stored, x.size)
    assert stored.shape == layouts.stored_shape(x.shape, "NCHW", "FRACTAL_Z", groups)


@pytest.mark.parametrize("origin", ["HWCN", "NHWC"])
def test_fractal_z_origin_names_the_axes(origin: str) -> None:
    x = numbered(5, 20, 3, 2)
    logical = x.transpose(["NCHW".index(axis) for axis in origin])
    expected = layouts.encode(x, "NCHW", "FRACTAL_Z")
    assert np.array_equal(layouts.encode(logical, origin, "FRACTAL_Z"), expected)


@pytest.mark.parametrize(
    ("shape", "origin", "layout", "groups", "message"),
    [
        ((1, 2), "NCHW", "NC1HWC0", 1, "4 dimensions"),
        ((1, 2, 3, 4), "ND", "FRACTAL_Z", 1, "origin format"),
        ((5, 1, 3, 3), "NCHW", "FRACTAL_Z", 2, "2 groups"),
        ((5, 1, 3, 3), "NCHW", "FRACTAL_Z", 0, "0 groups"),
        ((5,), "ND", "FRACTAL_NZ", 1, "at least 2"),
        ((5,), "ND", "FRACTAL_X", 1, "unknown layout"),
    ],
)
def test_impossible(
    shape: tuple[int, ...], origin: str, layout: str, groups: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        layouts.encode(np.zeros(shape), origin, layout, groups)


def test_same_bytes_as_the_compiler_wrote() -> None:
    """Filters of an ONNX file, encoded by us, are found in the .om that ATC made of it."""
    path = MODELS / "nanotrack_backbone127.om"
    if not path.is_file():
        pytest.skip(f"the real models are not here: {path}")
    import onnx
    import onnx.numpy_helper

    parts = dict(partitions(path.read_bytes())[0])
    model = message_class("ModelDef").FromString(parts[0])
    graph = onnx.load(path.with_suffix(".onnx")).graph
    initializers = {t.name: onnx.numpy_helper.to_array(t) for t in graph.initializer}
    filters = {
        n.name: initializers[n.input[1]] for n in graph.node if n.op_type in ("Conv", "Gemm")
    }

    compared = {"FRACTAL_Z": 0, "FRACTAL_Z grouped": 0, "FRACTAL_NZ": 0}
    for op in model.graph[0].op:
        if op.type not in ("Conv2D", "MatMulV2"):
            continue
        name = max((n for n in filters if op.name.startswith(n)), key=len)
        desc = op.input_desc[1]
        layout, _, groups = desc.layout.partition(":")
        origin = desc.attr["origin_format"].s.decode()
        ours = layouts.encode(
            filters[name].astype(np.float16), origin, layout, int(groups) if groups else 1
        )
        assert list(ours.shape) == list(desc.shape.dim), op.name
        start = desc.data_offset
        assert ours.tobytes() == parts[1][start : start + ours.nbytes], op.name
        compared[layout + " grouped" * bool(groups)] += 1
    assert all(count > 3 for count in compared.values()), compared
