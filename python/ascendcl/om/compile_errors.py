# SPDX-License-Identifier: Apache-2.0
"""Why a model is not compiled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class CompileError(ValueError):
    """A model is not compiled; nothing was written."""


class UnsupportedModelError(CompileError):
    """The front end lacks operators of the model.

    Parameters
    ----------
    message
        For the user.
    operators
        The nodes by operator.
    """

    def __init__(self, message: str, operators: Mapping[str, Sequence[str]]) -> None:
        super().__init__(message)
        self.operators = {name: tuple(nodes) for name, nodes in operators.items()}


class KnownWrongError(CompileError):
    """The front end is known to drop something of these nodes; ``force`` goes on."""

    def __init__(self, message: str, nodes: Sequence[str]) -> None:
        super().__init__(message)
        self.nodes = tuple(nodes)


class VerificationError(CompileError):
    """The compiled model does not give what the reference gives."""


class OptionError(CompileError):
    """The options cannot be meant with any model: a value, two that exclude each other."""
