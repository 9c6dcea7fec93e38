# SPDX-License-Identifier: Apache-2.0
"""Trains the demo's digit classifier and writes it as a compiled model.

    python tools/train_digits.py          # needs scikit-learn; writes python/ascendcl/data/

A small convolutional net in numpy, trained on scikit-learn's 8x8 digits with a fixed seed. The
model is written in the shape a compiler gives it: fp16 weights in fractal layouts, convolutions
fused with their activation whose geometry only the kernel states, a removed reshape before the
matrix.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.datasets import load_digits  # type: ignore[import-untyped]

from ascendcl.om import (
    Fusion,
    GraphBuilder,
    ModelBuilder,
    TensorSpec,
    Value,
    conv_kernel,
    fixpipe_inputs,
)

Array = npt.NDArray[np.float32]
Weights = dict[str, Array]

SEED = 7
HELD_OUT = 450
EPOCHS = 40
BATCH = 32
CHANNELS = (16, 32)
WHITE = 16.0  # the brightest pixel of the data set


def split() -> tuple[Array, npt.NDArray[np.int64], Array, npt.NDArray[np.int64]]:
    """Answer images and labels to train with, then those held out."""
    digits = load_digits()
    order = np.random.default_rng(SEED).permutation(len(digits.target))
    images = digits.images[order, None].astype(np.float32)
    labels = digits.target[order].astype(np.int64)
    return images[HELD_OUT:], labels[HELD_OUT:], images[:HELD_OUT], labels[:HELD_OUT]


def patches(x: Array) -> Array:
    """Answer the 3x3 windows of padded images: [N, H, W, C * 9]."""
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
    n, _, h, w = x.shape
    return np.ascontiguousarray(windows.transpose(0, 2, 3, 1, 4, 5)).reshape(n, h, w, -1)


def patches_gradient(gradient: Array, channels: int) -> Array:
    """Add the gradients of all windows up to that of the images."""
    n, h, w, _ = gradient.shape
    windows = gradient.reshape(n, h, w, channels, 3, 3)
    padded = np.zeros((n, channels, h + 2, w + 2), np.float32)
    for i in range(3):
        for j in range(3):
            padded[:, :, i : i + h, j : j + w] += windows[..., i, j].transpose(0, 3, 1, 2)
    return padded[:, :, 1:-1, 1:-1]


class Net:
    """conv 3x3, relu, conv 3x3, relu, max pool 2x2, fully connected, softmax."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights

    @classmethod
    def random(cls, rng: np.random.Generator) -> Net:
        """Start with He-normal weights."""
        c1, c2 = CHANNELS
        shapes = {"conv1": (c1, 1, 3, 3), "conv2": (c2, c1, 3, 3), "dense": (10, c2 * 16)}
        weights: Weights = {}
        for name, shape in shapes.items():
            scale = np.sqrt(2 / np.prod(shape[1:]))
            weights[name] = (rng.standard_normal(shape) * scale).astype(np.float32)
            weights[f"{name}_bias"] = np.zeros(shape[0], np.float32)
        weights["conv1"] /= WHITE / 2
        return cls(weights)

    def _conv(self, name: str, columns: Array) -> Array:
        filters = self.weights[name]
        out: Array = columns @ filters.reshape(len(filters), -1).T + self.weights[f"{name}_bias"]
        return out

    def forward(self, x: Array) -> Array:
        """Answer the probabilities; keeps what `gradients` needs."""
        self._columns1 = patches(x)
        self._relu1 = np.maximum(self._conv("conv1", self._columns1), 0).transpose(0, 3, 1, 2)
        self._columns2 = patches(self._relu1)
        relu2 = np.maximum(self._conv("conv2", self._columns2), 0).transpose(0, 3, 1, 2)
        n, c, h, w = relu2.shape
        blocks = relu2.reshape(n, c, h // 2, 2, w // 2, 2)
        pooled = blocks.max(axis=(3, 5), keepdims=True)
        self._passes = (blocks == pooled) & (blocks > 0)
        self._flat = pooled.reshape(n, -1)
        logits = self._flat @ self.weights["dense"].T + self.weights["dense_bias"]
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities: Array = powers / powers.sum(axis=1, keepdims=True)
        return probabilities

    def gradients(self, x: Array, labels: npt.NDArray[np.int64]) -> Weights:
        """Answer the gradients of the cross entropy."""
        error = self.forward(x)
        n = len(x)
        error[np.arange(n), labels] -= 1
        error /= n
        out: Weights = {"dense": error.T @ self._flat, "dense_bias": error.sum(axis=0)}
        pooled = (error @ self.weights["dense"]).reshape(n, CHANNELS[1], 4, 1, 4, 1)
        gradient = (self._passes * pooled).reshape(n, CHANNELS[1], 8, 8).transpose(0, 2, 3, 1)
        for name, columns in (("conv2", self._columns2), ("conv1", self._columns1)):
            filters = self.weights[name]
            flat = gradient.reshape(-1, len(filters))
            out[name] = (flat.T @ columns.reshape(len(flat), -1)).reshape(filters.shape)
            out[f"{name}_bias"] = flat.sum(axis=0)
            if name == "conv2":
                windows = gradient @ filters.reshape(len(filters), -1)
                below = patches_gradient(windows, CHANNELS[0]) * (self._relu1 > 0)
                gradient = below.transpose(0, 2, 3, 1)
        return out

    def rounded(self) -> Net:
        """Answer the net with its weights rounded to fp16, as the model stores them."""
        return Net({k: v.astype(np.float16).astype(np.float32) for k, v in self.weights.items()})


def batches(
    images: Array, labels: npt.NDArray[np.int64], rng: np.random.Generator
) -> Iterator[tuple[Array, npt.NDArray[np.int64]]]:
    """Go once through the images in random order, each shifted by at most one pixel."""
    order = rng.permutation(len(images))
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        shifted = np.stack([
            np.roll(np.pad(image, ((0, 0), (1, 1), (1, 1))), shift, axis=(1, 2))[:, 1:-1, 1:-1]
            for image, shift in zip(
                images[chosen], rng.integers(-1, 2, (len(chosen), 2)), strict=True
            )
        ])  # fmt: skip
        yield shifted, labels[chosen]


def train(images: Array, labels: npt.NDArray[np.int64]) -> Net:
    """Train by Adam with a falling rate."""
    rng = np.random.default_rng(SEED)
    net = Net.random(rng)
    mean = {name: np.zeros_like(value) for name, value in net.weights.items()}
    square = {name: np.zeros_like(value) for name, value in net.weights.items()}
    step = 0
    for epoch in range(EPOCHS):
        rate = 2e-3 * (1 - epoch / EPOCHS)
        for x, y in batches(images, labels, rng):
            step += 1
            for name, gradient in net.gradients(x, y).items():
                mean[name] += 0.1 * (gradient - mean[name])
                square[name] += 0.001 * (gradient**2 - square[name])
                corrected = square[name] / (1 - 0.999**step)
                update = mean[name] / (1 - 0.9**step) / (np.sqrt(corrected) + 1e-8)
                net.weights[name] -= (rate * update).astype(np.float32)
    return net


def fused_conv(
    graph: GraphBuilder, name: str, weights: Weights, x: Value, output: TensorSpec
) -> Value:
    """Add a convolution fused with its ReLU by FixPipe; only the kernel knows the padding."""
    filters, bias = weights[name], weights[f"{name}_bias"]
    inputs = fixpipe_inputs(
        x,
        graph.constant(f"{name}_filter", filters, format="NCHW", layout="FRACTAL_Z"),
        graph.constant(f"{name}_bias", bias),
    )
    return graph.op(
        "Conv2D",
        inputs,
        output,
        name=f"{name}relu",
        attrs={"groups": 1, "dilations": [1, 1, 1, 1], "data_format": "NHWC", "offset_x": 0},
        fusion=Fusion(
            names=[name, f"{name}_relu"],
            types=["Relu"],
            tokens=["conv2d", "fix_pipe"],
            passes=["FIXPIPEFUSIONPASS", "TbeConvFixPipeFusionPass"],
            origin_name=f"{name}_relu",
        ),
        kernel=conv_kernel((3, 3), (8, 8), pads=(1, 1, 1, 1)),
    )


def trans_data(graph: GraphBuilder, x: Value, output: TensorSpec) -> Value:
    """Add a change of layout."""
    return graph.op(
        "TransData",
        [x],
        output,
        attrs={"src_format": x.spec.layout, "dst_format": output.layout, "groups": 1},
    )


def compiled(weights: Weights) -> ModelBuilder:
    """Build the model as a compiler would leave it."""
    c1, c2 = CHANNELS
    graph = GraphBuilder("digits")
    image = graph.data("image", TensorSpec((1, 1, 8, 8), "float32"))
    x = graph.op("Cast", [image], TensorSpec((1, 1, 8, 8)), attrs={"dst_type": 1})
    x = trans_data(graph, x, TensorSpec((1, 1, 8, 8), layout="NC1HWC0"))
    x = fused_conv(graph, "conv1", weights, x, TensorSpec((1, c1, 8, 8), layout="NC1HWC0"))
    x = fused_conv(graph, "conv2", weights, x, TensorSpec((1, c2, 8, 8), layout="NC1HWC0"))
    x = graph.op(
        "MaxPoolV3",
        [x],
        TensorSpec((1, c2, 4, 4), layout="NC1HWC0"),
        attrs={
            "ksize": [1, 1, 2, 2],
            "strides": [1, 1, 2, 2],
            "padding_mode": "CALCULATED",
            "pads": [0, 0, 0, 0],
            "data_format": "NCHW",
            "global_pooling": False,
            "ceil_mode": False,
        },
    )
    x = trans_data(graph, x, TensorSpec((1, c2, 4, 4)))
    flat = x.viewed_as(shape=(1, c2 * 16), format="ND", layout="ND")  # the removed reshape
    x = trans_data(graph, flat, TensorSpec((1, c2 * 16), format="ND", layout="FRACTAL_NZ"))
    dense = graph.constant("dense", weights["dense"], layout="FRACTAL_NZ")
    bias = graph.constant("dense_bias", weights["dense_bias"])
    x = graph.op(
        "MatMulV2",
        [x, dense, bias],
        TensorSpec((1, 10), format="ND", layout="FRACTAL_NZ"),
        attrs={"transpose_x1": False, "transpose_x2": True, "offset_x": 0},
    )
    x = trans_data(graph, x, TensorSpec((1, 10), format="ND"))
    x = graph.op("SoftmaxV2", [x], TensorSpec((1, 10), format="ND"), attrs={"axes": [1]})
    x = graph.op("Cast", [x], TensorSpec((1, 10), "float32", "ND"), attrs={"dst_type": 0})
    graph.output([x], [f"{x.node}:0:probabilities"])
    return ModelBuilder(graph)


def main() -> None:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    default = Path(__file__).parent.parent / "python" / "ascendcl" / "data"
    parser.add_argument("--output", type=Path, default=default, help="folder to write to")
    folder: Path = parser.parse_args().output

    images, labels, held_images, held_labels = split()
    net = train(images, labels).rounded()
    for what, x, y in (("train", images, labels), ("held out", held_images, held_labels)):
        accuracy = np.mean(net.forward(x).argmax(axis=1) == y)
        print(f"{what}: {len(y)} digits, accuracy {accuracy:.4f}")

    folder.mkdir(parents=True, exist_ok=True)
    compiled(net.weights).write(folder / "digits.om")
    np.savez_compressed(
        folder / "digits_held_out.npz",
        images=held_images.astype(np.uint8),
        labels=held_labels.astype(np.uint8),
        probabilities=net.forward(held_images),
    )


if __name__ == "__main__":
    main()
