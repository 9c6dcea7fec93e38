# SPDX-License-Identifier: Apache-2.0
"""Single ops by the C functions that Python has none of, and the files that hold compiled ones."""

from __future__ import annotations

import ctypes
import struct
from pathlib import Path
from typing import Any

import pytest
from model_objects import started, succeed

import abi

Pointers = Any


def pointers(*values: int) -> Pointers:
    return (ctypes.c_void_p * len(values))(*values)


def desc(acl: abi.Library, *dims: int) -> int:
    return int(
        acl.aclCreateTensorDesc(
            acl.ACL_FLOAT, len(dims), (ctypes.c_int64 * len(dims))(*dims), acl.ACL_FORMAT_ND
        )
    )


def buffer(acl: abi.Library, *values: float) -> tuple[int, int]:
    """Numbers in device memory: a data buffer and the address."""
    data = struct.pack(f"{len(values)}f", *values)
    address = acl.malloc(len(data))
    acl.write(address, data)
    return int(acl.aclCreateDataBuffer(address, len(data))), address


def live(acl: abi.Library, kind: bytes) -> int:
    """How many of a kind the host runtime says there are (host/runtime/live_counts.h)."""
    infos, found = (abi.Struct.MemUsageInfo * 32)(), ctypes.c_size_t()
    succeed(acl, "aclrtGetMemUsageInfo", 0, infos, len(infos), ctypes.byref(found))
    return next(info.reserved[0] for info in infos[: found.value] if info.name == kind)


def add_up(acl: abi.Library) -> tuple[float, ...]:
    """[1, 2, 3] + [10, 20, 30] by the op Add."""
    (a, _), (b, _) = buffer(acl, 1, 2, 3), buffer(acl, 10, 20, 30)
    c, result = buffer(acl, 0, 0, 0)
    vector = desc(acl, 3)
    inputs, outputs = (2, pointers(vector, vector)), (1, pointers(vector))
    what = (*inputs, pointers(a, b), *outputs, pointers(c))
    how = (None, acl.ACL_ENGINE_SYS, acl.ACL_COMPILE_SYS, None, None)
    succeed(acl, "aclopCompileAndExecute", b"Add", *what, *how)
    succeed(acl, "aclrtSynchronizeStream", None)
    return struct.unpack("3f", acl.read(result, 12))


@pytest.mark.case("part 2 aclFinalize", "N/E")
@pytest.mark.parametrize("finalize", ["aclFinalize", "aclFinalizeReference"])
def test_finalize_forgets_compiled_ops(
    request: pytest.FixtureRequest, acl: abi.Library, finalize: str
) -> None:
    if request.config.getoption("--acl-library", default=None):
        pytest.skip("only the host runtime counts its objects")
    for _ in range(2):
        started(acl)
        for _ in range(2):
            assert add_up(acl) == (11, 22, 33)
            assert live(acl, b"compiled op") == 1
        succeed(acl, finalize, *([] if finalize == "aclFinalize" else [None]))
        assert live(acl, b"compiled op") == 0


@pytest.mark.parametrize("version", ["", "V2"])
def test_compile_and_execute(acl: abi.Library, version: str) -> None:
    acl.set_device()
    (a, _), (b, _), (c, result) = (
        buffer(acl, 1, 2, 3),
        buffer(acl, 10, 20, 30),
        buffer(acl, 0, 0, 0),
    )
    vector, unknown = desc(acl, 3), desc(acl, -1)
    inputs = (2, pointers(vector, vector), pointers(a, b))
    outputs = (1, pointers(unknown if version else vector), pointers(c))

    def run(op_type: bytes, compile_type: int) -> int:
        function = getattr(acl, f"aclopCompileAndExecute{version}")
        how = (None, acl.ACL_ENGINE_SYS, compile_type, None, None)
        return int(function(op_type, *inputs, *outputs, *how))

    assert run(b"Add", acl.ACL_COMPILE_SYS) == 0, acl.message()
    succeed(acl, "aclrtSynchronizeStream", None)
    assert struct.unpack("3f", acl.read(result, 12)) == (11, 22, 33)
    if version:
        assert acl.aclGetTensorDescDim(unknown, 0) == 3
    assert run(b"Nothing", acl.ACL_COMPILE_SYS) == 100024
    assert run(b"Add", acl.ACL_COMPILE_UNREGISTERED) == 200001
    assert run(b"Add", 9) == 100000


def test_execute_without_a_context(acl: abi.Library) -> None:
    host = ctypes.create_string_buffer(12)
    data = acl.aclCreateDataBuffer(host, 12)
    vector, one = pointers(desc(acl, 3)), pointers(data)
    arguments = (b"Relu", 1, vector, one, 1, vector, one, None, None)
    assert acl.aclopExecuteV2(*arguments) == 107002


def test_compile(acl: abi.Library) -> None:
    vector = pointers(desc(acl, 3))
    how = (None, acl.ACL_ENGINE_SYS, acl.ACL_COMPILE_SYS, None)
    assert acl.aclopCompile(b"Relu", 1, vector, 1, vector, *how) == 0
    assert acl.aclopCompile(b"Nothing", 1, vector, 1, vector, *how) == 100024
    assert acl.aclopCompile(None, 1, vector, 1, vector, *how) == 100000
    assert acl.aclopCompile(b"Relu", 1, None, 1, vector, *how) == 100000
    assert acl.aclopCompile(b"Relu", -1, vector, 1, vector, *how) == 100000
    assert acl.aclopCompile(b"Relu", 1, vector, 0, vector, *how) == 100000
    assert acl.aclopSetCompileFlag(acl.ACL_OP_COMPILE_FUZZ) == 0
    assert acl.aclopSetCompileFlag(2) == 100000


def test_attribute_lists(acl: abi.Library) -> None:
    attr = acl.aclopCreateAttr()
    assert acl.aclopSetAttrListInt(attr, b"empty", 0, None) == 0
    assert acl.aclopSetAttrListInt(attr, b"axes", 1, None) == 100000
    assert acl.aclopSetAttrListInt(attr, b"axes", -1, None) == 100000
    assert acl.aclopSetAttrListInt(attr, None, 0, None) == 100000
    assert acl.aclopSetAttrString(attr, b"text", None) == 100000
    assert acl.aclopSetAttrListListInt(attr, b"lists", 1, None, None) == 100000
    acl.aclopDestroyAttr(attr)
    acl.aclopDestroyAttr(None)
    acl.aclopDestroyHandle(None)


def test_load(acl: abi.Library, om: Path) -> None:
    started(acl)
    model = om.read_bytes()
    assert acl.aclopLoad(model, len(model)) == 0
    assert acl.aclopLoad(None, len(model)) == 100000
    assert acl.aclopLoad(model, 0) == 100000
    assert acl.aclopLoad(bytes(len(model)), len(model)) == 145000


def test_model_folder(acl: abi.Library, om: Path, tmp_path: Path) -> None:
    started(acl)
    assert acl.aclopSetModelDir(None) == 100000
    assert acl.aclopSetModelDir(bytes(tmp_path / "none")) == 145002
    third = tmp_path / "second" / "third"
    (third / "fourth").mkdir(parents=True)
    (third / "good.om").write_bytes(om.read_bytes())
    (third / "fourth" / "not_read.om").write_bytes(bytes(1000))
    assert acl.aclopSetModelDir(bytes(tmp_path)) == 0
    (third / "damaged.om").write_bytes(bytes(1000))
    assert acl.aclopSetModelDir(bytes(tmp_path)) == 145000
    assert "damaged.om" in acl.message()
