#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write docs/strict.md: the rules of strict mode, read off csrc/host/checks/rules.cpp.

python tools/strict_rules.py            writes it
python tools/strict_rules.py --check    answers 1 when it is not up to date
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from generated_document import write_or_check

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "csrc" / "host" / "checks" / "rules.cpp"
HEADERS = ROOT / "third_party" / "cann" / "include" / "acl"
TARGET = ROOT / "docs" / "strict.md"

HEAD = """# Strict mode

The host runtime answers misuse as the documentation says. What the documentation forbids without
saying what happens, an NPU may do as if it were right, or do wrong, or end the process. Strict
mode finds it.

| `ASCENDCL_STRICT` | Python | what a broken rule does |
|---|---|---|
| unset, `0`, `off` | `acl.strict("off")` | nothing is checked; a call costs one load more |
| `1`, `warn` | `acl.strict("warn")` | a report: an `acl.StrictWarning`, without Python on stderr |
| `fail` | `acl.strict("fail")` | the call does nothing and answers the code below |
| `abort` | `acl.strict("abort")` | a report to stderr, then `abort()` |

The text of every call that fails is printed on standard error as well, as with
`ASCENDCL_LOG=error`; `ASCENDCL_LOG=off` keeps it quiet.
The same rule broken at the same pair of places is reported once. In mode `fail` the report stands
in `aclGetRecentErrMsg`. `acl.strict(...)` is a context manager too; C and C++ programs include
`<ascendcl/strict.h>` and call `ascendclSetStrictMode`. Objects made while the mode was off are
unknown to it; of their kinds only what cannot be an object at all is told.

A report names the rule, the objects, the place of the call at fault and the other place (where the
memory was freed, the model loaded, the other execution submitted), by functions of the program and
by Python's file and line where Python made the call. Functions of an executable have names if it
was linked with `-rdynamic`; `addr2line` knows the others.

How things are found:

- Every handle and every range of memory that a call names is looked up before the call is made. The
  types and names of the parameters say what it is (`cmake/argument_lookups.py`; the whole list is
  `tests/strict/lookups.txt`); data sets and data buffers are looked into when they are executed.
  Memory of the program's own is asked of the kernel, never touched: what is freed but still mapped
  cannot be told from what is not. Where a report concerns what the call is about to use, it comes
  before the call, and so before the crash that it explains.
- Handles of streams, events and contexts are never used again. Freed memory, and destroyed data
  sets, data buffers, descriptions and configurations, are kept aside and filled with a pattern, up
  to `ASCENDCL_STRICT_QUARANTINE` bytes (256M; `K`, `M`, `G`): every pointer argument of every call
  is looked up among them, and a store into freed memory shows when it leaves or at `aclFinalize`.
- What has not been given back is listed at `aclFinalize`, and at the end of a process that has not
  called it: one line for each place and kind, with the number and the bytes.
- Loaded models and queued tasks hold the memory that they use until they are done.
- Executions on two streams, or on a stream and a thread, are in each other's way unless the streams
  are ordered by events, or the first is over and the program may know: somebody has called
  something that waits or asks since. On an NPU it may take longer than here.
- What threads do under locks of their own cannot be seen, so two executions on threads without
  streams are in each other's way only if they really overlap.
- A plain event may be recorded after a stream was told to wait for it. That it never was is said
  when the wait is given up or the event destroyed.

## The rules

| rule | what the documentation asks for | where | code in mode `fail` | how to keep it |
|---|---|---|---|---|
"""

_STRING = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
_RULE = re.compile(r"\{" + r",\s*".join([_STRING] * 4) + r",\s*(ACL_\w+)\}", re.S)


def _text(literals: str) -> str:
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literals))


def _codes() -> dict[str, int]:
    text = "\n".join(path.read_text(encoding="utf-8") for path in HEADERS.rglob("*.h"))
    return {name: int(value) for name, value in re.findall(r"#define (ACL_\w+) (\d+)U?\b", text)}


def table() -> str:
    """The text of docs/strict.md."""
    codes = _codes()
    rules = _RULE.findall(SOURCE.read_text(encoding="utf-8"))
    lines = []
    for *texts, code in rules:
        rule, sentence, source, remedy = map(_text, texts)
        lines.append(f"| {rule} | {sentence} | {source} | {codes[code]} | {remedy} |\n")
    return HEAD + "".join(lines)


if __name__ == "__main__":
    sys.exit(write_or_check(TARGET, table()))
