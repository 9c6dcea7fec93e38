# SPDX-License-Identifier: Apache-2.0
"""Loads and executes mutated models, OpenVINO and all.

usage: python tests/fuzz/whole KIND [--seed N] [--cases N] [--first N] [--limit SECONDS]
Files of findings are written to build/findings.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from cases import kinds  # noqa: E402
from isolation import Finding, run  # noqa: E402

FINDINGS = HERE.parents[2] / "build" / "findings"


def save(kind: str, seed: int, finding: Finding) -> Path:
    FINDINGS.mkdir(parents=True, exist_ok=True)
    path = FINDINGS / f"{kind}-{seed}-{finding.case}.om"
    path.write_bytes(finding.file)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=sorted(kinds()))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--limit", type=float, default=2.0, help="seconds that a case may take")
    given = parser.parse_args()
    report = run(given.kind, given.seed, given.first, given.cases, limit=given.limit, progress=True)
    for finding in report.findings:
        print(save(given.kind, given.seed, finding), finding.what, finding.output[-300:])
    print(f"{report.cases} cases, {report.tried} loads and executions: {dict(report.outcomes)}")
    print(f"slowest {report.slowest:.2f} s, a child grew by {report.peak >> 20} MiB at most")
    sys.exit(1 if report.findings else 0)


if __name__ == "__main__":
    main()
