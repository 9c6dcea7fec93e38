# SPDX-License-Identifier: Apache-2.0
"""lane.om on the host runtime against OpenVINO and onnxruntime on the ONNX it came from.

Bounds: at most 1.15x OpenVINO's time, at least 8x faster than onnxruntime, 2 threads each.
"""

import argparse
import os
from pathlib import Path

THREADS = 2
SHARED = Path(__file__).parents[2] / "shared" / "models"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--models", type=Path, default=SHARED)
    arguments = parser.parse_args()

    os.environ["ASCENDCL_RUNTIME"] = "host"
    os.environ["ASCENDCL_HOST_THREADS"] = str(THREADS)
    import numpy as np
    import onnxruntime as ort
    import openvino as ov
    from interleave import interleave

    import acl

    shape = (1, 3, 256, 512)
    x = np.random.default_rng(0).random(shape, dtype=np.float32)

    core = ov.Core()
    graph = core.read_model(arguments.models / "lane.onnx")
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
    session = ort.InferenceSession(arguments.models / "lane.onnx", options)
    name = session.get_inputs()[0].name

    with acl.Model.from_file(arguments.models / "lane.om") as model:
        seconds = interleave(
            {
                "ascendcl": lambda: model(x),
                "openvino": lambda: request.infer([x]),
                "onnxruntime": lambda: session.run(None, {name: x}),
            },
            arguments.runs,
        )
    for contestant, value in seconds.items():
        print(f"{contestant:12} {value * 1e3:8.2f} ms")
    print(
        f"ascendcl / openvino     {seconds['ascendcl'] / seconds['openvino']:.3f}  (at most 1.15)"
    )
    print(
        f"onnxruntime / ascendcl  {seconds['onnxruntime'] / seconds['ascendcl']:.2f}  (at least 8)"
    )


if __name__ == "__main__":
    main()
