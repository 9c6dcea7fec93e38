# SPDX-License-Identifier: Apache-2.0
"""Tells PyInstaller what an app with ascendcl consists of, by the entry point of its hooks."""

from __future__ import annotations

from pathlib import Path

__all__ = ["hook_dirs"]


def hook_dirs() -> list[str]:
    """Where the hook is."""
    return [str(Path(__file__).parent)]
