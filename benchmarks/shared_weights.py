# SPDX-License-Identifier: Apache-2.0
"""Memory of 1, 2 and 4 processes that run one model with 256 MiB of weights, shared and not.

Proportional set size (each page counts once, divided among who has it), summed over the processes.
The model is compiled for the host runtime: its programs compute on the weight memory itself.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from compiled_memory import LAYERS, MIB, WIDTH, write_onnx
from figures import Figure, Figures, once


def proportional() -> int:
    rows = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return next(int(row.split()[1]) * 1024 for row in rows if row.startswith("Pss:"))


def serve(path: Path, weight: Any, loaded: Any, measure: Any, results: Any) -> None:
    import numpy as np

    import acl

    model = acl.Model.from_file(path, weight=weight)
    output = model(np.ones(model.inputs[0].shape, np.float32))
    loaded.release()
    measure.wait()
    results.put((proportional(), float(output.sum())))
    loaded.release()
    measure.wait()
    loaded.acquire()  # until the parent has all: a process that ends changes what others have


def measured(path: Path, count: int, *, shared: bool) -> int:
    """Bytes of `count` processes together."""
    import acl

    context = multiprocessing.get_context("spawn")
    loaded, measure, results = context.Semaphore(0), context.Event(), context.Queue()
    weight = acl.DeviceBuffer(acl.query_size(path).weight, shareable=True) if shared else None
    arguments = (path, weight, loaded, measure, results)
    processes = [context.Process(target=serve, args=arguments) for _ in range(count)]
    for process in processes:
        process.start()
    for _ in processes:
        loaded.acquire()
    measure.set()
    found = [results.get(timeout=600) for _ in processes]
    for _ in range(2 * count):
        loaded.release()
    for process in processes:
        process.join()
    if len({output for _, output in found}) != 1:
        sys.exit("the processes do not agree")
    if weight is not None:
        weight.close()
    return sum(size for size, _ in found)


def measure(width: int = WIDTH, counts: Sequence[int] = (1, 2, 4)) -> Figures:
    os.environ["ASCENDCL_RUNTIME"] = "host"
    from ascendcl.om.compiler import CompileOptions, compile

    weights = width * width * 4 * LAYERS
    figures: dict[str, Figure] = {}
    with tempfile.TemporaryDirectory(prefix="ascendcl-shared-") as name:
        folder = Path(name)
        write_onnx(folder / "large.onnx", width, LAYERS)
        compile(folder / "large.onnx", folder / "large.om", CompileOptions(verify=False))
        print(f"weights {weights / MIB:.0f} MiB; Pss of all processes, MiB")
        print(f"{'processes':>9}{'shared':>9}{'apart':>9}{'shared / apart':>16}")
        for count in counts:
            shared, apart = (
                measured(folder / "large.om", count, shared=each) for each in (True, False)
            )
            print(
                f"{count:9}{shared / MIB:9.0f}{apart / MIB:9.0f}{shared / apart:16.2f}", flush=True
            )
            figures[f"{count} processes"] = once(shared / apart)
    return figures


if __name__ == "__main__":
    measure()
