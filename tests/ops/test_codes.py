# SPDX-License-Identifier: Apache-2.0
"""What single ops refuse, by code and message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from single_ops import Array, attributes_of, descs_of, execute, on_device

import acl

FLOATS = np.ones((2, 3), np.float32)
HALVES = np.ones((2, 3), np.float16)
INTS = np.ones((2, 3), np.int32)
FRACTAL_NZ = 29

pytestmark = pytest.mark.skipif(
    acl.runtime_info().kind != "host", reason="which ops there are is the host runtime's"
)


@pytest.mark.parametrize(
    ("op_type", "inputs", "output", "attributes", "code", "message"),
    [
        ("Nothing", [FLOATS], FLOATS, {}, 100024, "the op 'Nothing' is not known"),
        ("Add", [FLOATS], FLOATS, {}, 100021, "Add has 2 inputs, not 1"),
        ("Relu", [FLOATS, FLOATS], FLOATS, {}, 100021, "Relu has 1 inputs, not 2"),
        ("Add", [FLOATS, HALVES], FLOATS, {}, 100021, "its inputs have different types"),
        ("Add", [FLOATS, FLOATS[:, :2]], FLOATS, {}, 100021, "(Add)"),
        ("MatMul", [FLOATS, FLOATS], FLOATS, {}, 100021, "[2,3] and [2,3]"),
        ("Transpose", [FLOATS, INTS[0]], FLOATS, {}, 100021, "input 1 is not a constant"),
        ("Add", [FLOATS, FLOATS], FLOATS[0], {}, 100022, "declared [3], it computes [2,3]"),
        ("Add", [FLOATS, FLOATS], HALVES, {}, 100022, "declared float16, its inputs are float32"),
        ("Add", [FLOATS, FLOATS], INTS, {}, 100022, "declared i32, it computes f32"),
        ("MatMul", [INTS, INTS.T], HALVES[:, :2], {}, 100022, "declared f16, it computes i32"),
        ("Adds", [FLOATS], FLOATS, {}, 100023, "attribute 'value' is missing"),
        ("Cast", [FLOATS], HALVES, {}, 100023, "attribute 'dst_type' is missing"),
        ("Cast", [FLOATS], HALVES, {"dst_type": 3}, 100023, "is 3, the output's data type 1"),
        ("ReduceSumD", [FLOATS], FLOATS[0], {}, 100023, "attribute 'axes' is missing"),
        ("Add", [INTS.astype(np.int64)] * 2, INTS, {}, 100026, "input 0 has data type 9"),
        ("Cast", [FLOATS], FLOATS.astype(float), {"dst_type": 11}, 100026, "output 0"),
    ],
)
def test_refused(
    *,
    op_type: str,
    inputs: Sequence[Array],
    output: Array,
    attributes: dict[str, Any],
    code: int,
    message: str,
) -> None:
    before = output.copy()
    ret = execute(op_type, inputs, [output], attributes)
    text = str(acl.get_recent_err_msg())
    assert ret == code
    assert text.startswith(f"[{code}] aclopExecuteV2: ")
    assert message in text
    np.testing.assert_array_equal(output, before)


def test_format() -> None:
    assert execute("Relu", [FLOATS], [FLOATS], format=FRACTAL_NZ) == 100027
    assert "input 0 has format 29" in str(acl.get_recent_err_msg())


def test_unknown_input_dims() -> None:
    with (
        on_device(FLOATS) as device,
        descs_of([FLOATS], dims=[-1, 3]) as unknown,
        descs_of([FLOATS]) as known,
        attributes_of({}) as attr,
    ):
        ret = acl.op.execute_v2("Relu", unknown, device.buffers, known, device.buffers, attr, 0)
    assert ret == 100021


def call(
    descs: list[int], inputs: list[int], outputs: list[int], op_type: str = "Relu", stream: int = 0
) -> int:
    with attributes_of({}) as attr:
        return int(
            acl.op.execute_v2(op_type, descs, inputs, descs[: len(outputs)], outputs, attr, stream)
        )


def test_null_pointers() -> None:
    with on_device(FLOATS) as device, descs_of([FLOATS]) as descs:
        assert call([0], device.buffers, device.buffers) == 100000
        assert call(descs, [0], device.buffers) == 100000
        assert call(descs, device.buffers, [0]) == 100000
        assert call(descs, device.buffers, []) == 100000
        assert call(descs, device.buffers, device.buffers) == 0
        assert acl.rt.synchronize_stream(0) == 0


def test_buffers_too_small() -> None:
    short = acl.create_data_buffer(0, 0)
    with on_device(FLOATS) as device, descs_of([FLOATS]) as descs:
        assert acl.update_data_buffer(short, device.pointers[0], FLOATS.nbytes - 1) == 0
        assert call(descs, [short], device.buffers) == 100000
        assert "input 0 needs 24 bytes, its buffer has 23" in str(acl.get_recent_err_msg())
        assert call(descs, device.buffers, [short]) == 100000
        assert acl.update_data_buffer(short, 0, FLOATS.nbytes) == 0
        assert call(descs, [short], device.buffers) == 100000
        assert "null address" in str(acl.get_recent_err_msg())
    assert acl.destroy_data_buffer(short) == 0


def test_stream_that_was_destroyed() -> None:
    stream, ret = acl.rt.create_stream()
    assert (ret, acl.rt.destroy_stream(stream)) == (0, 0)
    with on_device(FLOATS) as device, descs_of([FLOATS]) as descs:
        assert call(descs, device.buffers, device.buffers, stream=stream) == 107017


def test_attributes() -> None:
    attr = acl.op.create_attr()
    assert acl.op.set_attr_bool(0, "name", 1) == 100000
    assert acl.op.set_attr_list_string(attr, "strings", ["one", "two"]) == 0
    assert acl.op.set_attr_list_float(attr, "reals", [1.5]) == 0
    assert acl.op.set_attr_list_bool(attr, "flags", [0, 1]) == 0
    assert acl.op.set_attr_list_list_int(attr, "lists", [[1, 2], []]) == 0
    assert acl.op.set_attr_data_type(attr, "type", 1) == (attr, 0)
    assert acl.op.set_attr_list_data_type(attr, "types", [0, 1]) == (attr, 0)
    acl.op.destroy_attr(attr)


def test_the_last_attribute_of_a_name_counts() -> None:
    with (
        on_device(FLOATS, np.zeros_like(FLOATS)) as device,
        descs_of([FLOATS]) as descs,
        attributes_of({"value": 1.0}) as attr,
    ):
        assert acl.op.set_attr_float(attr, "value", 5.0) == 0
        ret = acl.op.execute_v2(
            "Adds", descs, device.buffers[:1], descs, device.buffers[1:], attr, 0
        )
        assert (ret, acl.rt.synchronize_stream(0)) == (0, 0)
        np.testing.assert_array_equal(device.download()[1], FLOATS + 5)


@pytest.mark.parametrize(
    ("op_type", "inputs", "attributes", "words"),
    [
        ("Gather", [FLOATS, np.array([0, 2], np.int32)], {}, "index 2 (element 1"),
        ("Gather", [FLOATS, np.array([-3, 0], np.int32)], {}, "index -3 (element 0"),
        ("GatherElements", [FLOATS, INTS * 3], {"dim": 1}, "index 3 (element 0"),
        ("GatherNd", [FLOATS, np.array([[0], [7]], np.int32)], {}, "index 7 (element 1"),
        ("Slice", [FLOATS, INTS[0, :2], np.array([2, 3], np.int32)], {}, "from offset 1 on"),
    ],
)
def test_positions_out_of_range(
    op_type: str, inputs: Sequence[Array], attributes: dict[str, Any], words: str
) -> None:
    """The wait for it fails; the next op runs."""
    output = np.full_like(FLOATS, 7)
    assert execute(op_type, inputs, [output], attributes, waited=507011) == 0
    text = str(acl.get_recent_err_msg())
    assert f"node '{op_type}' ({op_type}): " in text
    assert words in text
    assert execute("Relu", [FLOATS], [output]) == 0
    np.testing.assert_array_equal(output, FLOATS)
