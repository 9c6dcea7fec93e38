# SPDX-License-Identifier: Apache-2.0
"""Python functions that the runtime calls, on the runtime that is installed."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

import acl

TIMEOUT = 100  # ms that process_report waits


class Reports:
    """A stream and a native thread that processes its reports."""

    def __init__(self) -> None:
        assert acl.rt.set_device(0) == 0
        self.context, _ = acl.rt.get_context()
        self.stream, ret = acl.rt.create_stream()
        assert ret == 0
        self.running = True
        self.thread, ret = acl.util.start_thread(self.loop, [])
        assert ret == 0
        assert acl.rt.subscribe_report(self.thread, self.stream) == 0

    def loop(self, _: object) -> None:
        assert acl.rt.set_context(self.context) == 0
        while self.running:
            acl.rt.process_report(TIMEOUT)

    def launch(self, fn: Any, data: Any) -> int:
        code: int = acl.rt.launch_callback(fn, data, 1, self.stream)
        return code

    def close(self) -> None:
        self.running = False
        assert acl.rt.unsubscribe_report(self.thread, self.stream) == 0
        assert acl.util.stop_thread(self.thread) == 0
        assert acl.rt.destroy_stream(self.stream) == 0
        assert acl.rt.reset_device(0) == 0


@pytest.fixture(scope="module", autouse=True)
def _initialized() -> Iterator[None]:
    code = acl.init()
    yield
    if code == 0:
        acl.finalize()


@pytest.fixture
def reports() -> Iterator[Reports]:
    one = Reports()
    yield one
    one.close()


def test_runs_once_in_the_reporting_thread(reports: Reports) -> None:
    seen: list[Any] = []
    data = {"any": "object"}
    assert reports.launch(lambda given: seen.append((given, threading.get_ident())), data) == 0
    assert acl.rt.synchronize_stream(reports.stream) == 0
    assert seen == [(data, reports.thread)]
    assert seen[0][0] is data


class Data:
    """Something to refer to weakly."""


def test_references_are_held_until_the_call(reports: Reports) -> None:
    seen: list[Data] = []
    data = Data()
    alive = weakref.ref(data)
    assert reports.launch(seen.append, data) == 0
    del data
    assert acl.rt.synchronize_stream(reports.stream) == 0
    assert seen == [alive()]
    seen.clear()
    deadline = time.monotonic() + 5
    while alive() is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert alive() is None


def test_exceptions_are_shown(reports: Reports, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda info: shown.append(info.exc_value))
    assert reports.launch(lambda _: 1 // 0, None) == 0
    assert acl.rt.synchronize_stream(reports.stream) == 0
    seen: list[int] = []
    assert reports.launch(seen.append, 1) == 0
    assert acl.rt.synchronize_stream(reports.stream) == 0
    assert [type(error) for error in shown] == [ZeroDivisionError]
    assert seen == [1]


def test_a_failed_launch_keeps_nothing() -> None:
    assert acl.rt.set_device(0) == 0
    stream, _ = acl.rt.create_stream()
    data = Data()
    alive = weakref.ref(data)
    assert acl.rt.launch_callback(print, data, 1, stream) != 0  # not subscribed
    assert acl.rt.launch_callback(print, data, 9, stream) != 0
    del data
    assert alive() is None
    assert acl.rt.destroy_stream(stream) == 0
    assert acl.rt.reset_device(0) == 0


def test_process_report_lets_others_run() -> None:
    assert acl.rt.set_device(0) == 0
    context, _ = acl.rt.get_context()
    stream, _ = acl.rt.create_stream()
    waited: list[float] = []

    def wait() -> None:
        acl.rt.set_context(context)
        assert acl.rt.subscribe_report(threading.get_ident(), stream) == 0
        start = time.monotonic()
        assert acl.rt.process_report(500) != 0  # nothing came
        waited.append(time.monotonic() - start)
        assert acl.rt.unsubscribe_report(threading.get_ident(), stream) == 0

    thread = threading.Thread(target=wait)
    thread.start()
    ticks = 0
    while not waited:
        ticks += 1
        time.sleep(0.01)
    thread.join()
    assert waited[0] > 0.4
    assert ticks > 10
    assert acl.rt.destroy_stream(stream) == 0
    assert acl.rt.reset_device(0) == 0


def test_exception_info_slot() -> None:
    class Callback:
        def __call__(self, info: int) -> None: ...

    callback = Callback()
    alive = weakref.ref(callback)
    assert acl.rt.set_exception_info_callback(callback) == 0
    del callback
    assert alive() is not None
    assert acl.rt.set_exception_info_callback() == 0
    assert alive() is None
    assert acl.rt.set_exception_info_callback(None) == 0


AT_EXIT = """
import acl
acl.init()
acl.rt.set_device(0)
context, _ = acl.rt.get_context()
stream, _ = acl.rt.create_stream()
def loop():
    acl.rt.set_context(context)
    while True:
        acl.rt.process_report(20)
thread, _ = acl.util.start_thread(loop, None)
acl.rt.subscribe_report(thread, stream)
acl.rt.set_exception_info_callback(print)
for k in range(50):
    acl.rt.launch_callback(lambda data: sum(range(20000)), k, k % 2, stream)
"""


@pytest.mark.parametrize("attempt", range(3))
def test_exit_with_work_left(attempt: int) -> None:
    """Neither a crash nor a hang when the interpreter ends amid callbacks."""
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", AT_EXIT],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, (attempt, done.stderr)
