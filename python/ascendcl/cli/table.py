# SPDX-License-Identifier: Apache-2.0
"""Prints names and values: by rich on a terminal where it is installed, else as aligned text."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence


def print_table(title: str, rows: Sequence[tuple[str, str]]) -> None:
    """Print one name and its value per line under a title."""
    if sys.stdout.isatty() and importlib.util.find_spec("rich"):
        _print_rich(title, rows)
        return
    # Never folded: this is what gets piped and pasted.
    width = max(len(name) for name, _ in rows)
    print(title)
    for name, value in rows:
        print(f"  {name:<{width}}  {value}")


def _print_rich(title: str, rows: Sequence[tuple[str, str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, show_header=False)
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, value)
    # Markup off: paths and messages may hold brackets.
    Console(markup=False, highlight=False).print(table)
