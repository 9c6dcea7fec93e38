# SPDX-License-Identifier: Apache-2.0
"""Cases 1-14: aclInit and aclFinalize."""

import ctypes
from pathlib import Path

import pytest

from abi import Library


def config(folder: Path, text: str, name: str = "acl.json") -> bytes:
    path = folder / name
    path.write_text(text)
    return bytes(path)


@pytest.mark.case(1, "DOC")
def test_init_without_config(acl: Library) -> None:
    assert acl.aclInit(None) == 0


def test_init_with_an_empty_path(acl: Library, tmp_path: Path) -> None:
    """No configuration, as AclLite, aclruntime and Huawei's quick start mean it."""
    codes = [acl.aclInit(b""), acl.aclInit(b""), acl.aclFinalize()]
    assert codes == [0, 100002, 0]
    assert acl.aclInit(config(tmp_path, "{}")) == 0  # it was no first configuration either


@pytest.mark.case(2, "DOC+SRC")
def test_second_init_is_told(acl: Library) -> None:
    assert [acl.aclInit(None), acl.aclInit(None)] == [0, 100002]


@pytest.mark.case(3, "DOC+SRC")
def test_finalize_ignores_the_count(acl: Library) -> None:
    codes = [acl.aclInit(None), acl.aclInit(None), acl.aclFinalize(), acl.aclFinalize()]
    assert codes == [0, 100002, 0, 100037]


@pytest.mark.case(4, "SRC")
def test_init_after_finalize(acl: Library) -> None:
    assert [acl.aclInit(None), acl.aclFinalize(), acl.aclInit(None)] == [0, 0, 0]


@pytest.mark.case(5, "SRC")
def test_finalize_as_the_first_call(acl: Library) -> None:
    assert [acl.aclFinalize(), acl.aclFinalize()] == [0, 100037]


@pytest.mark.case(6, "SRC")
def test_missing_config(acl: Library) -> None:
    assert acl.aclInit(b"/no/such.json") == 100003


@pytest.mark.case(7, "DOC+SRC")
def test_empty_object(acl: Library, tmp_path: Path) -> None:
    assert acl.aclInit(config(tmp_path, "{}")) == 0


@pytest.mark.case(8, "SRC")
def test_empty_file(acl: Library, tmp_path: Path) -> None:
    assert acl.aclInit(config(tmp_path, "")) == 0


@pytest.mark.case(9, "SRC")
@pytest.mark.parametrize(
    "text",
    [
        '{"a":',
        "{",
        "{]",
        '{"a":1,}',
        '{"a":tru}',
        "{'a':1}",
        '{"a":"\\q"}',
        '{"a":1} x',
        '{"a":01}',
    ],
)
def test_broken_json(acl: Library, tmp_path: Path, text: str) -> None:
    assert acl.aclInit(config(tmp_path, text)) == 100006


@pytest.mark.case(10, "SRC")
@pytest.mark.parametrize(("depth", "code"), [(11, 100006), (5000, 100006), (10, 0)])
def test_nesting(acl: Library, tmp_path: Path, depth: int, code: int) -> None:
    nested = '{"a":' * (depth - 1) + "[]" + "}" * (depth - 1)
    assert acl.aclInit(config(tmp_path, nested)) == code


@pytest.mark.case(11, "SRC")
def test_config_over_10_mib(acl: Library, tmp_path: Path) -> None:
    assert acl.aclInit(config(tmp_path, "{}" + " " * (10 << 20))) == 100003


@pytest.mark.case(12, "SRC")
def test_another_config_after_finalize(acl: Library, tmp_path: Path) -> None:
    first = config(tmp_path, '{"a": 1}', "first.json")
    other = config(tmp_path, '{"a": 2}', "other.json")
    assert [acl.aclInit(first), acl.aclFinalize(), acl.aclInit(other)] == [0, 0, 100000]


@pytest.mark.case(13, "SRC")
def test_finalize_reference_counts_down(acl: Library) -> None:
    left = ctypes.c_uint64(99)
    acl.aclInit(None)
    acl.aclInit(None)
    assert acl.aclFinalizeReference(ctypes.byref(left)) == 0
    assert left.value == 1
    assert acl.aclFinalizeReference(ctypes.byref(left)) == 0
    assert left.value == 0
    assert acl.aclFinalizeReference(ctypes.byref(left)) == 100037


@pytest.mark.case(14, "SRC")
def test_runtime_calls_do_not_ask_for_init(acl: Library) -> None:
    acl.set_device()
    assert acl.malloc(16)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"defaultDevice": {"default_device": "x"}}', 100000),
        ('{"StackSize": {"aicore_stack_size": "x"}}', 500001),
        ('{"dump": 1}', 100009),
        ('{"profiler": {"switch": "maybe"}}', 100010),
        ('{"profiler": {"switch": "off"}, "other": [1, -2.5e3, "\\u00e9", null, true]}', 0),
    ],
)
def test_sections_of_the_config(acl: Library, tmp_path: Path, text: str, code: int) -> None:
    assert acl.aclInit(config(tmp_path, text)) == code


def test_default_device_serves_threads_without_a_context(acl: Library, tmp_path: Path) -> None:
    path = config(tmp_path, '{"defaultDevice": {"default_device": "0"}}')
    assert acl.aclInit(path) == 0
    assert acl.malloc(16)


def test_version(acl: Library) -> None:
    numbers = [ctypes.c_int32(-1) for _ in range(3)]
    assert acl.aclrtGetVersion(*map(ctypes.byref, numbers)) == 0
    assert numbers[0].value == 1
    assert acl.aclrtGetVersion(None, None, None) == 100000


def test_the_message_names_the_function_and_goes_when_read(acl: Library) -> None:
    assert acl.aclrtMalloc(None, 16, 0) == 100000
    assert "aclrtMalloc" in acl.message()
    assert acl.message() == ""
