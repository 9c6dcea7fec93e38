# SPDX-License-Identifier: Apache-2.0
"""Every gear gives the bits of the static model of its shape, and what ONNX Runtime computes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from graphs import assert_close, blocked, blocked_input, finish, half, onnx_op, plain

import ascendcl as acl
from ascendcl.om import GraphBuilder, ModelBuilder, Value, join_gears
from ascendcl.om.graph_builder import Node
from rebatched import model_with_batches, static_model

Shape = tuple[int, ...]
Build = Callable[[GraphBuilder, Sequence[Shape]], None]

REAL_MODELS = Path(__file__).parents[2].parent / "shared" / "models"
SEED = np.random.default_rng(3)
FILTER = SEED.standard_normal((8, 3, 3, 3)).astype(np.float32)
MATRIX = SEED.standard_normal((12, 5)).astype(np.float32)


def conv(graph: GraphBuilder, shapes: Sequence[Shape]) -> None:
    (shape,) = shapes
    n, _, h, w = shape
    x = blocked_input(graph, "x", shape)
    filters = graph.constant("filter", FILTER, format="NCHW", layout="FRACTAL_Z")
    attrs = {
        "strides": [1, 1, 1, 1],
        "pads": [1, 1, 1, 1],
        "dilations": [1, 1, 1, 1],
        "data_format": "NCHW",
        "groups": 1,
    }
    y = graph.op("Conv2D", [x, filters], blocked((n, 8, h, w)), name="conv", attrs=attrs)
    finish(graph, graph.op("Relu", [y], y.spec, name="relu"))


def two_inputs(graph: GraphBuilder, shapes: Sequence[Shape]) -> None:
    """Two outputs, of which the first is computed last; a constant that depends on the shape."""
    (a_shape, b_shape) = shapes
    a, b = (graph.data(name, plain(s)) for name, s in zip("ab", shapes, strict=True))
    weights = graph.constant("matrix", MATRIX, dtype="float32")
    rows = graph.constant("rows", np.full((1, 5), a_shape[0], np.float32), dtype="float32")
    product = graph.op("MatMul", [a, weights], plain((a_shape[0], 5)), name="product")
    doubled = graph.op("Add", [b, b], plain(b_shape), name="doubled")
    shifted = graph.op("Add", [product, rows], plain((a_shape[0], 5)), name="shifted")
    graph.output([doubled, shifted], ["doubled", "shifted"])


def build(body: Build, shapes: Sequence[Shape], name: str = "gear") -> GraphBuilder:
    graph = GraphBuilder(name)
    body(graph, shapes)
    return graph


CASES = {
    "batch": ("batch", conv, [[(n, 3, 6, 5)] for n in (1, 2, 4)]),
    "batch, largest first": ("batch", conv, [[(n, 3, 6, 5)] for n in (4, 1)]),
    "batch of two inputs": ("batch", two_inputs, [[(n, 12), (n, 2)] for n in (2, 7)]),
    "batch of one input": ("batch", two_inputs, [[(n, 12), (3, 2)] for n in (2, 7)]),
    "image": ("image", conv, [[(1, 3, *hw)] for hw in ((6, 5), (5, 6), (12, 9))]),
    "dims": ("dims", conv, [[dims] for dims in ((1, 3, 6, 5), (2, 3, 4, 4), (1, 3, 7, 5))]),
    "dims of two inputs": ("dims", two_inputs, [[(2, 12), (4, 2)], [(3, 12), (1, 9)]]),
}


@pytest.mark.parametrize(("kind", "body", "gears"), CASES.values(), ids=CASES)
def test_bits_of_the_static_model(
    kind, body: Build, gears: list[list[Shape]], rng: np.random.Generator
) -> None:
    joined = join_gears([build(body, shapes, f"gear_{i}") for i, shapes in enumerate(gears)], kind)
    with acl.Model.from_bytes(joined.to_bytes()) as model:
        assert [gear.inputs for gear in model.gears] == [tuple(shapes) for shapes in gears]
        # Twice, and in both directions: what one gear leaves must not reach another.
        for shapes in [*gears, *reversed(gears)]:
            inputs = [rng.standard_normal(shape).astype(np.float32) for shape in shapes]
            static = ModelBuilder(build(body, shapes)).to_bytes()
            with acl.Model.from_bytes(static) as alone:
                expected = alone.run(*inputs)
            got = model.run(*inputs)
            assert [y.tobytes() for y in got] == [y.tobytes() for y in expected]
            assert [y.shape for y in got] == [y.shape for y in expected]


def test_values(rng: np.random.Generator) -> None:
    gears = [build(conv, [(n, 3, 6, 5)], f"gear_{n}") for n in (1, 3)]
    with acl.Model.from_bytes(join_gears(gears, "batch").to_bytes()) as model:
        for n in (1, 3):
            x = rng.standard_normal((n, 3, 6, 5)).astype(np.float32)
            (expected,) = onnx_op("Conv", [x, half(FILTER)], pads=[1, 1, 1, 1])
            assert_close(model(x), np.maximum(expected, 0), 1e-4)


def test_a_real_model(rng: np.random.Generator) -> None:
    path = REAL_MODELS / "nanotrack_backbone127.om"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    with (
        acl.Model.from_bytes(model_with_batches(path, (1, 2))) as model,
        acl.Model.from_file(path) as original,
    ):
        x = rng.random(model.gears[1].inputs[0]).astype(np.float32)
        assert model(x[:1]).tobytes() == original(x[:1]).tobytes()
        with acl.Model.from_bytes(static_model(path, 2)) as static:
            assert model(x).tobytes() == static(x).tobytes()


def test_outputs_in_another_order_than_the_gears(rng: np.random.Generator) -> None:
    shapes = [[(n, 12), (n, 2)] for n in (2, 7)]
    joined = join_gears([build(two_inputs, s, f"gear_{i}") for i, s in enumerate(shapes)], "batch")
    main = joined.graphs[0]
    end = main.nodes["Node_Output"]
    del end.attrs["_dynamic_output_dims"]
    end.inputs = main.outputs = list(reversed(main.outputs))
    main.output_names.reverse()
    with acl.Model.from_bytes(joined.to_bytes()) as model:
        a, b = (rng.standard_normal(shape).astype(np.float32) for shape in shapes[0])
        shifted, doubled = model.run(a, b)
    np.testing.assert_array_equal(doubled, 2 * b)
    assert_close(shifted, a @ MATRIX + 2, 1e-4)


def test_common_constants_are_stored_once() -> None:
    one = ModelBuilder(build(conv, [(1, 3, 6, 5)])).weight_size
    gears = [build(conv, [(n, 3, 6, 5)], f"gear_{n}") for n in (1, 2, 3, 4)]
    joined = join_gears(gears, "batch")
    assert one <= joined.weight_size <= one + 512  # and the table of gears


def refusal(model: ModelBuilder) -> str:
    with pytest.raises(acl.AclError) as error:
        acl.Model.from_bytes(model.to_bytes())
    return str(error.value)


def joined_conv() -> ModelBuilder:
    return join_gears([build(conv, [(n, 3, 6, 5)], f"gear_{n}") for n in (1, 2)], "batch")


def test_a_gear_without_a_graph_is_refused() -> None:
    model = joined_conv()
    main = model.graphs[0]
    main.nodes["ascend_mbatch_shape_case"].subgraphs = ["gear_1", "no such graph"]
    assert "gear 1 does not exist" in refusal(model)


def test_gears_of_no_kind_are_refused() -> None:
    model = joined_conv()
    model.graphs[0].nodes["ascend_mbatch_shape_case"].attrs["mbatch_dynamic_type"] = -1
    assert "does not say of which kind" in refusal(model)


def test_an_op_that_is_not_supported_is_refused_when_loaded() -> None:
    def unknown(graph: GraphBuilder, shapes: Sequence[Shape]) -> None:
        x = graph.data("x", plain(shapes[0]))
        graph.output([graph.op("NoSuchOp", [x], x.spec, name="unknown")])

    gears = [build(unknown, [(n, 2)], f"gear_{n}") for n in (1, 2)]
    assert "node 'unknown' (NoSuchOp)" in refusal(join_gears(gears, "batch"))


def test_a_node_between_input_and_gears_is_refused() -> None:
    """It computes on the largest gear's shape."""
    model = joined_conv()
    nodes = model.graphs[0].nodes
    choice = nodes["ascend_mbatch_shape_case"]
    index, x, *others = choice.inputs
    assert x is not None
    nodes["between"] = Node("between", "Relu", [x], [x.spec])
    choice.inputs = [index, Value("between", 0, x.spec), *others]
    assert "for one shape of many: node 'between' (Relu)" in refusal(model)
