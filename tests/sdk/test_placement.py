# SPDX-License-Identifier: Apache-2.0
"""The host runtime works from wherever its files are, and says what it misses."""

from __future__ import annotations

import importlib.resources
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import ascendcl
from ascendcl.sdk import make_sdk

DIGITS = importlib.resources.files("ascendcl") / "data" / "digits.om"
HOST = ascendcl.get_library_dir()
NAMES = ("libascendcl.so", "libascendcl_engine.so")
SOURCE = Path(__file__).with_name("load_program.c")
PYTHON = (
    "import ascendcl as acl\n"
    "from ascendcl.data import DIGITS_MODEL\n"
    "info = acl.runtime_info()\n"
    "acl.Model.from_file(DIGITS_MODEL).close()\n"
    "print(info.kind, info.library)\n"
)

Run = Callable[..., str]


def openvino() -> Path:
    spec = importlib.util.find_spec("openvino")
    if spec is None or spec.origin is None:
        pytest.skip("needs openvino")
    return Path(spec.origin).parent / "libs"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory, build: Callable[[Path, Path], None]) -> Path:
    binary = tmp_path_factory.mktemp("load") / "load_program"
    build(SOURCE, binary)
    return binary


@pytest.fixture
def run(program: Path, tmp_path: Path) -> Run:
    """What the program prints with a folder first on the loader's path, and other settings."""

    def start(libraries: Path | str, **settings: str) -> str:
        done = load(program, tmp_path, **settings, LD_LIBRARY_PATH=str(libraries))
        assert (done.returncode == 0) == (done.stdout == "loaded\n"), done
        return done.stdout + done.stderr

    return start


def load(program: Path, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, DIGITS],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        timeout=120,
        env={**environment(), **settings},
    )


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("ASCENDCL_")}


def copied(folder: Path, *names: str) -> Path:
    folder.mkdir()
    for name in names or NAMES:
        shutil.copy(HOST / name, folder)
    return folder


def python(libraries: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", PYTHON],
        capture_output=True,
        text=True,
        check=False,
        env={**environment(), **settings, "LD_LIBRARY_PATH": str(libraries)},
    )


def test_linked(run: Run, tmp_path: Path) -> None:
    """The library alone, over two links; by a relative path of the loader, then with a chdir."""
    folder = tmp_path / "links"
    folder.mkdir()
    (folder / "first.so").symlink_to(HOST / "libascendcl.so")
    (folder / "libascendcl.so").symlink_to("first.so")
    assert run(folder) == "loaded\n"
    assert run("./links") == "loaded\n"


def test_linked_for_python(tmp_path: Path) -> None:
    (tmp_path / "libascendcl.so").symlink_to(HOST / "libascendcl.so")
    done = python(tmp_path)
    assert (done.stdout, done.stderr) == (f"host {HOST / 'libascendcl.so'}\n", "")


def test_copied(run: Run, tmp_path: Path) -> None:
    """OpenVINO is named, or is in a folder beside; the name may have what patterns have."""
    folder = copied(tmp_path / "copies")
    assert run(folder, ASCENDCL_OPENVINO_LIBS=str(openvino())) == "loaded\n"
    odd = tmp_path / "a [b] *"
    odd.symlink_to(openvino())
    assert run(folder, ASCENDCL_OPENVINO_LIBS=str(odd)) == "loaded\n"
    (folder / "openvino").symlink_to(openvino())
    assert run(folder) == "loaded\n"


def test_copied_for_python(tmp_path: Path) -> None:
    """A copy that is found first is the host runtime too, and never CANN."""
    folder = copied(tmp_path / "copies")
    for choice in ("auto", "host"):
        preload = f"{os.environ.get('LD_PRELOAD', '')}:{folder / 'libascendcl.so'}"
        done = python(folder, ASCENDCL_RUNTIME=choice, LD_PRELOAD=preload)
        assert (done.stdout, done.stderr) == (f"host {folder / 'libascendcl.so'}\n", "")
    done = python(folder)
    assert (done.stdout, done.stderr) == (f"host {folder / 'libascendcl.so'}\n", "")


@pytest.mark.parametrize("make", [copied, lambda folder: HOST], ids=["copy", "package"])
def test_host_is_not_taken_for_cann(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    folder = make(tmp_path / "copies")
    done = python(folder, ASCENDCL_RUNTIME="cann")
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("ImportError: ASCENDCL_RUNTIME=cann, but ")
    assert str(folder / "libascendcl.so") in last


def test_tree_of_copies_needs_nothing_else(run: Run, tmp_path: Path) -> None:
    tree = make_sdk(tmp_path / "tree", copy=True)
    if not tree.has_openvino:
        pytest.skip("needs openvino")
    shutil.move(tmp_path / "tree", tmp_path / "moved")
    folder = tmp_path / "moved" / "lib64"
    assert run(folder) == "loaded\n"
    # Nothing leads back to the package or to OpenVINO's own.
    assert all(folder.parent in path.resolve().parents for path in folder.rglob("*"))


def test_openvino_is_absent(run: Run, tmp_path: Path) -> None:
    """The only case in which pip can help."""
    said = run(copied(tmp_path / "copies"))
    assert "libopenvino.so" in said
    assert "set ASCENDCL_OPENVINO_LIBS to the folder of its libraries" in said
    assert 'pip install "ascendcl[host]"' in said


def test_engine_is_absent(run: Run, tmp_path: Path) -> None:
    folder = copied(tmp_path / "copies", "libascendcl.so")
    said = run(folder)
    assert f"libascendcl_engine.so is not in {folder}" in said
    assert "pip" not in said
    elsewhere = copied(tmp_path / "engine", "libascendcl_engine.so")
    settings = {"ASCENDCL_OPENVINO_LIBS": str(openvino())}
    assert run(f"{folder}:{elsewhere}", **settings) == "loaded\n"


@pytest.mark.parametrize("place", ["package", "copy"])
@pytest.mark.parametrize("folder", ["nowhere", "file", "empty", "broken", "other"])
def test_chosen_openvino_does_not_serve(run: Run, tmp_path: Path, folder: str, place: str) -> None:
    """Whatever else could be found: the choice is named, and so is what is wrong with it."""
    chosen = tmp_path / folder
    if folder == "file":
        chosen.touch()
    elif folder != "nowhere":
        chosen.mkdir()
    if folder == "broken":
        (chosen / "libopenvino.so.2641").write_bytes(b"no library")
    if folder == "other":
        # A library of its name that is not the one which the engine is linked against.
        shutil.copy(openvino() / "libtbb.so.12", chosen / "libopenvino.so.1999")
    libraries = HOST if place == "package" else copied(tmp_path / "copies")
    said = run(libraries, ASCENDCL_OPENVINO_LIBS=str(chosen))
    assert f"ASCENDCL_OPENVINO_LIBS='{chosen}'" in said
    assert "pip" not in said
    expected = {
        "nowhere": "there is no such folder",
        "file": "there is no such folder",
        "empty": "it has no libopenvino.so.*",
        "broken": "libopenvino.so.2641",
        "other": "libopenvino.so.1999",
    }
    assert expected[folder] in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("ASCENDCL_HOST_THREADS", value) for value in ("abc", "-1", "1.5", "4097", "1x")),
        ("ASCENDCL_HOST_THREADS", "-18446744073709551615"),  # 1, to strtoul
        *(("ASCENDCL_HOST_DEVICES", value) for value in ("abc", "0", "-1", "65", "1x")),
        *(("ASCENDCL_HOST_MEMORY", value) for value in ("abc", "0", "-1", "1X", "99999999999T")),
        *(("ASCENDCL_STRICT", value) for value in ("abc", "2", "Warn")),
        *(("ASCENDCL_STRICT_QUARANTINE", value) for value in ("abc", "-1", "1X", "9" * 30)),
        *(("ASCENDCL_FAULT", value) for value in ("abc", "aclNoSuch:1", "aclrtMalloc:x")),
        ("ASCENDCL_TRACE", "/no/such/folder/trace.json"),
    ],
)
def test_wrong_settings_are_named(program: Path, tmp_path: Path, name: str, value: str) -> None:
    settings = {name: value}
    if name == "ASCENDCL_STRICT_QUARANTINE":
        settings["ASCENDCL_STRICT"] = "warn"
    done = load(program, tmp_path, **settings)
    said = done.stdout + done.stderr
    assert done.returncode >= 0
    assert name in said
    assert value in said
