# SPDX-License-Identifier: Apache-2.0
"""Tests of onnx.backend.test, one per operator; tools/onnx_sweep.py runs them all."""

from __future__ import annotations

from pathlib import Path

import pytest
from backend_cases import RIGHT, all_cases, outcome_of, verdict_here

OPERATORS = """
    Abs Add And ArgMax Attention AveragePool BatchNormalization BitwiseXor Cast Ceil Clip
    Concat ConstantOfShape Conv ConvTranspose CumSum DepthToSpace DequantizeLinear Div Dropout
    Einsum Equal Erf Expand Flatten GRU Gather GatherElements GatherND Gelu Gemm GridSample
    GroupNormalization Hardmax If InstanceNormalization LSTM LayerNormalization LogSoftmax
    Loop MatMul MaxPool Mod NonZero PRelu Pad Pow RNN ReduceMean ReduceSum Reshape Resize
    RotaryEmbedding Round Scan ScatterElements ScatterND Slice Softmax Split TopK Transpose
    Trilu Unsqueeze Where
"""

# Where the first test of an operator is not one that runs.
OTHERS = {
    "Attention": "test_attention_4d_causal",
    "Resize": "test_resize_upsample_sizes_cubic",
    "TopK": "test_top_k_same_values",  # of equal values the first
}


@pytest.mark.parametrize("operator", OPERATORS.split())
def test_operator(operator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A process for each would cost more than all else; test_verification.py has that.
    monkeypatch.setattr("ascendcl.om.compiler.verify", verdict_here)
    cases = [case for case in all_cases()[0] if case.operator == operator]
    name = OTHERS.get(operator, cases[0].name)
    case = next(each for each in cases if each.name == name)
    outcome = outcome_of(case, tmp_path)
    assert outcome.kind == RIGHT, outcome
