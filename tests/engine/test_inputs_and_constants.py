# SPDX-License-Identifier: Apache-2.0
"""Inputs, outputs and constants in their types and layouts, and nodes without meaning."""

from __future__ import annotations

import numpy as np
import pytest
from graphs import assert_close, blocked, finish, plain, run

from ascendcl.om import GraphBuilder, TensorSpec

Generator = np.random.Generator


def test_inputs_and_outputs_of_half_precision(rng: Generator) -> None:
    x = rng.standard_normal((2, 8)).astype(np.float16)
    graph = GraphBuilder("g")
    spec = TensorSpec(x.shape, "float16", "ND")
    graph.output([graph.op("Relu", [graph.data("x", spec)], spec)])
    np.testing.assert_array_equal(run(graph, x)[0], np.maximum(x, 0))


@pytest.mark.parametrize("dtype", ["float32", "float16", "int32", "uint8", "bool", "int64"])
def test_an_output_may_be_an_input(dtype: str, rng: Generator) -> None:
    x = rng.integers(0, 2, (2, 8)).astype(dtype)
    graph = GraphBuilder("g")
    spec = TensorSpec(x.shape, dtype, "ND")
    value = graph.data("x", spec)
    flat = graph.op("Reshape", [value], TensorSpec((16,), dtype, "ND"))
    graph.output([value, graph.op("Identity", [flat], flat.spec)])
    same, flattened = run(graph, x)
    np.testing.assert_array_equal(same, x)
    np.testing.assert_array_equal(flattened, x.ravel())


def test_blocked_inputs_and_outputs(rng: Generator) -> None:
    x = rng.standard_normal((1, 2, 3, 4, 16)).astype(np.float16)
    x[:, 1, :, :, 4:] = 0  # 20 channels
    graph = GraphBuilder("g")
    spec = blocked((1, 20, 3, 4))
    graph.output([graph.op("Relu", [graph.data("x", spec)], spec)])
    np.testing.assert_array_equal(run(graph, x)[0], np.maximum(x, 0))


def test_nodes_without_meaning_are_skipped(rng: Generator) -> None:
    x = rng.standard_normal((2, 8)).astype(np.float32)
    graph = GraphBuilder("g")
    for type in ("AtomicAddrClean", "MemSet", "Send", "Recv", "StreamActive", "LabelSet"):
        graph.node(type, [], [], name=type)
    y = graph.op(
        "Relu",
        [graph.data("x", plain(x.shape))],
        plain(x.shape),
        control=["AtomicAddrClean", "Recv"],
    )
    finish(graph, y)
    np.testing.assert_array_equal(run(graph, x)[0], np.maximum(x, 0))


@pytest.mark.parametrize("type", ["FrameworkOp", "RandomStandardNormal"])
def test_random_numbers_of_the_ai_cpu_are_normal(type: str) -> None:
    graph = GraphBuilder("g")
    x = graph.data("x", plain((1,)))
    noise = graph.op(
        type,
        [graph.constant("shape", [20000], dtype="int32")],
        plain((20000,)),
        attrs={"original_type": "RandomStandardNormal"},
    )
    finish(graph, graph.op("Add", [noise, x], plain((20000,))))
    y = run(graph, np.array([3.0], np.float32), framework_type="TensorFlow")[0]
    assert abs(y.mean() - 3) < 0.05
    assert abs(y.std() - 1) < 0.05


@pytest.mark.parametrize("inline", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "float16", "float64"])
def test_constants_are_added_from_weights_or_graph(
    inline: bool, dtype: str, rng: Generator
) -> None:
    x = rng.standard_normal((2, 8)).astype(np.float32)
    c = np.arange(8, dtype=np.float32) / 4
    graph = GraphBuilder("g")
    values = [graph.data("x", plain(x.shape)), graph.constant("c", c, dtype=dtype, inline=inline)]
    finish(graph, graph.op("Add", values, plain(x.shape)))
    assert_close(run(graph, x)[0], x + c)


@pytest.mark.parametrize("shape", [(40, 24), (3, 20, 33)])
def test_constants_in_fractal_nz(shape: tuple[int, ...], rng: Generator) -> None:
    c = rng.standard_normal(shape).astype(np.float16).astype(np.float32)
    graph = GraphBuilder("g")
    x = graph.data("x", plain((1,)))
    finish(graph, graph.op("Add", [graph.constant("c", c, layout="FRACTAL_NZ"), x], plain(shape)))
    np.testing.assert_array_equal(run(graph, np.zeros(1, np.float32))[0], c)
