# SPDX-License-Identifier: Apache-2.0
"""A progress bar on standard error, where that is a terminal and rich is installed."""

from __future__ import annotations

import importlib.util
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ascendcl.bench import Duration

_LEAST_PAUSE: Final = 0.5  # seconds: drawing takes time from what is measured


@contextmanager
def progress_bar(
    what: str, duration: Duration, *, quiet: bool
) -> Iterator[Callable[[int], None] | None]:
    """Show how far something is; what to call with the number of runs so far, if anything."""
    if quiet or not sys.stderr.isatty() or not importlib.util.find_spec("rich"):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    total = duration.runs or duration.seconds or 0
    begun = drawn = time.monotonic()
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[runs]} runs"),
        console=Console(stderr=True),
        transient=True,
        auto_refresh=False,
    ) as bar:
        task = bar.add_task(what, total=total, runs=0)
        bar.refresh()

        def tell(runs: int) -> None:
            nonlocal drawn
            now = time.monotonic()
            if now - drawn >= _LEAST_PAUSE:
                drawn = now
                so_far = runs if duration.runs else min(now - begun, total)
                bar.update(task, completed=so_far, runs=runs, refresh=True)

        yield tell
