# SPDX-License-Identifier: Apache-2.0
"""Each row of the table of what comes out wrong: refused, and still wrong where it is forced.

A row whose test comes out right here is one that OpenVINO has mended: delete it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from backend_cases import WRONG, Case, all_cases, run
from onnx_models import F32, compiled, floats, node, onnx_file

from ascendcl.om import CompileOptions, KnownWrongError, compile
from ascendcl.om.known_wrong import TABLE

BATCH_FIRST = "layout=1 (batch first) is ignored"

# A test of onnx.backend.test for each row, which has what should come out.
TESTS = {
    ("LSTM", BATCH_FIRST): "test_lstm_batchwise",
    ("GRU", BATCH_FIRST): "test_gru_batchwise",
    ("RNN", BATCH_FIRST): "test_simple_rnn_batchwise",
    ("LSTM", "peepholes (input P) are ignored"): "test_lstm_with_peepholes",
    ("Resize", "antialias=1 is ignored"): "test_resize_downsample_scales_cubic_antialias",
    (
        "Resize",
        "exclude_outside=1 is ignored",
    ): "test_resize_upsample_scales_cubic_A_n0p5_exclude_outside",
    (
        "Resize",
        "keep_aspect_ratio_policy is ignored",
    ): "test_resize_downsample_sizes_nearest_not_smaller",
    (
        "Resize",
        "align_corners is not what ONNX defines where the scales give no whole size",
    ): "test_resize_downsample_scales_linear_align_corners",
    ("RoiAlign", "mode=max is not what ONNX defines"): "test_roialign_mode_max",
    (
        "BitShift",
        "shifts to the left saturate where they should drop bits",
    ): "test_bitshift_left_int8_overflow",
    ("SpaceToDepth", "mode=CRD is ignored"): "test_spacetodepth_crd_mode_example",
    ("Attention", "a local window is ignored"): "test_attention_local_window",
}


# Of opsets that onnx.backend.test has no tests of.
OLD_REDUCTIONS = {
    "ReduceL1": lambda x: np.abs(x).sum(1),
    "ReduceLogSum": lambda x: np.log(x.sum(1)),
    "ReduceLogSumExp": lambda x: np.log(np.exp(x).sum(1)),
}
for _operator in OLD_REDUCTIONS:
    TESTS[_operator, "axes are ignored in opsets 13 to 17"] = f"{_operator} of opset 17"


def reduction(folder: Path, operator: str, opset: int) -> Path:
    return onnx_file(
        folder / "reduction.onnx",
        [node(operator, ["x"], ["y"], axes=[1], keepdims=0)],
        {"x": (F32, [3, 4])},
        {"y": (F32, [3])},
        opset=opset,
    )


def case_of(name: str, folder: Path) -> Case:
    operator = name.split(" ", maxsplit=1)[0]
    if operator not in OLD_REDUCTIONS:
        return next(case for case in all_cases()[0] if case.name == name)
    model = reduction(folder, operator, 17).read_bytes()
    x = np.abs(floats(3, 4))
    return Case(name, operator, model, {"x": x}, {"y": OLD_REDUCTIONS[operator](x)}, 1e-3, 1e-6)


@pytest.mark.parametrize("operator", OLD_REDUCTIONS)
def test_reductions_of_other_opsets_go_through(tmp_path: Path, operator: str) -> None:
    compiled(reduction(tmp_path, operator, 12))


def test_each_row_has_a_test() -> None:
    assert {(row.operator, row.reason) for row in TABLE} == set(TESTS)
    assert len(TABLE) == len(TESTS)


@pytest.mark.parametrize(("row", "name"), TESTS.items(), ids=TESTS.values())
def test_row(row: tuple[str, str], name: str, tmp_path: Path) -> None:
    case = case_of(name, tmp_path)
    source, target = tmp_path / "model.onnx", tmp_path / "model.om"
    source.write_bytes(case.model)
    with pytest.raises(KnownWrongError) as refusal:
        compile(source, target, CompileOptions(verify=False))
    operator, reason = row
    assert f"{refusal.value.nodes[0]} ({operator}): {reason}" in str(refusal.value)
    assert not target.exists()
    compile(source, target, CompileOptions(force=True, verify=False))
    assert run(case, target).kind == WRONG


@pytest.mark.parametrize(("scale", "is_whole"), [(2.0, True), (1.5, True), (0.6, False)])
def test_align_corners_by_scales(tmp_path: Path, scale: float, is_whole: bool) -> None:
    """What PyTorch writes for interpolate(scale_factor=2, align_corners=True) goes through."""
    source = onnx_file(
        tmp_path / "resize.onnx",
        [
            node(
                "Resize",
                ["x", "", "scales"],
                ["y"],
                mode="linear",
                coordinate_transformation_mode="align_corners",
            )
        ],
        {"x": (F32, [1, 1, 4, 4])},
        {"y": (F32, [1, 1, None, None])},
        {"scales": np.array([1, 1, scale, scale], np.float32)},
    )
    if is_whole:
        compiled(source)
    else:
        with pytest.raises(KnownWrongError, match="no whole size"):
            compile(source, tmp_path / "resize.om")


def test_others_are_not_refused(tmp_path: Path) -> None:
    """The rows are about values of attributes, not about operators."""
    w, r = floats(1, 12, 4, seed=1), floats(1, 12, 3, seed=2)
    source = onnx_file(
        tmp_path / "fine.onnx",
        [
            node("LSTM", ["x", "W", "R"], ["", "h"], hidden_size=3, layout=0),
            node("Resize", ["image", "", "scales"], ["y"], mode="linear", exclude_outside=0),
        ],
        {"x": (F32, [5, 1, 4]), "image": (F32, [1, 1, 4, 4])},
        {"h": (F32, [1, 1, 3]), "y": (F32, [1, 1, 8, 8])},
        {"W": w, "R": r, "scales": np.array([1, 1, 2, 2], np.float32)},
    )
    compiled(source)
