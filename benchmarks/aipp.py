# SPDX-License-Identifier: Apache-2.0
"""Static AIPP of a 640 x 640 NV12 picture: what it adds to an execution, and against numpy.

BT.601, mean and variance, to 16-bit floats; 1 thread. The network behind it is a mean of the image,
once with AIPP and once fed with the image.
"""

import argparse
import os
from typing import TYPE_CHECKING, Any

from figures import Figure, Figures, best_difference, best_ratio, figure
from registry import bound_text

if TYPE_CHECKING:
    import numpy as np

SIDE = 640
MATRIX = (298, 0, 409, 298, -100, -208, 298, 516, 0)
BIAS = (16, 128, 128)
MEAN = (123, 117, 104)
RECIPROCAL = 0.017


def om_mean(with_aipp: bool) -> bytes:
    """The mean of each channel, of a picture or of the image that AIPP makes of it."""
    from ascendcl.om import GraphBuilder, ModelBuilder, TensorSpec
    from ascendcl.om.messages import ModelDef, NamedAttrs

    settings: dict[str, Any] = {
        "aipp_mode": 1,
        "input_format": 1,
        "src_image_size_w": SIDE,
        "src_image_size_h": SIDE,
        "csc_switch": True,
        **{f"matrix_r{i // 3}c{i % 3}": value for i, value in enumerate(MATRIX)},
        **{f"input_bias_{i}": value for i, value in enumerate(BIAS)},
        **{f"mean_chn_{i}": value for i, value in enumerate(MEAN)},
        **{f"var_reci_chn_{i}": RECIPROCAL for i in range(3)},
    }
    attrs: dict[str, Any] = {
        "_data_related_aipp_mode": "static_aipp",
        "aipp": NamedAttrs("aipp", settings),
        "input_dims": [1, SIDE * 3 // 2, SIDE, 1],
        "_aipp_inputs": [f"NHWC:DT_FLOAT16:data:0:4:1,{SIDE},{SIDE},3"],
        "_aipp_outputs": [f"NHWC:DT_FLOAT16:data:0:4:1,{SIDE},{SIDE},3"],
    }
    image = TensorSpec((1, SIDE, SIDE, 3), "float16", "NHWC")
    fed = TensorSpec(image.shape, "uint8", "NHWC") if with_aipp else image
    graph = GraphBuilder("mean")
    x = graph.data("data", fed, attrs=attrs if with_aipp else None)
    if with_aipp:
        x = graph.op("Aipp", [x], image, name="aipp")
    mean = TensorSpec((1, 3), "float16", "ND")
    y = graph.op("ReduceMeanD", [x], mean, attrs={"axes": [1, 2], "keep_dims": False})
    graph.output([y])

    class Builder(ModelBuilder):
        def model_def(self) -> ModelDef:
            model = super().model_def()
            if with_aipp:
                (data,) = (op for op in model.graph[0].op if op.type == "Data")
                data.input_desc[0].size = SIDE * SIDE * 3 // 2
            return model

    return Builder(graph, inout_info=None).to_bytes()


def in_numpy(picture: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """The same, as one would write it."""
    import numpy as np

    luma = picture[:SIDE].astype(np.int32) - BIAS[0]
    chroma = picture[SIDE:].reshape(SIDE // 2, SIDE // 2, 2).astype(np.int32) - BIAS[1]
    chroma = chroma.repeat(2, 0).repeat(2, 1)
    yuv = np.dstack([luma, chroma])
    rgb = np.clip((yuv @ np.reshape(MATRIX, (3, 3)).T.astype(np.int32)) >> 8, 0, 255)
    return ((rgb - np.array(MEAN)) * np.float32(np.float16(RECIPROCAL))).astype(np.float16)


def measure(runs: int = 200) -> Figures:
    os.environ["ASCENDCL_RUNTIME"] = "host"
    os.environ["ASCENDCL_HOST_THREADS"] = "1"
    import numpy as np
    from interleave import times_in_turns

    import acl

    size = (SIDE * 3 // 2, SIDE)
    picture = np.random.default_rng(0).integers(0, 256, size, dtype=np.uint8)
    image = in_numpy(picture)[None]
    fed = picture.reshape(1, *size, 1)
    with (
        acl.Model.from_bytes(om_mean(True)) as with_aipp,
        acl.Model.from_bytes(om_mean(False)) as without,
    ):
        assert np.allclose(with_aipp(fed), without(image), atol=1e-2)
        times = times_in_turns(
            {
                "with AIPP": lambda: with_aipp(fed),
                "without": lambda: without(image),
                "numpy": lambda: in_numpy(picture),
            },
            runs,
        )
    milliseconds = {name: [1e3 * each for each in values] for name, values in times.items()}
    figures: dict[str, Figure] = {
        "added": figure(best_difference, milliseconds["with AIPP"], milliseconds["without"]),
        "over numpy": figure(best_ratio, times["with AIPP"], times["numpy"]),
    }
    for name, values in milliseconds.items():
        print(f"{name}: {min(values):.2f} ms")
    print(f"added: {figures['added'].value:.2f} ms{bound_text('aipp/added')}")
    print(f"over numpy: {figures['over numpy'].value:.3f}x{bound_text('aipp/over numpy')}")
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    measure(parser.parse_args().runs)


if __name__ == "__main__":
    main()
