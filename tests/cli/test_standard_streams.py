# SPDX-License-Identifier: Apache-2.0
"""Standard output that cannot be written, Ctrl-C before there is anything to end, and warnings."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from answer import Command
from onnx import TensorProto, helper, save

import ascendcl as acl
from ascendcl import _own_command
from ascendcl.cli import config, main

pytestmark = pytest.mark.skipif(
    acl.runtime_info().kind == "host" and acl.runtime_info().engine is None,
    reason="the host runtime has no engine: openvino is not installed",
)

COMMANDS = {
    "help": ["--help"],
    "version": ["--version"],
    "help of one": ["run", "--help"],
    "demo": ["demo"],
    "run": ["run", "{om}", "--data", "zeros"],
    "run --json": ["run", "{om}", "--data", "zeros", "--json"],
    "bench": ["bench", "{om}", "--iterations", "1"],
    "compile": ["compile", "{onnx}", "-o", "{tmp}/x.om"],
    "compare": ["compare", "{om}", "{om}"],
    "compare --json": ["compare", "{om}", "{om}", "--json"],
    "inspect": ["inspect", "{om}"],
    "doctor": ["doctor"],
    "config": ["config", "--cflags"],
    "sdk": ["sdk", "{tmp}/sdk"],
}


def words_of(name: str, adder: Path) -> list[str]:
    tmp = adder.parent
    value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2, 3]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", value[:1], value[1:])
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), tmp / "x.onnx")
    return [word.format(om=adder, onnx=tmp / "x.onnx", tmp=tmp) for word in COMMANDS[name]]


def last_line_only(err: str) -> str:
    """What is said besides the progress of compile and compare, and sdk's and doctor's notes."""
    lines = [line for line in err.splitlines() if not line.endswith(" ...")]
    assert len(lines) == 1, err
    return lines[0]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_device(adder: Path, name: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "ascendcl", *words_of(name, adder)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    told = last_line_only(done.stderr)
    assert told == "ascendcl: standard output cannot be written: No space left on device"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_closed_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], adder: Path, name: str
) -> None:
    words = words_of(name, adder)
    monkeypatch.setattr(sys, "stdout", None)
    assert main(words) == 1
    told = capsys.readouterr().err
    assert told == "ascendcl: standard output cannot be written: it is closed\n"


def test_a_closed_output_in_a_shell() -> None:
    words = 'exec "$0" -m ascendcl config --cflags >&-'
    done = subprocess.run(
        ["/bin/sh", "-c", words, sys.executable],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "ascendcl: standard output cannot be written: it is closed\n"


def test_errors_do_not_go_to_the_output(tmp_path: Path) -> None:
    words = f'exec "$0" -m ascendcl inspect {tmp_path}/none.om 2>&-'
    done = subprocess.run(
        ["/bin/sh", "-c", words, sys.executable], stdout=subprocess.PIPE, check=False
    )
    assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.parametrize("name", ["help", "doctor", "inspect"])
def test_nobody_reads(adder: Path, name: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "ascendcl", *words_of(name, adder)],
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


# What is run before everything else in the process: Ctrl-C at the import of a module.
SITE = """
import os, signal, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            os.kill(os.getpid(), signal.SIGINT)
signal.signal(signal.SIGINT, signal.default_int_handler)  # a suite in the background ignores it
sys.meta_path.insert(0, Finder())
"""


@pytest.mark.parametrize(
    "name", ["ascendcl._runtime", "ascendcl._acl", "numpy", "ascendcl.cli", "ascendcl.sdk"]
)
@pytest.mark.parametrize("way", ["module", "script"])
def test_ctrl_c_while_importing(tmp_path: Path, name: str, way: str) -> None:
    (tmp_path / "sitecustomize.py").write_text(SITE.format(name=name))
    script = tmp_path / "ascendcl"  # as pip writes it
    script.write_text("import sys\nfrom ascendcl.cli import main\nsys.exit(main())\n")
    start = ["-m", "ascendcl"] if way == "module" else [str(script)]
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, *start, "config", "--cflags"],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "ascendcl: interrupted\n")


def test_other_programs_keep_their_ctrl_c() -> None:
    text = (
        "import signal; before = signal.getsignal(2); import ascendcl; "
        "print(signal.getsignal(2) is before)"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_another_program_of_our_name_keeps_it_too(tmp_path: Path) -> None:
    """A service in a folder or file that is called `ascendcl` has something to clean up."""
    program = tmp_path / "ascendcl"
    program.write_text(
        "import os, signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import ascendcl\n"
        "try:\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "except KeyboardInterrupt:\n"
        "    print('cleaned up')\n"
    )
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, check=True)
    assert done.stdout == "cleaned up\n"


@pytest.mark.parametrize("category", [acl.HostAssumption, acl.HostSubstitution])
def test_how_a_model_is_understood_is_a_note(
    command: Command, monkeypatch: pytest.MonkeyPatch, category: type[Warning]
) -> None:
    def run(_: Any) -> int:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn(category("one\nthing is assumed"), stacklevel=1)
        return 0

    monkeypatch.setattr(config, "run", run)
    before = warnings.showwarning
    assert command("config") == (0, "", "note: one thing is assumed\n")
    assert warnings.showwarning is before


def test_ctrl_c_raises_in_a_command() -> None:
    """What a command has begun can be cleaned up."""
    before = signal.signal(signal.SIGINT, _own_command._end)
    try:
        main(["config", "--cflags"])
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
