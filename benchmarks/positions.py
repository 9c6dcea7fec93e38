# SPDX-License-Identifier: Apache-2.0
"""What looking at every index costs Gather, GatherElements and GatherNd, against two that do not.

    python benchmarks/positions.py [--rounds 200]

`fixed` is the same model with the same indices as a constant, which is looked at when it is loaded;
`openvino` is the op alone in OpenVINO's own interface, with the indices as an input.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from typing import Any

os.environ.setdefault("ASCENDCL_RUNTIME", "host")
os.environ.setdefault("ASCENDCL_HOST_THREADS", "1")

import numpy as np
import openvino
from interleave import interleave
from openvino import opset13

import ascendcl as acl
from ascendcl.om import GraphBuilder, ModelBuilder, TensorSpec

Array = np.ndarray[Any, np.dtype[Any]]
RNG = np.random.default_rng(14)


def floats(*shape: int) -> Array:
    return RNG.standard_normal(shape, np.float32)


def indices(bound: int, *shape: int) -> Array:
    return RNG.integers(0, bound, shape, np.int32)


# name, op type, attributes, data, indices: rows of an embedding, picked elements, picked points
CASES: tuple[tuple[str, str, dict[str, Any], Array, Array], ...] = (
    ("128 rows of 768", "GatherV2D", {"axis": 0}, floats(30000, 768), indices(30000, 1, 128)),
    ("1 row of 64", "GatherV2D", {"axis": 0}, floats(1000, 64), indices(1000, 1)),
    ("65536 single elements", "GatherV2D", {"axis": 0}, floats(65536), indices(65536, 65536)),
    (
        "100 x 300 elements",
        "GatherElements",
        {"dim": 1},
        floats(100, 1000),
        indices(1000, 100, 300),
    ),
    ("4096 points", "GatherNd", {}, floats(64, 64), indices(64, 4096, 2)),
)


def model(
    type: str, attrs: dict[str, Any], x: Array, at: Array, *, shape: Any, fixed: bool
) -> acl.Model:
    graph = GraphBuilder("g")
    data = graph.data("x", TensorSpec(x.shape, "float32", "ND"))
    if fixed:
        positions = graph.constant("at", at, dtype="int32")
    else:
        positions = graph.data("at", TensorSpec(at.shape, "int32", "ND"))
    output = TensorSpec(shape, "float32", "ND")
    graph.output([graph.op(type, [data, positions], output, attrs=attrs)])
    return acl.Model.from_bytes(ModelBuilder(graph).to_bytes())


def openvino_request(type: str, x: Array, at: Array) -> openvino.InferRequest:
    data, positions = opset13.parameter(x.shape, np.float32), opset13.parameter(at.shape, np.int32)
    if type == "GatherElements":
        y = opset13.gather_elements(data, positions, 1)
    elif type == "GatherNd":
        y = opset13.gather_nd(data, positions)
    else:
        y = opset13.gather(data, positions, opset13.constant(np.int64(0)))
    options = {"INFERENCE_NUM_THREADS": 1, "PERFORMANCE_HINT": "LATENCY"}
    built = openvino.Model([y.output(0)], [data, positions])
    request = openvino.Core().compile_model(built, "CPU", options).create_infer_request()
    request.set_input_tensors([openvino.Tensor(x, shared_memory=True), openvino.Tensor(at)])
    return request


def measured(
    type: str, attrs: dict[str, Any], x: Array, at: Array, rounds: int
) -> dict[str, float]:
    """Seconds of a call of each contestant."""
    request = openvino_request(type, x, at)
    request.infer()
    expected = request.get_output_tensor().data.copy()
    out = [np.empty_like(expected)]
    with (
        model(type, attrs, x, at, shape=expected.shape, fixed=False) as looking,
        model(type, attrs, x, at, shape=expected.shape, fixed=True) as fixed,
    ):
        np.testing.assert_array_equal(looking(x, at), expected)
        contestants: dict[str, Callable[[], object]] = {
            "looking": lambda: looking(x, at, out=out),
            "fixed": lambda: fixed(x, out=out),
            "openvino": request.infer,
        }
        return interleave(contestants, rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    print(f"{'':24}{'looked at':>12}{'fixed':>10}{'openvino':>10}{'/ fixed':>10}{'/ openvino':>12}")
    for name, type, attrs, x, at in CASES:
        spent = measured(type, attrs, x, at, rounds)
        us = {who: 1e6 * seconds for who, seconds in spent.items()}
        print(
            f"{name:24}{us['looking']:10.1f}us{us['fixed']:8.1f}us{us['openvino']:8.1f}us"
            f"{us['looking'] / us['fixed']:10.3f}{us['looking'] / us['openvino']:12.3f}"
        )


if __name__ == "__main__":
    main()
