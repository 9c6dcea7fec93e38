# SPDX-License-Identifier: Apache-2.0
"""ascendclExamine, as a C program calls it: codes, and that it needs no aclInit and no device."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import ascendcl as acl
from ascendcl import _runtime
from ascendcl.data import DIGITS_MODEL
from written_models import dynamic_dense, model_with_gears

REFUSED = 4

SINK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)


class Called:
    """One call: its code, what kinds of findings the sink was given, and with what."""

    def __init__(
        self, path: bytes | None, gear: int = -1, inputs: int = 0, **pointers: object
    ) -> None:
        self.kinds: list[int] = []
        self.user: list[int | None] = []

        def take(finding: int, user: int | None) -> None:
            self.kinds.append(ctypes.c_int.from_address(finding).value)
            self.user.append(user)

        self.sink = SINK(take)
        function = ctypes.CDLL(str(_runtime.load().library)).ascendclExamine
        self.code = function(
            path,
            gear,
            pointers.get("dims"),
            pointers.get("ranks"),
            ctypes.c_size_t(inputs),
            pointers.get("sink", self.sink),
            ctypes.c_void_p(7),
        )
        self.words = acl.get_recent_err_msg() if self.code else ""


def test_findings_and_user() -> None:
    called = Called(os.fsencode(DIGITS_MODEL))
    assert called.code == 0
    with acl.Model.from_file(DIGITS_MODEL) as model:
        assert len(called.kinds) == len(model.findings)
    assert set(called.user) == {7}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ({"path": None}, 100000, "null"),
        ({"path": os.fsencode(DIGITS_MODEL), "sink": None}, 100000, "null"),
        ({"path": os.fsencode(DIGITS_MODEL), "inputs": 1}, 100000, "null"),
        ({"path": b"/nowhere/m.om"}, 145002, "cannot read model file"),
    ],
)
def test_codes(arguments: dict[str, object], code: int, words: str) -> None:
    called = Called(**arguments)  # type: ignore[arg-type]
    assert called.code == code
    assert words in called.words
    assert called.kinds == []


def test_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "m.om"
    path.write_bytes(DIGITS_MODEL.read_bytes()[:-1])
    called = Called(os.fsencode(path))
    with pytest.raises(acl.AclError) as failure:
        acl.Model.from_file(path)
    assert called.code == failure.value.code


@pytest.mark.parametrize(
    ("content", "gear", "count"),
    [
        (model_with_gears("batch"), -1, 1),  # refused as a whole: it has gears
        (model_with_gears("batch"), 3, 1),
        (model_with_gears("batch"), 1, 0),
        (dynamic_dense(), -1, 0),
        (dynamic_dense(), 0, 0),  # open shapes: only types are looked at
    ],
)
def test_gears_and_open_shapes(content: bytes, gear: int, count: int, tmp_path: Path) -> None:
    path = tmp_path / "m.om"
    path.write_bytes(content)
    called = Called(os.fsencode(path), gear)
    assert called.code == 0
    assert called.kinds.count(REFUSED) == count


def test_number_of_shapes_that_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "m.om"
    path.write_bytes(dynamic_dense())
    shape = (ctypes.c_int64 * 2)(4, 6)
    dims = (ctypes.c_void_p * 2)(ctypes.addressof(shape), ctypes.addressof(shape))
    ranks = (ctypes.c_size_t * 2)(2, 2)
    fits = Called(os.fsencode(path), inputs=1, dims=dims, ranks=ranks)
    assert (fits.code, fits.kinds) == (0, [])
    wrong = Called(os.fsencode(path), inputs=2, dims=dims, ranks=ranks)
    assert wrong.code == 0
    assert wrong.kinds == [REFUSED]


def test_without_init_and_device() -> None:
    """Of a process that has no device to offer."""
    process = Path(acl.__file__).parent / "inspection" / "examination_process.py"
    folder = _runtime.openvino_libraries()
    request = {
        "library": str(_runtime.load().library),
        "openvino": str(folder) if folder else "",
        "path": str(DIGITS_MODEL),
        "gears": [-1],
        "shapes": [],
    }
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(process)],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "ASCENDCL_HOST_DEVICES": "0", "ASCEND_RT_VISIBLE_DEVICES": ""},
    )
    answer = json.loads(done.stdout)
    assert answer["problem"] == ""
    assert answer["gears"]["-1"]
    assert done.stderr == ""
