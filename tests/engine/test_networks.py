# SPDX-License-Identifier: Apache-2.0
"""Small networks as compilers leave those of TensorFlow, Caffe and ONNX, in old and new files."""

from __future__ import annotations

import numpy as np
import pytest
from graphs import Array, onnx_op, relu
from networks import Network, Tensor

from ascendcl.om import Fusion

Generator = np.random.Generator


def _relu6(x: Array) -> Array:
    return np.clip(x, 0, 6)


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def _softmax(x: Array, axis: int = -1) -> Array:
    powers = np.exp(x - x.max(axis, keepdims=True))
    return powers / powers.sum(axis, keepdims=True)


def _image(rng: Generator, *shape: int) -> Array:
    return rng.standard_normal(shape, np.float32)


def _two_slopes(net: Network, x: Tensor, linear: float, folded: float) -> Tensor:
    """LeakyRelu as TensorFlow writes it out, in one fused node."""
    c1, c2 = (net.constant(np.float16(v)) for v in (linear, folded))
    expected = np.float16(linear) * x.expected + np.float16(folded) * np.abs(x.expected)
    fusion = Fusion(["Abs", "mul", "mul_1", "add"], tokens=["abs", "mul", "mul", "add"])
    return net.op(
        "AutomaticBufferFusionOp",
        [x, c1, x, c2],
        expected.astype(np.float32),
        blocked=True,
        fusion=fusion,
    )


@pytest.mark.parametrize("dialect", ["cann5", "cann8"])
def test_classifier_of_tensorflow(dialect: str, rng: Generator) -> None:
    """MobileNet: SAME padding of even sizes, depthwise filters, Relu6, mean, dense, softmax."""
    net = Network(rng, "NHWC", dialect)
    x = net.image(_image(rng, 2, 16, 16, 3), "input")
    x = net.each("Relu6", net.conv(x, 24, 3, stride=2, pads=(0, 1, 0, 1)), _relu6)
    skip = x
    x = net.each("Relu6", net.conv(x, 24, 3, groups=24, type="DepthwiseConv2D"), _relu6)
    x = net.both("AddV2", net.conv(x, 24, 1), skip, np.add)
    x = net.op(
        "ReduceMeanD",
        [x],
        x.expected.mean((1, 2), keepdims=True),
        {"axes": [1, 2], "keep_dims": True},
        blocked=True,
    )
    x = net.dense(net.reshaped(net.to_plain(x), 2, 24), 10)
    x = net.op("SoftmaxV2", [x], _softmax(x.expected), {"axes": [-1]})
    net.end(x, names=["predictions/Softmax"])
    net.check(framework_type="TensorFlow", soc_version="Ascend310")


def test_segmenter_of_tensorflow(rng: Generator) -> None:
    """uint8 in, scaled; pooling, transposed convolution, joins along channels, labels out."""
    net = Network(rng, "NHWC")
    picture = rng.integers(0, 256, (1, 16, 24, 3)).astype(np.uint8)
    x = net.data(picture)
    x = net.op("Cast", [x], picture.astype(np.float32), {"dst_type": 1})
    x = net.op("Mul", [x, net.constant(np.float16(1 / 128))], x.expected / 128)
    x = net.op("Sub", [x, net.constant(np.float16(1))], x.expected - 1)
    x = skip = net.each("Relu", net.conv(net.to_blocks(x), 20), relu)
    pooled = onnx_op(
        "MaxPool", [net.nchw(x)], kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER"
    )[0]
    attrs = {"ksize": [1, 3, 3, 1], "strides": [1, 2, 2, 1], "padding": "SAME"}
    x = net.op("MaxPool", [x], net.from_nchw(pooled), attrs | {"data_format": "NHWC"}, blocked=True)
    x = net.each("Relu", net.conv(x, 32, dilation=2), relu)
    w = net.weights(32, 20, 3, 3)  # of the forward convolution: outputs, inputs
    up = onnx_op("ConvTranspose", [net.nchw(x), w], strides=[2, 2], pads=[0, 0, 1, 1])[0]
    filter = net.constant(w.transpose(2, 3, 1, 0), "float16", format="HWCN", layout="FRACTAL_Z")
    attrs = {
        "input_size": [1, 16, 24, 20],
        "strides": [1, 2, 2, 1],
        "pads": [0, 1, 0, 1],
        "dilations": [1, 1, 1, 1],
        "groups": 1,
        "data_format": "NHWC",
    }
    x = net.op("Conv2DBackpropInputD", [filter, x], net.from_nchw(up), attrs, blocked=True)
    joined = np.concatenate([x.expected, skip.expected], 3)
    x = net.op("ConcatV2D", [x, skip], joined, {"concat_dim": 3, "N": 2}, blocked=True)
    logits = net.to_plain(net.conv(x, 5, 1))
    labels = logits.expected.argmax(3).astype(np.int32)
    label = net.op("ArgMaxD", [logits], labels, {"dimension": 3}, dtype="int32")
    scores = net.op("SoftmaxV2", [logits], _softmax(logits.expected), {"axes": [3]})
    net.end(label, scores, logits, scores)
    net.check(framework_type="TensorFlow")


def test_autoencoder_of_tensorflow(rng: Generator) -> None:
    """Matrices that become images and images that become matrices, without reshapes."""
    net = Network(rng, "NHWC")
    x = net.dense(net.halved(_image(rng, 3, 12)), 4 * 4 * 16)
    x = net.each("Relu", x, relu)
    x = net.to_blocks(net.reshaped(x, 3, 4, 4, 16))
    x = net.each("Tanh", net.conv(x, 7), np.tanh)
    x = net.dense(net.reshaped(net.to_plain(x), 3, 4 * 4 * 7), 12, transpose=True)
    net.end(net.each("Sigmoid", x, _sigmoid), names=["generation/output:0"])
    net.check(framework_type="TensorFlow")


def test_action_recognition_of_tensorflow(rng: Generator) -> None:
    """Sequences as images of height 1; differences of slices, resized; two inputs."""
    net = Network(rng, "NHWC")
    joints, poses = _image(rng, 1, 8, 6), _image(rng, 1, 8, 5, 2)
    a, b = net.halved(joints), net.halved(poses)

    def cut(x: Tensor, begin: int, end: int) -> Tensor:
        rank = x.expected.ndim
        attrs = {
            "begin": [0, begin, *[0] * (rank - 2)],
            "end": [0, end, *[0] * (rank - 2)],
            "strides": [1] * rank,
            "begin_mask": 2**rank - 3,
            "end_mask": 2**rank - 3,
        }
        return net.op("StridedSliceD", [x], x.expected[:, begin:end], attrs)

    moved = net.both("Sub", cut(b, 1, 8), cut(b, 0, 7), np.subtract)
    resized = onnx_op(
        "Resize",
        [net.nchw(moved), None, None, np.array([1, 2, 8, 5])],
        mode="linear",
        coordinate_transformation_mode="half_pixel",
    )[0]
    moved = net.op(
        "ResizeBilinearV2",
        [net.to_blocks(moved), net.constant(np.array([8, 5], np.int32))],
        net.from_nchw(resized),
        {"align_corners": False, "half_pixel_centers": True},
        blocked=True,
    )
    rows = net.reshaped(net.to_plain(moved), 1, 1, 8, 10)
    branches = []
    for sequence in (rows, net.reshaped(a, 1, 1, 8, 6)):
        x = _two_slopes(net, net.conv(net.to_blocks(sequence), 16, (1, 3)), 0.6, 0.4)
        pooled = onnx_op("MaxPool", [net.nchw(x)], kernel_shape=[1, 2], strides=[1, 2])[0]
        attrs = {
            "ksize": [1, 1, 2, 1],
            "strides": [1, 1, 2, 1],
            "padding": "VALID",
            "data_format": "NHWC",
        }
        branches.append(net.op("MaxPool", [x], net.from_nchw(pooled), attrs, blocked=True))
    joined = np.concatenate([x.expected for x in branches], 3)
    x = net.op("ConcatV2D", branches, joined, {"concat_dim": -1, "N": 2}, blocked=True)
    x = net.to_plain(x)
    best = net.op(
        "ReduceMaxD",
        [net.reshaped(x, 1, 4, 32)],
        x.expected.max((1, 2)),
        {"axes": [1], "keep_dims": False},
    )
    x = net.dense(best, 5)
    net.end(net.op("SoftmaxV2", [x], _softmax(x.expected), {"axes": [1]}))
    net.check(framework_type="TensorFlow", soc_version="Ascend310")


@pytest.mark.parametrize("dialect", ["cann5", "cann8"])
def test_residual_network_of_caffe(dialect: str, rng: Generator) -> None:
    """Scales, sizes rounded up, sums fused behind convolutions, a full connection."""
    net = Network(rng, "NCHW", dialect)
    x = net.image(_image(rng, 1, 3, 17, 18), "data")
    x = net.conv(x, 16, 3, stride=2, fused=("relu",), after=relu)
    pooled = onnx_op("MaxPool", [x.expected], kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)[0]
    assert pooled.shape[2:] == (4, 4)
    window = {"window": [3, 3], "stride": [2, 2], "pad": [0] * 4, "ceil_mode": 0}
    x = net.op("Pooling", [x], pooled, {"mode": 0, **window}, blocked=True)
    skip = x
    x = net.conv(x, 16, fused=("relu",), after=relu)
    x = net.conv(
        x,
        16,
        fused=("eltwise", "relu"),
        operands=[skip],
        after=lambda y: relu(y + skip.expected),
    )
    factor, shift = (np.abs(net.weights(16, 1)[:, 0]) for _ in range(2))
    x = net.op(
        "Scale",
        [
            x,
            *(net.constant(v, "float16", format="NCHW", layout="NC1HWC0") for v in (factor, shift)),
        ],
        x.expected * factor.reshape(-1, 1, 1) + shift.reshape(-1, 1, 1),
        {"axis": 1, "num_axes": 1},
        blocked=True,
    )
    slopes = np.abs(net.weights(16, 1)[:, 0])
    x = net.op(
        "PRelu",
        [x, net.constant(slopes, "float16", format="NCHW", layout="NC1HWC0")],
        np.where(x.expected > 0, x.expected, x.expected * slopes.reshape(-1, 1, 1)),
        blocked=True,
    )
    mean = x.expected.mean((2, 3), keepdims=True)
    x = net.op("Pooling", [x], mean, {"mode": 1, "global_pooling": True, **window}, blocked=True)
    w, b = net.weights(10, 16), net.weights(10, 1)[:, 0]
    filter = w.reshape(10, 16, 1, 1)
    x = net.op(
        "FullyConnection",
        [
            x,
            net.constant(filter, "float16", format="NCHW", layout="FRACTAL_Z"),
            net.constant(b, "float16", format="NCHW", layout="NC1HWC0"),
        ],
        (mean.reshape(1, 16) @ w.T + b).reshape(1, 10, 1, 1),
        {"num_output": 10, "transpose": False, "axis": 1},
        blocked=True,
    )
    x = net.reshaped(net.to_plain(x), 1, 10)
    net.end(net.op("SoftmaxV2", [x], _softmax(x.expected), {"axes": [1]}), names=["prob"])
    net.check(framework_type="Caffe", soc_version="Ascend310")


def test_detector_of_caffe(rng: Generator) -> None:
    """SSD's heads: permuted, flattened without a node, joined; and a slice of Caffe."""
    net = Network(rng)
    x = net.image(_image(rng, 1, 8, 6, 6))
    x = net.conv(x, 32, fused=("relu",), after=relu)
    halves = net.graph.node(
        "SplitVD",
        [x.value],
        [net.blocked((1, 16, 6, 6))] * 2,
        attrs={"size_splits": [16, 16], "split_dim": 1, "num_split": 2},
    )
    heads = []
    for i, half in enumerate(halves):
        part = Tensor(half, x.expected[:, 16 * i : 16 * i + 16])
        scale = np.abs(net.weights(16, 1)[:, 0])
        norm = np.sqrt(np.square(part.expected).sum(1, keepdims=True) + 1e-6)
        part = net.op(
            "Normalize",
            [part, net.constant(scale, "float16", format="NCHW", layout="NC1HWC0")],
            part.expected / norm * scale.reshape(-1, 1, 1),
            {"across_spatial": False, "channel_shared": False, "eps": 1e-6},
            blocked=True,
        )
        head = net.to_plain(net.conv(part, 12))
        order = head.expected.transpose(0, 2, 3, 1)
        heads.append(net.reshaped(net.op("Permute", [head], order, {"order": [0, 2, 3, 1]}), 1, -1))
    joined = np.concatenate([h.expected for h in heads], 1)
    x = net.op("ConcatD", heads, joined, {"concat_dim": 1, "N": 2})
    x = net.reshaped(x, 1, -1, 3)
    net.end(net.op("SoftmaxV2", [x], _softmax(x.expected), {"axes": [2]}))
    net.check(framework_type="Caffe", soc_version="Ascend310")


def test_detector_of_onnx(rng: Generator) -> None:
    """YOLO: x * sigmoid(x), split and joined, pools that keep the size, nearest resize, boxes."""
    net = Network(rng)

    def silu(x: Tensor) -> Tensor:
        return net.both("Mul", x, net.each("Sigmoid", x, _sigmoid), np.multiply)

    x = silu(net.conv(net.image(_image(rng, 1, 3, 16, 16), "images"), 32, stride=2))
    parts = net.graph.node(
        "SplitVD",
        [x.value],
        [net.blocked((1, 16, 8, 8))] * 2,
        attrs={"size_splits": [16, 16], "split_dim": 1, "num_split": 2},
    )
    a, b = (Tensor(v, x.expected[:, 16 * i : 16 * i + 16]) for i, v in enumerate(parts))
    c = net.both("Add", silu(net.conv(b, 16)), b, np.add)
    pooled = onnx_op("MaxPool", [c.expected], kernel_shape=[5, 5], pads=[2] * 4)[0]
    attrs = {"ksize": [1, 1, 5, 5], "strides": [1] * 4, "padding_mode": "CALCULATED"}
    d = net.op(
        "MaxPoolV3", [c], pooled, attrs | {"pads": [2] * 4, "data_format": "NCHW"}, blocked=True
    )
    low = net.conv(d, 16, stride=2)
    up = low.expected.repeat(2, 2).repeat(2, 3)
    e = net.op(
        "ResizeNearestNeighborV2",
        [low, net.constant(np.array([8, 8], np.int32))],
        up,
        {"align_corners": False, "half_pixel_centers": False},
        blocked=True,
    )
    tensors = [a, b, c, d, e]
    joined = np.concatenate([t.expected for t in tensors], 1)
    x = net.op("ConcatD", tensors, joined, {"concat_dim": 1, "N": 5}, blocked=True)
    head = net.to_plain(net.conv(x, 4 * 6, 1))
    boxes = net.reshaped(head, 1, 4, 6, 64)
    moved = boxes.expected.transpose(0, 2, 1, 3)
    y = net.op("TransposeD", [boxes], moved, {"perm": [0, 2, 1, 3]})
    y = net.op("SoftmaxV2", [y], _softmax(moved, 1), {"axes": [1]})
    weights = np.arange(6, dtype=np.float32).reshape(1, 6, 1, 1)
    y = net.op("Mul", [y, net.constant(weights, "float16", format="NCHW")], y.expected * weights)
    y = net.op("ReduceSumD", [y], y.expected.sum(1), {"axes": [1], "keep_dims": False})
    net.end(y, net.each("Sigmoid", head, _sigmoid), names=["boxes", "scores"])
    net.check()


def test_transformer_of_onnx(rng: Generator) -> None:
    """BERT: looked-up words, a mask, attention by batched products, Gelu, Tanh of the first."""
    net = Network(rng)
    tokens, width, heads = 6, 32, 4
    ids = rng.integers(0, 50, (2, tokens)).astype(np.int64)
    mask = (np.arange(tokens) < np.array([[4], [6]])).astype(np.int64)
    words, table = net.data(ids, "input_ids"), net.weights(50, width)
    inverse = net.data(mask, "attention_mask")
    attrs = {"axis": 0, "batch_dims": 0}
    x = net.op("GatherV2D", [net.constant(table, "float16"), words], table[ids], attrs)
    m = net.op("Cast", [inverse], mask.astype(np.float32), {"dst_type": 1})
    m = net.op("Sub", [net.constant(np.float16(1)), m], 1 - m.expected)
    m = net.op("Muls", [m], m.expected * -10000, {"value": -10000.0})
    m = net.reshaped(m, 2, 1, 1, tokens)

    def norm(x: Tensor) -> Tensor:
        gamma, beta = net.weights(width, 1)[:, 0] + 1, net.weights(width, 1)[:, 0]
        gamma = gamma.astype(np.float16).astype(np.float32)
        y = onnx_op("LayerNormalization", [x.expected, gamma, beta], axis=-1, epsilon=1e-5)[0]
        attrs = {"begin_norm_axis": -1, "begin_params_axis": -1, "epsilon": 1e-5}
        values = [x.value, net.constant(gamma, "float16"), net.constant(beta, "float16")]
        statistics = net.plain((*x.expected.shape[:-1], 1))
        outputs = [net.plain(x.expected.shape), statistics, statistics]
        return Tensor(net.graph.node("LayerNorm", values, outputs, attrs=attrs)[0], y)

    def by_heads(x: Tensor) -> Tensor:
        expected = x.expected.reshape(2, tokens, heads, -1).transpose(0, 2, 1, 3)
        attrs = {
            "perm": [0, 2, 1, 3],
            "shape": [2, tokens, heads, width // heads],
            "transpose_first": False,
        }
        return net.op("ConfusionTransposeD", [x], expected, attrs)

    def product(a: Tensor, b: Tensor, transpose: bool) -> Tensor:
        expected = a.expected @ (b.expected.swapaxes(-1, -2) if transpose else b.expected)
        return net.op("BatchMatMulV2", [a, b], expected, {"adj_x1": False, "adj_x2": transpose})

    x = norm(x)
    flat = net.reshaped(x, 2 * tokens, width)
    q, k, v = (by_heads(net.dense(flat, width)) for _ in range(3))
    scores = product(q, k, True)
    scores = net.op("Muls", [scores], scores.expected / 4, {"value": 0.25})
    scores = net.op("Add", [scores, m], scores.expected + m.expected)
    weights = net.op("SoftmaxV2", [scores], _softmax(scores.expected), {"axes": [-1]})
    mixed = product(weights, v, False)
    joined = mixed.expected.transpose(0, 2, 1, 3).reshape(2 * tokens, width)
    attrs = {"perm": [0, 2, 1, 3], "shape": [2 * tokens, width], "transpose_first": True}
    y = net.dense(net.op("ConfusionTransposeD", [mixed], joined, attrs), width)
    x = norm(net.reshaped(net.both("Add", y, flat, np.add), 2, tokens, width))
    y = net.dense(net.reshaped(x, 2 * tokens, width), 64)
    y = net.each("Gelu", y, lambda v: onnx_op("Gelu", [v], opset=20, approximate="tanh")[0])
    y = net.dense(y, width)
    x = norm(
        net.reshaped(
            net.both("Add", y, net.reshaped(x, 2 * tokens, width), np.add), 2, tokens, width
        )
    )
    first = net.op(
        "StridedSliceD",
        [x],
        x.expected[:, 0],
        {
            "begin": [0, 0, 0],
            "end": [2, 1, width],
            "strides": [1, 1, 1],
            "begin_mask": 5,
            "end_mask": 5,
            "shrink_axis_mask": 2,
        },
    )
    net.end(net.each("Tanh", net.dense(first, width), np.tanh), x)
    net.check()
