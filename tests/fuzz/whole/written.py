# SPDX-License-Identifier: Apache-2.0
"""Small models of every family of ops, all of which run: what mutations begin with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ascendcl.om import Fusion, GraphBuilder, ModelBuilder, TensorSpec, Value, conv_kernel
from written_models import GEARS, dynamic_dense, dynamic_layouts, model_with_gears, static_dense

RANDOM = np.random.default_rng(14)
Array = np.ndarray[Any, np.dtype[Any]]
Sized = tuple[Sequence[int], str]


def plain(shape: Sequence[int], dtype: str = "float32") -> TensorSpec:
    return TensorSpec(tuple(shape), dtype, "NCHW" if len(shape) == 4 else "ND")


class Written:
    """A graph under construction: inputs by shape and type, constants by value."""

    def __init__(self) -> None:
        self.graph = GraphBuilder("g")

    def input(self, *shape: int, dtype: str = "float32") -> Value:
        return self.graph.data(f"x{len(self.graph.nodes)}", plain(shape, dtype))

    def op(
        self,
        type: str,
        operands: Sequence[Value | Array],
        shape: Sequence[int],
        dtype: str = "float32",
        /,
        **attrs: Any,
    ) -> Value:
        return self.node(type, operands, [(shape, dtype)], **attrs)[0]

    def node(
        self,
        type: str,
        operands: Sequence[Value | Array],
        outputs: Sequence[Sized],
        /,
        **attrs: Any,
    ) -> tuple[Value, ...]:
        values = [
            x
            if isinstance(x, Value)
            else self.graph.constant(f"c{len(self.graph.nodes)}_{i}", x, dtype=x.dtype.name)
            for i, x in enumerate(operands)
        ]
        return self.graph.node(type, values, [plain(*output) for output in outputs], attrs=attrs)

    def done(self, *values: Value) -> bytes:
        self.graph.output(values)
        return ModelBuilder(self.graph).to_bytes()


def weights(*shape: int) -> Array:
    return RANDOM.standard_normal(shape).astype(np.float32)


def elementwise() -> bytes:
    w = Written()
    x, y = w.input(2, 3), w.input(3)
    z = w.op("Add", [x, y], (2, 3))
    z = w.op("Mul", [z, weights(1, 3)], (2, 3))
    return w.done(w.op("Sigmoid", [z], (2, 3)), w.op("Maximum", [x, y], (2, 3)))


def activations() -> bytes:
    w = Written()
    y = x = w.input(1, 2, 3, 3)
    for type in ("Relu", "Elu", "Tanh", "Softplus", "HardSwish", "Erf", "LeakyRelu"):
        y = w.op(type, [y], (1, 2, 3, 3))
    return w.done(w.op("PRelu", [y, weights(2)], (1, 2, 3, 3)), w.op("Gelu", [x], (1, 2, 3, 3)))


def choices() -> bytes:
    w = Written()
    x, y = w.input(2, 3), w.input(2, 3)
    above = w.op("Greater", [x, y], (2, 3), "bool")
    both = w.op("LogicalAnd", [above, w.op("LogicalNot", [above], (2, 3), "bool")], (2, 3), "bool")
    return w.done(w.op("Select", [above, x, y], (2, 3)), w.op("SelectV2", [both, x, y], (2, 3)))


def integers() -> bytes:
    w = Written()
    x, y = w.input(2, 3, dtype="int32"), w.input(2, 3, dtype="int32")
    z = w.op("FloorMod", [x, y], (2, 3), "int32")
    total = w.op("ReduceSumD", [z], (2,), "int32", axes=[1], keep_dims=False)
    return w.done(total, w.op("Equal", [x, y], (2, 3), "bool"))


def products() -> bytes:
    w = Written()
    flags = {"transpose_x1": False, "transpose_x2": True}
    y = w.op("MatMulV2", [w.input(2, 4), weights(3, 4)], (2, 3), **flags)
    batch = w.op("BatchMatMul", [w.input(2, 1, 4), weights(2, 4, 1)], (2, 1, 1), adj_x1=False)
    return w.done(w.op("SoftmaxV2", [y], (2, 3), axes=[-1]), batch)


def scalar_product() -> bytes:
    w = Written()
    y = w.op("MatMul", [w.input(1, 4), weights(4, 1)], (1, 1), transpose_x1=False)
    return w.done(w.op("Reshape", [y, np.zeros(0, np.int32)], ()))


def convolutions() -> bytes:
    w = Written()
    attrs = {"strides": [1, 1, 1, 1], "dilations": [1, 1, 1, 1], "data_format": "NCHW"}
    x = w.input(1, 3, 6, 6)
    y = w.op("Conv2D", [x, weights(4, 3, 3, 3), weights(4)], (1, 4, 6, 6), pads=[1] * 4, **attrs)
    y = w.op("DepthwiseConv2D", [y, weights(4, 1, 3, 3)], (1, 4, 4, 4), pads=[0] * 4, **attrs)
    pool = {"ksize": [1, 1, 2, 2], "strides": [1, 1, 2, 2], "pads": [0] * 4}
    y = w.op("MaxPoolV3", [y], (1, 4, 2, 2), padding_mode="CALCULATED", data_format="NCHW", **pool)
    return w.done(y)


def transposed_convolution() -> bytes:
    w = Written()
    attrs = {"strides": [1, 1, 2, 2], "dilations": [1] * 4, "pads": [0] * 4, "data_format": "NCHW"}
    return w.done(
        w.op("Conv2DTransposeD", [w.input(1, 3, 3, 3), weights(3, 2, 2, 2)], (1, 2, 6, 6), **attrs)
    )


def fused_convolution() -> bytes:
    """As compilers leave it: blocked layouts, a kernel to read the geometry from."""
    graph = GraphBuilder("g")
    x = graph.data("x", plain((1, 16, 6, 6)))

    def blocked(*shape: int) -> TensorSpec:
        return TensorSpec(shape, "float16", "NCHW", "NC1HWC0")

    cast = graph.op("Cast", [x], TensorSpec((1, 16, 6, 6), "float16", "NCHW"))
    inner = graph.op("TransData", [cast], blocked(1, 16, 6, 6))
    filters = graph.constant("w", weights(16, 16, 3, 3), format="NCHW", layout="FRACTAL_Z")
    bias = graph.constant("b", weights(16))
    y = graph.op(
        "Conv2D",
        [inner, filters, bias],
        blocked(1, 16, 6, 6),
        fusion=Fusion(("conv", "relu"), ("Conv2D", "Relu"), ("conv2d", "relu")),
        kernel=conv_kernel((3, 3), (6, 6), pads=(1, 1, 1, 1)),
    )
    last = graph.op("TransData", [y], TensorSpec((1, 16, 6, 6), "float16", "NCHW"))
    graph.output([graph.op("Cast", [last], plain((1, 16, 6, 6)))])
    return ModelBuilder(graph).to_bytes()


def pools() -> bytes:
    w = Written()
    x = w.input(1, 2, 5, 5)
    attrs = {"ksize": [1, 1, 3, 3], "strides": [1, 1, 2, 2], "pads": [1, 1, 1, 1]}
    y = w.op("AvgPoolV2", [x], (1, 2, 3, 3), padding_mode="CALCULATED", data_format="NCHW", **attrs)
    return w.done(y, w.op("GlobalAveragePool", [x], (1, 2, 1, 1)))


def reductions() -> bytes:
    w = Written()
    x = w.input(2, 3, 4)
    axes = {"axes": [0, 2], "keep_dims": True}
    kinds = ("ReduceSumD", "ReduceMaxD", "ReduceMeanD", "ReduceProdD", "ReduceMinD")
    reduced = [w.op(type, [x], (1, 3, 1), **axes) for type in kinds]
    return w.done(*reduced, w.op("ReduceLogSumExp", [x, np.array([1], np.int32)], (2, 4)))


def extremes() -> bytes:
    w = Written()
    x = w.input(3, 5)
    arg = w.op("ArgMaxD", [x], (3,), "int32", dimension=1)
    outputs = [((3, 2), "float32"), ((3, 2), "int32")]
    return w.done(arg, *w.node("TopKV2", [x, np.int32(2)], outputs, dim=-1, largest=True))


def normalizations() -> bytes:
    w = Written()
    x = w.input(2, 4, 3, 3)
    y = w.op("BatchNorm", [x, *(np.abs(weights(4)) for _ in range(4))], (2, 4, 3, 3), epsilon=1e-3)
    y = w.op("GroupNorm", [y, weights(4), weights(4)], (2, 4, 3, 3), num_groups=2, eps=1e-3)
    y = w.op("InstanceNorm", [y, weights(4), weights(4)], (2, 4, 3, 3), epsilon=1e-3)
    return w.done(w.op("LRN", [y], (2, 4, 3, 3), depth_radius=1))


def layer_norms() -> bytes:
    w = Written()
    x, shape = w.input(2, 3, 4), np.array([4], np.int32)
    y = w.op("LayerNormV4", [x, shape, weights(4), weights(4)], (2, 3, 4), epsilon=1e-5)
    y = w.op("LayerNormV3", [y, weights(4), weights(4)], (2, 3, 4), begin_norm_axis=2)
    return w.done(w.op("L2Normalize", [y], (2, 3, 4), axis=[1], eps=1e-3))


def gathers() -> bytes:
    w = Written()
    x, index = w.input(4, 3), w.input(2, 2, dtype="int32")
    y = w.op("GatherV2", [x, index, np.int32(0)], (2, 2, 3), batch_dims=0)
    z = w.op("GatherNd", [x, w.input(5, 2, dtype="int64")], (5,))
    return w.done(y, z, w.op("GatherElements", [x, w.input(4, 1, dtype="int64")], (4, 1), dim=1))


def one_hots() -> bytes:
    w = Written()
    values = [np.float32([1]), np.float32([0])]
    x = w.input(2, 3, dtype="int32")
    y = w.op("OneHot", [x, np.int32(4), *values], (2, 3, 4), axis=-1)
    return w.done(y, w.op("Cumsum", [y, np.int32(1)], (2, 3, 4)))


def slices() -> bytes:
    w = Written()
    x = w.input(4, 6)
    attrs = {"begin": [1, 0], "end": [3, 6], "strides": [1, 2]}
    y = w.op("StridedSliceD", [x], (2, 3), begin_mask=0, end_mask=0, **attrs)
    z = w.op("SliceD", [x], (2, 2), offsets=[1, 2], size=[2, 2])
    at = w.op("Slice", [x, w.input(2, dtype="int32"), np.array([2, 3], np.int32)], (2, 3))
    return w.done(y, z, at, w.op("ReverseV2D", [x], (4, 6), axis=[1]))


def paddings() -> bytes:
    w = Written()
    x = w.input(2, 3)
    y = w.op("PadD", [x], (4, 6), paddings=[[1, 1], [2, 1]])
    z = w.op("MirrorPad", [x, np.array([[0, 1], [1, 0]], np.int32)], (3, 4), mode="REFLECT")
    tiled = w.op("TileD", [x], (4, 3), multiples=[2, 1])
    return w.done(y, z, w.op("BroadcastToD", [tiled], (2, 4, 3), shape=[2, 4, 3]))


def joins() -> bytes:
    w = Written()
    x, y = w.input(2, 3), w.input(2, 3)
    z = w.op("ConcatD", [x, y], (2, 6), concat_dim=1, N=2)
    pieces = [((2, 2), "float32"), ((2, 4), "float32")]
    a, b = w.node("SplitVD", [z], pieces, split_dim=1, size_splits=[2, 4])
    packed = w.op("Pack", [x, y], (2, 2, 3), axis=0, N=2)
    return w.done(a, b, w.op("TransposeD", [packed], (3, 2, 2), perm=[2, 0, 1]))


def blocks() -> bytes:
    w = Written()
    x = w.input(1, 4, 2, 4)
    y = w.op("DepthToSpace", [x], (1, 1, 4, 8), block_size=2, mode="CRD", data_format="NCHW")
    z = w.op("SpaceToDepth", [y], (1, 4, 2, 4), block_size=2, data_format="NCHW")
    blocks = {"block_shape": [2, 2], "paddings": [0, 0, 0, 0]}
    return w.done(z, w.op("SpaceToBatchNDD", [x], (4, 2, 1, 4), **blocks))


def resizes() -> bytes:
    w = Written()
    x = w.input(1, 2, 3, 4)
    size = np.array([5, 7], np.int32)
    y = w.op("ResizeBilinearV2", [x, size], (1, 2, 5, 7), half_pixel_centers=True)
    scales = np.float32([1, 1, 1.5, 2.2])
    z = w.op("Resize", [x, np.zeros(0, np.float32), scales], (1, 2, 4, 8), mode="linear")
    return w.done(y, z)


def caffe() -> bytes:
    w = Written()
    x = w.input(1, 4, 3, 3)
    y = w.op("Scale", [x, weights(4), weights(4)], (1, 4, 3, 3), axis=1)
    y = w.op("Eltwise", [x, y], (1, 4, 3, 3), mode=1, coeff=[1.0, -1.0])
    y = w.op("ShuffleChannel", [y], (1, 4, 3, 3), group=2)
    y = w.op("MVN", [y], (1, 4, 3, 3), across_channels=False)
    return w.done(w.op("Permute", [y], (1, 3, 3, 4), order=[0, 2, 3, 1]))


def casts() -> bytes:
    w = Written()
    x = w.input(2, 3)
    y = w.op("Cast", [x], (2, 3), "int32", dst_type=3)
    return w.done(
        y,
        w.op("OnesLike", [y], (2, 3), "int32"),
        w.op("Fill", [np.array([2, 2], np.int64), np.float32([3])], (2, 2)),
    )


STATIC: tuple[Callable[[], bytes], ...] = (
    elementwise,
    activations,
    choices,
    integers,
    products,
    scalar_product,
    convolutions,
    transposed_convolution,
    fused_convolution,
    pools,
    reductions,
    extremes,
    normalizations,
    layer_norms,
    gathers,
    one_hots,
    slices,
    paddings,
    joins,
    blocks,
    resizes,
    caffe,
    casts,
)


def written_models() -> dict[str, bytes]:
    """Answer all of them, by name."""
    models = {make.__name__: make() for make in STATIC}
    models |= {f"gears_{kind}": model_with_gears(kind) for kind in GEARS}
    models |= {"dense": static_dense(3), "dynamic_dense": dynamic_dense()}
    return models | {"dynamic_layouts": dynamic_layouts()}
