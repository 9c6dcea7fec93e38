# SPDX-License-Identifier: Apache-2.0
"""Strict mode: the host runtime checks the rules that the documentation leaves to the caller."""

from __future__ import annotations

from types import TracebackType
from typing import Final, Literal

from ascendcl import _acl
from ascendcl.errors import NotSupportedError

__all__ = ["StrictMode", "strict"]

_MODES: Final = ("off", "warn", "fail", "abort")


class StrictMode:
    """A change of the mode that the end of a ``with`` block undoes.

    Attributes
    ----------
    mode : str
        What is in force.
    before : str
        What was.
    """

    def __init__(self, mode: str, before: str) -> None:
        self.mode: Final = mode
        self.before: Final = before

    def __enter__(self) -> StrictMode:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _set(self.before)

    def __repr__(self) -> str:
        return f"<StrictMode {self.mode!r}, before that {self.before!r}>"


def strict(mode: Literal["off", "warn", "fail", "abort"] = "warn") -> StrictMode:
    """Have the host runtime check what the documentation asks of a program, for all threads.

    A report names the rule, the objects, where the rule was broken and where the other place is
    (where the memory was freed, the model loaded, the other execution started), and what to do.
    docs/strict.md lists the rules. ``ASCENDCL_STRICT`` in the environment does the same from the
    first call on; objects made while the mode was off are unknown to it.

    Parameters
    ----------
    mode : {"off", "warn", "fail", "abort"}
        A :class:`StrictWarning`, once for each rule and pair of places (from threads that are none
        of Python's, a line on stderr); the call at fault fails with the nearest documented code
        and the report; or the process ends.

    Returns
    -------
    StrictMode
        As a context manager it restores the mode that was in force before.

    Raises
    ------
    NotSupportedError
        The runtime in use is not this package's own.
    """
    return StrictMode(mode, _set(mode))


def _set(mode: str) -> str:
    if mode not in _MODES:
        raise ValueError(f"strict mode must be one of {', '.join(_MODES)}, not {mode!r}")
    before = _acl.core.set_strict_mode(_MODES.index(mode))
    if before is None:
        raise NotSupportedError(
            200001,
            "strict",
            "Strict mode is part of ascendcl's host runtime, and this process uses another one: "
            "set ASCENDCL_RUNTIME=host.",
        )
    return _MODES[before]
