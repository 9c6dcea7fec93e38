# SPDX-License-Identifier: Apache-2.0
"""Prints a table of several columns: by rich on a terminal where it is installed, else aligned."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence


def print_columns(title: str, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under a title and the names of their columns."""
    if sys.stdout.isatty() and importlib.util.find_spec("rich"):
        _print_rich(title, headers, rows)
        return
    widths = [max(map(len, column)) for column in zip(headers, *rows, strict=True)]
    print(title)
    for row in (headers, *rows):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        print(f"  {'  '.join(cells).rstrip()}")


def _print_rich(title: str, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(*row)
    # Markup off: names may hold brackets.
    Console(markup=False, highlight=False).print(table)
