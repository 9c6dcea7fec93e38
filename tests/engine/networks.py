# SPDX-License-Identifier: Apache-2.0
"""Networks in a compiler's dialect, built together with what ONNX Runtime and numpy compute."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from graphs import Array, half, onnx_op, relative_error, run

from ascendcl.om import Fusion, GraphBuilder, TensorSpec, Value, conv_kernel

TO_NCHW = {"NCHW": (0, 1, 2, 3), "NHWC": (0, 3, 1, 2)}
FROM_NCHW = {"NCHW": (0, 1, 2, 3), "NHWC": (0, 2, 3, 1), "HWCN": (2, 3, 1, 0)}


@dataclass(frozen=True)
class Tensor:
    """A value of the graph and what it has to be."""

    value: Value
    expected: Array


class Network:
    """A graph under construction whose images have the axes of `format`."""

    def __init__(
        self,
        rng: np.random.Generator,
        format: str = "NCHW",
        dialect: Literal["cann8", "cann5"] = "cann8",
    ) -> None:
        self.rng = rng
        self.format = format
        self.filters = "NCHW" if format == "NCHW" else "HWCN"
        self.graph = GraphBuilder("g", dialect)
        self.inputs: list[Array] = []
        self.channel_axis = 1 if format == "NCHW" else 3

    def weights(self, *shape: int) -> Array:
        return half(self.rng.standard_normal(shape, np.float32) / np.sqrt(np.prod(shape[1:])))

    def plain(self, shape: Sequence[int], dtype: str = "float16") -> TensorSpec:
        return TensorSpec(tuple(shape), dtype, self.format if len(shape) == 4 else "ND")

    def blocked(self, shape: Sequence[int]) -> TensorSpec:
        return TensorSpec(tuple(shape), "float16", self.format, "NC1HWC0")

    def data(self, array: Array, name: str = "") -> Tensor:
        """Add an input of the array's own type."""
        name = name or f"input_{len(self.inputs)}"
        self.inputs.append(array)
        return Tensor(self.graph.data(name, self.plain(array.shape, array.dtype.name)), array)

    def constant(self, array: Array, dtype: str = "", **how: Any) -> Value:
        name = f"const_{len(self.graph.nodes)}"
        return self.graph.constant(name, array, dtype=dtype or array.dtype.name, **how)

    def image(self, array: Array, name: str = "") -> Tensor:
        """Add an input and bring it into the form of convolutions: cast, blocked."""
        x = self.data(array, name)
        if array.dtype != np.float16:
            x = self.op("Cast", [x], x.expected.astype(np.float32), {"dst_type": 1})
        return self.to_blocks(x)

    def halved(self, array: Array) -> Tensor:
        """Add an input that is cast to half precision."""
        x = self.data(array)
        return self.op("Cast", [x], array, {"dst_type": 1})

    def to_blocks(self, x: Tensor) -> Tensor:
        spec = self.blocked(x.expected.shape)
        return Tensor(self.graph.op("TransData", [x.value], spec), x.expected)

    def to_plain(self, x: Tensor) -> Tensor:
        spec = self.plain(x.expected.shape)
        return Tensor(self.graph.op("TransData", [x.value], spec), x.expected)

    def op(
        self,
        type: str,
        inputs: Sequence[Tensor | Value],
        expected: Array,
        attrs: dict[str, Any] | None = None,
        *,
        blocked: bool = False,
        dtype: str = "float16",
        fusion: Fusion | None = None,
        name: str = "",
    ) -> Tensor:
        """Add any node with one output."""
        values = [x.value if isinstance(x, Tensor) else x for x in inputs]
        spec = self.blocked(expected.shape) if blocked else self.plain(expected.shape, dtype)
        value = self.graph.op(type, values, spec, attrs=attrs, fusion=fusion, name=name)
        return Tensor(value, expected)

    def each(
        self, type: str, x: Tensor, function: Callable[[Array], Array], **attrs: Any
    ) -> Tensor:
        """Add an elementwise node that keeps the layout of its input."""
        value = self.graph.op(type, [x.value], x.value.spec, attrs=attrs)
        return Tensor(value, function(x.expected).astype(np.float32))

    def both(
        self, type: str, a: Tensor, b: Tensor, function: Callable[[Array, Array], Array]
    ) -> Tensor:
        value = self.graph.op(type, [a.value, b.value], a.value.spec)
        return Tensor(value, function(a.expected, b.expected))

    def nchw(self, x: Tensor) -> Array:
        return np.ascontiguousarray(x.expected.transpose(TO_NCHW[self.format]))

    def from_nchw(self, x: Array) -> Array:
        return np.ascontiguousarray(x.transpose(FROM_NCHW[self.format]))

    def in_format(self, height: int, width: int) -> list[int]:
        """Answer an attribute of four entries, ones but for height and width."""
        return [1, 1, height, width] if self.format == "NCHW" else [1, height, width, 1]

    def conv(
        self,
        x: Tensor,
        outputs: int,
        kernel: int | tuple[int, int] = 3,
        *,
        stride: int = 1,
        pads: tuple[int, int, int, int] | None = None,
        dilation: int = 1,
        groups: int = 1,
        bias: bool = True,
        type: str = "Conv2D",
        fused: tuple[str, ...] = (),
        operands: Sequence[Tensor | Value] = (),
        after: Callable[[Array], Array] = lambda y: y,
    ) -> Tensor:
        """Add a convolution, by default of padding that keeps the size.

        With `fused` tokens behind it, it is a fused node without geometry; `after` is what they
        compute and `operands` their inputs.
        """
        kh, kw = (kernel, kernel) if isinstance(kernel, int) else kernel
        if pads is None:
            pads = (dilation * (kh - 1) // 2,) * 2 + (dilation * (kw - 1) // 2,) * 2
        given = self.nchw(x)
        channels = given.shape[1]
        w, b = self.weights(outputs, channels // groups, kh, kw), self.weights(outputs, 1)[:, 0]
        filter = self.constant(
            w.transpose(FROM_NCHW[self.filters]),
            "float16",
            format=self.filters,
            layout="FRACTAL_Z",
            groups=groups,
        )
        inputs = [x.value, filter]
        if bias:
            inputs.append(self.constant(b, "float16"))
        y = onnx_op(
            "Conv",
            [given, w, b] if bias else [given, w],
            strides=[stride] * 2,
            dilations=[dilation] * 2,
            pads=[pads[0], pads[2], pads[1], pads[3]],
            group=groups,
        )[0]
        expected = after(self.from_nchw(y))
        attrs: dict[str, Any] = {"dilations": [1] * 4, "data_format": "NHWC", "groups": 1}
        fusion, code = None, None
        if fused:
            fusion = Fusion(
                [f"{x.value.node}_{t}" for t in ("conv", *fused)], tokens=["conv2d", *fused]
            )
            code = conv_kernel(
                (kh, kw),
                given.shape[2:],
                strides=(stride, stride),
                pads=pads,
                dilations=(dilation, dilation),
            )
            inputs += [o.value if isinstance(o, Tensor) else o for o in operands]
        else:
            attrs = {
                "strides": self.in_format(stride, stride),
                "dilations": self.in_format(dilation, dilation),
                "pads": list(pads),
                "groups": groups,
                "data_format": self.format,
            }
        spec = self.blocked(expected.shape)
        value = self.graph.op(type, inputs, spec, attrs=attrs, fusion=fusion, kernel=code)
        return Tensor(value, expected)

    def dense(self, x: Tensor, outputs: int, *, transpose: bool = False) -> Tensor:
        """Add a product with a matrix of weights and a bias, the last axis being the inner one."""
        inner = x.expected.shape[-1]
        w, b = self.weights(outputs, inner).T, self.weights(outputs, 1)[:, 0]
        expected = x.expected @ w + b
        inputs = [
            x.value,
            self.constant(w.T if transpose else w, "float16", layout="FRACTAL_NZ"),
            self.constant(b, "float16"),
        ]
        attrs = {"transpose_x1": False, "transpose_x2": transpose}
        return Tensor(
            self.graph.op("MatMulV2", inputs, self.plain(expected.shape), attrs=attrs), expected
        )

    def reshaped(self, x: Tensor, *shape: int) -> Tensor:
        """What a consumer sees where a reshape has been removed."""
        expected = x.expected.reshape(shape)
        spec = self.plain(expected.shape, x.value.spec.dtype)
        return Tensor(
            x.value.viewed_as(shape=spec.shape, format=spec.format, layout=spec.layout), expected
        )

    def end(self, *outputs: Tensor, names: Sequence[str] = ()) -> None:
        """End the graph; outputs of half precision are cast, blocked ones made plain."""
        values = [self._as_output(x).value for x in outputs]
        self.graph.output(values, names)
        self.expected = [x.expected for x in outputs]

    def _as_output(self, x: Tensor) -> Tensor:
        if x.value.spec.layout == "NC1HWC0":
            x = self.to_plain(x)
        if x.value.spec.dtype == "float16":
            x = self.op("Cast", [x], x.expected, {"dst_type": 0}, dtype="float32")
        return x

    def check(self, tolerance: float = 1e-4, **about: Any) -> None:
        """Run the network and compare all outputs."""
        for actual, expected in zip(
            run(self.graph, *self.inputs, **about), self.expected, strict=True
        ):
            assert actual.shape == expected.shape
            if actual.dtype.kind == "f":
                assert relative_error(actual.astype(np.float32), expected) <= tolerance
            else:
                np.testing.assert_array_equal(actual, expected)
