# SPDX-License-Identifier: Apache-2.0
"""Load, run and unload digits.om again and again: resident memory must stay flat."""

import argparse
import gc
import os
from pathlib import Path

from figures import Figures, once
from registry import bound_text


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def measure(cycles: int = 10_000) -> Figures:
    os.environ["ASCENDCL_RUNTIME"] = "host"
    import numpy as np

    import acl
    from ascendcl.data import DIGITS_MODEL

    path = DIGITS_MODEL
    need = acl.query_size(path)

    def cycle(count: int) -> None:
        for _ in range(count):
            with (
                acl.DeviceBuffer(need.work) as work,
                acl.DeviceBuffer(need.weight) as weight,
                acl.Model.from_file(path, work=work, weight=weight) as model,
            ):
                model(np.zeros(model.inputs[0].shape, model.inputs[0].dtype))

    warm_up = max(50, cycles // 10)
    cycle(warm_up)
    gc.collect()
    before = resident_bytes()
    cycle(cycles)
    gc.collect()
    after = resident_bytes()
    print(f"resident after {warm_up} cycles:   {before / 2**20:8.2f} MiB")
    print(f"resident after {cycles} more: {after / 2**20:8.2f} MiB")
    print(f"after / before {after / before:.4f}{bound_text('cycles/resident')}")
    return {"resident": once(after / before)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cycles", type=int, default=10_000)
    measure(parser.parse_args().cycles)


if __name__ == "__main__":
    main()
