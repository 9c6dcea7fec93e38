# SPDX-License-Identifier: Apache-2.0
"""The error of a command line that cannot be meant: its exit code is that of argparse, 2."""

from __future__ import annotations

__all__ = ["WrongArgumentsError"]


class WrongArgumentsError(ValueError):
    """An argument names what there is not, contradicts another, or would destroy a source."""
