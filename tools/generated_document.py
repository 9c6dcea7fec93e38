# SPDX-License-Identifier: Apache-2.0
"""A document that a script of this folder writes, and a test keeps up to date."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def write_or_check(target: Path, text: str) -> int:
    """The calling script's main: write the document, or with ``--check`` answer 1 if it differs."""
    parser = argparse.ArgumentParser(description=f"Write {target.name}.")
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args()
    if not options.check:
        target.write_text(text, encoding="utf-8")
    elif target.read_text(encoding="utf-8") != text:
        print(f"{target} is not up to date: run python {sys.argv[0]}", file=sys.stderr)
        return 1
    return 0
