# SPDX-License-Identifier: Apache-2.0
"""Count what the host runtime recovers of real models: python tools/recovered_quantities.py DIR.

Of each .om file: quantities that its nodes do not state, how many of them a second place in the
file confirms, how many are assumed and told, and checks that contradicted a source.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections import Counter
from pathlib import Path

import ascendcl as acl

COLUMNS = ("read", "checked", "assumed", "contradicted")


def count(path: Path) -> Counter[tuple[str, str]] | str:
    """Kinds of findings by quantity, or why the file is refused."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", acl.HostAssumption)
            with acl.Model.from_file(path) as model:
                return Counter((finding.quantity, finding.kind) for finding in model.findings)
    except (acl.AclError, ValueError) as error:
        return str(error).splitlines()[-1]


def table(counts: dict[str, Counter[tuple[str, str]]], of: int) -> str:
    """One row for each file (`of` 0), or for each quantity over all of them (1)."""
    rows: dict[str, Counter[str]] = {}
    for name, findings in counts.items():
        if not of:
            rows[name] = Counter()
        for (quantity, kind), number in findings.items():
            rows.setdefault(quantity if of else name, Counter())[kind] += number
    lines = ["| {:40} | recovered | {} |".format("quantity" if of else "file", " | ".join(COLUMNS))]
    lines.append("|" + "---|" * (len(COLUMNS) + 2))
    total: Counter[str] = Counter()
    for row, kinds in sorted(rows.items()):
        total.update(kinds)
        lines.append(_line(row, kinds))
    return "\n".join([*lines, _line("all", total)])


def _line(row: str, kinds: Counter[str]) -> str:
    numbers = [kinds["checked"] + kinds["assumed"], *(kinds[column] for column in COLUMNS)]
    return f"| {row:40} | " + " | ".join(str(number) for number in numbers) + " |"


def main() -> int:
    """Print the tables, then the files that are refused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    results = {p.name: count(p) for p in sorted(parser.parse_args().folder.glob("*.om"))}
    counts = {name: result for name, result in results.items() if not isinstance(result, str)}
    print(table(counts, 0), table(counts, 1), sep="\n\n")
    for name, result in results.items():
        if isinstance(result, str):
            print(f"\n{name} is refused: {result}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
