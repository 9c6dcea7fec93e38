# SPDX-License-Identifier: Apache-2.0
"""Loading and unloading, and the sizes asked before: cases 98-137, 141, 151."""

from __future__ import annotations

import ctypes
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from model_objects import (
    UNTOUCHED,
    execute,
    load,
    load_with_memory,
    query_size,
    sizes,
    started,
    succeed,
)

import abi

FILE, FILE_WITH_MEM, MEM, MEM_WITH_MEM = 1, 2, 3, 4


def load_code(acl: abi.Library, path: Path, model_id: ctypes.c_uint32 | None = None) -> int:
    target = model_id if model_id is not None else ctypes.c_uint32()
    return int(acl.aclmdlLoadFromFile(bytes(path), ctypes.byref(target)))


def damaged(om: Path, folder: Path, content: bytes) -> Path:
    path = folder / "damaged.om"
    path.write_bytes(content)
    return path


@pytest.mark.case(98, "DOC+SRC")
def test_load_null(acl: abi.Library, om: Path) -> None:
    started(acl)
    assert acl.aclmdlLoadFromFile(None, ctypes.byref(ctypes.c_uint32())) == 100000
    assert acl.aclmdlLoadFromFile(bytes(om), None) == 100000


@pytest.mark.case(99, "DOC+SRC")
def test_load_missing_file(acl: abi.Library, tmp_path: Path) -> None:
    started(acl)
    assert load_code(acl, tmp_path / "no.om") == 145002


@pytest.mark.case(100, "DOC+SRC")
def test_load_unreadable_file(acl: abi.Library, om: Path, tmp_path: Path) -> None:
    started(acl)
    path = damaged(om, tmp_path, om.read_bytes())
    path.chmod(0)
    if os.geteuid() == 0:
        os.seteuid(65534)  # root may read everything; this process is the case's own
    assert load_code(acl, path) == 145002


@pytest.mark.case("3.1 directory", "N/E")
def test_load_directory(acl: abi.Library, tmp_path: Path) -> None:
    started(acl)
    assert load_code(acl, tmp_path) in (145002, 145006, 500002)


@pytest.mark.case(101, "SRC")
@pytest.mark.parametrize("size", [0, 3, 100])
def test_load_short_file(acl: abi.Library, om: Path, tmp_path: Path, size: int) -> None:
    started(acl)
    assert load_code(acl, damaged(om, tmp_path, om.read_bytes()[:size])) == 145006


@pytest.mark.case(102, "SRC")
def test_load_zeros(acl: abi.Library, om: Path, tmp_path: Path) -> None:
    started(acl)
    assert load_code(acl, damaged(om, tmp_path, bytes(4096))) == 145000


@pytest.mark.case(103, "SRC")
def test_load_changed_magic(acl: abi.Library, om: Path, tmp_path: Path) -> None:
    started(acl)
    assert load_code(acl, damaged(om, tmp_path, b"X" + om.read_bytes()[1:])) == 145000


@pytest.mark.case(104, "SRC")
def test_load_truncated(acl: abi.Library, om: Path, tmp_path: Path) -> None:
    started(acl)
    content = om.read_bytes()
    code = load_code(acl, damaged(om, tmp_path, content[: len(content) // 2]))
    assert code in (145000, 145006)


@pytest.mark.case("3.1 trailing bytes", "SRC")
def test_load_with_bytes_behind_the_partitions(acl: abi.Library, om: Path, tmp_path: Path) -> None:
    started(acl)
    content = bytearray(om.read_bytes() + bytes(16))
    for offset, width in ((76, 4), (184, 8)):  # the body's length, in its two forms
        length = int.from_bytes(content[offset : offset + width], "little")
        if length:
            content[offset : offset + width] = (length + 16).to_bytes(width, "little")
    assert load_code(acl, damaged(om, tmp_path, bytes(content))) == 500002


@pytest.mark.case(105, "SRC")
def test_load_before_init(acl: abi.Library, om: Path, tmp_path: Path) -> None:
    acl.set_device()
    assert load_code(acl, om) == 145001
    assert load_code(acl, tmp_path / "no.om") == 145002
    assert load_code(acl, damaged(om, tmp_path, b"")) == 145006


@pytest.mark.case(106, "SRC")
def test_load_without_device(acl: abi.Library, om: Path) -> None:
    succeed(acl, "aclInit", None)
    assert load_code(acl, om) == 107002


@pytest.mark.case(107, "SRC")
def test_ids_count_from_one(acl: abi.Library, om: Path) -> None:
    started(acl)
    assert [load(acl, om), load(acl, om)] == [1, 2]
    succeed(acl, "aclmdlUnload", 2)
    assert load(acl, om) == 3


@pytest.mark.case(108, "SRC")
def test_failed_load_leaves_the_id(acl: abi.Library, om: Path, tmp_path: Path) -> None:
    started(acl)
    model_id = ctypes.c_uint32(UNTOUCHED)
    assert load_code(acl, damaged(om, tmp_path, bytes(4096)), model_id) != 0
    assert load_code(acl, tmp_path / "no.om", model_id) != 0
    _, weight_size = query_size(acl, om)
    weight = acl.malloc(weight_size)
    code = acl.aclmdlLoadFromFileWithMem(
        bytes(om), ctypes.byref(model_id), None, 0, weight, weight_size - 1
    )
    assert code != 0
    assert model_id.value == UNTOUCHED


@pytest.mark.case(109, "SRC")
def test_load_from_bad_memory(acl: abi.Library, om: Path) -> None:
    started(acl)
    model_id = ctypes.c_uint32()
    content = om.read_bytes()

    def code(model: bytes | None, size: int) -> int:
        return int(acl.aclmdlLoadFromMem(model, size, ctypes.byref(model_id)))

    assert code(None, len(content)) == 100000
    assert code(content, 0) == 100000
    assert code(content, 3) == 145006
    assert code(content, 100) == 100000
    assert acl.aclmdlLoadFromMem(content, len(content), None) == 100000


@pytest.mark.case(110, "DOC+SRC")
def test_memory_may_go_after_the_load(acl: abi.Library, om: Path) -> None:
    started(acl)
    content = om.read_bytes()
    buffer = ctypes.create_string_buffer(content, len(content))
    model_id = ctypes.c_uint32()
    succeed(acl, "aclmdlLoadFromMem", buffer, len(content), ctypes.byref(model_id))
    ctypes.memset(buffer, 0xA5, len(content))
    assert execute(acl, model_id.value) == execute(acl, load(acl, om))


@pytest.mark.case(111, "DOC")
@pytest.mark.parametrize("factor", [1, pytest.param(2, marks=pytest.mark.case(116, "SRC"))])
def test_load_into_memory(acl: abi.Library, om: Path, factor: int) -> None:
    started(acl)
    work_size, weight_size = (factor * size for size in query_size(acl, om))
    work, weight = acl.malloc(work_size), acl.malloc(weight_size)
    model_id = load_with_memory(acl, om, (work, work_size), (weight, weight_size))
    assert execute(acl, model_id) == execute(acl, load(acl, om))
    succeed(acl, "aclmdlUnload", model_id)
    succeed(acl, "aclrtFree", work)
    succeed(acl, "aclrtFree", weight)


@pytest.mark.case(111, "DOC")
def test_load_from_memory_into_memory(acl: abi.Library, om: Path) -> None:
    started(acl)
    work_size, weight_size = query_size(acl, om)
    content = om.read_bytes()
    model_id = ctypes.c_uint32()
    succeed(
        acl, "aclmdlLoadFromMemWithMem", content, len(content), ctypes.byref(model_id),
        acl.malloc(work_size), work_size, acl.malloc(weight_size), weight_size,
    )  # fmt: skip
    assert execute(acl, model_id.value) == execute(acl, load(acl, om))


@pytest.mark.case("112-113", "DOC+SRC")
@pytest.mark.parametrize(("work_size", "weight_size"), [(0, 0), (5, 7)])
def test_null_memory_is_the_systems(
    acl: abi.Library, om: Path, work_size: int, weight_size: int
) -> None:
    started(acl)
    execute(acl, load_with_memory(acl, om, (None, work_size), (None, weight_size)))


@pytest.mark.case(114, "SRC")
def test_weight_memory_too_small(acl: abi.Library, om: Path) -> None:
    started(acl)
    _, weight_size = query_size(acl, om)
    weight = acl.malloc(weight_size)
    code = acl.aclmdlLoadFromFileWithMem(
        bytes(om), ctypes.byref(ctypes.c_uint32()), None, 0, weight, weight_size - 1
    )
    message = acl.message()
    assert code == 145000
    assert str(weight_size) in message
    assert str(weight_size - 1) in message


@pytest.mark.case(115, "SRC")
def test_work_memory_too_small(acl: abi.Library, om: Path) -> None:
    started(acl)
    work_size, _ = query_size(acl, om)
    model_id = load(acl, om)
    if work_size <= 2 * sum(map(sum, sizes(acl, model_id))) + 4096:
        pytest.skip("inputs and outputs may be all that this model needs work memory for")
    code = acl.aclmdlLoadFromFileWithMem(
        bytes(om), ctypes.byref(ctypes.c_uint32()), acl.malloc(64), 0, None, 0
    )
    assert code == 145000


@pytest.mark.case(117, "DOC+SRC")
@pytest.mark.parametrize("given", ["work", "weight"])
def test_one_of_the_two_memories(acl: abi.Library, om: Path, given: str) -> None:
    started(acl)
    work_size, weight_size = query_size(acl, om)
    work = acl.malloc(work_size) if given == "work" else None
    weight = acl.malloc(weight_size) if given == "weight" else None
    execute(acl, load_with_memory(acl, om, (work, work_size), (weight, weight_size)))


@pytest.mark.case("118-119", "DOC")
def test_two_loads_share_their_memory(acl: abi.Library, om: Path) -> None:
    started(acl)
    expected = execute(acl, load(acl, om))
    work_size, weight_size = query_size(acl, om)
    work, weight = acl.malloc(work_size), acl.malloc(weight_size)
    first = load_with_memory(acl, om, (work, work_size), (weight, weight_size))
    second = load_with_memory(acl, om, (work, work_size), (weight, weight_size))
    for _ in range(3):
        assert execute(acl, first) == expected
        assert execute(acl, second) == expected
    succeed(acl, "aclmdlUnload", first)
    assert execute(acl, second) == expected


@pytest.mark.case("part 5", "SRC")
def test_weights_are_copied_into_the_users_memory(acl: abi.Library, om: Path) -> None:
    started(acl)
    _, weight_size = query_size(acl, om)
    weight = acl.malloc(weight_size)
    acl.write(weight, bytes(weight_size))
    load_with_memory(acl, om, (None, 0), (weight, weight_size))
    assert acl.read(weight, weight_size) in om.read_bytes()


@pytest.mark.case(120, "SRC")
def test_load_with_null_queues(acl: abi.Library, om: Path) -> None:
    started(acl)
    queue = ctypes.byref(ctypes.c_uint32())
    model_id = ctypes.byref(ctypes.c_uint32())
    for arguments in ((None, 1, queue, 1), (queue, 0, queue, 1), (queue, 1, None, 1)):
        assert acl.aclmdlLoadFromFileWithQ(bytes(om), model_id, *arguments) == 100000


@pytest.mark.case("part 6", "SRC")
def test_loads_in_parallel(acl: abi.Library, om: Path) -> None:
    started(acl)
    context = acl.current_context()
    expected = execute(acl, load(acl, om))
    results: list[list[bytes]] = []

    def work() -> None:
        succeed(acl, "aclrtSetCurrentContext", context)
        model_id = load(acl, om)
        results.append(execute(acl, model_id))
        succeed(acl, "aclmdlUnload", model_id)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 8


@pytest.mark.case(141, "DOC+SRC")
def test_unload_twice(acl: abi.Library, om: Path) -> None:
    started(acl)
    model_id = load(acl, om)
    assert [acl.aclmdlUnload(model_id), acl.aclmdlUnload(model_id)] == [0, 145003]


@pytest.mark.case("2.1", "DOC+SRC")
def test_finalize_forgets_models(acl: abi.Library, om: Path) -> None:
    started(acl)
    model_id = load(acl, om)
    succeed(acl, "aclFinalize")
    succeed(acl, "aclInit", None)
    assert acl.aclmdlUnload(model_id) == 145003
    assert load(acl, om) > model_id


@pytest.mark.case("3.1 device memory", "DOC")
def test_unload_gives_all_memory_back(acl: abi.Library, om: Path) -> None:
    started(acl)

    def free_memory() -> int:
        free, total = ctypes.c_size_t(), ctypes.c_size_t()
        succeed(acl, "aclrtGetMemInfo", 1, ctypes.byref(free), ctypes.byref(total))
        return free.value

    succeed(acl, "aclmdlUnload", load(acl, om))  # what is set up once is set up now
    before = free_memory()
    model_id = load(acl, om)
    assert free_memory() < before
    succeed(acl, "aclmdlUnload", model_id)
    assert free_memory() == before


# --- aclmdlLoadWithConfig ---


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


# --- aclmdlQuerySize ---


@pytest.mark.case(133, "DOC+SRC")
def test_query_size_null(acl: abi.Library, om: Path) -> None:
    succeed(acl, "aclInit", None)
    size = ctypes.byref(ctypes.c_size_t())
    assert acl.aclmdlQuerySize(None, size, size) == 100000
    assert acl.aclmdlQuerySize(bytes(om), None, size) == 100000
    assert acl.aclmdlQuerySize(bytes(om), size, None) == 100000


@pytest.mark.case("134, 136", "SRC")
def test_query_size_of_no_model(acl: abi.Library, om: Path, tmp_path: Path) -> None:
    succeed(acl, "aclInit", None)
    size = ctypes.byref(ctypes.c_size_t())

    def code(path: Path) -> int:
        return int(acl.aclmdlQuerySize(bytes(path), size, size))

    content = om.read_bytes()
    assert code(tmp_path / "no.om") == 145002
    assert code(damaged(om, tmp_path, b"X" + content[1:])) == 145000
    assert code(damaged(om, tmp_path, content[:-1])) == 145000
    assert code(damaged(om, tmp_path, content[:100])) == 145000
    assert code(damaged(om, tmp_path, content[:3])) == 145006


@pytest.mark.case(135, "SRC")
def test_query_size_without_device(acl: abi.Library, om: Path) -> None:
    size = ctypes.byref(ctypes.c_size_t())
    assert acl.aclmdlQuerySize(bytes(om), size, size) == 145001
    succeed(acl, "aclInit", None)
    work_size, weight_size = query_size(acl, om)
    assert work_size > 0
    assert weight_size > 0
    content = om.read_bytes()
    work, weight = ctypes.c_size_t(), ctypes.c_size_t()
    succeed(
        acl, "aclmdlQuerySizeFromMem", content, len(content),
        ctypes.byref(work), ctypes.byref(weight),
    )  # fmt: skip
    assert (work.value, weight.value) == (work_size, weight_size)


@pytest.mark.case(137, "SRC")
def test_query_size_of_bad_memory(acl: abi.Library, om: Path) -> None:
    succeed(acl, "aclInit", None)
    size = ctypes.byref(ctypes.c_size_t())
    content = om.read_bytes()
    assert acl.aclmdlQuerySizeFromMem(content, 0, size, size) == 100000
    assert acl.aclmdlQuerySizeFromMem(None, 300, size, size) == 100000
    assert acl.aclmdlQuerySizeFromMem(content, 3, size, size) == 145006
    assert acl.aclmdlQuerySizeFromMem(content, 100, size, size) == 145000


# --- bundles and dump: only what can be answered without a bundle ---


@pytest.mark.case("179-180", "SRC")
def test_bundles(acl: abi.Library, om: Path) -> None:
    started(acl)
    assert acl.aclmdlBundleUnload(77) == 148053
    bundle = ctypes.c_uint32()
    assert acl.aclmdlBundleLoadFromFile(bytes(om), ctypes.byref(bundle)) == 100000
    content = om.read_bytes()
    assert acl.aclmdlBundleLoadFromMem(content, len(content), ctypes.byref(bundle)) == 100000
    assert acl.aclmdlBundleLoadFromFile(None, ctypes.byref(bundle)) == 100000


@pytest.mark.case(181, "DOC+SRC")
def test_dump_calls_in_order(acl: abi.Library, tmp_path: Path) -> None:
    assert acl.aclmdlInitDump() == 100001
    assert acl.aclmdlFinalizeDump() == 100001
    succeed(acl, "aclInit", None)
    assert acl.aclmdlSetDump(bytes(tmp_path / "no.json")) == 100045
    assert acl.aclmdlFinalizeDump() == 100045
    assert acl.aclmdlInitDump() == 0
    assert acl.aclmdlInitDump() == 100002
    assert acl.aclmdlSetDump(None) == 100000
    assert acl.aclmdlSetDump(bytes(tmp_path / "no.json")) == 100003
    assert acl.aclmdlFinalizeDump() == 0
    assert acl.aclmdlFinalizeDump() == 100045
