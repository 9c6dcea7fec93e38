# SPDX-License-Identifier: Apache-2.0
"""Runs a scenario once for each call that it makes, with that one call failing.

    python enumerator.py SCENARIO [RULE]

Each run is a fork of this process, which has loaded all libraries and used none. On standard
output, a line of JSON per run; with RULE, of that run alone. Calls are counted function by
function: with threads, the k-th of all would be another one each time.
"""

from __future__ import annotations

import ctypes
import faulthandler
import gc
import json
import os
import re
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from faults import fault_calls, faults, library
from scenarios import SCENARIOS, Scenario

import ascendcl as acl
import flat
from ascendcl import _acl
from lifetime.conftest import runtime_counts

CODE = 507000  # ACL_ERROR_RT_INTERNAL_ERROR: nobody treats it in a way of its own
COUNT_ONLY = "acl*:0"
SECONDS_PER_RUN = 60
AT_ONCE = 2


def alive() -> dict[str, int]:
    """What the runtime and the extension count as alive."""
    gc.collect()
    core = {f"core {kind}": count for kind, count in _acl.core.live_counts().items()}
    return {**runtime_counts(), **core}


def difference(after: dict[str, int], before: dict[str, int]) -> dict[str, int]:
    return {kind: after[kind] - before[kind] for kind in after if after[kind] != before[kind]}


def told(scenario: Scenario) -> list[dict[str, Any]]:
    """Run it; what the user is told."""
    found: list[dict[str, Any]] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            results = scenario.run()
        except (acl.AclError, flat.Failed) as error:
            found.append({"by": "exception", "code": error.code, "text": str(error)})
            if error.__context__ is not None:
                found.append({"by": "context", "text": repr(error.__context__)})
        else:
            for result, expected in zip(results, scenario.expected, strict=True):
                np.testing.assert_allclose(result, expected, rtol=1e-2, atol=2e-3)
        gc.collect()  # what it dropped is released, and warned about, by now
    found += [{"by": w.category.__name__, "text": str(w.message)} for w in caught]
    return found


def calls_by_function() -> dict[str, int]:
    """How often each function of the headers was called under the rules."""
    declaration = re.compile(r"^ACL_FUNC_VISIBILITY[^;(]*?(acl\w+)\(", re.MULTILINE)
    headers = (acl.get_include() / "acl").rglob("*.h")
    names = {name for path in headers for name in declaration.findall(path.read_text())}
    names -= {"aclAppLog"}  # variadic: no rule can stand before it
    return {name: count for name in sorted(names) if (count := fault_calls(name)) > 0}


def run(scenario: Scenario, rule: str) -> dict[str, Any]:
    """One run under the rule, one without faults, and the end."""
    before = alive()
    with faults(rule) as counts:
        first = told(scenario)
        calls = calls_by_function() if rule == COUNT_ONLY else {}
    left = alive()
    second = told(scenario)
    left_again = alive()
    _acl.core.shut_down()
    return {
        "rule": rule,
        "calls": calls,
        "failed": counts.last.decode() if counts.last else None,
        "told": first,
        "left": difference(left, before),
        "told again": second,
        "left again": difference(left_again, left),
    }


def run_forked(scenario: Scenario, rule: str) -> tuple[int, int]:
    """Begin the run in a child: the child, and where its report comes from."""
    reader, writer = os.pipe()
    child = os.fork()
    if child != 0:
        os.close(writer)
        return child, reader
    status = 1
    try:
        faulthandler.dump_traceback_later(SECONDS_PER_RUN, exit=True)
        report = run(scenario, rule)
        os.write(writer, json.dumps(report).encode())
        status = 0
    finally:
        if status != 0:
            sys.excepthook(*sys.exc_info())
        os._exit(status)


def report_of(rule: str, reader: int, status: int) -> dict[str, Any]:
    with os.fdopen(reader) as pipe:
        text = pipe.read()
    if status != 0:
        return {"rule": rule, "died": os.waitstatus_to_exitcode(status)}
    report: dict[str, Any] = json.loads(text)
    return report


def reports_of(scenario: Scenario, rules: list[str]) -> Iterator[dict[str, Any]]:
    """The reports of the runs under each of the rules, a few at once."""
    running: dict[int, tuple[str, int]] = {}
    waiting = rules[::-1]
    while waiting or running:
        while waiting and len(running) < AT_ONCE:
            rule = waiting.pop()
            child, reader = run_forked(scenario, rule)
            running[child] = rule, reader
        child, status = os.wait()
        yield report_of(*running.pop(child), status)


def main() -> None:
    scenario = SCENARIOS[sys.argv[1]]
    library()
    ctypes.CDLL(str(acl.runtime_info().library.with_name("libascendcl_engine.so")))
    if len(sys.argv) > 2:
        print(json.dumps(run(scenario, sys.argv[2]), indent=1))
        return
    (without,) = reports_of(scenario, [COUNT_ONLY])
    print(json.dumps(without), flush=True)
    calls = without.get("calls", {}).items()
    rules = [f"{name}:{n}:{CODE}" for name, count in calls for n in range(1, count + 1)]
    for report in reports_of(scenario, rules):
        print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
