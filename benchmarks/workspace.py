# SPDX-License-Identifier: Apache-2.0
"""Workspaces: what eight replicas cost, and what two groups gain over one lock for all.

Memory: eight loads of lane.om on one weight buffer and one workspace, by the runtime's count and as
resident memory, against one load and against eight that share nothing. Speed: two groups of two
models each, a thread per model, against the four on one workspace; one thread of the engine each.

    python benchmarks/workspace.py [--rounds 15] [--runs 10]
"""

from __future__ import annotations

import argparse
import gc
import os
import statistics
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from figures import Figures, figure, once
from registry import bound_text
from threads import SHARED, throughput

os.environ["ASCENDCL_RUNTIME"] = "host"
os.environ["ASCENDCL_HOST_THREADS"] = "1"

import ascendcl as acl

REPLICAS = 8


def used() -> int:
    with acl.Device(0) as device:
        info = device.memory_info()
        return info.total - info.free


def resident() -> int:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def loads(path: Path, count: int, shared: bool) -> tuple[int, int, int]:
    """Bytes of the device's memory, the least that they can be, and bytes resident."""
    size = acl.query_size(path)
    with ExitStack() as stack:
        device = stack.enter_context(acl.Device(0))
        before = used()
        work = weight = None
        if shared:
            work = stack.enter_context(acl.Workspace.for_models([path], device))
            weight = stack.enter_context(acl.DeviceBuffer(size.weight, device))
        models = [
            stack.enter_context(acl.Model.from_file(path, work=work, weight=weight))
            for _ in range(count)
        ]
        # As many runs of one: OpenVINO allocates for each of its streams when it first runs there.
        for model in models * (REPLICAS // count):
            model(*[np.zeros(info.shape, info.dtype) for info in model.inputs])
        tensors = (*models[0].inputs, *models[0].outputs)
        group = sum((info.nbytes + 32 + 63) // 64 * 64 for info in tensors)
        blocks = [size.work, size.weight, group] if shared else []
        least = sum((nbytes + 31) // 32 * 32 + 32 for nbytes in blocks)  # as aclrtMalloc rounds
        return used() - before, least, resident()


def measure_in_a_process(path: Path, count: int, shared: bool) -> tuple[int, int, int]:
    command = [sys.executable, __file__, "--measure", str(path), str(count), str(int(shared))]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    device, least, memory = map(int, answer.stdout.split())
    return device, least, memory


def report_memory(path: Path) -> Figures:
    _, _, of_one = measure_in_a_process(path, 1, shared=True)
    device, least, of_eight = measure_in_a_process(path, REPLICAS, shared=True)
    apart, _, of_eight_apart = measure_in_a_process(path, REPLICAS, shared=False)
    mib = 1 << 20
    print(f"{REPLICAS} replicas on one weight buffer and one workspace:")
    figures = {"device": once(device / least), "resident": once(of_eight / of_one)}
    print(
        f"  device {device} bytes, 1x weights + 1x work + inputs/outputs {least}"
        f"{bound_text('workspace/device')}"
    )
    print(f"  {REPLICAS} that share nothing: {apart} bytes")
    print(
        f"  resident {of_eight / mib:.1f} MiB, one replica {of_one / mib:.1f}: "
        f"{of_eight / of_one:.3f}{bound_text('workspace/resident')}"
    )
    print(f"  {REPLICAS} that share nothing: {of_eight_apart / mib:.1f} MiB")
    return figures


def report_groups(path: Path, rounds: int, runs: int) -> Figures:
    with ExitStack() as stack:

        def group() -> list[acl.Model]:
            work = stack.enter_context(acl.Workspace.for_models([path]))
            return [stack.enter_context(acl.Model.from_file(path, work=work)) for _ in range(2)]

        one = group()
        two = [group()[0], group()[0]]
        arrays = [np.zeros(info.shape, info.dtype) for info in one[0].inputs]
        ratios = []
        for _ in range(rounds):
            alone = throughput(2, runs, lambda thread: one[thread](*arrays))
            apart = throughput(2, runs, lambda thread: two[thread](*arrays))
            ratios.append(apart / alone)
    groups = figure(statistics.median, ratios)
    print(
        f"two groups against one lock for all: {groups.value:.2f}x"
        f"{bound_text('workspace/groups')}; best round {max(ratios):.2f}"
    )
    return {"groups": groups}


def measure(rounds: int = 15, runs: int = 10, models: Path = SHARED) -> Figures:
    path = models / "lane.om"
    if not path.exists():
        raise FileNotFoundError(path)
    return {**report_memory(path), **report_groups(path, rounds, runs)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--runs", type=int, default=10, help="by each thread in each round")
    parser.add_argument("--models", type=Path, default=SHARED)
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        path, count, shared = arguments.measure
        print(*loads(Path(path), int(count), bool(int(shared))))
        return
    measure(arguments.rounds, arguments.runs, arguments.models)


if __name__ == "__main__":
    main()
