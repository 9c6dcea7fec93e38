# SPDX-License-Identifier: Apache-2.0
"""Paths on the command line: none is empty, and no output takes the place of a source."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ascendcl._wrong_arguments import WrongArgumentsError


def path_text(text: str) -> str:
    """Read a path as it is given."""
    if not text:
        raise argparse.ArgumentTypeError("the path is empty")
    return text


def path(text: str) -> Path:
    """Read a path."""
    return Path(path_text(text))


def named_path_text(text: str) -> str:
    """Read ``FILE`` or ``NAME=FILE`` as it is given."""
    if not text or (text.endswith("=") and not Path(text).exists()):
        raise argparse.ArgumentTypeError(f"the path is empty: {text!r}")
    return text


def named_files(given: Sequence[str]) -> Iterator[Path]:
    """Answer the files of ``FILE`` or ``NAME=FILE``, of folders theirs.

    Names and files may hold equals signs: whatever exists is taken for meant.
    """
    for text in given:
        parts = text.split("=")
        for start in range(len(parts)):
            found = Path("=".join(parts[start:]))
            if found.is_dir() and parts[start:] != [""]:
                yield found
                yield from found.iterdir()
            elif found.exists():
                yield found


def refuse_overwriting(option: str, output: Path, sources: Iterable[str | Path]) -> None:
    """Refuse an output that is one of the sources, by whatever name or link.

    Raises
    ------
    WrongArgumentsError
        It is.
    """
    for source in sources:
        if _is_same(output, source):
            raise WrongArgumentsError(
                f"{option} {output}: it is the same as {source}, which is read and would be lost"
            )


def _is_same(first: Path, second: str | Path) -> bool:
    try:
        return first.samefile(second)
    except OSError:  # one of them is not there
        return first.resolve() == Path(second).resolve()
