# SPDX-License-Identifier: Apache-2.0
"""`ascendcl sdk`: what the tree consists of, how it links, and that it takes nobody's place."""

from __future__ import annotations

import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import ascendcl
from ascendcl.sdk import SIBLINGS, SdkTree, make_sdk

ARCHITECTURE = f"{platform.machine()}-linux"
# Where public builds look, below what they take for the toolkit.
INCLUDES = ["include", "runtime/include", "acllib/include", "fwkacllib/include", "compiler/include"]
INCLUDES += ["atc/include", f"{ARCHITECTURE}/include", f"{ARCHITECTURE}/acllib/include"]
LIBRARIES = ["lib64", "lib64/stub", "runtime/lib64", "runtime/lib64/stub", "acllib/lib64"]
LIBRARIES += ["acllib/lib64/stub", "fwkacllib/lib64", "compiler/lib64", "atc/lib64/stub"]
LIBRARIES += [f"{ARCHITECTURE}/{name}" for name in ("lib64", "devlib", "acllib/lib64/stub")]
LIBRARIES += [f"{ARCHITECTURE}/runtime/lib64/stub", f"devlib/linux/{platform.machine()}"]
ROOTS = ["", "latest", "ascend-toolkit/latest", "nnrt/latest"]

PROGRAM = """
#include <stdio.h>
#include "acl/acl.h"
#include "acl/ops/acl_cblas.h"

int main(void) {
    int a, b, c;
    if (aclrtGetVersion(&a, &b, &c) != ACL_SUCCESS) return 1;
    /* The handle has no place to go to. */
    printf("%d\\n",
           aclblasCreateHandleForHgemv(ACL_TRANS_N, 1, 1, ACL_COMPUTE_HIGH_PRECISION, NULL));
    return 0;
}
"""


@pytest.fixture(params=[False, True], ids=["links", "copies"])
def copy(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> SdkTree:
    return make_sdk(tmp_path_factory.mktemp("sdk") / "Ascend of mine")


def root_of(tree: SdkTree) -> Path:
    return tree.set_env.parent


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    """What is there, and whether it is still the same."""
    return {
        str(path.relative_to(folder)): (path.lstat().st_ino, path.lstat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }


@pytest.mark.parametrize("root", ROOTS)
def test_all_is_where_builds_look(tree: SdkTree, root: str) -> None:
    top = root_of(tree) / root
    for name in INCLUDES:
        assert (top / name / "acl" / "acl.h").is_file(), name
        assert (top / name / "acl" / "ops" / "acl_dvpp.h").is_file(), name
    library = ascendcl.get_library_dir() / "libascendcl.so"
    for place in LIBRARIES:
        for name in ("libascendcl.so", *SIBLINGS):
            assert (top / place / name).samefile(library), (place, name)
    for name in ("libascendcl_engine.so", "libascendcl_media.so"):  # where the library looks
        assert (top / "lib64" / name).samefile(library.with_name(name)), name
    assert (top / "set_env.sh").samefile(tree.set_env)


def test_no_link_leads_in_a_circle(tree: SdkTree) -> None:
    """For tools that follow links: cp -rL, images, indexers."""
    followed = [folder for folder, _, _ in os.walk(root_of(tree), followlinks=True)]
    assert len(followed) < 1000


@pytest.mark.parametrize("needed", ["--as-needed", "--no-as-needed"])
@pytest.mark.parametrize("linker", ["bfd", "gold", "lld"])
@pytest.mark.parametrize("names", ["acl_cblas", "acl_dvpp ascendcl", "ascendcl acl_rt msprofiler"])
def test_siblings_link_and_run(
    tree: SdkTree, tmp_path: Path, linker: str, needed: str, names: str
) -> None:
    """With each linker, in each order; what the program needs is libascendcl.so, once."""
    compiler = shutil.which("cc")
    if compiler is None or shutil.which(f"ld.{linker}") is None:
        pytest.skip(f"no cc with ld.{linker}")
    source, program = tmp_path / "program.c", tmp_path / "program"
    source.write_text(PROGRAM)
    command = [compiler, f"-fuse-ld={linker}", source, "-o", program, f"-Wl,{needed}"]
    command += [f"-I{tree.home}/include", f"-L{tree.home}/lib64/stub"]
    subprocess.run([*command, *(f"-l{name}" for name in names.split())], check=True)
    listing = subprocess.run(["objdump", "-p", program], check=True, capture_output=True, text=True)
    libraries = re.findall(r"NEEDED\s+(\S+)", listing.stdout)
    assert [name for name in libraries if not name.startswith("libc.")] == ["libascendcl.so"]
    environment = {**os.environ, "LD_LIBRARY_PATH": str(tree.home / "lib64")}
    run = subprocess.run([program], check=True, capture_output=True, text=True, env=environment)
    assert run.stdout == "100000\n"


def test_siblings_are_one_library_for_the_loader(tmp_path: Path, copy: bool) -> None:
    """By name, as programs need them that were linked with CANN's, and as clients open them."""
    tree = make_sdk(tmp_path / "tree", copy=copy)
    code = (
        "import ctypes\n"
        "first = ctypes.CDLL('libascendcl.so')._handle\n"
        f"print({{ctypes.CDLL(name)._handle == first for name in {SIBLINGS}}})\n"
    )
    environment = {**os.environ, "LD_LIBRARY_PATH": str(tree.home / "lib64")}
    run = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment
    )
    assert run.stdout == "{True}\n"


SHOW = (
    '. "$1" && . "$1" && printf "%s|" "$ASCEND_TOOLKIT_HOME" "$ASCEND_HOME_PATH" "$DDK_PATH"'
    ' "$NPU_HOST_LIB" "$LD_LIBRARY_PATH"'
)


def show(shell: str, script: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LD_LIBRARY_PATH": "/before"}
    return subprocess.run(
        [shell, "-euc", SHOW, shell, script],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=environment,
    )


@pytest.mark.parametrize("shell", ["bash", "sh", "dash", "zsh"])
def test_set_env(tree: SdkTree, tmp_path: Path, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell}")
    root = root_of(tree)
    for script in (tree.set_env, root / "ascend-toolkit" / "set_env.sh", tree.home / "set_env.sh"):
        for place, cwd in (
            (script, tmp_path),
            (Path(os.path.relpath(script, root.parent)), root.parent),
        ):
            done = show(shell, place, cwd)
            assert (done.returncode, done.stderr) == (0, "")
            home, other, ddk, libraries, path, _ = done.stdout.split("|")
            assert home == other == ddk == str(tree.home)
            assert libraries == f"{tree.home}/runtime/lib64/stub"
            assert path == f"{tree.home}/lib64:/before"


def test_set_env_of_a_tree_that_was_moved(tmp_path: Path) -> None:
    tree = make_sdk(tmp_path / "tree", copy=True)
    shutil.move(tmp_path / "tree", tmp_path / "moved")
    moved = tmp_path / "moved"
    done = show("sh", moved / "set_env.sh", tmp_path)
    if done.returncode == 0:  # sh is bash
        assert done.stdout.startswith(str(moved))
    assert (done.returncode == 0) != ("run `ascendcl sdk` again" in done.stderr)
    if shutil.which("bash"):
        done = show("bash", moved / "set_env.sh", tmp_path)
        assert done.stdout.startswith(f"{moved / tree.home.relative_to(tmp_path / 'tree')}|")
    make_sdk(moved, copy=True)
    assert show("sh", moved / "set_env.sh", tmp_path).stdout.startswith(str(moved))


def test_made_again_nothing_changes(tmp_path: Path, copy: bool) -> None:
    make_sdk(tmp_path / "tree", copy=copy)
    (tmp_path / "tree" / "mine.txt").write_text("mine")
    before = snapshot(tmp_path / "tree")
    make_sdk(tmp_path / "tree", copy=copy)
    assert snapshot(tmp_path / "tree") == before


def test_copies_and_links_replace_each_other(tmp_path: Path) -> None:
    root = tmp_path / "tree"
    header = root / "include" / "acl" / "acl.h"
    for copy in (False, True, False):
        tree = make_sdk(root, copy=copy)
        assert header.is_symlink() != copy
        assert header.is_file()
        # What only the other kind has is gone.
        assert (tree.home / "lib64" / "openvino").exists() == (copy and tree.has_openvino)


@pytest.mark.parametrize(
    "place",
    ["include", "set_env.sh", "latest", "ascend-toolkit/latest/lib64/libascendcl.so"],
)
@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_what_is_not_its_own_stays(tmp_path: Path, place: str, kind: str) -> None:
    theirs = tmp_path / "tree" / place
    theirs.parent.mkdir(parents=True)
    if kind == "file":
        theirs.write_text("theirs")
    elif kind == "folder":
        (theirs / "theirs").mkdir(parents=True)
    else:
        theirs.symlink_to("/usr/local/Ascend/theirs")
    before = snapshot(tmp_path)
    with pytest.raises(FileExistsError, match=re.escape(str(theirs))):
        make_sdk(tmp_path / "tree")
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_folder_that_is_none_is_not_gone_through(tmp_path: Path, kind: str) -> None:
    """A link to a toolkit of somebody else would lead the files there."""
    (tmp_path / "tree").mkdir()
    (tmp_path / "theirs").mkdir()
    theirs = tmp_path / "tree" / "ascend-toolkit"
    if kind == "file":
        theirs.touch()
    else:
        theirs.symlink_to(tmp_path / "theirs")
    before = snapshot(tmp_path)
    with pytest.raises(FileExistsError, match="ascend-toolkit is in the way"):
        make_sdk(tmp_path / "tree")
    assert snapshot(tmp_path) == before


def test_what_was_changed_since_stays(tmp_path: Path) -> None:
    tree = make_sdk(tmp_path / "tree")
    script = tree.home / "set_env.sh"
    script.write_text(script.read_text() + "export MINE=1\n")
    with pytest.raises(FileExistsError, match=r"set_env\.sh is in the way"):
        make_sdk(tmp_path / "tree", copy=True)
    assert "MINE" in script.read_text()


@pytest.mark.parametrize("text", ["[1", "[1]", "no list"])
def test_a_broken_list_of_files_is_told(tmp_path: Path, text: str) -> None:
    tree = make_sdk(tmp_path / "tree")
    (tree.home / ".ascendcl-sdk.json").write_text(text)
    with pytest.raises(FileExistsError, match="is no list of files"):
        make_sdk(tmp_path / "tree", copy=True)


def test_a_list_of_files_leads_nowhere_else(tmp_path: Path) -> None:
    """In a folder that others write to, somebody may have put anything on it."""
    tree = make_sdk(tmp_path / "tree")
    (tmp_path / "link").symlink_to("theirs")
    (tmp_path / "tree" / "out").symlink_to(tmp_path)
    listed = dict.fromkeys(("../link", str(tmp_path / "link"), "out/link"), "link theirs")
    manifest = tree.home / ".ascendcl-sdk.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), **listed}))
    make_sdk(tmp_path / "tree")
    assert (tmp_path / "link").is_symlink()


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command line as a user has it, who has chosen no runtime."""
    environment = {k: v for k, v in os.environ.items() if k != "ASCENDCL_RUNTIME"}
    return subprocess.run(
        [sys.executable, "-m", "ascendcl", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )


def test_command(tmp_path: Path) -> None:
    done = command("sdk", tmp_path / "a b")
    assert (done.returncode, done.stderr) == (0, "")
    assert shlex.split(done.stdout) == [".", str(tmp_path / "a b" / "set_env.sh")]
    shell = subprocess.run(
        ["sh", "-c", f'{done.stdout}\nprintf %s "$DDK_PATH"'],
        check=True,
        capture_output=True,
        text=True,
    )
    assert shell.stdout == str(tmp_path / "a b" / "ascend-toolkit" / "latest")
    assert command("sdk", tmp_path / "a b", "--copy").returncode == 0


def test_command_refuses(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = {
        "file": (1, "is a file"),
        "file/below": (1, "ot a directory"),
        "a:b": (2, "LD_LIBRARY_PATH"),
    }
    for folder, (code, why) in refused.items():
        done = command("sdk", tmp_path / folder)
        assert (done.returncode, done.stdout) == (code, "")
        assert done.stderr.startswith("ascendcl sdk: ")
        assert why in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "question", ["--cflags", "--libs", "--rpath", "--cmakedir", "--pkgconfigdir"]
)
def test_config_prints_nothing_but_its_flags(question: str) -> None:
    """A warning, that there is no CANN say, would be in the way of who reads both streams."""
    done = command("config", question)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1


def begun(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*.new-*"))


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_what_is_interrupted_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def interrupted(source: Path, target: Path) -> None:
        target.write_bytes(b"half")
        raise error

    monkeypatch.setattr(shutil, "copyfile", interrupted)
    with pytest.raises(error):
        make_sdk(tmp_path, copy=True)
    assert begun(tmp_path) == []
    monkeypatch.undo()
    assert make_sdk(tmp_path, copy=True).set_env.exists()


def test_what_was_killed_is_cleaned_up(tmp_path: Path, copy: bool) -> None:
    tree = make_sdk(tmp_path, copy=copy)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    library = tree.home / "lib64" / "libascendcl.so"
    for process in (ended.pid, os.getpid()):
        library.with_name(f"{library.name}.new-{process}").write_bytes(b"half")
    kept = [
        library.with_name(f"{library.name}.new-{os.getppid()}"),  # still at work
        library.with_name(f"{library.name}.new-mine"),
        library.with_name(f"mine.so.new-{ended.pid}"),
    ]
    for path in kept:
        path.write_bytes(b"mine")
    make_sdk(tmp_path, copy=copy)
    assert begun(tmp_path) == sorted(path.name for path in kept)
