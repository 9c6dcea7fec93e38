# SPDX-License-Identifier: Apache-2.0
"""Prints rows of several columns: by rich on a terminal where it is installed, else as text."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence

_LEAST_OF_A_TEXT = 8  # characters in a line of it, where it is folded
_UNBOUNDED = 1 << 16


def print_columns(
    title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], *, texts: int = 1
) -> None:
    """Print rows under their heads; the first `texts` columns are texts, the others numbers."""
    if sys.stdout.isatty() and importlib.util.find_spec("rich"):
        _print_rich(title, heads, rows, texts)
        return
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    print(title)
    for row in (heads, *rows):
        cells = [
            cell.ljust(width) if index < texts else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  " + "  ".join(cells).rstrip())


def _print_rich(
    title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], texts: int
) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for index, head in enumerate(heads):
        if index < texts:
            table.add_column(head, overflow="fold", min_width=_LEAST_OF_A_TEXT)
        else:
            table.add_column(head, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    # Half a number is a wrong one: where not all have room, the terminal folds the lines.
    height = Console().height  # without it the width of a dumb terminal is 80
    least = Console(width=_UNBOUNDED, height=height).measure(table).minimum
    width = max(Console().width, least)
    Console(markup=False, highlight=False, width=width, height=height).print(table)
