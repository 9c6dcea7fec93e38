# SPDX-License-Identifier: Apache-2.0
"""A model file written over in place, as `cp new.om model.om` does: a right load or a clear error.

The loads are in a process of their own: a mapped file that is cut short kills its reader (SIGBUS).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import ascendcl as acl
from ascendcl import om
from ascendcl.om import GraphBuilder, ModelBuilder, TensorSpec

SIZE = 192


def scaled(factor: float, size: int = SIZE) -> bytes:
    """factor * x, by a matrix that takes most of the file: a mixture of two shows."""
    graph = GraphBuilder("scaled")
    spec = TensorSpec((1, size), "float32", "ND")
    weights = graph.constant("w", np.eye(size, dtype=np.float32) * factor, dtype="float32")
    flags = {"transpose_x1": False, "transpose_x2": False}
    y = graph.op("MatMulV2", [graph.data("x", spec), weights], spec, attrs=flags)
    graph.output([y], ["y"])
    return ModelBuilder(graph).to_bytes()


# Writes the two files over the third in turn, in pieces, some of the time only a part.
WRITER = """
import random, sys, time
contents = [open(path, "rb").read() for path in sys.argv[1:3]]
rng = random.Random(3)
print("writing", flush=True)
while True:
    content = contents[rng.randrange(2)]
    if rng.random() < 0.2:
        content = content[:rng.randrange(len(content))]
    piece = len(content) // rng.choice((1, 3, 16)) + 1
    with open(sys.argv[3], "wb", buffering=0) as file:
        for at in range(0, len(content), piece):
            file.write(content[at:at + piece])
            time.sleep(rng.choice((0, 0.0005)))
    time.sleep(rng.choice((0, 0.01, float(sys.argv[4]))))
"""

LOADER = """
import collections, itertools, json, sys, time
import numpy as np
import ascendcl as acl
from ascendcl import om
path, loads, with_memory, size = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "1", int(sys.argv[4])
outcomes = collections.Counter()
x = np.ones((1, size), np.float32)
work, weight = acl.DeviceBuffer(1 << 20), acl.DeviceBuffer(1 << 20)
memory = {"work": work, "weight": weight} if with_memory else {}
kept = None
right = 0
for i in itertools.count():
    if i >= loads and (right >= 10 or i >= 20 * loads):
        break
    try:
        if i % 10 == 0:
            acl.query_size(path)
            model = om.File.open(path).models[0]
            values = np.frombuffer(bytes(model.constant(model.definition.graphs[0].find("w"))),
                                   np.float32)
            outcomes["constant " + str(sorted(set(values.tolist())))] += 1
        with acl.Model.from_file(path, **memory) as model:
            outcomes[str(sorted(set(model.run(x)[0].ravel().tolist())))] += 1
            right += 1
            if kept is None and not with_memory:
                kept = acl.Model.from_file(path)
                expected = kept.run(x)[0]
    except (acl.AclError, om.FormatError) as error:
        outcomes[type(error).__name__ + " " + str(error.code)] += 1
        time.sleep(0.01)  # a refusal is quick: not all of them within one pause of the writer
    if kept is not None:
        np.testing.assert_array_equal(kept.run(x)[0], expected)
print(json.dumps(outcomes))
"""


# With memory of the user a file is read three times: it has to stand still for longer.
@pytest.mark.parametrize(("with_memory", "loads", "pause"), [(False, 300, 0.08), (True, 60, 0.5)])
def test_loads_while_the_file_is_written_over(
    tmp_path: Path, with_memory: bool, loads: int, pause: float
) -> None:
    for name, factor in (("a", 2.0), ("b", 3.0)):
        (tmp_path / name).write_bytes(scaled(factor))
    assert (tmp_path / "a").stat().st_size == (tmp_path / "b").stat().st_size
    path = tmp_path / "model.om"
    path.write_bytes(scaled(2.0))
    writing = [sys.executable, "-c", WRITER, tmp_path / "a", tmp_path / "b", path, str(pause)]
    loading = [sys.executable, "-c", LOADER, path, str(loads), str(int(with_memory)), str(SIZE)]
    with subprocess.Popen(writing, stdout=subprocess.PIPE) as writer:
        try:
            assert writer.stdout is not None
            writer.stdout.readline()
            done = subprocess.run(
                loading,
                env={**os.environ, "ASCENDCL_RUNTIME": "host"},
                capture_output=True,
                text=True,
                timeout=1200,
                check=False,
            )
        finally:
            writer.kill()
    assert done.returncode == 0, (done.returncode, done.stderr)
    outcomes = json.loads(done.stdout)
    right = {"[2.0]", "[3.0]", "constant [0.0, 2.0]", "constant [0.0, 3.0]"}
    # Cut short (145000, 145006), being written to (145002), replaced between two steps (-15).
    told = {f"AclValueError {code}" for code in (145000, 145002, 145006, -15)}
    told |= {f"FormatError {code}" for code in ("length mismatch", "too short", "being written to")}
    assert set(outcomes) <= right | told, outcomes
    assert outcomes.get("[2.0]", 0) + outcomes.get("[3.0]", 0) >= 10


def test_a_loaded_model_does_not_need_its_file(digits: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.om"
    path.write_bytes(digits.read_bytes())
    image = np.ones((1, 1, 8, 8), np.float32)
    with acl.Model.from_file(path) as model:
        expected = model(image)
        os.truncate(path, 0)
        np.testing.assert_array_equal(model(image), expected)


def test_an_opened_file_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "model.om"
    path.write_bytes(scaled(2.0))
    model = om.File.open(path).models[0]
    os.truncate(path, 10)
    node = model.definition.graphs[0].find("w")
    assert node is not None
    values = np.frombuffer(bytes(model.constant(node)), np.float32)
    np.testing.assert_array_equal(values.reshape(SIZE, SIZE), np.eye(SIZE) * 2)


@pytest.mark.parametrize("missing", [1, 1000])
def test_a_file_cut_short_is_told_with_both_sizes(
    digits: Path, tmp_path: Path, missing: int
) -> None:
    content = digits.read_bytes()
    path = tmp_path / "model.om"
    path.write_bytes(content[:-missing])
    present, announced = len(content) - 256 - missing, len(content) - 256
    for ask in (acl.Model.from_file, acl.query_size, om.File.open):
        with pytest.raises(ValueError, match=r"truncated.*still being written") as caught:
            ask(path)
        assert str(present) in str(caught.value)
        assert str(announced) in str(caught.value)


@pytest.mark.parametrize("size", [0, 3, 100])
def test_the_beginning_of_a_file_is_told(digits: Path, tmp_path: Path, size: int) -> None:
    path = tmp_path / "model.om"
    path.write_bytes(digits.read_bytes()[:size])
    with pytest.raises(acl.AclValueError, match="still being written"):
        acl.Model.from_file(path)
