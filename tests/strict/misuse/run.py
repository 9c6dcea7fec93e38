# SPDX-License-Identifier: Apache-2.0
"""Run every misuse program in a child of its own, and print what became of it as JSON.

    run.py MODE [NAME ...]

The children are forked from here, where nothing of the runtime has been used.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import tempfile

from program import PROGRAMS, Program

import ascendcl

PATIENCE = 30  # seconds


def result_of(program: Program, mode: str) -> dict[str, object]:
    """The signal or exit code, stderr, what the call at fault answered, and the message."""
    with tempfile.TemporaryFile() as errors, tempfile.TemporaryFile() as answers:
        child = os.fork()
        if child == 0:
            signal.alarm(PATIENCE)  # a heap that is corrupted may well hang
            os.dup2(errors.fileno(), 2)
            ascendcl.strict(mode)
            answer = program.run()
            message = ascendcl.get_recent_err_msg()
            os.write(answers.fileno(), json.dumps([answer, message]).encode())
            os._exit(0)
        _, status = os.waitpid(child, 0)
        errors.seek(0)
        answers.seek(0)
        answer, message = json.loads(answers.read() or b"[null, null]")
        return {
            "name": program.name,
            "rule": program.rule,
            "code": program.code,
            "status": os.waitstatus_to_exitcode(status),
            "stderr": errors.read().decode(errors="replace"),
            "answer": answer,
            "message": message,
        }


def main(mode: str, *names: str) -> None:
    for module in ("copies", "handles", "models", "pictures"):
        importlib.import_module(module)
    wanted = [program for program in PROGRAMS if not names or program.name in names]
    print(json.dumps([result_of(program, mode) for program in wanted]))


if __name__ == "__main__":
    main(*sys.argv[1:])
