# SPDX-License-Identifier: Apache-2.0
"""acl.Workspace: size, late joiners, turns in calls and streams, fairness, timeouts."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

import ascendcl as acl
from written_models import dynamic_dense, squares, static_dense

SIZE = 1024  # of the slow model's matrices: some ten milliseconds a run


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("slow") / "slow.om"
    path.write_bytes(squares(SIZE, 4))
    return path


@pytest.fixture
def images() -> list[np.ndarray]:
    generator = np.random.default_rng(6)
    return [generator.random((1, 1, 8, 8), np.float32) * 16 for _ in range(32)]


@contextmanager
def running_without_pause(model: acl.Model) -> Iterator[list[int]]:
    """In a thread; gives the number of runs that have ended."""
    ended = [0]
    stop = threading.Event()
    matrix = np.eye(SIZE, dtype=np.float32)

    def run() -> None:
        while not stop.is_set():
            model(matrix)
            ended[0] += 1

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield ended
    finally:
        stop.set()
        thread.join()


def test_size_is_the_largest(digits: Path, slow: Path, tmp_path: Path) -> None:
    sizes = [acl.query_size(path).work for path in (digits, slow)]
    with acl.Workspace.for_models([digits, slow]) as workspace:
        assert workspace.size == max(sizes)
        assert repr(workspace) == f"<acl.Workspace of {max(sizes)} bytes on device 0>"
    dynamic = tmp_path / "dynamic.om"
    dynamic.write_bytes(dynamic_dense())
    with acl.Workspace.for_models(iter([dynamic, digits])) as workspace:
        assert workspace.size == acl.query_size(digits).work


def test_refusals(digits: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="several"):
        acl.Workspace.for_models(digits)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="several"):
        acl.Workspace.for_models(str(digits))
    with pytest.raises(ValueError, match="no model"):
        acl.Workspace.for_models([])
    with pytest.raises(acl.AclFileNotFoundError):
        acl.Workspace.for_models([tmp_path / "none.om"])


def test_late_joiners_fit_or_are_refused(digits: Path, slow: Path) -> None:
    needed = acl.query_size(slow).work
    with (
        acl.Workspace.for_models([digits]) as workspace,
        acl.Model.from_file(digits, work=workspace),
        acl.Model.from_file(digits, work=workspace),
    ):
        with pytest.raises(ValueError, match=rf"{needed} .*{workspace.size}"):
            acl.Model.from_file(slow, work=workspace)
        with pytest.raises(acl.BufferInUse):
            workspace.close()


def test_groups_on_one_device(digits: Path, images: list[np.ndarray]) -> None:
    paths = [digits, digits]
    with acl.Workspace.for_models(paths) as one, acl.Workspace.for_models(paths) as other:
        models = [acl.Model.from_file(digits, work=work) for work in (one, one, other, other)]
        expected = [models[0](image) for image in images]
        for model in models:
            for image, result in zip(images, expected, strict=True):
                assert np.array_equal(model(image), result)
            model.close()


def test_calls_and_streams_mixed(digits: Path, slow: Path, images: list[np.ndarray]) -> None:
    """Four models in calls and streams, from threads and two loops: all results are right."""
    rounds = 5
    matrix = np.eye(SIZE, dtype=np.float32)

    async def serve(model: acl.Model) -> None:
        for _ in range(rounds):
            results = await asyncio.gather(*[model.run_async(image) for image in images])
            wrong.extend(
                1 for a, b in zip(results, expected, strict=True) if not np.array_equal(a, b)
            )

    def call(model: acl.Model) -> None:
        for _ in range(rounds):
            wrong.extend(
                1
                for image, result in zip(images, expected, strict=True)
                if not np.array_equal(model(image), result)
            )

    async def serve_slowly(model: acl.Model) -> None:
        for result in await asyncio.gather(*[model.run_async(matrix) for _ in range(rounds)]):
            if not np.array_equal(result, matrix):
                wrong.append(1)

    wrong: list[int] = []
    with acl.Workspace.for_models([digits, slow]) as workspace:
        models = [acl.Model.from_file(digits, work=workspace) for _ in range(4)]
        big = acl.Model.from_file(slow, work=workspace)
        expected = [models[3](image) for image in images]
        threads = [
            threading.Thread(target=lambda: asyncio.run(serve(models[0]))),
            threading.Thread(target=lambda: asyncio.run(serve(models[1]))),
            threading.Thread(target=lambda: asyncio.run(serve_slowly(big))),
            threading.Thread(target=call, args=(models[2],)),
            threading.Thread(target=call, args=(models[3],)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for model in [*models, big]:
            model.close()
    assert not wrong


def test_who_asks_first_runs_first(digits: Path, slow: Path, images: list[np.ndarray]) -> None:
    """A model that never pauses lets another one in after the run that it is at."""
    with (
        acl.Workspace.for_models([digits, slow]) as workspace,
        acl.Model.from_file(slow, work=workspace) as busy,
        acl.Model.from_file(digits, work=workspace) as model,
        running_without_pause(busy) as ended,
    ):
        for image in images:
            before = ended[0]
            model(image)
            assert ended[0] <= before + 2


def run_until_refused(run: Callable[[float], object]) -> None:
    """Some time it comes while a run of the busy model is at its beginning."""
    for _ in range(10_000):
        run(0.0005)


@pytest.mark.parametrize("manner", ["call", "async", "bound"])
def test_timeout(digits: Path, slow: Path, images: list[np.ndarray], manner: str) -> None:
    async def run_async(timeout: float) -> None:
        await model.run_async(images[0], timeout=timeout)

    with (
        acl.Workspace.for_models([digits, slow]) as workspace,
        acl.Model.from_file(slow, work=workspace) as busy,
        acl.Model.from_file(digits, work=workspace) as model,
    ):
        bound = model.bind([images[0]], [np.empty((1, 10), np.float32)])
        run = {
            "call": lambda timeout: model(images[0], timeout=timeout),
            "async": lambda timeout: asyncio.run(run_async(timeout)),
            "bound": bound,
        }[manner]
        with running_without_pause(busy):
            with pytest.raises(acl.AclTimeoutError, match="has not run") as raised:
                run_until_refused(run)
            assert raised.value.code < 0
            run(3600.0)
        run(3600.0)
        bound.close()


def test_timeout_behind_many_runs(slow: Path) -> None:
    """It is told at its time, not when the line has come to it."""
    matrix = np.eye(SIZE, dtype=np.float32)

    async def serve() -> None:
        bound = model.bind([matrix], [np.empty_like(matrix)])
        before = [model.run_async(matrix) for _ in range(30)]
        late = [model.run_async(matrix, timeout=1e-4), bound.run_async(timeout=1e-4)]
        after = model.run_async(matrix)
        with pytest.raises(acl.AclTimeoutError):
            await asyncio.to_thread(model, matrix, timeout=1e-4)
        for future in late:
            with pytest.raises(acl.AclTimeoutError):
                await future
        assert not before[-1].done()
        for future in [*before, after]:
            assert np.array_equal(await future, matrix)
        bound.close()

    with acl.Model.from_file(slow) as model:
        asyncio.run(serve())


def test_timeout_of_one_model(slow: Path) -> None:
    matrix = np.eye(SIZE, dtype=np.float32)
    with acl.Model.from_file(slow) as model, running_without_pause(model):
        with pytest.raises(acl.AclTimeoutError):
            run_until_refused(lambda timeout: model(matrix, timeout=timeout))
        assert np.array_equal(model(matrix, timeout=3600), matrix)


def test_a_closed_model_leaves_no_turn_behind(digits: Path, images: list[np.ndarray]) -> None:
    async def serve(model: acl.Model) -> np.ndarray:
        futures = [model.run_async(image) for image in images]
        model.close()
        return (await asyncio.gather(*futures))[0]

    with acl.Workspace.for_models([digits]) as workspace:
        for _ in range(5):
            first = asyncio.run(serve(acl.Model.from_file(digits, work=workspace)))
            with acl.Model.from_file(digits, work=workspace) as model:
                assert np.array_equal(model(images[0], timeout=60), first)


def test_a_context_of_its_own_goes_with_its_models(digits: Path) -> None:
    """A workspace that a model ran on asynchronously does not keep the model's context."""

    async def serve(model: acl.Model) -> None:
        await model.run_async(np.zeros((1, 1, 8, 8), np.float32))

    with acl.Workspace.for_models([digits]) as workspace:
        before = acl._acl.core.live_counts()["contexts"]
        with acl.Context(0) as context:
            model = acl.Model.from_file(digits, work=workspace, device=context)
        asyncio.run(serve(model))
        model.close()
        del model, context
        assert acl._acl.core.live_counts()["contexts"] == before


def test_static_models_written_here_share_it(tmp_path: Path) -> None:
    path = tmp_path / "dense.om"
    path.write_bytes(static_dense(7))
    with (
        acl.Workspace.for_models([path]) as workspace,
        acl.Model.from_file(path, work=workspace) as model,
    ):
        assert model.work is workspace
        assert model.workspace_is_user_managed == (acl.query_size(path).work > 0)


def test_what_has_ended_is_told_while_another_model_runs(slow: Path, tmp_path: Path) -> None:
    """The next run of its own model waits for its turn meanwhile."""
    slower = tmp_path / "slower.om"
    slower.write_bytes(squares(SIZE, 40))
    matrix = np.eye(SIZE, dtype=np.float32)
    ended: list[str] = []

    def call(model: acl.Model) -> None:
        model(matrix)
        ended.append("the other")

    async def serve(one: acl.Model, other: acl.Model) -> None:
        await one.run_async(matrix)
        thread = threading.Thread(target=call, args=(other,))
        first, second, third = [one.run_async(matrix) for _ in range(3)]
        first.add_done_callback(lambda _: thread.start())  # the second one was submitted by then
        second.add_done_callback(lambda _: ended.append("second"))
        third.add_done_callback(lambda _: ended.append("third"))
        await asyncio.gather(first, second, third)
        await asyncio.to_thread(thread.join)

    with (
        acl.Workspace.for_models([slow, slower]) as workspace,
        acl.Model.from_file(slow, work=workspace) as one,
        acl.Model.from_file(slower, work=workspace) as other,
    ):
        other(matrix)
        for _ in range(30):  # until the other one came between the second run and the third
            asyncio.run(serve(one, other))
            if ended == ["second", "the other", "third"]:
                return
            ended.clear()
    pytest.fail("the second run was never told of before the other model's had ended")
