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

import ascendcl as acl
from ascendcl.data import DIGITS_MODEL

BOUND_NS = 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=20_000, help="calls in a batch")
    parser.add_argument("--rounds", type=int, default=30, help="batches of each")
    arguments = parser.parse_args()
    with acl.Model.from_file(DIGITS_MODEL) as model, acl.DeviceArray((1, 10), np.float32) as out:
        model(np.zeros((1, 1, 8, 8), np.float32), out=[out])
        assert np.from_dlpack(out).ctypes.data == out.ptr
        array = out.numpy()
        best = {"DeviceArray": float("inf"), "ndarray": float("inf")}
        for _ in range(arguments.rounds):
            for name, tensor in (("DeviceArray", out), ("ndarray", array)):
                names = {"from_dlpack": np.from_dlpack, "tensor": tensor}
                taken = timeit.timeit("from_dlpack(tensor)", number=arguments.calls, globals=names)
                best[name] = min(best[name], taken / arguments.calls * 1e9)
    for name, nanoseconds in best.items():
        print(f"numpy.from_dlpack of a {name:12} {nanoseconds:6.0f} ns")
    ratio = best["DeviceArray"] / best["ndarray"]
    print(f"ratio {ratio:.2f}; bound: {BOUND_NS} ns")


if __name__ == "__main__":
    main()
