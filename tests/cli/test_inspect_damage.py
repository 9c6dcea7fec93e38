# SPDX-License-Identifier: Apache-2.0
"""Whatever a file holds, ``ascendcl inspect`` ends with an exit code and no traceback."""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ascendcl.cli import main
from ascendcl.data import DIGITS_MODEL
from ascendcl.inspection import Examination
from written_models import dynamic_dense, model_with_gears, static_dense

SOURCES = {
    "digits": DIGITS_MODEL.read_bytes(),
    "gears": model_with_gears("batch"),
    "dense": static_dense(2),
    "dynamic": dynamic_dense(),
}
PICTURES = ("g.svg", "g.dot", "g.onnx")

Change = tuple[str, float, bytes]


def changed(content: bytes, changes: list[Change]) -> bytes:
    """Bytes overwritten, put in, taken out, or the end cut off, at a fraction of the length."""
    data = bytearray(content)
    for kind, where, value in changes:
        at = int(where * len(data))
        if kind == "write":
            data[at : at + len(value)] = value
        elif kind == "insert":
            data[at:at] = value
        elif kind == "remove":
            del data[at : at + len(value)]
        else:
            del data[at:]
    return bytes(data)


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["write", "write", "write", "insert", "remove", "cut"]),
        st.floats(0, 1, exclude_max=True),
        st.binary(min_size=1, max_size=6),
    ),
    min_size=1,
    max_size=6,
)


def run(path: Path, folder: Path) -> tuple[int, str]:
    """All outputs of one file; the exit code that is not 0, and what was told as an error."""
    codes, errors = [], []
    for options in (
        ["--json", f"--memory-map={folder}/m.html"],
        *([f"--graph={folder}/{name}"] for name in PICTURES),
    ):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            codes.append(main(["inspect", str(path), *options]))
        errors.append(err.getvalue())
    assert len(set(codes)) == 1
    return codes[0], errors[0]


@pytest.mark.parametrize("name", SOURCES)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(changes=CHANGES)
def test_changed_file(name: str, changes: list[Change]) -> None:
    """The examination is a process of its own, which tests/fuzz looks at: not here."""
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch("ascendcl.inspection.examine", return_value=Examination()),
    ):
        path = Path(folder) / "m.om"
        path.write_bytes(changed(SOURCES[name], changes))
        code, error = run(path, Path(folder))
    assert code in (0, 2)
    assert (code == 2) == bool(error)
    assert error.count("\n") <= 1


@pytest.mark.parametrize("name", SOURCES)
def test_cut_file(name: str, tmp_path: Path) -> None:
    content = SOURCES[name]
    path = tmp_path / "m.om"
    for length in {0, 1, 4, 255, 256, len(content) // 3, len(content) - 1}:
        path.write_bytes(content[:length])
        code, error = run(path, tmp_path)
        assert (code, error.count("\n")) == (2, 1)
