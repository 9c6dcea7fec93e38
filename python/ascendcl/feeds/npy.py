# SPDX-License-Identifier: Apache-2.0
"""Why a file is no array, in words of ours: numpy's are of options that nobody has here."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_MAGICS: Final = (b"\x93NUMPY", b"PK\x03\x04")  # of .npy, and of several in a .npz


def why_unreadable(path: Path, error: Exception) -> str:
    """Answer what is wrong with a file of which ``numpy.load`` has raised `error`."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    with path.open("rb") as file:
        head = file.read(max(map(len, _MAGICS)))
    if not head.startswith(_MAGICS):
        return "it is not an .npy file"
    if "allow_pickle" in str(error) or "Python objects" in str(error):
        return "it holds Python objects, not numbers"
    return str(error)
