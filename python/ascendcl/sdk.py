# SPDX-License-Identifier: Apache-2.0
"""Lays the package's headers and libraries out as a CANN toolkit is, for builds that expect one.

What public builds name decides: ``DDK_PATH``, ``NPU_HOST_LIB``, ``ASCEND_TOOLKIT_HOME`` and the
folders below them, of the releases since CANN 3. There is one real folder, the toolkit; the other
places are links to it, so that a client may take any of them for its root.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import shlex
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from ascendcl._runtime import openvino_libraries
from ascendcl.info import get_include, get_library_dir

__all__ = ["SdkTree", "make_sdk"]

TOOLKIT = "ascend-toolkit/latest"
MANIFEST = f"{TOOLKIT}/.ascendcl-sdk.json"
LIBRARY = "libascendcl.so"
ENGINE = "libascendcl_engine.so"
MEDIA = "libascendcl_media.so"

# CANN spreads its C functions over these; here all are in libascendcl.so. Each is a link to it: a
# library that only needed libascendcl.so would be dropped by the linker's --as-needed, and a linker
# script cannot be loaded, neither by a program that was linked elsewhere nor by dlopen. A link is
# one file for the loader, whatever name it was found by, and what a program records is its SONAME.
SIBLINGS = (
    "libacl_cblas.so",
    "libacl_dvpp.so",
    "libacl_dvpp_mpi.so",
    "libacl_mdl.so",
    "libacl_op_compiler.so",
    "libacl_op_executor.so",
    "libacl_retr.so",
    "libacl_rt.so",
    "libacl_tdt_channel.so",
    "libacl_tdt_queue.so",
    "libascend_dump.so",
    "libmsprofiler.so",
    "libruntime.so",
)

# The parts of a toolkit that had headers and libraries of their own in one release or another.
PARTS = ("acllib", "atc", "compiler", "fwkacllib", "runtime")
ARCHITECTURES = {
    "x86_64": ("x86_64-linux", "x86_64-linux_gcc7.3.0"),
    "aarch64": ("aarch64-linux", "arm64-linux", "arm64-linux_gcc7.3.0"),
}

BESIDE_THE_PACKAGE = "../../openvino/libs"  # the engine's own way to OpenVINO
# What a model needs of it. The other plugins and the front ends stay where they are.
OPENVINO = ("libopenvino.so.*", "libopenvino_*_cpu_plugin.so", "libtbb*.so.*", "libhwloc.so.*")

SET_ENV = """\
# Made by `ascendcl sdk`: source it, from bash or any POSIX shell.
_ascendcl_home={home}
if [ -n "${{BASH_VERSION:-}}" ]; then
    # The tree may have been moved since; other shells cannot tell where a sourced file is.
    _ascendcl_home="$(cd -P -- "$(dirname -- "$(readlink -f -- "${{BASH_SOURCE[0]}}")")" && pwd)"
fi
if [ -e "$_ascendcl_home/lib64/{library}" ]; then
    export ASCEND_TOOLKIT_HOME="$_ascendcl_home"
    export ASCEND_HOME_PATH="$_ascendcl_home"
    export DDK_PATH="$_ascendcl_home"
    export NPU_HOST_LIB="$_ascendcl_home/runtime/lib64/stub"
    case ":${{LD_LIBRARY_PATH:-}}:" in
        *":$_ascendcl_home/lib64:"*) ;;
        *)
            LD_LIBRARY_PATH="$_ascendcl_home/lib64${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
            export LD_LIBRARY_PATH
            ;;
    esac
else
    echo "set_env.sh: no lib64/{library} in $_ascendcl_home: run \\`ascendcl sdk\\` again" >&2
fi
unset _ascendcl_home
"""


class SdkTree(NamedTuple):
    """A tree that :func:`make_sdk` made.

    Attributes
    ----------
    home : Path
        The toolkit: what ``ASCEND_TOOLKIT_HOME`` and ``DDK_PATH`` are set to.
    set_env : Path
        The script to source.
    has_engine : bool
        Whether the engine is part of it, which loads models.
    has_openvino : bool
        Whether the engine finds OpenVINO by itself: a copy of it is in the tree, or the tree links
        to a package that has it.
    """

    home: Path
    set_env: Path
    has_engine: bool
    has_openvino: bool


class _Link(NamedTuple):
    """A symbolic link; the target is relative within the tree."""

    target: str

    @property
    def state(self) -> str:
        return f"link {self.target}"

    def make(self, path: Path) -> None:
        path.symlink_to(self.target)


class _Text(NamedTuple):
    text: str

    @property
    def state(self) -> str:
        return f"file {hashlib.sha256(self.text.encode()).hexdigest()}"

    def make(self, path: Path) -> None:
        path.write_text(self.text, encoding="utf-8")


class _Copy(NamedTuple):
    source: Path

    @property
    def state(self) -> str:
        return f"file {_hash_of(self.source)}"

    def make(self, path: Path) -> None:
        shutil.copyfile(self.source, path)


_Entry = _Link | _Text | _Copy


def make_sdk(folder: str | os.PathLike[str], *, copy: bool = False) -> SdkTree:
    """Make a tree that builds for CANN find their headers and libraries in.

    Made again, it is brought up to date. Files that it did not make are left alone.

    Parameters
    ----------
    folder : str or path
        Where the tree goes; made if it is not there. ``/usr/local/Ascend`` serves builds that ask
        for no variable.
    copy : bool
        Whether the tree holds copies, OpenVINO's libraries too where they are installed, so that
        it can do without this package. Otherwise it links to the package.

    Raises
    ------
    FileExistsError
        Something is in the way that is not this tree's own; nothing has been changed.
    OSError
        A file cannot be made, for one of the system's reasons.
    ValueError
        The path has a colon, which LD_LIBRARY_PATH has no place for.
    """
    root = Path(folder).absolute()
    if os.pathsep in str(root):
        raise ValueError(f"{root} cannot be in LD_LIBRARY_PATH: it has a {os.pathsep!r}")
    if root.exists() and not root.is_dir():
        raise NotADirectoryError(f"{root} is a file: the tree needs a folder")
    entries = dict(_plan(root, copy=copy))
    recorded = _recorded(root)
    _refuse_what_is_in_the_way(root, entries, recorded)
    for name, state in recorded.items():
        if name not in entries and _is_within(root, name) and _state_of(root / name) == state:
            (root / name).unlink()
            with contextlib.suppress(OSError):  # where something is left in it
                (root / name).parent.rmdir()
    _remove_left_over(root, [*entries, MANIFEST])
    for name, entry in entries.items():
        _put(root / name, entry)
    manifest = {name: entry.state for name, entry in entries.items()}
    _put(root / MANIFEST, _Text(json.dumps(manifest, indent=1) + "\n"))
    has_openvino = (
        any(name.startswith(f"{TOOLKIT}/lib64/openvino/") for name in entries)
        if copy
        else (get_library_dir() / BESIDE_THE_PACKAGE).is_dir()
    )
    has_engine = f"{TOOLKIT}/lib64/{ENGINE}" in entries
    return SdkTree(root / TOOLKIT, root / "set_env.sh", has_engine, has_openvino)


def _plan(root: Path, *, copy: bool) -> Iterator[tuple[str, _Entry]]:
    """All that the tree consists of, by its path below the root."""
    yield from _headers(copy=copy)
    yield from _libraries(copy=copy)
    script = SET_ENV.format(home=shlex.quote(str(root / TOOLKIT)), library=LIBRARY)
    yield f"{TOOLKIT}/set_env.sh", _Text(script)

    # In the toolkit: its parts, and the same once more below the name of the architecture.
    for part in PARTS:
        for name in ("include", "lib64"):
            yield f"{TOOLKIT}/{part}/{name}", _Link(f"../{name}")
    architectures = ARCHITECTURES.get(platform.machine(), (f"{platform.machine()}-linux",))
    for architecture in architectures:
        for name in ("include", "lib64", "devlib", *PARTS):
            yield f"{TOOLKIT}/{architecture}/{name}", _Link(f"../{name}")

    # Around it: for who takes the root, or another package of CANN, for the toolkit.
    for name in ("include", "lib64", "devlib", *PARTS, *architectures, "set_env.sh"):
        yield name, _Link(f"{TOOLKIT}/{name}")
    yield "latest", _Link(TOOLKIT)
    yield "ascend-toolkit/set_env.sh", _Link("latest/set_env.sh")
    yield "nnrt", _Link("ascend-toolkit")


def _headers(*, copy: bool) -> Iterator[tuple[str, _Entry]]:
    include = get_include()
    for header in sorted(include.rglob("*.h")):
        name = f"{TOOLKIT}/include/{header.relative_to(include).as_posix()}"
        yield name, _Copy(header) if copy else _Link(str(header))


def _libraries(*, copy: bool) -> Iterator[tuple[str, _Entry]]:
    folder = get_library_dir()
    for name in (LIBRARY, ENGINE, MEDIA):
        library = folder / name
        if library.exists():
            place = f"{TOOLKIT}/lib64/{name}"
            yield place, _Copy(library) if copy else _Link(str(library))
    for name in SIBLINGS:
        yield f"{TOOLKIT}/lib64/{name}", _Link(LIBRARY)
    # For the linker alone in CANN; programs that are run with them work here all the same.
    for name in (LIBRARY, *SIBLINGS):
        yield f"{TOOLKIT}/lib64/stub/{name}", _Link(f"../{name}")
        yield f"{TOOLKIT}/devlib/{name}", _Link(f"../lib64/{name}")
    yield f"{TOOLKIT}/devlib/linux/{platform.machine()}", _Link("../../lib64")
    openvino = openvino_libraries() if copy else None
    if openvino is not None:
        for library in sorted(file for pattern in OPENVINO for file in openvino.glob(pattern)):
            yield f"{TOOLKIT}/lib64/openvino/{library.name}", _Copy(library)


def _recorded(root: Path) -> dict[str, str]:
    """What an earlier call made."""
    try:
        text = (root / MANIFEST).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    try:
        return {str(name): str(state) for name, state in json.loads(text).items()}
    except (ValueError, AttributeError) as error:
        raise FileExistsError(f"{root / MANIFEST} is no list of files: {error}") from error


def _is_within(root: Path, name: str) -> bool:
    """Whether no folder on the way leads out of the tree, whoever wrote the list."""
    way = Path(name)
    inner = way.parents[:-1]  # but for the root
    return (
        not way.is_absolute()
        and ".." not in way.parts
        and all(_state_of(root / folder) == "folder" for folder in inner)
    )


def _refuse_what_is_in_the_way(
    root: Path, entries: dict[str, _Entry], recorded: dict[str, str]
) -> None:
    taken = [
        root / name
        for name, entry in entries.items()
        if _state_of(root / name) not in ("", recorded.get(name), entry.state)
    ]
    folders = {parent for name in entries for parent in Path(name).parents}
    # A folder that is a link would lead the tree's files elsewhere.
    taken += [
        root / folder
        for folder in folders
        if folder != Path() and _state_of(root / folder) not in ("", "folder")
    ]
    if taken:
        raise FileExistsError(
            f"{min(taken)} is in the way: it is not of the tree that `ascendcl sdk` makes in "
            f"{root}, or was changed since. Take it away, or choose another folder; nothing has "
            "been changed."
        )


def _state_of(path: Path) -> str:
    """What is there, as the manifest writes it; empty where nothing is."""
    if path.is_symlink():
        return f"link {path.readlink()}"
    if path.is_dir():
        return "folder"
    return f"file {_hash_of(path)}" if path.exists() else ""


def _hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _put(path: Path, entry: _Entry) -> None:
    """Make an entry in one step: who uses the tree meanwhile sees the old one or the new one."""
    if _state_of(path) == entry.state:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new-{os.getpid()}")
    try:
        entry.make(new)
        new.replace(path)
    except OSError as error:
        if error.filename in (new, str(new)):
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
    finally:
        new.unlink(missing_ok=True)


def _remove_left_over(root: Path, names: Iterable[str]) -> None:
    """Remove what processes that were killed had begun; those that still run keep theirs."""
    paths = {root / name for name in names}
    for folder in {path.parent for path in paths}:
        for each in folder.iterdir() if folder.is_dir() else ():
            name, mark, process = each.name.rpartition(".new-")
            is_ours = mark and process.isdecimal() and folder / name in paths
            if is_ours and not each.is_dir() and not _runs(int(process)):
                each.unlink()


def _runs(process: int) -> bool:
    if process == os.getpid():
        return False  # an earlier one of the same number
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return True
