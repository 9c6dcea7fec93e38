# SPDX-License-Identifier: Apache-2.0
"""Runs one client program in this process and tells what was alive when it called acl.finalize.

python run_client.py PROGRAM RESULTS: PROGRAM is a module beside this file, RESULTS an .npy file to
write; on standard output, as JSON, what the runtime counted.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import numpy as np

import acl
from ascendcl.data import DIGITS_MODEL, digits_held_out
from lifetime.conftest import runtime_counts
from rebatched import model_with_batches


def model_for(program: str) -> str:
    """The digits' model; for one program with several batch sizes, in the working directory."""
    if program != "dynamic_batch":
        return str(DIGITS_MODEL)
    path = Path("digits_in_batches.om")
    path.write_bytes(model_with_batches(DIGITS_MODEL, (1, 4, 16)))
    return str(path)


def main() -> None:
    program, results = sys.argv[1:]
    alive: list[dict[str, int]] = []
    finalize = acl.finalize

    def counting_finalize(*arguments: object) -> int:
        if acl.runtime_info().kind == "host":
            alive.append(runtime_counts())
        return finalize(*arguments)

    acl.finalize = counting_finalize
    images = digits_held_out().images[:, None]  # each a batch of one
    np.save(results, importlib.import_module(program).main(model_for(program), images))
    print(json.dumps(alive))


if __name__ == "__main__":
    main()
