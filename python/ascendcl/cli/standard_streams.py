# SPDX-License-Identifier: Apache-2.0
"""Standard output that cannot be written, and warnings as one line: what all commands share."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from collections.abc import Iterator
from typing import Any, TextIO

from ascendcl.errors import HostAssumption, HostSubstitution


class UnwrittenOutput(Exception):  # noqa: N818  no OSError: commands would take it for a file's
    """Standard output took no more; `cause` is why."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(f"standard output cannot be written: {cause.strerror or cause}")
        self.cause = cause


class _Output:
    """Standard output, whose errors are no errors of files."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError as error:
            raise UnwrittenOutput(error) from error

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as error:
            raise UnwrittenOutput(error) from error


@contextlib.contextmanager
def own_streams() -> Iterator[None]:
    """Write to standard output and warn in the manner of the commands.

    Raises
    ------
    UnwrittenOutput
        Not all could be written. What is left is dropped, or Python would try again at its end.
    """
    if sys.stderr is None:  # closed: print would take standard output in its place
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123
    if sys.stdout is None:  # closed: its number would be that of the next file that is opened
        raise UnwrittenOutput(OSError(9, "it is closed"))
    stream = sys.stdout
    output: Any = _Output(stream)
    try:
        with contextlib.redirect_stdout(output), _plain_warnings():
            try:
                yield
            finally:
                output.flush()
    except UnwrittenOutput:
        with contextlib.suppress(OSError, ValueError):  # a stream that is no file
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        raise


@contextlib.contextmanager
def _plain_warnings() -> Iterator[None]:
    """Tell how the host runtime has understood a model, in one line each."""
    with warnings.catch_warnings():
        show = warnings.showwarning

        def tell(message: Any, category: type[Warning], *where: Any, **more: Any) -> None:
            if issubclass(category, HostAssumption | HostSubstitution):
                print(f"note: {' '.join(str(message).split())}", file=sys.stderr)
            else:
                show(message, category, *where, **more)

        warnings.showwarning = tell
        yield
