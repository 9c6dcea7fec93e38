# SPDX-License-Identifier: Apache-2.0
"""Masks of a transformer, made by comparing int32, against OpenVINO's own on the same graph.

2 threads each. OpenVINO compares in float32, where neighbours
beyond 2**24 are one number; here they are not.
"""

import argparse
import os
import statistics
from typing import TYPE_CHECKING

from figures import Figure, Figures, figure, median_ratio
from registry import bound_text

if TYPE_CHECKING:
    import openvino

THREADS = 2
SIZES = ((1, 1, 64), (8, 1, 512), (4, 12, 512))  # batch, heads, tokens


def openvino_masks(batch: int, heads: int, tokens: int) -> "openvino.Model":
    import numpy as np
    import openvino as ov
    from openvino import opset13 as ops

    ids = ops.parameter([batch, 1, 1, tokens], np.int32, name="ids")
    rows = ops.parameter([1, 1, tokens, 1], np.int32, name="rows")
    columns = ops.parameter([1, 1, 1, tokens], np.int32, name="columns")
    scores = ops.parameter([batch, heads, tokens, tokens], np.float32, name="scores")
    padded = ops.equal(ids, ops.constant(np.int32(0)))
    seen = ops.less_equal(columns, rows)
    mask = ops.logical_and(ops.logical_not(padded), seen)
    low = ops.constant(np.float32(-1e4))
    return ov.Model([ops.select(mask, scores, low)], [ids, rows, columns, scores])


def om_masks(batch: int, heads: int, tokens: int) -> bytes:
    import numpy as np

    from ascendcl.om import GraphBuilder, ModelBuilder, TensorSpec

    def spec(shape: tuple[int, ...], dtype: str) -> TensorSpec:
        return TensorSpec(shape, dtype, "NCHW" if len(shape) == 4 else "ND")

    of_row, square = (batch, 1, 1, tokens), (batch, heads, tokens, tokens)
    seen_shape, mask_shape = (1, 1, tokens, tokens), (batch, 1, tokens, tokens)
    graph = GraphBuilder("masks")
    ids = graph.data("ids", spec(of_row, "int32"))
    rows = graph.data("rows", spec((1, 1, tokens, 1), "int32"))
    columns = graph.data("columns", spec((1, 1, 1, tokens), "int32"))
    scores = graph.data("scores", spec(square, "float32"))
    zero = graph.constant("zero", np.int32(0), dtype="int32")
    low = graph.constant("low", np.float32(-1e4), dtype="float32")
    padded = graph.op("Equal", [ids, zero], spec(of_row, "bool"))
    kept = graph.op("LogicalNot", [padded], spec(of_row, "bool"))
    seen = graph.op("LessEqual", [columns, rows], spec(seen_shape, "bool"))
    mask = graph.op("LogicalAnd", [kept, seen], spec(mask_shape, "bool"))
    graph.output([graph.op("SelectV2", [mask, scores, low], spec(square, "float32"))])
    return ModelBuilder(graph).to_bytes()


def measure(runs: int = 200) -> Figures:
    os.environ["ASCENDCL_RUNTIME"] = "host"
    os.environ["ASCENDCL_HOST_THREADS"] = str(THREADS)
    import numpy as np
    import openvino as ov
    from interleave import times_in_turns

    import acl

    settings = {
        "INFERENCE_NUM_THREADS": THREADS,
        "NUM_STREAMS": 1,
        "INFERENCE_PRECISION_HINT": "f32",
    }
    figures: dict[str, Figure] = {}
    generator = np.random.default_rng(0)
    for batch, heads, tokens in SIZES:
        order = np.arange(tokens, dtype=np.int32)
        inputs = [
            generator.integers(0, 3, (batch, 1, 1, tokens)).astype(np.int32),
            order.reshape(1, 1, tokens, 1),
            order.reshape(1, 1, 1, tokens),
            generator.random((batch, heads, tokens, tokens), np.float32),
        ]
        model = ov.Core().compile_model(openvino_masks(batch, heads, tokens), "CPU", settings)
        request = model.create_infer_request()
        with acl.Model.from_bytes(om_masks(batch, heads, tokens)) as masks:
            result, wanted = masks(*inputs), request.infer(inputs)[0]
            assert np.array_equal(result, wanted)
            out = np.empty_like(result)
            times = times_in_turns(
                {
                    "ascendcl": lambda m=masks, x=inputs, o=out: m(*x, out=[o]),
                    "openvino": lambda r=request, x=inputs, o=out: np.copyto(o, r.infer(x)[0]),
                },
                runs,
            )
        size = f"{batch} x {heads} x {tokens} x {tokens}"
        figures[size] = figure(median_ratio, times["ascendcl"], times["openvino"])
        medians = (
            f"{name} {statistics.median(values) * 1e3:.3f} ms" for name, values in times.items()
        )
        ratio = figures[size].value
        print(f"{size}: {', '.join(medians)}: {ratio:.2f}x{bound_text(f'masks/{size}')}")
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    measure(parser.parse_args().runs)


if __name__ == "__main__":
    main()
