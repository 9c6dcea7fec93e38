# SPDX-License-Identifier: Apache-2.0
"""lane.om on the host runtime against OpenVINO and onnxruntime on the ONNX it came from.

2 threads each. The last line tells how much faster a run in f32 could be here, at the rate of a
large matrix product.
"""

import argparse
import math
import os
import statistics
from pathlib import Path
from typing import TYPE_CHECKING

from figures import Figures, figure, median_ratio
from registry import bound_text

if TYPE_CHECKING:
    import openvino

THREADS = 2
SHARED = Path(__file__).parents[2] / "shared" / "models"
MATRIX = 2048  # Rows and columns: large enough that a product runs at the machine's rate.


def convolution_operations(graph: "openvino.Model") -> float:
    """Multiplications and additions of the graph's convolutions by the direct method."""
    operations = 0.0
    for node in graph.get_ops():
        if "Convolution" in node.get_type_name():
            transposed = "Backprop" in node.get_type_name()
            pixels = (node.input_value(0) if transposed else node.output(0)).get_shape()[2:]
            operations += 2.0 * math.prod(node.input_value(1).get_shape()) * math.prod(pixels)
    return operations


def measure(runs: int = 50, models: Path = SHARED) -> Figures:
    os.environ["ASCENDCL_RUNTIME"] = "host"
    os.environ["ASCENDCL_HOST_THREADS"] = str(THREADS)
    os.environ["OPENBLAS_NUM_THREADS"] = str(THREADS)
    import numpy as np
    import onnxruntime as ort
    import openvino as ov
    from interleave import interleave, times_in_turns

    import acl

    shape = (1, 3, 256, 512)
    generator = np.random.default_rng(0)
    x = generator.random(shape, dtype=np.float32)
    matrix = generator.random((MATRIX, MATRIX), dtype=np.float32)

    core = ov.Core()
    graph = core.read_model(models / "lane.onnx")
    graph.reshape(shape)
    settings = {
        "INFERENCE_NUM_THREADS": THREADS,
        "NUM_STREAMS": 1,
        "INFERENCE_PRECISION_HINT": "f32",
    }
    request = core.compile_model(graph, "CPU", settings).create_infer_request()

    options = ort.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.log_severity_level = 3
    session = ort.InferenceSession(models / "lane.onnx", options)
    name = session.get_inputs()[0].name

    with acl.Model.from_file(models / "lane.om") as model:
        times = times_in_turns(
            {
                "ascendcl": lambda: model(x),
                "openvino": lambda: request.infer([x]),
                "onnxruntime": lambda: session.run(None, {name: x}),
            },
            runs,
        )
    # Not with the others: its threads spin on for a while and would slow whoever comes next.
    rate = 2.0 * MATRIX**3 / interleave({"product": lambda: matrix @ matrix}, 10)["product"]
    floor = convolution_operations(graph) / rate
    seconds = {name: statistics.median(values) for name, values in times.items()}
    figures = {
        "openvino": figure(median_ratio, times["ascendcl"], times["openvino"]),
        "onnxruntime": figure(median_ratio, times["onnxruntime"], times["ascendcl"]),
    }
    for contestant, value in seconds.items():
        print(f"{contestant:12} {value * 1e3:8.2f} ms")
    for label, name in (
        ("ascendcl / openvino", "openvino"),
        ("onnxruntime / ascendcl", "onnxruntime"),
    ):
        print(f"{label:23} {figures[name].value:.3f}{bound_text(f'lane/{name}')}")
    print(
        f"onnxruntime / floor     {seconds['onnxruntime'] / floor:.2f}  "
        f"(the convolutions alone take {floor * 1e3:.2f} ms at {rate / 1e9:.0f} GFLOP/s)"
    )
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--models", type=Path, default=SHARED)
    arguments = parser.parse_args()
    measure(arguments.runs, arguments.models)


if __name__ == "__main__":
    main()
