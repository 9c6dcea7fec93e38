# SPDX-License-Identifier: Apache-2.0
"""Cases 90-97: callbacks and reports."""

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from abi import Library, callback

NO_BLOCK, BLOCK = 0, 1
NOTHING = callback(lambda: None)


class Reporter:
    """A thread that runs callbacks until it is stopped."""

    def __init__(self, acl: Library, context: int) -> None:
        self.codes: list[int] = []
        self._acl = acl
        self._context = context
        self._stop = threading.Event()
        self.subscribed = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        assert self._thread.ident is not None
        self.ident = self._thread.ident

    def _serve(self) -> None:
        assert self._acl.aclrtSetCurrentContext(self._context) == 0
        self.subscribed.wait(30)
        while not self._stop.is_set():
            self.codes.append(self._acl.aclrtProcessReport(20))

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()


@contextmanager
def reporting(acl: Library, stream: int) -> Iterator[Reporter]:
    reporter = Reporter(acl, acl.current_context())
    code = acl.aclrtSubscribeReport(reporter.ident, stream)
    reporter.subscribed.set()
    try:
        assert code == 0
        yield reporter
    finally:
        reporter.stop()


def me() -> int:
    return threading.get_ident()  # the pthread id on Linux


@pytest.mark.case(90, "DOC+SRC")
def test_launch_on_an_unsubscribed_stream(acl: Library) -> None:
    acl.set_device()
    assert acl.aclrtLaunchCallback(NOTHING, None, BLOCK, acl.create_stream()) == 107015


@pytest.mark.case(91, "SRC")
def test_launch_arguments(acl: Library) -> None:
    acl.set_device()
    stream = acl.create_stream()
    assert acl.aclrtSubscribeReport(me(), stream) == 0
    assert acl.aclrtLaunchCallback(NOTHING, None, 7, stream) == 100000
    assert acl.aclrtLaunchCallback(None, None, BLOCK, stream) == 107000


@pytest.mark.case(92, "DOC+SRC")
def test_process_on_a_thread_that_never_subscribed(acl: Library) -> None:
    acl.set_device()
    assert acl.aclrtProcessReport(100) == 107012


@pytest.mark.case(93, "DOC+SRC")
def test_process_with_nothing_queued(acl: Library) -> None:
    acl.set_device()
    assert acl.aclrtSubscribeReport(me(), acl.create_stream()) == 0
    assert acl.aclrtProcessReport(50) == 507012


@pytest.mark.case(94, "SRC")
def test_process_timeouts(acl: Library) -> None:
    acl.set_device()
    assert acl.aclrtSubscribeReport(me(), acl.create_stream()) == 0
    assert [acl.aclrtProcessReport(timeout) for timeout in (0, -2)] == [100000, 100000]


@pytest.mark.case(95, "DOC+SRC")
def test_subscribe_twice(acl: Library) -> None:
    acl.set_device()
    stream = acl.create_stream()
    codes = [acl.aclrtSubscribeReport(me(), stream) for _ in range(2)]
    assert codes == [0, 107011]


@pytest.mark.case(96, "SRC")
def test_unsubscribe_what_never_was(acl: Library) -> None:
    acl.set_device()
    subscribed, other = acl.create_stream(), acl.create_stream()
    assert acl.aclrtSubscribeReport(me(), subscribed) == 0
    assert acl.aclrtUnSubscribeReport(me(), other) == 107011
    assert acl.aclrtUnSubscribeReport(me() + 1, subscribed) == 107012
    assert acl.aclrtUnSubscribeReport(me(), subscribed) == 0
    assert acl.aclrtUnSubscribeReport(me(), subscribed) == 107011


@pytest.mark.case(97, "DOC")
def test_a_blocking_callback_runs_once_before_the_stream_is_done(acl: Library) -> None:
    acl.set_device()
    stream = acl.create_stream()
    ran: list[int] = []
    function = callback(lambda: ran.append(me()))
    with reporting(acl, stream) as reporter:
        for count in range(1, 30):
            assert acl.aclrtLaunchCallback(function, None, BLOCK, stream) == 0
            assert acl.aclrtSynchronizeStream(stream) == 0
            assert ran == [reporter.ident] * count
    assert set(reporter.codes) <= {0, 507012}


def test_a_callback_sees_what_was_submitted_before_it(acl: Library) -> None:
    acl.set_device()
    stream = acl.create_stream()
    device = acl.malloc(64)
    pinned = acl.malloc_host(64)
    seen: list[bytes] = []

    def look() -> None:
        seen.append(ctypes.string_at(pinned, 64))

    function = callback(look)
    with reporting(acl, stream):
        for value in range(20):
            assert acl.aclrtMemsetAsync(device, 64, value, 64, stream) == 0
            assert acl.aclrtMemcpyAsync(pinned, 64, device, 64, 2, stream) == 0
            assert acl.aclrtLaunchCallback(function, None, BLOCK, stream) == 0
        assert acl.aclrtSynchronizeStream(stream) == 0
    assert seen == [bytes([value] * 64) for value in range(20)]


def test_a_callback_that_does_not_block(acl: Library) -> None:
    acl.set_device()
    stream = acl.create_stream()
    ran: list[int] = []
    function = callback(lambda: ran.append(1))
    assert acl.aclrtSubscribeReport(me(), stream) == 0
    assert acl.aclrtLaunchCallback(function, None, NO_BLOCK, stream) == 0
    assert acl.aclrtSynchronizeStream(stream) == 0
    assert not ran
    assert acl.aclrtProcessReport(1000) == 0
    assert ran == [1]


def test_a_blocking_callback_holds_the_stream_up(acl: Library) -> None:
    acl.set_device()
    stream = acl.create_stream()
    assert acl.aclrtSubscribeReport(me(), stream) == 0
    assert acl.aclrtLaunchCallback(NOTHING, None, BLOCK, stream) == 0
    assert acl.aclrtSynchronizeStreamWithTimeout(stream, 20) == 507046
    assert acl.aclrtProcessReport(1000) == 0
    assert acl.aclrtSynchronizeStreamWithTimeout(stream, 1000) == 0


def test_host_functions_need_no_subscription_and_allow_none(acl: Library) -> None:
    acl.set_device()
    free, subscribed = acl.create_stream(), acl.create_stream()
    ran: list[int] = []
    function = callback(lambda: ran.append(me()))
    assert acl.aclrtLaunchHostFunc(free, function, None) == 0
    assert acl.aclrtSynchronizeStream(free) == 0
    assert len(ran) == 1
    assert ran[0] != me()
    assert acl.aclrtSubscribeReport(me(), free) == 107011
    assert acl.aclrtSubscribeReport(me(), subscribed) == 0
    assert acl.aclrtLaunchHostFunc(subscribed, function, None) == 107011


def test_the_end_of_a_subscription_frees_thread_and_stream(acl: Library) -> None:
    acl.set_device()
    stream = acl.create_stream()
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(serve()))
    subscribed = threading.Event()

    def serve() -> int:
        subscribed.wait(10)
        return acl.aclrtProcessReport(-1)

    thread.start()
    assert acl.aclrtSubscribeReport(thread.ident, stream) == 0
    subscribed.set()
    threading.Event().wait(0.05)
    assert acl.aclrtUnSubscribeReport(thread.ident, stream) == 0
    thread.join(10)
    assert codes == [107012]
    assert acl.aclrtLaunchCallback(NOTHING, None, BLOCK, stream) == 107015
