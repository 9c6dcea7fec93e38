# SPDX-License-Identifier: Apache-2.0
"""How long a spinning Python thread stands still while another loads, executes and copies.

For want of the GIL, that is. A busy machine takes the core from a thread for longer than any call
does: the kernel says how long the thread waited for one, and that is taken off.
"""

from __future__ import annotations

import argparse
import os
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from figures import Figure, Figures, figure
from registry import bound_text

COPY_SIZE = 256 << 20
SHARED = Path(__file__).parents[2] / "shared" / "models"


class Stall(NamedTuple):
    """The longest time between two readings of the clock, in ms, with and without the queueing."""

    total: float = 0.0
    without_queueing: float = 0.0


class Spinner(threading.Thread):
    """Reads the clock without pause and notes the longest stalls."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.window = [Stall()]  # replaced, not reset: what is half noted goes into the old one

    def run(self) -> None:
        with Path(f"/proc/self/task/{threading.get_native_id()}/schedstat").open() as file:

            def queued() -> float:
                file.seek(0)
                return int(file.read().split()[1]) * 1e-6

            last = time.perf_counter()
            before_last = before = queued()
            while True:
                now = time.perf_counter()
                after = queued()
                # A wait falls before the reading of the clock or between the two readings.
                gap = (now - last) * 1e3
                found = gap, max(0.0, gap - (after - before_last))
                window = self.window
                window[0] = Stall(*map(max, window[0], found))
                last, before_last, before = now, before, after

    def stall_during(self, call: Callable[[], object]) -> tuple[Stall, float]:
        """The longest stall while `call` ran, and how long that was in ms."""
        self.window = window = [Stall()]
        start = time.perf_counter()
        call()
        took = time.perf_counter() - start
        time.sleep(0.001)  # a stall until the very end shows with the next reading
        return window[0], took * 1e3


def measure(rounds: int = 10, models: Path = SHARED) -> Figures:
    os.environ["ASCENDCL_RUNTIME"] = "host"
    os.environ["ASCENDCL_HOST_THREADS"] = "1"  # the other core is the spinner's
    import numpy as np

    import acl

    path = str(models / "lane.om")
    host = np.ones(COPY_SIZE, np.uint8)
    spinner = Spinner()
    spinner.start()
    print("                             longest stall       not waiting for a core")
    print("ms               call takes     median    worst     median    worst")

    figures: dict[str, Figure] = {}

    def look_at(name: str, call: Callable[[], object]) -> None:
        call()
        stalls, times = zip(*(spinner.stall_during(call) for _ in range(rounds)), strict=True)
        figures[name] = figure(max, [stall.without_queueing for stall in stalls])
        line = f"{name:16} {statistics.median(times):10.1f}"
        for column in zip(*stalls, strict=True):
            line += f" {statistics.median(column):10.2f} {max(column):8.2f}"
        print(f"{line}{bound_text(f'stall/{name}')}")

    # No other load may be there: the program that it was compiled to would be used again.
    look_at("load", lambda: acl.Model.from_file(path).close())
    with acl.DeviceBuffer(COPY_SIZE) as device, acl.Model.from_file(path) as model:
        x = np.zeros(model.inputs[0].shape, model.inputs[0].dtype)
        look_at("execute", lambda: model(x))

        def copy(to: int, of: int, kind: int) -> None:
            if acl.rt.memcpy(to, COPY_SIZE, of, COPY_SIZE, kind) != 0:
                raise RuntimeError(acl.get_recent_err_msg())

        address = acl.util.numpy_to_ptr(host)
        look_at("copy to device", lambda: copy(device.ptr, address, 1))
        look_at("copy to host", lambda: copy(address, device.ptr, 2))
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--models", type=Path, default=SHARED)
    arguments = parser.parse_args()
    measure(arguments.rounds, arguments.models)


if __name__ == "__main__":
    main()
