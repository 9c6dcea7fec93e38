# SPDX-License-Identifier: Apache-2.0
"""The command line in this process, and files for it to look at."""

from __future__ import annotations

import importlib
import sys
from contextlib import suppress
from pathlib import Path

import pytest

import sanitizers

sys.path.append(str(Path(__file__).parent))

from answer import Answer, Command

from ascendcl.cli import main
from ascendcl.data import DIGITS_MODEL
from ascendcl.om import GraphBuilder, ModelBuilder, TensorSpec

# Loaded by the commands; what they lose at their import is theirs.
for name in ("matplotlib.figure", "onnxruntime", "openvino", "PIL.Image"):
    with suppress(ImportError), sanitizers.leaks_allowed():
        importlib.import_module(name)


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs the command line with these words."""

    def call(*words: object) -> Answer:
        try:
            code = main([str(word) for word in words])
        except SystemExit as error:  # of argparse
            code = int(error.code or 0)
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Answer(code, said.out, said.err)

    return call


@pytest.fixture
def digits() -> Path:
    return Path(DIGITS_MODEL)


@pytest.fixture
def adder(tmp_path: Path) -> Path:
    """a + b as sum, and a - b as diff, of float32[2, 3]."""
    spec = TensorSpec((2, 3), "float32", "ND")
    graph = GraphBuilder("adder")
    a, b = graph.data("a", spec), graph.data("b", spec)
    added, taken = graph.op("Add", [a, b], spec), graph.op("Sub", [a, b], spec)
    graph.output([added, taken], ["add:0:sum", "sub:0:diff"])
    path = tmp_path / "adder.om"
    path.write_bytes(ModelBuilder(graph).to_bytes())
    return path


MODELS = Path(__file__).parents[3] / "shared" / "models"


def real_models() -> list[Path]:
    """Those beside the repository; none where there are none."""
    return sorted(MODELS.glob("*.om"))


@pytest.fixture(params=real_models() or [None], ids=lambda path: path.name if path else "none")
def real_model(request: pytest.FixtureRequest) -> Path:
    if request.param is None:
        pytest.skip(f"{MODELS} is not here")
    path: Path = request.param
    return path
