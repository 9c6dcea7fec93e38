# SPDX-License-Identifier: Apache-2.0
"""Memory of one load of a compiled model with 256 MiB of weights, and of compiling it.

Each case runs in a process of its own, and once with a small model for what libraries take. The
verification runs the model and its reference in a process of its own, which is told beside.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from figures import Figure, Figures, once
from registry import bound_text, is_kept

WIDTH, LAYERS = 4096, 4
MIB = 1 << 20

CASES = {  # the ratios of each, both over the weights: resident, at the peak
    "load, user-managed": ("user-managed, resident", "user-managed, peak"),
    "load, system-managed": ("system-managed, resident", "system-managed, peak"),
    "load, OpenVINO on the ONNX": (None, None),
    "compile, not verified": (None, "compile, peak"),
    "compile, verified": (None, "compile and verify, peak"),
}


def write_onnx(path: Path, width: int, layers: int) -> None:
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    generator = np.random.default_rng(0)
    nodes, weights = [], []
    name = "x"
    for number in range(layers):
        matrix = generator.standard_normal((width, width), dtype=np.float32) / width**0.5
        weights.append(numpy_helper.from_array(matrix, f"w{number}"))
        nodes.append(helper.make_node("MatMul", [name, f"w{number}"], [f"y{number}"]))
        name = f"y{number}"
    ports = [
        helper.make_tensor_value_info(each, TensorProto.FLOAT, [1, width]) for each in ("x", name)
    ]
    graph = helper.make_graph(nodes, "matrices", ports[:1], ports[1:], weights)
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), path)


def status() -> dict[str, int]:
    """Bytes by name of /proc/self/status."""
    rows = (line.split() for line in Path("/proc/self/status").read_text().splitlines())
    return {row[0].rstrip(":"): int(row[1]) * 1024 for row in rows if row[-1] == "kB"}


def load_ours(folder: Path, model: str, *, user_managed: bool) -> object:
    import numpy as np

    import acl

    path = folder / f"{model}.om"
    size = acl.query_size(path)
    held: list[object] = []
    if user_managed:
        work, weight = acl.DeviceBuffer(size.work), acl.DeviceBuffer(size.weight)
        loaded = acl.Model.from_file(path, work=work, weight=weight)
        held += [work, weight]
    else:
        loaded = acl.Model.from_file(path)
    loaded(np.ones(loaded.inputs[0].shape, np.float32))
    return loaded, held


def load_openvino(folder: Path, model: str) -> object:
    import numpy as np
    import openvino as ov

    settings = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    compiled = ov.Core().compile_model(folder / f"{model}.onnx", "CPU", settings)
    request = compiled.create_infer_request()
    request.infer([np.ones(list(compiled.inputs[0].get_shape()), np.float32)])
    return compiled, request


def compile_ours(folder: Path, model: str, *, verified: bool) -> object:
    from ascendcl.om.compiler import CompileOptions, compile

    target = folder / "compiled.om"
    return compile(folder / f"{model}.onnx", target, CompileOptions(verify=verified))


def run_case(case: str, folder: Path, model: str) -> None:
    held = {
        "load, user-managed": lambda: load_ours(folder, model, user_managed=True),
        "load, system-managed": lambda: load_ours(folder, model, user_managed=False),
        "load, OpenVINO on the ONNX": lambda: load_openvino(folder, model),
        "compile, not verified": lambda: compile_ours(folder, model, verified=False),
        "compile, verified": lambda: compile_ours(folder, model, verified=True),
    }[case]()
    now = status()
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    print(now["RssAnon"], now["VmRSS"], now["VmHWM"], child)
    del held


def measured(case: str, folder: Path, model: str) -> tuple[int, ...]:
    """Bytes in a new process: anonymous, all resident, at the peak, at that of its children."""
    command = [sys.executable, __file__, "--case", case, "--model", model, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{case}: {done.stderr}")
    return tuple(map(int, done.stdout.split()[-4:]))


def measure(width: int = WIDTH) -> Figures:
    os.environ["ASCENDCL_RUNTIME"] = "host"
    from ascendcl.om.compiler import CompileOptions, compile

    weights = width * width * 4 * LAYERS
    figures: dict[str, Figure] = {}
    with tempfile.TemporaryDirectory(prefix="ascendcl-memory-") as name:
        folder = Path(name)
        for model, of_model in (("small", 16), ("large", width)):
            write_onnx(folder / f"{model}.onnx", of_model, LAYERS)
            compile(folder / f"{model}.onnx", folder / f"{model}.om", CompileOptions(verify=False))
        print(f"weights {weights / MIB:.0f} MiB; what a small model takes is left out")
        print(
            f"{'':28}{'resident':>10}{'anonymous':>11}{'peak':>8}{'children':>10}{'peak, all':>12}"
        )
        for case, ratios in CASES.items():
            base, found = (measured(case, folder, model) for model in ("small", "large"))
            anonymous, resident, peak, child = (
                (after - before) / weights for after, before in zip(found, base, strict=True)
            )
            print(
                f"{case:28}"
                + "".join(f"{each:10.2f}x" for each in (resident, anonymous, peak, child))
                + f"{found[2] / MIB:8.0f} MiB",
                flush=True,
            )
            for value, ratio in zip((resident, peak), ratios, strict=True):
                if ratio is not None:
                    figures[ratio] = once(value)
    for ratio, found in figures.items():
        print(f"{ratio:28}{found.value:10.2f}x{bound_text(f'compiled_memory/{ratio}')}")
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", choices=CASES)
    parser.add_argument("--model", default="large")
    parser.add_argument("folder", nargs="?", type=Path)
    options = parser.parse_args()
    os.environ["ASCENDCL_RUNTIME"] = "host"
    if options.case:
        run_case(options.case, options.folder, options.model)
        return 0
    fits = all(
        is_kept(f"compiled_memory/{ratio}", found.value) for ratio, found in measure().items()
    )
    print("bounds kept" if fits else "BOUNDS NOT KEPT")
    return 0 if fits else 1


if __name__ == "__main__":
    sys.exit(main())
