#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the codes of docs/errors.md: what each means, what to do, and which exception it becomes.

Codes and exceptions are read off the package, meanings and cures off error_codes.tsv. A code that
has no row there, and a row without a code, are errors.

python tools/error_codes.py            writes it
python tools/error_codes.py --check    answers 1 when it is not up to date
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

from generated_document import write_or_check

from ascendcl import _acl, errors

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "errors.md"
ROWS = Path(__file__).with_name("error_codes.tsv")

MARK = "## All codes\n"
HEAD = """
Written by `tools/error_codes.py` from `tools/error_codes.tsv` and the package; do not edit.
Numbers that begin with 1 are what the caller can mend, with 2 what there is not enough of or what
the chip lacks, with 3 states such as full or empty, with 5 internal failures. A star marks those
that the host runtime answers; the others come from CANN alone. On a device the same number may have
causes that are not listed: `acl.get_recent_err_msg()` and CANN's log have the last word.
"""

GROUPS = (
    ("The interface", lambda code: code < 600000 and code // 1000 in (100, 148, 200, 300, 500)),
    ("Models (the graph engine)", lambda code: code // 1000 in (145, 245, 345, 545)),
    ("The runtime", lambda code: code // 1000 in (107, 207, 507)),
    ("This package, before any call of the runtime", lambda code: code < 0),
)


def names() -> dict[int, list[str]]:
    """For each code its names in the headers, the deprecated ones last."""
    found: dict[int, list[str]] = {}
    for name, value in vars(_acl.constants).items():
        if name.startswith("ACL_ERROR_") and value != 0:
            found.setdefault(value, []).append(name)
    for name, value in vars(errors).items():
        if name.isupper() and isinstance(value, int) and value < 0:  # this package's own refusals
            found[value] = []
    return found


def answered_by_the_host_runtime() -> set[str]:
    """The names that its sources use."""
    texts = [
        path.read_text(encoding="utf-8")
        for path in (ROOT / "csrc" / "host").rglob("*")
        if path.suffix in (".cpp", ".h")
    ]
    return set(re.findall(r"\bACL_ERROR_\w+", "\n".join(texts)))


def meanings() -> dict[int, tuple[str, str]]:
    """What each code means, and what to do."""
    with ROWS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = {int(row["code"]): (row["means"], row["cure"]) for row in rows}
    if len(found) != len(rows) or not all(means and cure for means, cure in found.values()):
        raise ValueError(f"{ROWS.name}: a code stands twice, or a cell is empty")
    return found


def table() -> str:
    """The text of docs/errors.md: what stands before the codes is left as it is."""
    named, meant, on_host = names(), meanings(), answered_by_the_host_runtime()
    if named.keys() != meant.keys():
        raise ValueError(
            f"{ROWS.name} lacks {sorted(named.keys() - meant.keys())} and has "
            f"{sorted(meant.keys() - named.keys())}, which are no codes"
        )
    before, mark, _ = TARGET.read_text(encoding="utf-8").partition(MARK)
    text, left = before + mark + HEAD, set(named)
    for title, belongs in GROUPS:
        text += f"\n### {title}\n\n| code, name, exception | means | what to do |\n"
        text += "|---|---|---|\n"
        for code in sorted(filter(belongs, left), key=abs):
            star = "\\*" if on_host.intersection(named[code]) else ""
            names_and_kind = (*named[code], type(errors.from_status(code, "", "")).__name__)
            cell = f"{code}{star} " + " ".join(f"`{name}`" for name in names_and_kind)
            text += f"| {cell} | {' | '.join(meant[code])} |\n"
        left -= set(filter(belongs, left))
    if left:
        raise ValueError(f"codes of no group: {sorted(left)}")
    return text


if __name__ == "__main__":
    sys.exit(write_or_check(TARGET, table()))
