# SPDX-License-Identifier: Apache-2.0
"""Reads damaged copies of a file in a process of its own, and reports as JSON what happened.

usage: damage_run.py FILE cuts|flips COUNT. The address space is limited to what the process has
before the first copy is read, and four times the file; under AddressSanitizer it is not, which
takes address space of its own.
"""

from __future__ import annotations

import json
import random
import resource
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))

import sanitizers
from ascendcl import om

KIB = 1024
MODEL_LENGTH_AT = 184
SAMPLED = 0.05  # how often what is decoded on demand is looked at, too


def read_all(data: bytearray | memoryview, rng: random.Random) -> None:
    """Everything that a runtime decodes of a file, and samples of what is decoded on demand."""
    file = om.File.from_bytes(data)
    _ = file.work_size + file.weight_size + file.zero_copy_size
    for model in file.models:
        graph = model.definition.graphs[0]
        _ = model.descriptors
        _ = model.kernels
        if rng.random() > SAMPLED:
            continue
        for node in rng.sample(graph.nodes, min(3, len(graph.nodes))):
            for values in (node.attrs, *(desc.attrs for desc in node.input_descs)):
                _ = dict(values)
            if node.type == "Const":
                model.constant(node)
            model.kernels.geometry(node, (3, 3))


def status(field: str) -> int:
    """A figure of /proc/self/status in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * KIB
    raise KeyError(field)


def cuts(data: bytearray, count: int, rng: random.Random, attempt: Callable[..., None]) -> None:
    """Every prefix as it is, and with a header that agrees to its length."""
    agreeing = bytearray(data)
    for _ in range(count):
        end = rng.randrange(len(data))
        attempt(memoryview(data)[:end])
        struct.pack_into("<Q", agreeing, MODEL_LENGTH_AT, max(1, end - 256))
        attempt(memoryview(agreeing)[:end])


def flips(data: bytearray, count: int, rng: random.Random, attempt: Callable[..., None]) -> None:
    for _ in range(count):
        at, mask = rng.randrange(len(data)), rng.randrange(1, 256)
        data[at] ^= mask
        attempt(data)
        data[at] ^= mask


def main(path: str, kind: str, count: int) -> None:
    data = bytearray(Path(path).read_bytes())
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    rng = random.Random(2026)
    sampler = random.Random(1)
    read_all(data, sampler)  # what is allocated once and kept
    spare = bytearray(data)  # room for the copy that cuts() makes, freed again
    limit = status("VmSize") + 4 * len(data)
    del spare
    if not sanitizers.under("asan"):
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before = status("VmHWM")

    def attempt(damaged: bytearray | memoryview) -> None:
        nonlocal slowest
        begin = time.perf_counter()
        try:
            read_all(damaged, sampler)
            outcomes["opened"] += 1
        except om.FormatError as error:
            outcomes[error.code] += 1
        slowest = max(slowest, time.perf_counter() - begin)

    {"cuts": cuts, "flips": flips}[kind](data, count, rng, attempt)
    peak = status("VmHWM") - before
    print(json.dumps({"outcomes": outcomes, "slowest": slowest, "peak": peak, "size": len(data)}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
