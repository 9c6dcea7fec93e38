# SPDX-License-Identifier: Apache-2.0
"""What Python objects are taken as: ints that fit, anything with __index__, lists, paths."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import acl
from ascendcl import MallocPolicy
from ascendcl._acl import constants


class Seven:
    def __index__(self) -> int:
        return 7

    def __repr__(self) -> str:
        return "Seven()"


@pytest.fixture
def buffer() -> Iterator[int]:
    handle = acl.create_data_buffer(0, 0)
    yield handle
    assert acl.destroy_data_buffer(handle) == 0


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        (5, 5),
        *[(number, number) for power in (30, 32, 60, 63) for number in (2**power - 1, 2**power)],
        (2**64 - 1, 2**64 - 1),
        (np.int64(9), 9),
        (np.uint8(9), 9),
        (np.array(9), 9),
        (Seven(), 7),
        (MallocPolicy.NORMAL_ONLY, 2),
    ],
    ids=repr,
)
def test_addresses(buffer: int, given: int, taken: int) -> None:
    assert acl.update_data_buffer(buffer, given, 64) == 0
    assert acl.get_data_buffer_addr(buffer) == taken
    assert acl.update_data_buffer(buffer, 0, 0) == 0


@pytest.mark.parametrize(
    "given",
    [-1, 2**64, 2**70 + 3, -(2**64), np.int64(-1), 10**9000],
    ids=["minus one", "2^64", "beyond 2^70", "minus 2^64", "numpy's minus one", "very large"],
)
def test_what_is_no_address_is_not_made_one(buffer: int, given: int) -> None:
    """pyACL takes it modulo 2^64: 2^64 is a null pointer there, for "managed by the system"."""
    message = r"acl\.update_data_buffer: argument '{}' must fit into 64 bits \(unsigned\), not "
    with pytest.raises(OverflowError, match=message.format("data_ptr")):
        acl.update_data_buffer(buffer, given, 64)
    with pytest.raises(OverflowError, match=message.format("size")):
        acl.update_data_buffer(buffer, 64, given)
    assert acl.get_data_buffer_addr(buffer) == 0


@pytest.mark.parametrize("given", [True, False])
def test_truth_is_no_address(buffer: int, given: bool) -> None:
    with pytest.raises(TypeError, match=r"'data_ptr' must be int \(an address\), not bool"):
        acl.update_data_buffer(buffer, given, 64)
    # A flag is a number all the same.
    assert acl.data_type_size(given) == (2 if given else 4)


def test_work_memory_beyond_64_bits_is_not_left_to_the_system() -> None:
    with pytest.raises(OverflowError, match=r"load_from_file_with_mem: argument 'work_ptr'"):
        acl.mdl.load_from_file_with_mem("model.om", 2**64, 64, 0, 0)


def test_every_index_at_once() -> None:
    """-1 is an index of its own, as in C programs; it is no size and no count."""
    desc = acl.mdl.create_desc()
    answer = acl.mdl.get_input_dynamic_gear_count(desc, 2**64 - 1)
    for index in (-1, np.int64(-1)):
        assert acl.mdl.get_input_dynamic_gear_count(desc, index) == answer
    for index in (-2, 2**64):
        with pytest.raises(OverflowError, match=r"'index' must fit into 64 bits"):
            acl.mdl.get_input_dynamic_gear_count(desc, index)
    assert acl.mdl.destroy_desc(desc) == 0


def test_numbers_in_dicts_must_fit() -> None:
    for dims, what in (
        ({"dimCount": 2**64, "dims": [1]}, "'dimCount' must fit into 64 bits (unsigned)"),
        ({"dimCount": -1, "dims": [1]}, "'dimCount' must fit into 64 bits (unsigned)"),
        ({"dimCount": 1, "dims": [2**63]}, "'dims[0]' must fit into 64 bits (signed)"),
    ):
        with pytest.raises(OverflowError, match=re.escape(what)):
            acl.mdl.set_input_dynamic_dims(0, 0, 0, dims)


def test_lists_of_numbers_must_fit() -> None:
    with pytest.raises(OverflowError, match=r"acl\.create_tensor_desc: argument 'dims'"):
        acl.create_tensor_desc(constants.ACL_FLOAT, [1, 2**63], constants.ACL_FORMAT_ND)


def test_32_bit_arguments() -> None:
    with pytest.raises(OverflowError, match=r"acl\.rt\.set_device: argument 'device_id'"):
        acl.rt.set_device(2**31)
    with pytest.raises(OverflowError, match="'data_type'"):
        acl.data_type_size(2**40)
    for given in (2**32, 2**32 + 5, -1):
        with pytest.raises(OverflowError, match=rf"'model_id' must fit into 32 bits .*{given}"):
            acl.mdl.unload(given)
    assert acl.mdl.unload(2**32 - 1) != 0
    assert acl.data_type_size(np.int8(1)) == 2


def test_small_arguments_must_fit() -> None:
    with pytest.raises(OverflowError, match="'bits' must fit into 16 bits"):
        acl.float16_to_float(2**16)
    with pytest.raises(OverflowError, match="'bits' must fit into 16 bits"):
        acl.float16_to_float(-1)


def test_keywords() -> None:
    handle = acl.create_data_buffer(size=8, data_ptr=64)
    assert acl.get_data_buffer_addr(buffer=handle) == 64
    acl.destroy_data_buffer(handle)
    with pytest.raises(TypeError, match="argument 'size' given twice"):
        acl.create_data_buffer(0, 0, size=1)


@pytest.mark.parametrize("dims", [[2, 3], (2, 3), np.array([2, 3]), [np.int32(2), Seven()]])
def test_lists(dims: list[int]) -> None:
    desc = acl.create_tensor_desc(constants.ACL_FLOAT, dims, constants.ACL_FORMAT_ND)
    assert acl.get_tensor_desc_num_dims(desc) == 2
    assert acl.get_tensor_desc_dim_v2(desc, 0) == (2, 0)
    acl.destroy_tensor_desc(desc)


def test_list_that_changes_while_it_is_read() -> None:
    dims: list[object] = []

    class Clears:
        def __index__(self) -> int:
            dims.clear()
            return 4

    dims.extend([Clears(), 5, 6])
    desc = acl.create_tensor_desc(constants.ACL_FLOAT, dims, constants.ACL_FORMAT_ND)
    assert acl.get_tensor_desc_num_dims(desc) == 1
    acl.destroy_tensor_desc(desc)


def test_ranges_must_be_pairs() -> None:
    desc = acl.create_tensor_desc(constants.ACL_FLOAT, [2, 3], constants.ACL_FORMAT_ND)
    with pytest.raises(TypeError, match=r"acl\.set_tensor_shape_range: 'ranges'"):
        acl.set_tensor_shape_range(desc, [[1, 2], [3]])
    acl.destroy_tensor_desc(desc)


def test_paths(tmp_path: Path) -> None:
    missing = tmp_path / "missing.om"
    as_text = acl.mdl.query_size(str(missing))
    assert acl.mdl.query_size(missing) == as_text
    assert acl.mdl.query_size(os.fsdecode(b"\xff.om")) == as_text  # no UTF-8
    assert as_text[:2] == (0, 0)
    assert as_text[2] != 0
    with pytest.raises(TypeError, match=r"'model_path' must be str or os\.PathLike, not bytes"):
        acl.mdl.query_size(os.fsencode(missing))
    with pytest.raises(ValueError, match="'model_path' contains a null character"):
        acl.mdl.query_size("a\0b")


def test_error_of_index_passes() -> None:
    class Broken:
        def __index__(self) -> int:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        acl.rt.malloc(Broken(), 0)


def test_floats() -> None:
    assert acl.float16_to_float(acl.float_to_float16(1)) == 1.0
    assert acl.float16_to_float(acl.float_to_float16(np.float32(0.5))) == 0.5
    with pytest.raises(TypeError, match=r"acl\.float_to_float16: argument 'value' must be float"):
        acl.float_to_float16("1")
    with pytest.raises(OverflowError, match="'value' must fit into 32 bits"):
        acl.float_to_float16(1e300)
    assert acl.float16_to_float(acl.float_to_float16(float("inf"))) == float("inf")


def test_text_answers() -> None:
    desc = acl.create_tensor_desc(constants.ACL_FLOAT, [1], constants.ACL_FORMAT_ND)
    acl.set_tensor_desc_name(desc, "größe")
    assert acl.get_tensor_desc_name(desc) == "größe"
    acl.destroy_tensor_desc(desc)
    handle = acl.create_data_buffer(0, 0)
    assert handle != 0
    assert acl.destroy_data_buffer(handle) == 0
    assert acl.mdl.get_input_name_by_index(0, 0) in (None, "")


def test_dims_dict() -> None:
    for dims, error in (
        ({}, "'dimCount' is missing"),
        ({"dimCount": 1}, "'dims' is missing"),
        ({"dimCount": "1", "dims": [1]}, "'dimCount' must be int, not str"),
        ({"dimCount": 1, "dims": 1}, "'dims' must be list, not int"),
        ({"dimCount": 1, "dims": ["1"]}, r"'dims\[0\]' must be int, not str"),
        ({"name": 1, "dimCount": 1, "dims": [1]}, "'name' must be str"),
    ):
        with pytest.raises(TypeError, match=f"acl.mdl.set_input_dynamic_dims: .*{error}"):
            acl.mdl.set_input_dynamic_dims(0, 0, 0, dims)
    with pytest.raises(ValueError, match="fewer entries"):
        acl.mdl.set_input_dynamic_dims(0, 0, 0, {"dimCount": 2, "dims": [1]})


def test_config_values() -> None:
    handle = acl.mdl.create_config_handle()
    assert handle != 0
    assert acl.mdl.set_config_opt(handle, constants.ACL_MDL_LOAD_TYPE_SIZET, np.int64(2)) == 0
    assert acl.mdl.set_config_opt(handle, constants.ACL_MDL_PRIORITY_INT32, 0) == 0
    assert acl.mdl.set_config_opt(handle, constants.ACL_MDL_PATH_PTR, Path("model.om")) == 0
    assert acl.mdl.set_config_opt(handle, constants.ACL_MDL_WEIGHT_PATH_PTR, "weights") == 0
    assert acl.mdl.set_config_opt(handle, constants.ACL_MDL_WITHOUT_GRAPH_INT32, 0) == 0
    with pytest.raises(TypeError, match=r"acl\.mdl\.set_config_opt: 'value' must be int, not str"):
        acl.mdl.set_config_opt(handle, constants.ACL_MDL_WORKSPACE_SIZET, "64")
    assert acl.mdl.destroy_config_handle(handle) == 0
