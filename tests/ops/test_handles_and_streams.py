# SPDX-License-Identifier: Apache-2.0
"""Handles, the order of a stream, shape inference, the cache."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from single_ops import Array, attributes_of, computed, descs_of, on_device, random

import abi
import acl


def shape_of(desc: int) -> list[int]:
    return [
        acl.get_tensor_desc_dim_v2(desc, i)[0] for i in range(acl.get_tensor_desc_num_dims(desc))
    ]


def test_handle_outlives_descs_and_attributes(rng: np.random.Generator) -> None:
    x = random(rng, "float32", 4, 5)
    with descs_of([x]) as descs, attributes_of({"value": 2.5}) as attr:
        handle, ret = acl.op.create_handle("Muls", descs, descs, attr)
    assert ret == 0
    with on_device(x, np.zeros_like(x), np.zeros_like(x)) as device:
        for target in (1, 2):
            inputs, outputs = device.buffers[:1], [device.buffers[target]]
            assert acl.op.execute_with_handle(handle, inputs, outputs, 0) == 0
        assert acl.op.execute_with_handle(handle, device.buffers, device.buffers[1:2], 0) == 100000
        assert acl.op.execute_with_handle(0, device.buffers, device.buffers[1:2], 0) == 100000
        acl.op.destroy_handle(handle)  # what is queued goes on
        assert acl.rt.synchronize_stream(0) == 0
        for result in device.download()[1:]:
            np.testing.assert_array_equal(result, x * np.float32(2.5))


def test_handle_of_an_unknown_op() -> None:
    with descs_of([np.ones(1, np.float32)]) as descs, attributes_of({}) as attr:
        assert acl.op.create_handle("Nothing", descs, descs, attr) == (0, 100024)


def test_cast_and_its_handle(rng: np.random.Generator) -> None:
    x = random(rng, "float32", 100) * 50
    with (
        on_device(x, np.zeros(100, np.int32), np.zeros(100, np.int32)) as device,
        descs_of(device.arrays[:2]) as (source, target),
    ):
        p_x, p_first, p_second = device.buffers
        assert acl.op.cast(source, p_x, target, p_first, 1, 0) == 0
        handle, ret = acl.op.create_handle_for_cast(source, target, 1)
        assert ret == 0
        assert acl.op.execute_with_handle(handle, [p_x], [p_second], 0) == 0
        assert acl.rt.synchronize_stream(0) == 0
        acl.op.destroy_handle(handle)
        for result in device.download()[1:]:
            np.testing.assert_array_equal(result, x.astype(np.int32))


def test_an_op_waits_for_its_turn(stream: int, rng: np.random.Generator) -> None:
    """While something holds the stream up nothing is computed; then one op after the other."""
    library = abi.Library(str(acl.runtime_info().library))
    a, b = random(rng, "int32", 1000), random(rng, "int32", 1000)
    zeros = np.zeros_like(a)
    with (
        on_device(a, b, zeros, zeros.copy()) as device,
        descs_of([a, b]) as descs,
        attributes_of({}) as attr,
    ):
        p_a, p_b, p_sum, p_product = device.buffers
        with abi.held_up(library, stream):
            ret = acl.op.execute_v2("Add", descs, [p_a, p_b], descs[:1], [p_sum], attr, stream)
            assert ret == 0
            inputs = [p_sum, p_b]
            ret = acl.op.execute_v2("Mul", descs, inputs, descs[:1], [p_product], attr, stream)
            assert ret == 0
            assert not any(result.any() for result in device.download()[2:])
        assert acl.rt.synchronize_stream(stream) == 0
        np.testing.assert_array_equal(device.download()[3], (a + b) * b)


def test_one_op_on_several_threads(rng: np.random.Generator) -> None:
    """Each on a stream of its own."""
    a, b = random(rng, "float32", 50, 60), random(rng, "float32", 60, 70)
    expected = computed("MatMul", [a, b], np.zeros((50, 70), np.float32))
    context, ret = acl.rt.get_context()
    assert ret == 0
    results: list[Array] = []

    def work() -> None:
        assert acl.rt.set_context(context) == 0
        own, ret = acl.rt.create_stream()
        assert ret == 0
        for _ in range(10):
            results.append(computed("MatMul", [a, b], expected, stream=own))
        assert acl.rt.destroy_stream(own) == 0

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 40
    for result in results:
        np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize(
    ("op_type", "shapes", "attributes", "expected"),
    [
        ("Add", [(3, 1, 5), (4, 5)], {}, [3, 4, 5]),
        ("MatMul", [(3, 4), (5, 4)], {"transpose_x2": True}, [3, 5]),
        ("BatchMatMul", [(2, 3, 4), (4, 5)], {}, [2, 3, 5]),
        ("ReduceSumD", [(3, 4, 5)], {"axes": [0, 2], "keep_dims": True}, [1, 4, 1]),
        ("ReduceMeanD", [(3, 4)], {"axes": []}, []),
        ("Softmax", [(3, 4)], {}, [3, 4]),
        ("TileD", [(3, 4)], {"multiples": [2, 3]}, [6, 12]),
        ("ConcatD", [(3, 4), (3, 5)], {"concat_dim": 1}, [3, 9]),
        ("TransposeD", [(3, 4, 5)], {"perm": [2, 0, 1]}, [5, 3, 4]),
    ],
)
def test_infer_shape(
    op_type: str,
    shapes: list[tuple[int, ...]],
    attributes: dict[str, bool | int | list[int]],
    expected: list[int],
) -> None:
    inputs = [np.zeros(shape, np.float32) for shape in shapes]
    with (
        on_device(*inputs) as device,
        descs_of(inputs) as descs,
        descs_of([np.zeros(1, np.float32)], dims=[-1]) as outputs,
        attributes_of(attributes) as attr,
    ):
        ret = acl.op.infer_shape(op_type, descs, device.buffers, 1, outputs, attr)
        assert ret == 0, acl.get_recent_err_msg()
        assert shape_of(outputs[0]) == expected


def test_shapes_that_cannot_be_inferred() -> None:
    """Those that only the caller knows."""
    x = np.zeros((3, 4), np.float32)
    for op_type in ("Reshape", "BroadcastToD", "ResizeBilinearV2D"):
        with (
            on_device(x) as device,
            descs_of([x]) as descs,
            descs_of([x], dims=[-1]) as outputs,
            attributes_of({}) as attr,
        ):
            ret = acl.op.infer_shape(op_type, descs, device.buffers, 1, outputs, attr)
            assert ret == 100022
            assert "have to be given" in str(acl.get_recent_err_msg())
            assert shape_of(outputs[0]) == [-1]


def test_infer_shape_from_values() -> None:
    inputs: list[Array] = [np.zeros((3, 4, 5), np.float32), np.array([2, 0, 1], np.int64)]
    with (
        on_device(*inputs) as device,
        descs_of(inputs) as descs,
        descs_of(inputs[:1]) as outputs,
        attributes_of({}) as attr,
    ):
        assert acl.op.infer_shape("Transpose", descs, device.buffers, 1, outputs, attr) == 0
        assert shape_of(outputs[0]) == [5, 3, 4]


def test_unknown_output_dims_are_filled_in(rng: np.random.Generator) -> None:
    a, b = random(rng, "float32", 3, 4), random(rng, "float32", 4, 5)
    with (
        on_device(a, b, np.zeros((3, 5), np.float32)) as device,
        descs_of([a, b]) as inputs,
        descs_of([a], dims=[-1, -1]) as outputs,
        attributes_of({}) as attr,
    ):
        ret = acl.op.execute_v2(
            "MatMul", inputs, device.buffers[:2], outputs, device.buffers[2:], attr, 0
        )
        assert ret == 0, acl.get_recent_err_msg()
        assert shape_of(outputs[0]) == [3, 5]
        assert acl.rt.synchronize_stream(0) == 0
        np.testing.assert_allclose(device.download()[2], a @ b, rtol=0, atol=1e-5)


def test_a_short_cache(rng: np.random.Generator) -> None:
    assert acl.op.set_max_op_queue_num(0) == 100000
    assert acl.op.set_max_op_queue_num(1) == 0
    try:
        a, b = random(rng, "float32", 7), random(rng, "float32", 7)
        for _ in range(3):
            np.testing.assert_array_equal(computed("Add", [a, b], a), a + b)
            np.testing.assert_array_equal(computed("Mul", [a, b], a), a * b)
    finally:
        assert acl.op.set_max_op_queue_num(20000) == 0
