# SPDX-License-Identifier: Apache-2.0
"""PyTorch modules, where torch is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx_models import run

import ascendcl as acl
from ascendcl.om import CompileOptions, UnsupportedModelError, compile

torch = pytest.importorskip("torch", reason="torch is not installed")


class Words(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = torch.nn.Embedding(10, 8)
        self.dense = torch.nn.Linear(8, 4)

    def forward(self, ids: torch.Tensor, scale: torch.Tensor) -> dict[str, torch.Tensor]:
        words = self.table(ids)
        return {"logits": torch.relu(self.dense(words)) * scale, "sums": words.sum(-1)}


def examples(rows: int) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.randint(0, 10, (rows, 5)), torch.rand(1)


@pytest.fixture
def words() -> Words:
    torch.manual_seed(1)
    return Words().eval()


def test_a_module_is_compiled_and_verified(words: Words, tmp_path: Path) -> None:
    done = compile(words, tmp_path / "m.om", example_inputs=examples(2))
    assert done.reference == "PyTorch"
    assert max(row.relative_l2 for row in done.differences) < 1e-5
    with acl.Model.from_file(done.path) as model:
        assert [info.name for info in model.inputs] == ["ids", "scale"]
        assert model.inputs[0].shape == (2, 5)


def test_open_shapes(words: Words, tmp_path: Path) -> None:
    options = CompileOptions(input_shape={"ids": (-1, 5)})
    path = compile(words, tmp_path / "m.om", options, example_inputs=examples(2)).path
    ids, scale = examples(7)
    found = run(path, ids.numpy(), scale.numpy())
    expected = words(ids, scale)
    for array, tensor in zip(found, expected.values(), strict=True):
        np.testing.assert_allclose(array, tensor.detach().numpy(), rtol=1e-5, atol=1e-6)


def test_what_cannot_be_traced_is_one_clear_error(tmp_path: Path) -> None:
    class Odd(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            raise RuntimeError("odd")

    with pytest.raises(UnsupportedModelError, match="Odd: OpenVINO cannot convert it"):
        compile(Odd(), tmp_path / "m.om", example_inputs=(torch.ones(2),))
    assert list(tmp_path.iterdir()) == []
