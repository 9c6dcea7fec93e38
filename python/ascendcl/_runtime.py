# SPDX-License-Identifier: Apache-2.0
"""Which libascendcl.so this process uses, decided and loaded before the extension is imported.

The extension is linked against ``libascendcl.so`` by name only, and the loader reuses a library of
that name which is loaded already. So whatever is loaded here is what the extension calls.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
import warnings
from pathlib import Path
from typing import Literal, NamedTuple

from ascendcl._own_command import own_command

__all__ = ["HostRuntimeWarning", "Runtime", "load"]

LIBRARY = "libascendcl.so"
HOST_LIBRARY = Path(__file__).parent / "_host" / LIBRARY

# CANN keeps some of its C functions in libraries of their own, beside libascendcl.so.
SIBLINGS = (
    "libacl_op_compiler.so",
    "libacl_cblas.so",
    "libacl_retr.so",
    "libacl_tdt_channel.so",
    "libacl_tdt_queue.so",
    "libacl_dvpp.so",
    "libacl_dvpp_mpi.so",
    "libmsprofiler.so",
)

_RUNNING = ("run", "bench", "demo")
_ON_THE_CPU = (
    "ascendcl: CANN was not found: models run on the CPU (ASCENDCL_RUNTIME=host says that this is "
    "meant; `ascendcl doctor` says why)"
)


class HostRuntimeWarning(RuntimeWarning):
    """CANN was not found, and models run on the CPU."""


class Runtime(NamedTuple):
    """The library that was loaded."""

    kind: Literal["cann", "host"]
    library: Path


_loaded: Runtime | None = None
_refused = ""


def load() -> Runtime:
    """Load the runtime that ``ASCENDCL_RUNTIME`` asks for; the second call answers the first.

    Raises
    ------
    ImportError
        The runtime that was asked for cannot be loaded.
    """
    global _loaded, _refused  # noqa: PLW0603
    if _loaded is None:
        try:
            _loaded = _load(os.environ.get("ASCENDCL_RUNTIME") or "auto")
        except ImportError as error:
            command = own_command()
            if command is None:
                raise
            # A command ends with words, not with a traceback; the doctor goes on to tell the rest.
            if command != "doctor":
                raise SystemExit(f"ascendcl: {error}") from None
            _refused = str(error)
            _loaded = _load_host(by_fallback=True)
    return _loaded


def refused() -> str:
    """Why the runtime that was asked for could not be had; empty where it could."""
    return _refused


def _load(choice: str) -> Runtime:
    if choice == "host":
        return _load_host()
    if choice not in ("auto", "cann"):
        raise ImportError(f"ASCENDCL_RUNTIME={choice!r}: expected 'cann', 'host' or 'auto'")
    try:
        runtime = _load_first_on_path()
        if choice == "cann" and runtime.kind == "host":
            raise ImportError(
                f"ASCENDCL_RUNTIME=cann, but the {LIBRARY} that the loader finds first, "
                f"{runtime.library}, is ascendcl's own runtime for CPUs. Take its folder out of "
                "LD_LIBRARY_PATH, or put CANN's before it."
            )
        return runtime
    except OSError as error:
        if choice == "cann":
            raise ImportError(_cann_not_found(error)) from error
        runtime = _load_host(by_fallback=True)
        if (command := own_command()) is not None:
            if command in _RUNNING:  # their figures would pass for a device's
                print(_ON_THE_CPU, file=sys.stderr)
            return runtime
        warnings.warn(
            f"CANN was not found ({error}): models run on the CPU with the host runtime. To use an "
            "NPU, source CANN's set_env.sh before starting Python; to choose the CPU and silence "
            "this warning, set ASCENDCL_RUNTIME=host.",
            HostRuntimeWarning,
            stacklevel=4,
        )
        return runtime


def _outside_of_the_app() -> str:
    """The library that was on the loader's path before a frozen app put its own files first."""
    for folder in os.environ.get("LD_LIBRARY_PATH_ORIG", "").split(os.pathsep):
        if folder and (Path(folder) / LIBRARY).exists():
            return str(Path(folder) / LIBRARY)
    raise OSError(f"{LIBRARY} is in none of the folders that LD_LIBRARY_PATH had")


def _load_first_on_path() -> Runtime:
    name = _outside_of_the_app() if getattr(sys, "frozen", False) else LIBRARY
    library = ctypes.CDLL(name, mode=ctypes.RTLD_GLOBAL)
    path = _path_of(library)
    if not path.is_absolute():
        path = Path.cwd() / path
        warnings.warn(
            f"{path} was loaded: LD_LIBRARY_PATH has an entry that is empty or relative "
            f"({os.environ.get('LD_LIBRARY_PATH', '')!r}), which means the working folder, where "
            "anybody may have put a library. Remove the entry, often a colon too many.",
            RuntimeWarning,
            stacklevel=5,
        )
    if _is_ours(library):
        return _host(library, path)
    for name in SIBLINGS:
        sibling = path.with_name(name)
        if sibling.exists():
            try:
                ctypes.CDLL(str(sibling), mode=ctypes.RTLD_GLOBAL)
            except OSError as error:
                warnings.warn(f"{sibling} cannot be loaded: {error}", RuntimeWarning, stacklevel=5)
    return Runtime("cann", path)


def _load_host(*, by_fallback: bool = False) -> Runtime:
    other = _already_loaded()
    if other is None:
        try:
            other = ctypes.CDLL(str(HOST_LIBRARY), mode=ctypes.RTLD_GLOBAL)
        except OSError as error:
            raise ImportError(f"the host runtime cannot be loaded: {error}") from error
    elif not _is_ours(other):
        raise ImportError(
            f"{_path_of(other)} is loaded already in this process, by another package: the host "
            "runtime cannot take its place. Import ascendcl first, or unset ASCENDCL_RUNTIME."
        )
    if by_fallback:
        # Programs that look for NPUs (Ray, and others) import acl and count devices: none here.
        other.ascendclHideDevices()
    return _host(other, _path_of(other))


def _is_ours(library: ctypes.CDLL) -> bool:
    """Whether it is a host runtime: the package's own, or a copy of it that was found first."""
    return hasattr(library, "ascendclSetOpenvinoFolder")


def _host(library: ctypes.CDLL, path: Path) -> Runtime:
    if hasattr(library, "ascendclTellsOfHost"):  # not in a copy of an older version
        library.ascendclTellsOfHost()
    folder = openvino_libraries()
    if folder is not None:
        library.ascendclSetOpenvinoFolder(os.fsencode(folder))
    its_own = HOST_LIBRARY.exists() and path.exists() and path.samefile(HOST_LIBRARY)
    return Runtime("host", HOST_LIBRARY if its_own else path)


def openvino_libraries() -> Path | None:
    """The folder that the environment names, or where pip put OpenVINO's libraries.

    Nothing of OpenVINO is imported: its package would load them at once.
    """
    if chosen := os.environ.get("ASCENDCL_OPENVINO_LIBS"):
        return Path(chosen)
    spec = importlib.util.find_spec("openvino")
    folders = (Path(place) / "libs" for place in (spec and spec.submodule_search_locations) or ())
    return next((folder for folder in folders if folder.is_dir()), None)


def _already_loaded() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(LIBRARY, mode=os.RTLD_NOLOAD | ctypes.RTLD_GLOBAL)
    except OSError:
        return None


class _LinkMap(ctypes.Structure):
    """The beginning of what the loader keeps for each library."""

    _fields_ = (("address", ctypes.c_void_p), ("name", ctypes.c_char_p))


def _path_of(library: ctypes.CDLL) -> Path:
    """The file that the loader took."""
    rtld_di_linkmap = 2
    link_map = ctypes.POINTER(_LinkMap)()
    dlinfo = ctypes.CDLL(None).dlinfo
    dlinfo.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
    if dlinfo(library._handle, rtld_di_linkmap, ctypes.byref(link_map)) != 0:
        return Path(LIBRARY)
    return Path(os.fsdecode(link_map.contents.name))


def _cann_not_found(error: OSError) -> str:
    homes = {name: os.environ.get(name) for name in ("ASCEND_TOOLKIT_HOME", "ASCEND_HOME_PATH")}
    found = [f"{name}={value}" for name, value in homes.items() if value]
    home = next((value for value in homes.values() if value), "/usr/local/Ascend/ascend-toolkit")
    return (
        f"ASCENDCL_RUNTIME=cann, but CANN's {LIBRARY} cannot be loaded: {error}. Looked for it as "
        f"the dynamic loader does: LD_LIBRARY_PATH={os.environ.get('LD_LIBRARY_PATH', '')!r}, then "
        f"the system's folders ({', '.join(found) or 'neither ASCEND_TOOLKIT_HOME nor '}"
        f"{'' if found else 'ASCEND_HOME_PATH is set'}). Set up CANN's environment before starting "
        f"Python: source {home}/set_env.sh. Without an NPU, set ASCENDCL_RUNTIME=host."
    )
