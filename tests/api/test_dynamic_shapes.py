# SPDX-License-Identifier: Apache-2.0
"""Models with dynamic shapes as users see them: arrays of any shape in range, outputs to match."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import ascendcl as acl
from ascendcl import _acl
from ascendcl.om import GraphBuilder, Header, ModelBuilder, TensorSpec
from written_models import BIAS, DENSE, dynamic_dense, dynamic_layouts, dynamic_pooling

ROWS = (1, 7, 40, 2, 40)  # grows, shrinks, and comes back


@pytest.fixture(scope="module")
def content() -> bytes:
    return dynamic_dense()


@pytest.fixture
def model(content: bytes):
    with acl.Model.from_bytes(content) as loaded:
        yield loaded


def rows(count: int) -> np.ndarray:
    return np.random.default_rng(count).standard_normal((count, len(DENSE))).astype(np.float32)


def softmax_of(x: np.ndarray) -> np.ndarray:
    powers = np.exp(x.astype(np.float64) @ DENSE + BIAS)
    return powers / powers.sum(axis=1, keepdims=True)


def model_of_two_inputs() -> bytes:
    """x of any two sizes plus a row of three, both without limit but for the row's."""
    graph = GraphBuilder("sum")
    x = graph.data("x", TensorSpec((-1, -1, 3), "float32", "ND"))
    row = graph.data("row", TensorSpec((3,), "float32", "ND"))
    graph.output([graph.op("Add", [x, row], x.spec)], ["y"])
    return ModelBuilder(graph).to_bytes(Header("sum", is_unknown_shape=True))


def test_tells_what_it_takes(model: acl.Model) -> None:
    (x,) = model.inputs
    assert (x.name, x.shape, x.ranges) == ("x", (-1, 6), ((1, 40), (6, 6)))
    assert x.nbytes == 40 * 6 * 4
    assert [info.shape for info in model.outputs] == [(-1, 4), (-1, 6)]
    assert all(info.ranges == () for info in model.outputs)
    assert model.gears == ()
    assert "[-1, 6]" in repr(model)


def test_a_static_model_has_no_ranges(digits) -> None:
    with acl.Model.from_file(digits) as model:
        assert [info.ranges for info in (*model.inputs, *model.outputs)] == [(), ()]


def test_computes_what_numpy_computes(model: acl.Model) -> None:
    for count in ROWS:
        x = rows(count)
        softmax, double = model(x)
        assert (softmax.shape, softmax.dtype) == ((count, 4), np.float32)
        np.testing.assert_allclose(softmax, softmax_of(x), rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(double, 2 * x)


def test_results_are_the_callers(model: acl.Model) -> None:
    _, first = model(rows(3))
    _, second = model(rows(4))
    model.close()
    first[:] = 0
    np.testing.assert_array_equal(second, 2 * rows(4))


def test_outputs_of_other_ranks() -> None:
    x = rows(5)
    with acl.Model.from_bytes(dynamic_layouts()) as model:
        joined, means, doubled = model(x)
    np.testing.assert_array_equal(joined, np.hstack([x, x]))
    np.testing.assert_allclose(means, x.mean(axis=1), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(doubled, 2 * x.T)


def test_sizes_without_limit() -> None:
    row = np.array([1, 2, 3], np.float32)
    with acl.Model.from_bytes(model_of_two_inputs()) as model:
        assert model.inputs[0].ranges == ((0, None), (0, None), (3, 3))
        assert model.inputs[0].nbytes == 0
        assert model.inputs[1].ranges == ()
        for shape in [(1, 1, 3), (300, 70, 3), (2, 5, 3)]:
            x = np.random.default_rng(1).standard_normal(shape).astype(np.float32)
            np.testing.assert_array_equal(model(x, row), x + row)
            np.testing.assert_array_equal(model({"row": row, "x": x}), x + row)
        with pytest.raises(ValueError, match=r"'row': expected shape \(3,\), got \(4,\)"):
            model(x, np.zeros(4, np.float32))


def test_ways_to_call_agree(model: acl.Model) -> None:
    expected = model(rows(4))
    out = [np.full((4, 4), np.nan, np.float32), np.full((4, 6), np.nan, np.float32)]
    results = model(rows(4), out=out)
    assert all(result is array for result, array in zip(results, out, strict=True))
    for results in (out, model.run(np.asfortranarray(rows(4))), model({"x": rows(4)})):
        for result, other in zip(results, expected, strict=True):
            np.testing.assert_array_equal(result, other)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((41, 6), "input 'x': axis 0 is 41, and the model takes 1 to 40"),
        ((0, 6), "input 'x': axis 0 is 0, and the model takes 1 to 40"),
        ((3, 7), "input 'x': axis 1 is 7, and the model takes 6"),
        ((3,), "input 'x': expected 2 axes, got 1"),
        ((3, 6, 1), "input 'x': expected 2 axes, got 3"),
    ],
    ids=str,
)
def test_shape_out_of_range(model: acl.Model, shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        model(np.zeros(shape, np.float32))


def test_runtime_says_what_it_cannot_take() -> None:
    """The description leaves the lower limit open; the host's engine takes no empty tensors."""
    with (
        acl.Model.from_bytes(model_of_two_inputs()) as model,
        pytest.raises(acl.AclValueError, match="dim 1 is set to 0"),
    ):
        model(np.zeros((2, 0, 3), np.float32), np.zeros(3, np.float32))


@pytest.mark.parametrize(
    ("out", "error", "message"),
    [
        (
            list(np.zeros((2, 3, 4), np.float32)),
            ValueError,
            r"expected shape \(5, 4\), got \(3, 4\)",
        ),
        ([np.zeros((5, 4), np.float32)], TypeError, "sequence of 2 arrays"),
        ([np.zeros((5, 4), np.float64)] * 2, TypeError, "float64"),
        ([np.zeros((4, 5), np.float32).T] * 2, ValueError, "C-contiguous"),
    ],
    ids=["shape", "count", "dtype", "order"],
)
def test_out_that_does_not_fit(model: acl.Model, out, error, message: str) -> None:
    with pytest.raises(error, match=message):
        model(rows(5), out=out)


def test_wrong_type_is_refused(model: acl.Model) -> None:
    with pytest.raises(TypeError, match="float64"):
        model(rows(3).astype(np.float64))


def test_failure_leaves_nothing(model: acl.Model) -> None:
    before = _acl.core.live_counts()
    with acl.Model.from_bytes(dynamic_pooling()) as broken:
        for _ in range(3):
            with pytest.raises(acl.AclError, match="MaxPoolV3"):
                broken(np.zeros((1, 2, 8, 8), np.float32))
    assert _acl.core.live_counts() == before
    assert model(rows(2))[1].shape == (2, 6)


def test_device_memory_does_not_grow(model: acl.Model) -> None:
    model(rows(40))
    device = acl.Device(0)
    free = device.memory_info().free
    for count in (1, 40, 3, 40):
        model(rows(count))
    assert device.memory_info().free == free


def test_memory_of_the_user(content: bytes) -> None:
    size = acl.query_size(content)
    assert size.work == 0
    device = acl.Device(0)
    with (
        acl.DeviceBuffer(64, device=device) as work,
        acl.DeviceBuffer(size.weight, device=device) as weight,
    ):
        models = [acl.Model.from_bytes(content, work=work, weight=weight) for _ in range(2)]
        for model in models:
            assert (model.workspace_is_user_managed, model.weight_is_user_managed) == (False, True)
            np.testing.assert_allclose(model(rows(3))[0], softmax_of(rows(3)), rtol=1e-5, atol=1e-6)
            with pytest.raises(acl.BufferInUse):
                weight.close()
        for model in models:
            model.close()


def test_threads_with_different_shapes(model: acl.Model) -> None:
    wrong: list[int] = []

    def work(count: int) -> None:
        for _ in range(20):
            if not np.array_equal(model(rows(count))[1], 2 * rows(count)):
                wrong.append(count)

    threads = [threading.Thread(target=work, args=(count,)) for count in ROWS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_closed(model: acl.Model) -> None:
    model.close()
    with pytest.raises(acl.ModelClosedError):
        model(rows(1))
