# SPDX-License-Identifier: Apache-2.0
"""Which libascendcl.so this process uses, decided and loaded before the extension is imported.

The extension is linked against ``libascendcl.so`` by name only, and the loader reuses a library of
that name which is loaded already. So whatever is loaded here is what the extension calls.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import warnings
from pathlib import Path
from typing import Literal, NamedTuple

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


class HostRuntimeWarning(RuntimeWarning):
    """CANN was not found, and models run on the CPU."""


class Runtime(NamedTuple):
    """The library that was loaded."""

    kind: Literal["cann", "host"]
    library: Path


_loaded: Runtime | None = None


def load() -> Runtime:
    """Load the runtime that ``ASCENDCL_RUNTIME`` asks for; the second call answers the first.

    Raises
    ------
    ImportError
        The runtime that was asked for cannot be loaded.
    """
    global _loaded  # noqa: PLW0603
    if _loaded is None:
        _loaded = _load(os.environ.get("ASCENDCL_RUNTIME") or "auto")
    return _loaded


def _load(choice: str) -> Runtime:
    if choice == "host":
        return _load_host()
    if choice not in ("auto", "cann"):
        raise ImportError(f"ASCENDCL_RUNTIME={choice!r}: expected 'cann', 'host' or 'auto'")
    try:
        return _load_first_on_path()
    except OSError as error:
        if choice == "cann":
            raise ImportError(_cann_not_found(error)) from error
        runtime = _load_host()
        warnings.warn(
            f"CANN was not found ({error}): models run on the CPU with the host runtime. To use an "
            "NPU, source CANN's set_env.sh before starting Python; to choose the CPU and silence "
            "this warning, set ASCENDCL_RUNTIME=host.",
            HostRuntimeWarning,
            stacklevel=4,
        )
        return runtime


def _load_first_on_path() -> Runtime:
    library = ctypes.CDLL(LIBRARY, mode=ctypes.RTLD_GLOBAL)
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
    if HOST_LIBRARY.exists() and path.exists() and path.samefile(HOST_LIBRARY):
        return _load_host()
    for name in SIBLINGS:
        sibling = path.with_name(name)
        if sibling.exists():
            try:
                ctypes.CDLL(str(sibling), mode=ctypes.RTLD_GLOBAL)
            except OSError as error:
                warnings.warn(f"{sibling} cannot be loaded: {error}", RuntimeWarning, stacklevel=5)
    return Runtime("cann", path)


def _load_host() -> Runtime:
    other = _already_loaded()
    if other is not None and not (HOST_LIBRARY.exists() and other.samefile(HOST_LIBRARY)):
        raise ImportError(
            f"{other} is loaded already in this process, by another package: the host runtime "
            "cannot take its place. Import ascendcl first, or unset ASCENDCL_RUNTIME."
        )
    try:
        library = ctypes.CDLL(str(HOST_LIBRARY), mode=ctypes.RTLD_GLOBAL)
    except OSError as error:
        raise ImportError(f"the host runtime cannot be loaded: {error}") from error
    folder = _openvino_libraries()
    if folder is not None:
        library.ascendclSetOpenvinoFolder(os.fsencode(folder))
    return Runtime("host", HOST_LIBRARY)


def _openvino_libraries() -> Path | None:
    """Where pip put OpenVINO's libraries; importing the package would load them at once."""
    spec = importlib.util.find_spec("openvino")
    folders = (Path(place) / "libs" for place in (spec and spec.submodule_search_locations) or ())
    return next((folder for folder in folders if folder.is_dir()), None)


def _already_loaded() -> Path | None:
    try:
        return _path_of(ctypes.CDLL(LIBRARY, mode=os.RTLD_NOLOAD))
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
