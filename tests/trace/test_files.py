# SPDX-License-Identifier: Apache-2.0
"""The trace on a machine that others use too, and where there is no room for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from traces import Trace, run_traced

CALLS = """
import acl
for _ in range(40):
    acl.rt.get_device_count()
print("done")
"""
LEFT_ALONE = "it is there, and is no earlier trace of this user; no trace is written\n"


@pytest.mark.parametrize("content", ["a model", "{", '{"traceEvents":[]}', "x" * 100_000])
def test_another_file_is_left_alone(content: str, tmp_path: Path) -> None:
    (tmp_path / "model.om").write_text(content)
    assert run_traced(CALLS, "model.om", tmp_path, stderr=LEFT_ALONE) == "done\n"
    assert (tmp_path / "model.om").read_text() == content
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("kind", ["file", "trace", "nothing"])
def test_a_link_is_not_followed(kind: str, tmp_path: Path) -> None:
    target = tmp_path / "target"
    if kind == "file":
        target.write_text("precious")
    elif kind == "trace":
        run_traced(CALLS, "target", tmp_path)
    before = target.read_bytes() if target.exists() else None
    (tmp_path / "trace.json").symlink_to(target)
    why = "it is a symbolic link, and links are not followed; no trace is written\n"
    assert run_traced(CALLS, "trace.json", tmp_path, stderr=why) == "done\n"
    assert (target.read_bytes() if target.exists() else None) == before


def test_another_name_of_a_file_is_left_alone(tmp_path: Path) -> None:
    """A hard link to a trace that is kept elsewhere."""
    run_traced(CALLS, "kept.json", tmp_path)
    before = (tmp_path / "kept.json").read_bytes()
    (tmp_path / "trace.json").hardlink_to(tmp_path / "kept.json")
    run_traced(CALLS, "trace.json", tmp_path, stderr=LEFT_ALONE)
    assert (tmp_path / "kept.json").read_bytes() == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_trace_of_another_user_is_left_alone(tmp_path: Path) -> None:
    run_traced(CALLS, "trace.json", tmp_path)
    before = (tmp_path / "trace.json").read_bytes()
    os.chown(tmp_path / "trace.json", 12345, 12345)
    run_traced(CALLS, "trace.json", tmp_path, stderr=LEFT_ALONE)
    assert (tmp_path / "trace.json").read_bytes() == before


def test_an_earlier_trace_is_written_anew(tmp_path: Path) -> None:
    run_traced(CALLS, "trace.json", tmp_path)
    run_traced("import acl", "trace.json", tmp_path)
    assert not Trace(tmp_path / "trace.json").named("aclrtGetDeviceCount")
    (tmp_path / "trace.json").write_text("")  # as mkstemp makes it
    run_traced(CALLS, "trace.json", tmp_path)
    assert len(Trace(tmp_path / "trace.json").named("aclrtGetDeviceCount")) == 40


def test_a_pipe_stops_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    why = "not a regular file; no trace is written\n"
    assert run_traced(CALLS, "pipe", tmp_path, stderr=why) == "done\n"


def test_what_stands_in_the_way_of_the_other_name(tmp_path: Path) -> None:
    """Of two writers the second takes a name that can be foretold."""
    program = f"""
import os, subprocess, sys
import acl
os.symlink("precious", f"trace-{{os.getpid()}}.json")
code = "import os; os.execv({sys.executable!r}, [{sys.executable!r}, '-c', 'import acl'])"
subprocess.run(
    [sys.executable, "-c",
     "import os; os.symlink('precious', f'trace-{{os.getpid()}}.json');" + code],
    check=True)
"""
    (tmp_path / "precious").write_text("precious")
    run_traced(program, "trace.json", tmp_path, stderr="it is a symbolic link")
    assert (tmp_path / "precious").read_text() == "precious"


LIMITED = """
import os, resource, signal, sys
limit = int(sys.argv[1])
sys.dont_write_bytecode = True
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # as in a C program
import acl
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
for _ in range(60):
    acl.rt.get_device_count()
print("done")
"""


@pytest.mark.parametrize("limit", [0, 10, 44, 600, 999, 1000, 1500])
def test_a_limit_leaves_whole_json(limit: int, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", LIMITED, str(limit)],
        env={**os.environ, "ASCENDCL_TRACE": "trace.json"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (result.returncode, result.stdout) == (0, "done\n"), result.stderr
    assert result.stderr.count("File too large") == 1
    text = (tmp_path / "trace.json").read_text()
    assert len(text) <= limit
    if limit < 44:  # of a trace without events
        assert text == ""
        return
    assert json.loads(text)["traceEvents"] or limit < 999
    Trace(tmp_path / "trace.json")


def test_a_full_disk_leaves_whole_json(tmp_path: Path) -> None:
    """The disk is a file system of 64 KiB, which only root can make."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no file system can be mounted here")
    try:
        program = CALLS.replace("40", "2000")
        why = "No space left on device; the trace ends here"
        assert run_traced(program, disk / "trace.json", tmp_path, stderr=why) == "done\n"
        assert len(Trace(disk / "trace.json").named("aclrtGetDeviceCount")) > 100
    finally:
        subprocess.run(["umount", disk], check=True)
