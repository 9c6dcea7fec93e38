# SPDX-License-Identifier: Apache-2.0
"""Numbers by name: those that pyACL's clients write as literals."""

from __future__ import annotations

import enum
from typing import Any

import pytest

import acl
import ascendcl
from ascendcl import ACL_MEMCPY_HOST_TO_DEVICE


@pytest.mark.parametrize(
    ("member", "constant", "number"),
    [
        (acl.MemcpyKind.HOST_TO_HOST, "ACL_MEMCPY_HOST_TO_HOST", 0),
        (acl.MemcpyKind.HOST_TO_DEVICE, "ACL_MEMCPY_HOST_TO_DEVICE", 1),
        (acl.MemcpyKind.DEVICE_TO_HOST, "ACL_MEMCPY_DEVICE_TO_HOST", 2),
        (acl.MemcpyKind.DEVICE_TO_DEVICE, "ACL_MEMCPY_DEVICE_TO_DEVICE", 3),
        (acl.MallocPolicy.HUGE_FIRST, "ACL_MEM_MALLOC_HUGE_FIRST", 0),
        (acl.MallocPolicy.NORMAL_ONLY, "ACL_MEM_MALLOC_NORMAL_ONLY", 2),
        (acl.RunMode.DEVICE, "ACL_DEVICE", 0),
        (acl.RunMode.HOST, "ACL_HOST", 1),
        (acl.MemAttr.HBM, "ACL_HBM_MEM", 1),
        (acl.DataType.FLOAT16, "ACL_FLOAT16", 1),
        (acl.DataType.INT64, "ACL_INT64", 9),
        (acl.DataType.BF16, "ACL_BF16", 27),
        (acl.Format.UNDEFINED, "ACL_FORMAT_UNDEFINED", -1),
        (acl.Format.ND, "ACL_FORMAT_ND", 2),
        (acl.CallbackBlockType.BLOCK, "ACL_CALLBACK_BLOCK", 1),
    ],
)
def test_enumerations(member: enum.IntEnum, constant: str, number: int) -> None:
    assert isinstance(member, enum.IntEnum)
    assert member == getattr(ascendcl, constant) == getattr(acl, constant) == number


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("ACL_SUCCESS", 0),
        ("ACL_ERROR_INVALID_PARAM", 100000),
        ("ACL_ERROR_REPEAT_INITIALIZE", 100002),
        ("ACL_ERROR_RT_CONTEXT_NULL", 107002),
        ("ACL_ERROR_GE_PARAM_INVALID", 145000),
        ("ACL_ERROR_RT_MEMORY_ALLOCATION", 207001),
        ("ACL_MDL_LOAD_FROM_FILE_WITH_MEM", 2),
        ("ACL_MDL_WORKSPACE_ADDR_PTR", 7),
    ],
)
def test_codes(name: str, number: int) -> None:
    assert getattr(acl, name) == number


def test_enumerations_are_arguments() -> None:
    dtype: Any = acl.DataType.DOUBLE
    assert acl.data_type_size(dtype) == 8
    assert ACL_MEMCPY_HOST_TO_DEVICE == 1
