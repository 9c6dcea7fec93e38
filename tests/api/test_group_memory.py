# SPDX-License-Identifier: Apache-2.0
"""Models on one work memory run one after another, and share memory for inputs and outputs."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import numpy as np
import pytest

import ascendcl as acl
from ascendcl.om import GraphBuilder, ModelBuilder, TensorSpec
from fault.faults import faults
from rebatched import model_with_batches


def io_in_use() -> int:
    return acl.memory_info().io


def adds(path: Path, count: int, value: float) -> Path:
    """A model of `count` numbers, to which it adds the value."""
    graph = GraphBuilder("adds")
    spec = TensorSpec((count,), "float32", "ND")
    x = graph.data("x", spec)
    y = graph.constant("value", np.full(count, value, np.float32), dtype="float32")
    graph.output([graph.op("Add", [x, y], spec)], ["y"])
    path.write_bytes(ModelBuilder(graph).to_bytes())
    return path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return adds(tmp_path / "small.om", 100, 1)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    return adds(tmp_path / "large.om", 100_000, 2)


def check(model: acl.Model, seed: int) -> None:
    count = model.inputs[0].shape[0]
    value = 1 if count == 100 else 2
    x = np.random.default_rng(seed).random(count, np.float32)
    np.testing.assert_array_equal(model(x), x + np.float32(value))


def test_a_second_model_takes_no_more(large: Path) -> None:
    before = io_in_use()
    with acl.Workspace.for_models([large]) as workspace:
        with acl.Model.from_file(large, work=workspace) as one:
            of_one = io_in_use() - before
            nbytes = sum(info.nbytes for info in (*one.inputs, *one.outputs))
            assert nbytes <= of_one < nbytes + 2 * 1024
            with acl.Model.from_file(large, work=workspace) as other:
                assert io_in_use() - before == of_one
                for seed in range(3):
                    check(one, seed)
                    check(other, seed)
            check(one, 4)
            assert io_in_use() - before == of_one
        assert io_in_use() == before


def test_a_late_joiner_that_needs_more_moves_it(small: Path, large: Path) -> None:
    before = io_in_use()
    with (
        acl.Workspace.for_models([small, large]) as workspace,
        acl.Model.from_file(small, work=workspace) as one,
        acl.Model.from_file(small, work=workspace) as two,
    ):
        check(one, 0)
        with acl.Model.from_file(large, work=workspace) as three:
            for model in (one, three, two, one):
                check(model, 1)
        assert io_in_use() - before > 800_000  # it stays while others run on the work memory
        check(two, 2)


def test_where_it_cannot_grow_the_others_go_on(small: Path, large: Path) -> None:
    with (
        acl.Workspace.for_models([small, large]) as workspace,
        acl.Model.from_file(small, work=workspace) as one,
    ):
        check(one, 0)
        with faults("aclrtMalloc:1:207001"), pytest.raises(acl.AclMemoryError):
            acl.Model.from_file(large, work=workspace)
        check(one, 1)
        with acl.Model.from_file(large, work=workspace) as two:
            check(two, 2)
            check(one, 3)


def test_in_a_stream_each_has_its_own(small: Path, large: Path) -> None:
    async def serve(models: list[acl.Model], seeds: range) -> None:
        arrays = [
            np.random.default_rng(seed).random(model.inputs[0].shape, np.float32)
            for seed in seeds
            for model in models
        ]
        results = await asyncio.gather(
            *[models[i % len(models)].run_async(x) for i, x in enumerate(arrays)]
        )
        for i, (x, result) in enumerate(zip(arrays, results, strict=True)):
            np.testing.assert_array_equal(result, x + np.float32(1 + i % 2))

    with (
        acl.Workspace.for_models([small, large]) as workspace,
        acl.Model.from_file(small, work=workspace) as one,
        acl.Model.from_file(large, work=workspace) as two,
        acl.Model.from_file(small, work=workspace) as in_calls,
    ):
        check(one, 0)
        stop = threading.Event()
        errors: list[BaseException] = []

        def call() -> None:
            try:
                while not stop.is_set():
                    check(in_calls, 5)
            except BaseException as error:
                errors.append(error)

        thread = threading.Thread(target=call)
        thread.start()
        try:
            asyncio.run(serve([one, two], range(20)))
        finally:
            stop.set()
            thread.join()
        assert not errors
        check(one, 1)  # through its stream


def test_where_its_own_cannot_be_had_it_goes_on_in_calls(small: Path) -> None:
    async def run(model: acl.Model) -> None:
        await model.run_async(np.zeros(100, np.float32))

    before = io_in_use()
    with (
        acl.Workspace.for_models([small]) as workspace,
        acl.Model.from_file(small, work=workspace) as one,
        acl.Model.from_file(small, work=workspace) as two,
    ):
        for call in (1, 2):
            with faults(f"aclrtMalloc:{call}:207001"), pytest.raises(acl.AclMemoryError):
                asyncio.run(run(one))
        check(one, 0)
        check(two, 1)
        asyncio.run(run(one))
    assert io_in_use() == before


def test_gears_are_chosen_beside_it(digits: Path, tmp_path: Path) -> None:
    """The hidden input that carries the choice is each model's own: it is written at load, too."""
    path = tmp_path / "gears.om"
    path.write_bytes(model_with_batches(digits, (1, 2, 4)))
    images = np.random.default_rng(3).random((4, 1, 8, 8), np.float32)
    with acl.Model.from_file(path) as alone:
        expected = {n: alone(images[:n]) for n in (1, 2, 4)}
    with (
        acl.Workspace.for_models([path]) as workspace,
        acl.Model.from_file(path, work=workspace) as one,
    ):
        for n in (4, 1, 2):
            np.testing.assert_array_equal(one(images[:n]), expected[n])
            with acl.Model.from_file(path, work=workspace) as two:
                np.testing.assert_array_equal(two(images[: 5 - n][:1]), expected[1])
                np.testing.assert_array_equal(one(images[:n]), expected[n])


def test_a_run_that_fails_spoils_nobodys(small: Path, large: Path) -> None:
    with (
        acl.Workspace.for_models([small, large]) as workspace,
        acl.Model.from_file(small, work=workspace) as one,
        acl.Model.from_file(large, work=workspace) as two,
    ):
        check(two, 0)
        with faults("aclmdlExecute:1:507011"), pytest.raises(acl.AclError):
            one(np.zeros(100, np.float32))
        check(two, 1)
        check(one, 2)
