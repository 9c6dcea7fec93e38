# SPDX-License-Identifier: Apache-2.0
"""Ops that resize, move, join or relabel elements, against ONNX Runtime or numpy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from graphs import (
    Array,
    Fixed,
    assert_close,
    blocked,
    blocked_input,
    finish,
    onnx_op,
    plain,
    run,
    run_node,
    run_op,
)

import ascendcl as acl
from ascendcl.om import GraphBuilder, TensorSpec

Generator = np.random.Generator


RESIZE_MODES = {
    (False, False): "asymmetric",
    (False, True): "half_pixel",
    (True, False): "align_corners",
}


@pytest.mark.parametrize("form", ["input", "attribute"])
@pytest.mark.parametrize("format", ["NCHW", "NHWC"])
@pytest.mark.parametrize(("align", "half_pixel"), RESIZE_MODES)
@pytest.mark.parametrize("size", [(12, 15), (3, 4)])
def test_resize_bilinear(
    *, form: str, format: str, align: bool, half_pixel: bool, size: tuple[int, int], rng: Generator
) -> None:
    x = rng.standard_normal((1, 3, 6, 5)).astype(np.float32)
    expected = onnx_op(
        "Resize",
        [x, None, None, np.array([1, 3, *size])],
        mode="linear",
        coordinate_transformation_mode=RESIZE_MODES[align, half_pixel],
    )[0]
    order = (0, 1, 2, 3) if format == "NCHW" else (0, 2, 3, 1)
    attrs: dict[str, Any] = {"align_corners": align, "half_pixel_centers": half_pixel}
    type, constants = "ResizeBilinearV2", [np.array(size, np.int32)]
    if form == "attribute":
        type, constants, attrs = "ResizeBilinearV2D", [], {**attrs, "size": list(size)}
    wanted = expected.transpose(order)
    given = np.ascontiguousarray(x.transpose(order))
    assert_close(
        run_op(type, [given], wanted.shape, attrs, format=format, constants=constants), wanted, 1e-4
    )


@pytest.mark.parametrize(("half_pixel", "mode"), [(False, "asymmetric"), (True, "half_pixel")])
def test_resize_nearest(half_pixel: bool, mode: str, rng: Generator) -> None:
    x = rng.standard_normal((1, 3, 6, 5)).astype(np.float32)
    # TensorFlow takes floor((i + 0.5) * scale) with half pixels, ONNX rounds i + 0.5 the same way.
    y = (np.arange(9) + 0.5 * half_pixel) * (6 / 9)
    z = (np.arange(10) + 0.5 * half_pixel) * (5 / 10)
    expected = x[:, :, y.astype(int)][:, :, :, z.astype(int)]
    attrs = {"align_corners": False, "half_pixel_centers": half_pixel}
    actual = run_op(
        "ResizeNearestNeighborV2",
        [x],
        expected.shape,
        attrs,
        constants=[np.array([9, 10], np.int32)],
    )
    np.testing.assert_array_equal(actual, expected)


def _onnx_resize(x: Array, size: tuple[int, int], **attrs: Any) -> Array:
    return onnx_op("Resize", [x, None, None, np.array([*x.shape[:2], *size])], **attrs)[0]


@pytest.mark.parametrize("type", ["ResizeBilinear", "ResizeNearestNeighborV2D"])
def test_other_forms_of_resize(type: str, rng: Generator) -> None:
    x = rng.standard_normal((1, 3, 6, 5)).astype(np.float32)
    mode = {"mode": "linear"} if type == "ResizeBilinear" else {"mode": "nearest"}
    expected = _onnx_resize(
        x, (12, 10), coordinate_transformation_mode="asymmetric", nearest_mode="floor", **mode
    )
    attrs: dict[str, Any] = {"align_corners": False, "half_pixel_centers": False}
    if type.endswith("D"):
        attrs["size"] = [12, 10]
    constants = [] if type.endswith("D") else [np.array([12, 10], np.int32)]
    assert_close(run_op(type, [x], expected.shape, attrs, constants=constants), expected)


@pytest.mark.parametrize("size", [(13, 7), (4, 3)])
@pytest.mark.parametrize("rounding", ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"])
@pytest.mark.parametrize(
    "coordinates", ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"]
)
@pytest.mark.parametrize("mode", ["nearest", "linear"])
def test_resize_of_onnx(
    mode: str, coordinates: str, rounding: str, size: tuple[int, int], rng: Generator
) -> None:
    x = rng.standard_normal((1, 3, 6, 5)).astype(np.float32)
    attrs = {
        "mode": mode,
        "coordinate_transformation_mode": coordinates,
        "nearest_mode": rounding,
    }
    expected = _onnx_resize(x, size, **attrs)
    type = "ResizeD" if rounding == "floor" else "Resize"
    constants = [] if type == "ResizeD" else [np.zeros(0, np.float32), np.ones(4, np.float32)]
    actual = run_op(type, [x], expected.shape, attrs, constants=constants)
    assert_close(actual, expected)


# Neither of them makes whole sizes of 6 and 5: the ratio of the sizes is not the scale.
@pytest.mark.parametrize("scales", [(1.7, 2.45), (0.55, 0.7), (2.0, 1.0)])
@pytest.mark.parametrize("form", ["attribute", "input"])
@pytest.mark.parametrize(
    "coordinates", ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"]
)
@pytest.mark.parametrize("mode", ["nearest", "linear"])
@pytest.mark.parametrize("format", ["NCHW", "NHWC"])
def test_resize_by_scales(
    *,
    mode: str,
    coordinates: str,
    form: str,
    format: str,
    scales: tuple[float, float],
    rng: Generator,
) -> None:
    x = rng.standard_normal((1, 3, 6, 5)).astype(np.float32)
    attrs: dict[str, Any] = {
        "mode": mode,
        "coordinate_transformation_mode": coordinates,
        "nearest_mode": "floor",
    }
    expected = onnx_op("Resize", [x, None, np.float32([1, 1, *scales])], **attrs)[0]
    assert expected.shape[2:] == tuple(np.floor(np.float32(x.shape[2:]) * np.float32(scales)))
    order = (0, 1, 2, 3) if format == "NCHW" else (0, 2, 3, 1)
    given = np.float32([1, 1, *scales])[list(order)]
    constants = [np.zeros(0, np.float32), given] if form == "input" else []
    if form == "attribute":
        attrs["scales"] = given.tolist()
    actual = run_op(
        "Resize" if form == "input" else "ResizeD",
        [np.ascontiguousarray(x.transpose(order))],
        expected.transpose(order).shape,
        {**attrs, "data_format": format},
        format=format,
        constants=constants,
    )
    assert_close(actual, expected.transpose(order))


@pytest.mark.parametrize(
    ("attrs", "words"),
    [
        ({"scales": [1.0, 1.0, 3.0, 3.0]}, "its scale 3.0"),
        ({"scales": [1.0, 2.0, 1.5, 1.5]}, "more than height and width"),
        ({"antialias": 1}, "antialias"),
        ({"axes": [2, 3]}, "axes"),
        ({"keep_aspect_ratio_policy": "not_larger"}, "keep_aspect_ratio_policy"),
    ],
)
def test_resize_that_is_refused(attrs: dict[str, Any], words: str) -> None:
    with pytest.raises(acl.AclError, match=words):
        run_op("ResizeD", [np.zeros((1, 1, 4, 4), np.float32)], (1, 1, 6, 6), attrs)


@pytest.mark.parametrize("type", ["ConcatD", "ConcatV2D"])
@pytest.mark.parametrize("axis", [1, -1])
def test_concat(type: str, axis: int, rng: Generator) -> None:
    a = rng.standard_normal((2, 3, 4)).astype(np.float32)
    b = rng.standard_normal((2, 5, 4) if axis == 1 else (2, 3, 2)).astype(np.float32)
    expected = np.concatenate([a, b], axis)
    actual = run_op(type, [a, b], expected.shape, {"concat_dim": axis, "N": 2})
    np.testing.assert_array_equal(actual, expected)


def test_concat_of_blocked_tensors_is_along_logical_channels(rng: Generator) -> None:
    a, b = (rng.standard_normal((1, c, 4, 5)).astype(np.float32) for c in (13, 3))
    graph = GraphBuilder("g")
    values = [blocked_input(graph, "a", a.shape), blocked_input(graph, "b", b.shape)]
    finish(graph, graph.op("ConcatD", values, blocked((1, 16, 4, 5)), attrs={"concat_dim": 1}))
    assert_close(run(graph, a, b)[0], np.concatenate([a, b], 1))


@pytest.mark.parametrize("type", ["Concat", "ConcatV2"])
def test_concat_with_its_axis_as_an_input(type: str, rng: Generator) -> None:
    a, b = (rng.standard_normal((2, n, 4)).astype(np.float32) for n in (3, 5))
    axis = Fixed(np.int32(1))
    operands = [axis, a, b] if type == "Concat" else [a, b, axis]
    (actual,) = run_node(type, operands, [((2, 8, 4), "float32")], {"N": 2})
    np.testing.assert_array_equal(actual, np.concatenate([a, b], 1))


@pytest.mark.parametrize("type", ["Split", "SplitD", "SplitV", "SplitVD"])
def test_split(type: str, rng: Generator) -> None:
    x = rng.standard_normal((2, 9, 3)).astype(np.float32)
    lengths = [2, 3, 4] if "V" in type else [3, 3, 3]
    axis, sizes = Fixed(np.int32(1)), Fixed(np.array(lengths, np.int32))
    operands: dict[str, list[Array | Fixed]] = {
        "Split": [axis, x],
        "SplitD": [x],
        "SplitV": [x, sizes, axis],
        "SplitVD": [x],
    }
    attrs: dict[str, Any] = {"num_split": 3}
    if type.endswith("D"):
        attrs["split_dim"] = 1
    if type == "SplitVD":
        attrs["size_splits"] = lengths
    parts = run_node(type, operands[type], [((2, n, 3), "float32") for n in lengths], attrs)
    for part, expected in zip(parts, np.split(x, np.cumsum(lengths)[:-1], 1), strict=True):
        np.testing.assert_array_equal(part, expected)


@pytest.mark.parametrize(
    ("type", "shape"),
    [
        ("Reshape", (6, 4)),
        ("Squeeze", (2, 3, 4)),
        ("SqueezeV2", (2, 3, 4)),
        ("SqueezeV3", (2, 3, 4)),
        ("Unsqueeze", (2, 1, 3, 1, 4)),
        ("UnsqueezeV2", (2, 1, 3, 1, 4)),
        ("UnsqueezeV3", (2, 1, 3, 1, 4)),
        ("ExpandDims", (1, 2, 1, 3, 4)),
        ("Flatten", (2, 12)),
        ("FlattenV2", (2, 12)),
    ],
)
def test_reshapes_that_are_not_deleted(type: str, shape: tuple[int, ...], rng: Generator) -> None:
    x = rng.standard_normal((2, 1, 3, 4)).astype(np.float32)
    np.testing.assert_array_equal(run_op(type, [x], shape), x.reshape(shape))


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("type", ["ConfusionTranspose", "ConfusionTransposeD"])
def test_transposes_joined_with_a_reshape(type: str, first: bool, rng: Generator) -> None:
    x = rng.standard_normal((2, 5, 12) if not first else (2, 3, 5, 4)).astype(np.float32)
    shape = [2, 5, 3, 4] if not first else [2, 5, 12]
    attrs: dict[str, Any] = {"perm": [0, 2, 1, 3], "transpose_first": first}
    constants = [np.array(shape, np.int64)] if type == "ConfusionTranspose" else []
    if not constants:
        attrs["shape"] = shape
    if first:
        expected = x.transpose(0, 2, 1, 3).reshape(shape)
    else:
        expected = x.reshape(shape).transpose(0, 2, 1, 3)
    actual = run_op(type, [x], expected.shape, attrs, constants=constants)
    np.testing.assert_array_equal(actual, expected)


def test_identity_of_several(rng: Generator) -> None:
    a, b = rng.standard_normal((2, 3)).astype(np.float32), np.arange(4, dtype=np.int32)
    outputs = run_node("IdentityN", [a, b], [((2, 3), "float32"), ((4,), "int32")])
    np.testing.assert_array_equal(outputs[0], a)
    np.testing.assert_array_equal(outputs[1], b)


@pytest.mark.parametrize("form", ["", "D"])
def test_blocks_between_space_and_batch(form: str, rng: Generator) -> None:
    x = rng.standard_normal((2, 5, 6, 3)).astype(np.float32)
    blocks, paddings = [2, 3], [[1, 2], [0, 3]]
    padded = np.pad(x, [(0, 0), *paddings, (0, 0)])
    expected = padded.reshape(2, 4, 2, 3, 3, 3).transpose(2, 4, 0, 1, 3, 5).reshape(12, 4, 3, 3)

    def given(edges: str) -> tuple[list[Array], dict[str, Any]]:
        if form == "D":
            return [], {"block_shape": blocks, edges: np.ravel(paddings).tolist()}
        return [np.array(blocks, np.int32), np.array(paddings, np.int32)], {}

    constants, attrs = given("paddings")
    apart = run_op(
        "SpaceToBatchND" + form, [x], expected.shape, attrs, format="NHWC", constants=constants
    )
    np.testing.assert_array_equal(apart, expected)
    constants, attrs = given("crops")
    together = run_op(
        "BatchToSpaceND" + form, [apart], x.shape, attrs, format="NHWC", constants=constants
    )
    np.testing.assert_array_equal(together, x)


@pytest.mark.parametrize("type", ["Transpose", "TransposeD"])
def test_transpose(type: str, rng: Generator) -> None:
    x = rng.standard_normal((2, 3, 4)).astype(np.float32)
    constants = [np.array([2, 0, 1], np.int32)] if type == "Transpose" else []
    attrs = {} if constants else {"perm": [2, 0, 1]}
    actual = run_op(type, [x], (4, 2, 3), attrs, constants=constants)
    np.testing.assert_array_equal(actual, x.transpose(2, 0, 1))


@pytest.mark.parametrize(
    ("attrs", "index"),
    [
        ({"begin": [0, 1, 2], "end": [2, 3, 4], "strides": [1, 1, 1]}, np.s_[0:2, 1:3, 2:4]),
        (
            {
                "begin": [0, 1, 0],
                "end": [0, 3, 0],
                "strides": [1, 2, 1],
                "begin_mask": 4,
                "end_mask": 5,
            },
            np.s_[:, 1:3:2, :],
        ),
        (
            {
                "begin": [1, 0, -1],
                "end": [2, 4, 0],
                "strides": [1, 1, -2],
                "end_mask": 4,
                "shrink_axis_mask": 1,
            },
            np.s_[1, 0:4, ::-2],
        ),
        ({"begin": [0, 1], "end": [0, 3], "strides": [1, 1], "ellipsis_mask": 1}, np.s_[..., 1:3]),
        (
            {
                "begin": [0, 0, 0, 0],
                "end": [2, 0, 4, 5],
                "strides": [1, 1, 1, 1],
                "new_axis_mask": 2,
            },
            np.s_[0:2, None, 0:4, 0:5],
        ),
    ],
)
def test_strided_slice_d(attrs: dict[str, Any], index: Any, rng: Generator) -> None:
    x = rng.standard_normal((2, 4, 5)).astype(np.float32)
    np.testing.assert_array_equal(run_op("StridedSliceD", [x], x[index].shape, attrs), x[index])


def test_strided_slice_with_inputs(rng: Generator) -> None:
    x = rng.standard_normal((2, 4, 5)).astype(np.float32)
    constants = [np.array(v, np.int32) for v in ([0, 1, 2], [0, 3, 5], [1, 1, 2])]
    actual = run_op("StridedSlice", [x], (2, 2, 2), {"end_mask": 1}, constants=constants)
    np.testing.assert_array_equal(actual, x[:, 1:3, 2:5:2])


def test_slice_with_inputs(rng: Generator) -> None:
    x = rng.standard_normal((2, 4, 5)).astype(np.float32)
    constants = [np.array(v, np.int64) for v in ([0, 1, 1], [-1, 2, 4])]
    actual = run_op("Slice", [x], (2, 2, 4), constants=constants)
    np.testing.assert_array_equal(actual, x[:, 1:3, 1:5])


@pytest.mark.parametrize("type", ["StridedSliceV2", "StridedSliceV3"])
def test_strided_slice_v2(type: str, rng: Generator) -> None:
    x = rng.standard_normal((2, 4, 5)).astype(np.float32)
    constants = [np.array(v, np.int64) for v in ([3, -1], [1, -9], [1, 2], [-1, -2])]
    expected = x[:, 3:1:-1, ::-2]
    np.testing.assert_array_equal(run_op(type, [x], expected.shape, constants=constants), expected)


def test_slice_d(rng: Generator) -> None:
    x = rng.standard_normal((2, 4, 5)).astype(np.float32)
    actual = run_op("SliceD", [x], (2, 2, 4), {"offsets": [0, 1, 1], "size": [-1, 2, 4]})
    np.testing.assert_array_equal(actual, x[:, 1:3, 1:5])


def test_split_has_several_outputs(rng: Generator) -> None:
    x = rng.standard_normal((2, 9)).astype(np.float32)
    graph = GraphBuilder("g")
    parts = graph.node(
        "SplitVD",
        [graph.data("x", plain(x.shape))],
        [plain((2, n)) for n in (2, 3, 4)],
        attrs={"size_splits": [2, 3, 4], "split_dim": 1, "num_split": 3},
    )
    finish(graph, parts[2], parts[0], parts[1])
    for actual, expected in zip(run(graph, x), (x[:, 5:], x[:, :2], x[:, 2:5]), strict=True):
        np.testing.assert_array_equal(actual, expected)


def test_pack_and_unpack(rng: Generator) -> None:
    a, b = (rng.standard_normal((2, 3)).astype(np.float32) for _ in range(2))
    np.testing.assert_array_equal(
        run_op("Pack", [a, b], (2, 2, 3), {"axis": 1, "N": 2}), np.stack([a, b], 1)
    )
    graph = GraphBuilder("g")
    parts = graph.node(
        "Unpack", [graph.data("a", plain(a.shape))], [plain((2,))] * 3, attrs={"axis": 1, "num": 3}
    )
    finish(graph, *parts)
    for i, part in enumerate(run(graph, a)):
        np.testing.assert_array_equal(part, a[:, i])


@pytest.mark.parametrize("mode", ["constant", "reflect", "edge"])
def test_pad(mode: str, rng: Generator) -> None:
    x = rng.standard_normal((3, 4)).astype(np.float32)
    attrs = {"paddings": [[1, 2], [0, 1]], "mode": mode, "paddings_contiguous": True}
    expected = np.pad(x, [(1, 2), (0, 1)], mode)  # type: ignore[call-overload]
    np.testing.assert_array_equal(run_op("PadV3D", [x], expected.shape, attrs), expected)


@pytest.mark.parametrize("type", ["Pad", "PadD", "PadV2", "PadV3"])
def test_forms_of_pad(type: str, rng: Generator) -> None:
    x = rng.standard_normal((3, 4)).astype(np.float32)
    paddings = [[1, 2], [0, 1]]
    fill = 0.0 if type in ("Pad", "PadD") else -1.5
    constants = [] if type == "PadD" else [np.array(paddings, np.int32)]
    constants += [np.array([fill], np.float32)] if fill else []
    attrs = {"paddings": paddings} if type == "PadD" else {}
    expected = np.pad(x, paddings, constant_values=fill)
    np.testing.assert_array_equal(
        run_op(type, [x], expected.shape, attrs, constants=constants), expected
    )


@pytest.mark.parametrize("mode", ["REFLECT", "SYMMETRIC"])
def test_mirror_pad(mode: str, rng: Generator) -> None:
    x = rng.standard_normal((3, 4)).astype(np.float32)
    expected = np.pad(x, [(1, 2), (0, 1)], mode.lower())  # type: ignore[call-overload]
    constants = [np.array([[1, 2], [0, 1]], np.int32)]
    actual = run_op("MirrorPad", [x], expected.shape, {"mode": mode}, constants=constants)
    np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("mode", ["DCR", "CRD"])
def test_depth_to_space(mode: str, rng: Generator) -> None:
    x = rng.standard_normal((1, 8, 3, 4)).astype(np.float32)
    expected = onnx_op("DepthToSpace", [x], blocksize=2, mode=mode)[0]
    attrs = {"block_size": 2, "mode": mode, "data_format": "NCHW"}
    np.testing.assert_array_equal(run_op("DepthToSpace", [x], expected.shape, attrs), expected)


@pytest.mark.parametrize("format", ["NCHW", "NHWC"])
def test_space_to_depth(format: str, rng: Generator) -> None:
    x = rng.standard_normal((1, 3, 4, 6)).astype(np.float32)
    expected = onnx_op("SpaceToDepth", [x], blocksize=2)[0]
    order = (0, 1, 2, 3) if format == "NCHW" else (0, 2, 3, 1)
    given, wanted = np.ascontiguousarray(x.transpose(order)), expected.transpose(order)
    attrs = {"block_size": 2, "data_format": format}
    actual = run_op("SpaceToDepth", [given], wanted.shape, attrs, format=format)
    np.testing.assert_array_equal(actual, wanted)


@pytest.mark.parametrize("to", ["int32", "uint8", "bool"])
def test_cast_between_kinds(to: str) -> None:
    x = np.array([0.0, 1.75, 3.0, 200.5], np.float32)
    actual = run_op("Cast", [x], x.shape, {"dst_type": 3}, dtype=to)
    np.testing.assert_array_equal(actual, x.astype(to))


def test_trans_data_permutes_between_axis_orders(rng: Generator) -> None:
    x = rng.standard_normal((1, 3, 4, 5)).astype(np.float32)
    graph = GraphBuilder("g")
    y = graph.op("TransData", [graph.data("x", plain(x.shape))], plain((1, 4, 5, 3), "NHWC"))
    finish(graph, y)
    np.testing.assert_array_equal(run(graph, x)[0], x.transpose(0, 2, 3, 1))


def test_trans_data_whose_axes_differ_in_name_only(rng: Generator) -> None:
    """A transpose before it has moved them; the compiler kept the old name."""
    x = rng.standard_normal((1, 3, 4, 5)).astype(np.float32)
    graph = GraphBuilder("g")
    value = graph.data("x", plain(x.shape))
    y = graph.op("TransData", [value.viewed_as(format="NHWC", layout="NHWC")], blocked(x.shape))
    attrs = {"axes": [1], "keep_dims": True}
    finish(graph, graph.op("ReduceMeanD", [y], blocked((1, 1, 4, 5)), attrs=attrs))
    assert_close(run(graph, x)[0], x.mean(1, keepdims=True))


def test_flags_and_whole_numbers_of_either_kind(rng: Generator) -> None:
    x = rng.standard_normal((1, 3, 4, 5)).astype(np.float32)
    mean = run_op("ReduceMeanD", [x], (1, 3, 1, 1), {"axes": [2, 3], "keep_dims": 1})
    assert_close(mean, x.mean((2, 3), keepdims=True))
    assert_close(run_op("Muls", [x], x.shape, {"value": 3}), x * 3)
    w = rng.standard_normal((5, 5)).astype(np.float32)
    attrs = {"transpose_x1": 0, "transpose_x2": 1}
    assert_close(run_op("MatMulV2", [x[0, 0]], (4, 5), attrs, constants=[w]), x[0, 0] @ w.T, 1e-4)


def test_deleted_reshapes_come_back(rng: Generator) -> None:
    x = rng.standard_normal((1, 16, 1, 1)).astype(np.float32)
    w = rng.standard_normal((16, 5)).astype(np.float32)
    graph = GraphBuilder("g")
    value = blocked_input(graph, "x", x.shape)
    plain_value = graph.op("TransData", [value], TensorSpec(x.shape, "float16", "NCHW"))
    y = graph.op(
        "MatMulV2",
        [
            plain_value.viewed_as(shape=(1, 16), format="ND", layout="ND"),
            graph.constant("w", w, dtype="float32"),
        ],
        plain((1, 5)),
        attrs={"transpose_x1": False, "transpose_x2": False},
    )
    finish(graph, y.viewed_as(shape=(1, 5, 1, 1), format="NCHW", layout="NCHW"))
    assert_close(run(graph, x)[0], (x.reshape(1, 16) @ w).reshape(1, 5, 1, 1), 1e-4)
