# SPDX-License-Identifier: Apache-2.0
"""`numpy.from_dlpack` of a model's output on the device, against that of a numpy array.

Nothing is copied: both answer an array over the memory that is there. In turns in one run; the
quickest batch of each counts.

    python benchmarks/dlpack.py [--calls 20000] [--rounds 30]
"""

from __future__ import annotations

import argparse
import timeit

import numpy as np
from figures import Figures, best_ratio, figure
from registry import bound_text

import ascendcl as acl
from ascendcl.data import DIGITS_MODEL


def measure(calls: int = 20_000, rounds: int = 30) -> Figures:
    taken: dict[str, list[float]] = {"DeviceArray": [], "ndarray": []}
    with acl.Model.from_file(DIGITS_MODEL) as model, acl.DeviceArray((1, 10), np.float32) as out:
        model(np.zeros((1, 1, 8, 8), np.float32), out=[out])
        assert np.from_dlpack(out).ctypes.data == out.ptr
        array = out.numpy()
        for _ in range(rounds):
            for name, tensor in (("DeviceArray", out), ("ndarray", array)):
                names = {"from_dlpack": np.from_dlpack, "tensor": tensor}
                seconds = timeit.timeit("from_dlpack(tensor)", number=calls, globals=names)
                taken[name].append(seconds / calls * 1e9)
    figures = {
        "from_dlpack": figure(min, taken["DeviceArray"]),
        "ndarray": figure(best_ratio, taken["DeviceArray"], taken["ndarray"]),
    }
    for name, of_name in taken.items():
        bound = bound_text("dlpack/from_dlpack") if name == "DeviceArray" else ""
        print(f"numpy.from_dlpack of a {name:12} {min(of_name):6.0f} ns{bound}")
    print(f"ratio {figures['ndarray'].value:.2f}")
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--calls", type=int, default=20_000, help="calls in a batch")
    parser.add_argument("--rounds", type=int, default=30, help="batches of each")
    arguments = parser.parse_args()
    measure(arguments.calls, arguments.rounds)


if __name__ == "__main__":
    main()
