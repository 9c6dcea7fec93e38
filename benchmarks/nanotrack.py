# SPDX-License-Identifier: Apache-2.0
"""nanotrack_backbone127.om on the host runtime against ONNX Runtime on the ONNX it came from.

A small model of separable convolutions, beside lane.om: not every comparison comes out alike.
"""

import argparse
import os
from pathlib import Path

from figures import Figures, figure, median_ratio

SHARED = Path(__file__).parents[2] / "shared" / "models"
NAME = "nanotrack_backbone127"
THREADS = {"1 thread": 1, "2 threads": 2}


def measure(runs: int = 200, models: Path = SHARED) -> Figures:
    os.environ["ASCENDCL_RUNTIME"] = "host"
    import numpy as np
    import onnxruntime as ort
    from interleave import times_in_turns

    import acl

    figures = {}
    for label, threads in THREADS.items():
        os.environ["ASCENDCL_HOST_THREADS"] = str(threads)  # is read at each load
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        session = ort.InferenceSession(models / f"{NAME}.onnx", options)
        with acl.Model.from_file(models / f"{NAME}.om") as model:
            (port,) = model.inputs
            x = np.random.default_rng(0).random(port.shape, dtype=np.float32)
            name = session.get_inputs()[0].name
            times = times_in_turns(
                {
                    "ascendcl": lambda: model(x),  # noqa: B023
                    "onnxruntime": lambda: session.run(None, {name: x}),  # noqa: B023
                },
                runs,
            )
        figures[label] = figure(median_ratio, times["ascendcl"], times["onnxruntime"])
        print(f"ascendcl / onnxruntime, {label}: {figures[label].value:.3f}")
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--models", type=Path, default=SHARED)
    arguments = parser.parse_args()
    measure(arguments.runs, arguments.models)


if __name__ == "__main__":
    main()
