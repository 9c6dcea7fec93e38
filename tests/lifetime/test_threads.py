# SPDX-License-Identifier: Apache-2.0
"""Threads: models that share memory take turns, closing waits, and other threads run meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

import ascendcl as acl


@pytest.fixture
def images() -> list[np.ndarray]:
    generator = np.random.default_rng(7)
    return [generator.random((1, 1, 8, 8), np.float32) * 16 for _ in range(200)]


def in_threads(count: int, work: Callable[[int], None]) -> None:
    """Run `work(i)` in `count` threads that start together; the first exception is raised."""
    ready = threading.Barrier(count)

    def start(i: int) -> None:
        ready.wait()
        work(i)

    with ThreadPoolExecutor(count) as pool:
        for future in [pool.submit(start, i) for i in range(count)]:
            future.result()


@pytest.mark.parametrize("shared", ["nothing", "work", "weight", "both", "model"])
def test_results_do_not_depend_on_what_is_shared(
    shared: str, digits: Path, images: list[np.ndarray]
) -> None:
    size = acl.query_size(digits)
    threads = 4
    with ExitStack() as stack:
        work = stack.enter_context(acl.DeviceBuffer(size.work))
        weight = stack.enter_context(acl.DeviceBuffer(size.weight))
        models = [
            stack.enter_context(
                acl.Model.from_file(
                    digits,
                    work=work if shared in ("work", "both") else None,
                    weight=weight if shared in ("weight", "both") else None,
                )
            )
            for _ in range(1 if shared == "model" else threads)
        ]
        expected = [models[0](image) for image in images]
        wrong: list[int] = []

        def run(i: int) -> None:
            model = models[i % len(models)]
            for index, image in enumerate(images):
                if not np.array_equal(model(image), expected[index]):
                    wrong.append(index)

        in_threads(threads, run)
        assert not wrong


def test_closing_waits_for_the_run(digits: Path, images: list[np.ndarray]) -> None:
    """Every call either gives its result or says that the model was closed."""

    def run(model: acl.Model, expected: np.ndarray, started: threading.Event) -> str:
        while True:
            started.set()
            try:
                result = model(images[0])
            except acl.ModelClosedError:
                return "closed"
            np.testing.assert_array_equal(result, expected)

    for _ in range(20):
        model = acl.Model.from_file(digits)
        expected = model(images[0])
        started = threading.Event()
        with ThreadPoolExecutor(2) as pool:
            futures = [pool.submit(run, model, expected, started) for _ in range(2)]
            started.wait()
            model.close()
            assert [future.result() for future in futures] == ["closed", "closed"]


def test_loading_while_others_run(digits: Path, images: list[np.ndarray]) -> None:
    """Loads and runs on one pair of buffers, from all sides."""
    size = acl.query_size(digits)
    with acl.DeviceBuffer(size.work) as work, acl.DeviceBuffer(size.weight) as weight:
        with acl.Model.from_file(digits, work=work, weight=weight) as first:
            expected = [first(image) for image in images]

            def run(i: int) -> None:
                if i == 0:
                    for image, wanted in zip(images, expected, strict=True):
                        np.testing.assert_array_equal(first(image), wanted)
                    return
                for _ in range(5):
                    with acl.Model.from_file(digits, work=work, weight=weight) as model:
                        np.testing.assert_array_equal(model(images[i]), expected[i])

            in_threads(3, run)
        assert not work.in_use
        assert not weight.in_use


def test_buffers_used_from_many_threads() -> None:
    def run(i: int) -> None:
        for _ in range(50):
            with acl.DeviceBuffer(256) as buffer:
                buffer.fill(i)
                assert set(buffer.copy_to(bytearray(256))) == {i}

    in_threads(8, run)


def test_closing_a_buffer_while_it_is_copied() -> None:
    for _ in range(50):
        buffer = acl.DeviceBuffer(1 << 16)

        def use(i: int, buffer: acl.DeviceBuffer = buffer) -> None:
            if i == 0:
                buffer.close()
                return
            target = bytearray(1 << 16)
            try:
                while True:
                    buffer.copy_to(target)
            except acl.ClosedError:
                pass

        in_threads(3, use)


@pytest.mark.parametrize("direction", ["copy_to", "copy_from"])
def test_closing_a_buffer_waits_for_its_turn_only(direction: str) -> None:
    """Copies that come after the close() do not go before it, however many threads make them."""
    size = 1 << 24
    later: list[int] = []
    for _ in range(4):
        buffer = acl.DeviceBuffer(size)
        counts = [0] * 6
        began = threading.Barrier(len(counts) + 1)

        def use(
            i: int,
            buffer: acl.DeviceBuffer = buffer,
            counts: list[int] = counts,
            began: threading.Barrier = began,
        ) -> None:
            if i == len(counts):
                began.wait()
                while sum(counts) < 20:
                    time.sleep(0.001)
                before = sum(counts)
                buffer.close()
                later.append(sum(counts) - before)
                return
            copy, data = getattr(buffer, direction), bytearray(size)
            copy(data)
            began.wait()
            try:
                while True:
                    copy(data)
                    counts[i] += 1
            except acl.ClosedError:
                pass

        in_threads(len(counts) + 1, use)
    # One of each thread, and what is copied before the closing thread, which is without the GIL by
    # then, stands in line.
    assert sum(later) < 4 * (6 + 24)


def test_events_that_wait_for_each_other() -> None:
    """Two events are locked in one order, or a close() between two threads would stop all."""
    with acl.Stream() as stream:
        for _ in range(30):
            pair = [acl.Event(), acl.Event()]
            for event in pair:
                event.record(stream)
            stream.synchronize()

            def use(i: int, pair: list[acl.Event] = pair) -> None:
                first, second = pair if i % 2 else reversed(pair)
                try:
                    for _ in range(50):
                        first.elapsed_since(second)
                    first.close()
                except acl.AclError:
                    pass

            in_threads(4, use)
            for event in pair:
                event.close()


def test_the_gil_is_free_while_a_stream_is_waited_for(digits: Path) -> None:
    """A callback that needs the GIL runs while the main thread waits: no deadlock."""
    ran: list[object] = []
    with acl.Device(0) as device, acl.Stream(device) as stream:
        stop = threading.Event()

        def serve() -> None:
            device.set_current()
            while not stop.is_set():
                acl.rt.process_report(20)

        thread = threading.Thread(target=serve)
        thread.start()
        assert acl.rt.subscribe_report(thread.ident, stream.handle) == 0
        device.set_current()
        assert acl.rt.launch_callback(ran.append, ["data"], 1, stream.handle) == 0
        stream.synchronize(timeout=10)
        assert acl.rt.unsubscribe_report(thread.ident, stream.handle) == 0
        stop.set()
        thread.join()
    assert ran == [["data"]]
