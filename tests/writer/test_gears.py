# SPDX-License-Identifier: Apache-2.0
"""Static graphs joined into one model: what it says of itself, and what cannot be joined."""

from __future__ import annotations

import pytest

from ascendcl.om import File, GraphBuilder, ModelBuilder, TensorSpec, join_gears


def graph(name: str, *shapes: tuple[int, ...], outputs: int = 1) -> GraphBuilder:
    made = GraphBuilder(name)
    specs = [TensorSpec(shape, "float32", "ND") for shape in shapes]
    inputs = [made.data(f"x{i}", spec) for i, spec in enumerate(specs)]
    scale = made.constant("scale", [2.0], dtype="float32")
    size = made.constant("size", [float(shapes[0][0])], dtype="float32")
    values = [made.op("Mul", [x, scale], x.spec, name=f"mul{i}") for i, x in enumerate(inputs)]
    values[0] = made.op("Add", [values[0], size], values[0].spec, name="add")
    made.output(values[:outputs], [f"y{i}" for i in range(outputs)])
    return made


def test_what_the_model_says() -> None:
    gears = [graph(f"gear_{n}", (n, 3), (n, 5, 7), outputs=2) for n in (4, 1)]
    (model,) = File.from_bytes(join_gears(gears, "batch").to_bytes()).models
    found = model.descriptors
    assert (found.gear_kind, found.gears) == ("batch", [[4], [1]])
    assert found.gear_output_dims == [[[4, 3], [4, 5, 7]], [[1, 3], [1, 5, 7]]]
    assert [io.name for io in found.inputs] == ["x0", "x1", "ascend_mbatch_shape_data"]
    assert [io.dims for io in found.inputs] == [[-1, 3], [-1, 5, 7], [1]]
    assert [io.size for io in found.inputs] == [4 * 3 * 4, 4 * 35 * 4, 8]
    assert found.user_input_order == ["x0", "x1"]


def test_output_dims_that_the_file_does_not_list() -> None:
    """They are read off the gears' graphs, through the order of the main graph's outputs."""
    gears = [graph(f"gear_{n}", (n, 3), (n, 5, 7), outputs=2) for n in (4, 1)]
    joined = join_gears(gears, "batch", inout_info=None)
    end = joined.graphs[0].nodes["Node_Output"]
    del end.attrs["_dynamic_output_dims"]
    end.inputs = list(reversed(end.inputs))
    (model,) = File.from_bytes(joined.to_bytes()).models
    assert model.descriptors.gear_output_dims == [[[4, 5, 7], [4, 3]], [[1, 5, 7], [1, 3]]]


@pytest.mark.parametrize(
    ("kind", "shapes", "values", "dims"),
    [
        ("image", [[(1, 3, 8, 9)], [(1, 3, 16, 5)]], [[8, 9], [16, 5]], [[1, 3, -1, -1]]),
        ("dims", [[(2, 3), (4,)], [(5, 3), (6,)]], [[2, 4], [5, 6]], [[-1, 3], [-1]]),
        ("batch", [[(2, 3), (4,)], [(5, 3), (4,)]], [[2], [5]], [[-1, 3], [4]]),
    ],
)
def test_open_dimensions(kind, shapes, values, dims) -> None:
    gears = [graph(f"gear_{i}", *each) for i, each in enumerate(shapes)]
    (model,) = File.from_bytes(join_gears(gears, kind).to_bytes()).models
    assert model.descriptors.gears == values
    assert [io.dims for io in model.descriptors.inputs[:-1]] == dims


def test_common_constants_move_to_the_main_graph() -> None:
    gears = [graph(f"gear_{n}", (n, 3)) for n in (1, 4)]
    (model,) = File.from_bytes(join_gears(gears, "batch").to_bytes()).models
    main, *branches = model.definition.graphs
    constants = {node.name for node in main.nodes if node.type == "Const"}
    assert "scale" in constants
    assert "size" not in constants  # each gear has its own
    (choice,) = (node for node in main.nodes if node.type == "Case")
    for branch in branches:
        for node in branch.nodes:
            if node.type != "Data":
                continue
            slot = node.attrs["_parent_node_index"]
            assert choice.inputs[slot].node == node.name
    assert gears[0].nodes["scale"].type == "Const"  # the graphs given are as they were
    ModelBuilder(gears[0]).to_bytes()


@pytest.mark.parametrize(
    ("kind", "gears", "message"),
    [
        ("batch", [graph("a", (1, 3))], "two graphs or more"),
        ("batch", [graph("a", (1, 3)), graph("b", (2, 3), (2, 3))], "differ in their inputs"),
        (
            "batch",
            [graph("a", (1, 3), (1, 3)), graph("b", (2, 3), (2, 3), outputs=2)],
            "differ in their outputs",
        ),
        ("batch", [graph("a", (1, 3)), graph("b", (2, 3, 1))], "differ in their inputs"),
        ("batch", [graph("a", (1, 3)), graph("b", (2, 4))], "one batch size"),
        ("batch", [graph("a", (1, 3), (2,)), graph("b", (2, 3), (3,))], "one batch size"),
        ("image", [graph("a", (1, 3)), graph("b", (2, 3))], "one image size"),
        ("batch", [graph("a", (1, 3)), graph("b", (1, 3))], "do not differ"),
        ("batch", [graph("a", (1, 3)), graph("a", (2, 3))], "different names"),
        ("dims", [graph("a", (1, 3)), graph("b", (1, 3))], "do not differ"),
    ],
)
def test_what_cannot_be_joined(kind, gears, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        join_gears(gears, kind)
