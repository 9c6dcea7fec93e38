# SPDX-License-Identifier: Apache-2.0
"""What a call of a bound model costs beside the execution itself.

The execution alone is a C++ loop over aclmdlExecute in this process. `Model.bind` on device memory
and on arrays stands against it, a call of the model with and without `out=`, and what a plain pyACL
client does: copy in, execute, copy out by the flat functions. All in turns in one run. The
quickest batch of each counts: what a busy machine has least to do with.

    python benchmarks/bind.py [--calls 5] [--rounds 400]
"""

from __future__ import annotations

import argparse
import ctypes
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from figures import Figures, best_difference, figure
from registry import bound_text

import ascendcl as acl
from ascendcl.data import DIGITS_MODEL

LOOP = """
extern "C" int repeat(int (*execute)(unsigned, const void *, void *), unsigned model,
                      const void *inputs, void *outputs, int times) {
    int code = 0;
    for (int i = 0; i < times && code == 0; ++i) code = execute(model, inputs, outputs);
    return code;
}
"""
LEAST_US = 0.1  # what such a machine can tell apart


def measure(calls: int = 5, rounds: int = 400) -> Figures:
    with acl.Model.from_file(DIGITS_MODEL) as model:
        ways = contestants(model)
        times: dict[str, list[float]] = {name: [] for name in ways}
        for repeat in ways.values():
            repeat(calls)
        for _ in range(rounds):
            for name, repeat in ways.items():
                start = time.perf_counter()
                repeat(calls)
                times[name].append((time.perf_counter() - start) / calls * 1e6)
    base, bound, client = (
        times[name]
        for name in ("aclmdlExecute in C++", "bound, device memory", "pyACL: copy, execute, copy")
    )
    figures = {
        "bound call": figure(best_difference, bound, base),
        "pyACL client": figure(times_as_much, client, bound, base),
    }
    report(times, figures)
    return figures


def times_as_much(client: list[float], bound: list[float], base: list[float]) -> float:
    """What a client adds over what a bound call adds."""
    return best_difference(client, base) / max(best_difference(bound, base), LEAST_US)


def contestants(model: acl.Model) -> dict[str, Callable[[int], object]]:
    info, result = model.inputs[0], model.outputs[0]
    image = np.random.default_rng(0).random(info.shape, dtype=np.float32)
    out = np.empty(result.shape, result.dtype)
    device_in, device_out = acl.DeviceBuffer(info.nbytes), acl.DeviceBuffer(result.nbytes)
    device_in.copy_from(image)
    in_place = model.bind([device_in], [device_out])
    copied = model.bind([image], [out])
    return {
        "aclmdlExecute in C++": execute_loop(model.model_id, device_in, device_out),
        "bound, device memory": calls_of(in_place),
        "bound, arrays": calls_of(copied),
        "model(x, out=)": calls_of(lambda: model(image, out=[out])),
        "model(x)": calls_of(lambda: model(image)),
        "pyACL: copy, execute, copy": calls_of(client(model, image)),
    }


def calls_of(call: Callable[[], object]) -> Callable[[int], None]:
    def repeat(times: int) -> None:
        for _ in range(times):
            call()

    return repeat


def data_set(buffer: acl.DeviceBuffer) -> int:
    made: int = acl.mdl.create_dataset()
    acl.mdl.add_dataset_buffer(made, acl.create_data_buffer(buffer.ptr, buffer.size))
    return made


def execute_loop(
    model: int, source: acl.DeviceBuffer, target: acl.DeviceBuffer
) -> Callable[[int], int]:
    folder = Path(tempfile.mkdtemp())
    (folder / "loop.cpp").write_text(LOOP, encoding="utf-8")
    library = folder / "loop.so"
    subprocess.run(
        ["g++", "-O2", "-shared", "-fPIC", "-o", str(library), str(folder / "loop.cpp")], check=True
    )
    loop = ctypes.CDLL(str(library)).repeat
    execute = ctypes.cast(ctypes.CDLL("libascendcl.so").aclmdlExecute, ctypes.c_void_p)
    inputs, outputs = (ctypes.c_void_p(data_set(buffer)) for buffer in (source, target))

    def repeat(times: int) -> int:
        code: int = loop(execute, ctypes.c_uint(model), inputs, outputs, times)
        assert code == 0
        return code

    return repeat


def client(model: acl.Model, image: np.ndarray[Any, Any]) -> Callable[[], object]:
    """What the public pyACL samples do for each picture."""
    model_id, size = model.model_id, model.outputs[0].nbytes
    device_in, _ = acl.rt.malloc(image.nbytes, 2)
    device_out, _ = acl.rt.malloc(size, 2)
    inputs, outputs = acl.mdl.create_dataset(), acl.mdl.create_dataset()
    acl.mdl.add_dataset_buffer(inputs, acl.create_data_buffer(device_in, image.nbytes))
    acl.mdl.add_dataset_buffer(outputs, acl.create_data_buffer(device_out, size))

    def run() -> object:
        data = image.tobytes()
        acl.rt.memcpy(device_in, len(data), acl.util.bytes_to_ptr(data), len(data), 1)
        assert acl.mdl.execute(model_id, inputs, outputs) == 0
        result = bytes(size)
        acl.rt.memcpy(acl.util.bytes_to_ptr(result), size, device_out, size, 2)
        return np.frombuffer(result, np.float32)

    return run


def report(times: dict[str, list[float]], figures: Figures) -> None:
    base = min(times["aclmdlExecute in C++"])
    print(f"{'':28} {'us':>7} {'more, us':>9}")
    for name, taken in times.items():
        print(f"{name:28} {min(taken):7.1f} {min(taken) - base:9.2f}")
    bound, client = (figures[name].value for name in ("bound call", "pyACL client"))
    print(f"a bound call: {bound:.2f} us more{bound_text('bind/bound call')}")
    print(
        f"a plain pyACL client: {client:.1f} times as much, or more"
        f"{bound_text('bind/pyACL client')}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--calls", type=int, default=5, help="calls in a batch")
    parser.add_argument("--rounds", type=int, default=400, help="batches of each")
    arguments = parser.parse_args()
    measure(arguments.calls, arguments.rounds)


if __name__ == "__main__":
    main()
