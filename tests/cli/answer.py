# SPDX-License-Identifier: Apache-2.0
"""What a command says, for the tests that call it in their process."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Answer(NamedTuple):
    """Exit code, standard output, standard error."""

    code: int
    out: str
    err: str


Command = Callable[..., Answer]
