# SPDX-License-Identifier: Apache-2.0
"""Loading with a config handle, and the handle's options: cases 121-132."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import pytest
from model_objects import UNTOUCHED, execute, query_size, started

import abi

FILE, FILE_WITH_MEM, MEM, MEM_WITH_MEM = 1, 2, 3, 4


class Config:
    """A config handle and what it refers to."""

    def __init__(self, acl: abi.Library) -> None:
        self.acl = acl
        self.handle = acl.aclmdlCreateConfigHandle()
        assert self.handle

    def set_code(self, attr: int, value: Any, size: int | None = None) -> int:
        length = ctypes.sizeof(value) if size is None else size
        return int(self.acl.aclmdlSetConfigOpt(self.handle, attr, ctypes.byref(value), length))

    def set_number(self, attr: int, number: int) -> None:
        assert self.set_code(attr, ctypes.c_size_t(number)) == 0, self.acl.message()

    def set_pointer(self, attr: int, pointer: Any) -> None:
        value = ctypes.c_void_p(pointer) if isinstance(pointer, int) else pointer
        assert self.set_code(attr, value) == 0, self.acl.message()

    def set_path(self, path: Path, attr: int | None = None) -> None:
        target = self.acl.ACL_MDL_PATH_PTR if attr is None else attr
        self.set_pointer(target, ctypes.c_char_p(bytes(path)))

    def load(self) -> tuple[int, int]:
        model_id = ctypes.c_uint32(UNTOUCHED)
        code = self.acl.aclmdlLoadWithConfig(self.handle, ctypes.byref(model_id))
        return int(code), model_id.value


@pytest.mark.case(121, "DOC+SRC")
def test_config_with_nothing_set(acl: abi.Library) -> None:
    started(acl)
    assert Config(acl).load() == (100000, UNTOUCHED)
    assert acl.aclmdlLoadWithConfig(None, ctypes.byref(ctypes.c_uint32())) == 100000
    assert acl.aclmdlLoadWithConfig(Config(acl).handle, None) == 100000


@pytest.mark.case(122, "SRC")
@pytest.mark.parametrize("load_type", [FILE, FILE_WITH_MEM, MEM, MEM_WITH_MEM, 5, 6])
def test_config_without_the_model(acl: abi.Library, load_type: int) -> None:
    started(acl)
    config = Config(acl)
    config.set_number(acl.ACL_MDL_LOAD_TYPE_SIZET, load_type)
    assert config.load()[0] == 100000


@pytest.mark.case(123, "SRC")
def test_config_weight_path_with_a_file(acl: abi.Library, om: Path) -> None:
    started(acl)
    config = Config(acl)
    config.set_number(acl.ACL_MDL_LOAD_TYPE_SIZET, FILE)
    config.set_path(om)
    config.set_path(om.parent, acl.ACL_MDL_WEIGHT_PATH_PTR)
    assert config.load()[0] == 100000


@pytest.mark.case("3.2 weight path", "SRC")
@pytest.mark.parametrize("exists", [True, False])
def test_config_weight_path_of_no_use(
    acl: abi.Library, om: Path, tmp_path: Path, exists: bool
) -> None:
    started(acl)
    content = om.read_bytes()
    buffer = ctypes.create_string_buffer(content, len(content))
    config = Config(acl)
    config.set_number(acl.ACL_MDL_LOAD_TYPE_SIZET, MEM)
    config.set_pointer(acl.ACL_MDL_MEM_ADDR_PTR, ctypes.addressof(buffer))
    config.set_number(acl.ACL_MDL_MEM_SIZET, len(content))
    config.set_path(tmp_path if exists else tmp_path / "no", acl.ACL_MDL_WEIGHT_PATH_PTR)
    assert config.load() == (500002, UNTOUCHED)


@pytest.mark.case(124, "SRC")
def test_config_file_with_mem_and_path_only(acl: abi.Library, om: Path) -> None:
    started(acl)
    config = Config(acl)
    config.set_number(acl.ACL_MDL_LOAD_TYPE_SIZET, FILE_WITH_MEM)
    config.set_path(om)
    code, model_id = config.load()
    assert code == 0, acl.message()
    execute(acl, model_id)


@pytest.mark.case(125, "SRC")
def test_config_memory_without_its_size(acl: abi.Library, om: Path) -> None:
    started(acl)
    content = om.read_bytes()
    buffer = ctypes.create_string_buffer(content, len(content))
    config = Config(acl)
    config.set_number(acl.ACL_MDL_LOAD_TYPE_SIZET, MEM)
    config.set_pointer(acl.ACL_MDL_MEM_ADDR_PTR, ctypes.addressof(buffer))
    assert config.load()[0] == 100000
    config.set_number(acl.ACL_MDL_MEM_SIZET, len(content))
    code, model_id = config.load()
    assert code == 0, acl.message()
    execute(acl, model_id)


@pytest.mark.case(126, "SRC")
def test_config_bad_load_type(acl: abi.Library) -> None:
    started(acl)
    config = Config(acl)
    attr = acl.ACL_MDL_LOAD_TYPE_SIZET
    assert config.set_code(attr, ctypes.c_size_t(7)) == 100000
    assert config.set_code(attr, ctypes.c_size_t(0)) == 100000
    assert config.set_code(attr, ctypes.c_uint32(1)) == 100000
    assert config.set_code(attr, ctypes.c_size_t(1)) == 0


@pytest.mark.case(127, "DOC+SRC")
def test_config_bad_arguments(acl: abi.Library) -> None:
    started(acl)
    config = Config(acl)
    one = ctypes.c_size_t(1)
    assert config.set_code(999, one) == 100000
    assert acl.aclmdlSetConfigOpt(None, 1, ctypes.byref(one), 8) == 100000
    assert acl.aclmdlSetConfigOpt(config.handle, 1, None, 8) == 100000
    for attr in (acl.ACL_MDL_PATH_PTR, acl.ACL_MDL_MEM_ADDR_PTR, acl.ACL_MDL_WEIGHT_PATH_PTR):
        assert config.set_code(attr, ctypes.c_void_p(None)) == 100000


@pytest.mark.case(128, "SRC")
def test_config_copies_the_path(acl: abi.Library, om: Path) -> None:
    started(acl)
    config = Config(acl)
    config.set_number(acl.ACL_MDL_LOAD_TYPE_SIZET, FILE)
    path = ctypes.create_string_buffer(bytes(om))
    config.set_pointer(acl.ACL_MDL_PATH_PTR, ctypes.cast(path, ctypes.c_char_p))
    ctypes.memset(path, ord("x"), len(bytes(om)))
    code, _ = config.load()
    assert code == 0, acl.message()


@pytest.mark.case(129, "SRC")
def test_config_priority(acl: abi.Library) -> None:
    started(acl)
    config = Config(acl)
    codes = [
        config.set_code(acl.ACL_MDL_PRIORITY_INT32, ctypes.c_int32(priority))
        for priority in (-1, 0, 7, 8)
    ]
    assert codes == [100000, 0, 0, 100000]


@pytest.mark.case(130, "SRC")
def test_config_workspace_optimize(acl: abi.Library) -> None:
    started(acl)
    config = Config(acl)
    codes = [
        config.set_code(acl.ACL_MDL_WORKSPACE_MEM_OPTIMIZE, ctypes.c_size_t(choice))
        for choice in (0, 1, 2)
    ]
    assert codes == [0, 0, 100000]


@pytest.mark.case(131, "SRC")
def test_destroy_config(acl: abi.Library) -> None:
    assert acl.aclmdlDestroyConfigHandle(None) == 100000
    assert acl.aclmdlDestroyConfigHandle(Config(acl).handle) == 0


@pytest.mark.case(132, "SRC")
def test_external_weight_address(acl: abi.Library) -> None:
    started(acl)
    handle = Config(acl).handle
    weight = acl.malloc(64)
    assert acl.aclmdlSetExternalWeightAddress(handle, b"w", weight, 33) == 100000
    assert acl.aclmdlSetExternalWeightAddress(handle, b"w", weight, 0) == 100000
    assert acl.aclmdlSetExternalWeightAddress(None, b"w", weight, 32) == 100000
    assert acl.aclmdlSetExternalWeightAddress(handle, None, weight, 32) == 100000
    assert acl.aclmdlSetExternalWeightAddress(handle, b"w", None, 32) == 100000
    assert acl.aclmdlSetExternalWeightAddress(handle, b"w", weight, 32) == 0


@pytest.mark.case("anchors 0.1", "SRC")
@pytest.mark.parametrize(("load_type", "expected"), [(FILE, 0), (FILE_WITH_MEM, 145000)])
def test_config_memory_counts_only_with_mem(
    acl: abi.Library, om: Path, load_type: int, expected: int
) -> None:
    started(acl)
    _, weight_size = query_size(acl, om)
    config = Config(acl)
    config.set_number(acl.ACL_MDL_LOAD_TYPE_SIZET, load_type)
    config.set_path(om)
    config.set_pointer(acl.ACL_MDL_WEIGHT_ADDR_PTR, acl.malloc(weight_size))
    config.set_number(acl.ACL_MDL_WEIGHT_SIZET, weight_size - 1)
    assert config.load()[0] == expected
