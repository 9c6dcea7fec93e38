#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write docs/errors.md: every code, what it means and what to do, with the exception it becomes.

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

HEAD = """\
# Errors

Every exception of the Python API is an `acl.AclError`, with the code, its name in the headers, the C
function, what the runtime said and what to do. Where Python has a fitting exception it is one of that
kind too.

```python
import acl

try:
    acl.Model.from_file("missing.om")
except FileNotFoundError as error:
    assert isinstance(error, acl.AclError)
    assert error.code == 145002
```

| | also a | |
|---|---|---|
| `AclValueError`, `AclMemoryError`, `AclTimeoutError` | `ValueError`, `MemoryError`, `TimeoutError` | |
| `AclFileNotFoundError`, `AclPermissionError` | `FileNotFoundError`, `PermissionError` | of the model file |
| `NotSupportedError` | `NotImplementedError` | this runtime, chip or release cannot do it |
| `MissingNameError` (no `AclError`) | `AttributeError`, `NotImplementedError` | pyACL has the function, ascendcl has not: `acl.himpi`, most of `acl.media` |
| `BufferInUse`, `ClosedError`, `WrongDeviceError`, `ForkedError` | | refused before any call of the runtime |
| `ContextError`, `DeviceFaultError` | | |
| `PoolClosed`, `QueueFull` | `QueueFull`: `queue.Full` | of pools and batchers: [pool.md](pool.md) |

What the host runtime cannot run is a `NotSupportedError` that names all nodes in question; a file
that is no model of Ascend's present format (Kirin, flow models, bundles, DDK 1.x) is one, too.

To replace a model file that may be loaded at any time, write the new one beside it and rename it. A
load of a file that is written over in place waits for it, two seconds at most, and says so then.

A failure that has no caller, in a destructor or at exit, is an `AclWarning`. A daemon thread that
is left over when the interpreter ends gets `SystemExit` from whatever it calls here: it ends, and
says nothing.

`HostAssumption` is an `AclWarning`, too: the host runtime had to assume something of a model that
its file does not keep ([findings.md](findings.md)).

## Flat functions

They answer codes and raise only for arguments that are none: `TypeError` for another type,
`OverflowError` for a number that the C type does not hold. pyACL takes such numbers modulo their
width, so that an address of 2**64 is "managed by the system" there. -1 stays the index that means
all of them, and `True` is a flag, but no address.

Few programs ask for `acl.get_recent_err_msg()`. `ASCENDCL_LOG=error` prints what it would say, of
every failure, on standard error, and so does [strict mode](strict.md); CANN's
`ASCEND_SLOG_PRINT_TO_STDOUT=1` prints it on standard output as CANN's logs look.

## Data of a request

What depends on a request's data and cannot be computed, an index out of range or a `k` that is not
the one that the model was compiled for, fails that call with 507011 (`acl.AclError`) and a message
that names the node, the value and the bound, as in `node 'embedding' (GatherV2): index 30522
(element 7 of its indices) is out of range of an axis of 30522`. Nothing is read outside a tensor,
and the model goes on with the next call.

## All codes

Written by `tools/error_codes.py` from `tools/error_codes.tsv` and the package; do not edit.
Numbers that begin with 1 are what the caller can mend, with 2 what there is not enough of or what the
chip lacks, with 3 states such as full or empty, with 5 internal failures. A star marks those that the
host runtime answers; the others come from CANN alone. On a device the same number may have causes that
are not listed: `acl.get_recent_err_msg()` and CANN's log have the last word.
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
    """The text of docs/errors.md."""
    named, meant, on_host = names(), meanings(), answered_by_the_host_runtime()
    if named.keys() != meant.keys():
        raise ValueError(
            f"{ROWS.name} lacks {sorted(named.keys() - meant.keys())} and has "
            f"{sorted(meant.keys() - named.keys())}, which are no codes"
        )
    text, left = HEAD, set(named)
    for title, belongs in GROUPS:
        text += f"\n### {title}\n\n| code | name | exception | means | what to do |\n"
        text += "|---|---|---|---|---|\n"
        for code in sorted(filter(belongs, left), key=abs):
            star = "\\*" if on_host.intersection(named[code]) else ""
            symbols = ", ".join(f"`{name}`" for name in named[code])
            kind = type(errors.from_status(code, "", "")).__name__
            text += f"| {code}{star} | {symbols} | `{kind}` | {' | '.join(meant[code])} |\n"
        left -= set(filter(belongs, left))
    if left:
        raise ValueError(f"codes of no group: {sorted(left)}")
    return text


if __name__ == "__main__":
    sys.exit(write_or_check(TARGET, table()))
