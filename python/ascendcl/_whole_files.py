# SPDX-License-Identifier: Apache-2.0
"""Files that are written whole, or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["written_whole"]


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Answer a path beside `path` to write to, whose file takes its place at the end.

    Where that is not reached, by an error or Ctrl-C, it is deleted, and what was there stays.

    Raises
    ------
    IsADirectoryError
        `path` is a folder.
    OSError
        It cannot be written; `path` is named, not what lies beside it.
    """
    if path.is_dir():
        raise IsADirectoryError(f"{path}: it is a folder")
    part = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        yield part
        part.replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):  # of a folder that nobody may write to, or that is none
            part.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename in (part, str(part)):
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
