# SPDX-License-Identifier: Apache-2.0
"""Devices, contexts, streams and events."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import ascendcl as acl


def test_device() -> None:
    with acl.Device(0) as device:
        assert device.id == 0
        free, total = device.memory_info()
        assert 0 < free <= total
        assert device.context.is_default
        assert device.context.handle == device.handle
        assert acl.Device.count() >= 1
    assert device.closed
    with pytest.raises(acl.ClosedError, match="Device"):
        device.memory_info()


def test_no_such_device() -> None:
    for number in (-1, acl.Device.count()):
        with pytest.raises(ValueError, match="107001"):
            acl.Device(number)
        with pytest.raises(ValueError, match="107001"):
            acl.Context(number)
    with pytest.raises(TypeError):
        acl.Device("0")  # type: ignore[arg-type]


def test_device_is_reset_with_its_last_user() -> None:
    """A thread of its own has no context but the one that we made."""
    answers: list[int] = []

    def use() -> None:
        with acl.Device(0):
            first, second = acl.DeviceBuffer(16), acl.DeviceBuffer(16)
        first.close()
        answers.append(acl.rt.get_context()[1])
        second.close()
        answers.append(acl.rt.get_context()[1])

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert answers == [0, 107002]


def test_making_things_leaves_the_callers_context() -> None:
    own, ret = acl.rt.create_context(0)
    assert ret == 0
    try:
        with acl.Context(0) as context, acl.Stream(context), acl.Event(context):
            acl.DeviceBuffer(16, context).close()
            acl.DeviceBuffer(16).close()
            assert acl.rt.get_context() == (own, 0)
            context.set_current()
            assert acl.rt.get_context() == (context.handle, 0)
            assert acl.rt.set_context(own) == 0
        assert acl.rt.get_context() == (own, 0)
    finally:
        assert acl.rt.destroy_context(own) == 0


def test_waiting_ends_in_time() -> None:
    """A stream that is held up by a callback: waiting for it times out, and then succeeds."""
    release, stop = threading.Event(), threading.Event()
    with acl.Device(0) as device, acl.Stream(device) as stream, acl.Event(device) as event:

        def serve() -> None:
            device.set_current()
            while not stop.is_set():
                acl.rt.process_report(20)

        thread = threading.Thread(target=serve)
        thread.start()
        device.set_current()
        try:
            assert acl.rt.subscribe_report(thread.ident, stream.handle) == 0
            assert not event.done
            hold = lambda _: release.wait(30)  # noqa: E731
            assert acl.rt.launch_callback(hold, None, 1, stream.handle) == 0
            event.record(stream)
            assert not event.done
            with pytest.raises(TimeoutError, match="507046"):
                stream.synchronize(timeout=0.05)
            release.set()
            stream.synchronize(timeout=30)
            event.synchronize()
            assert event.done
        finally:
            release.set()
            acl.rt.unsubscribe_report(thread.ident, stream.handle)
            stop.set()
            thread.join()


@pytest.mark.parametrize("timeout", [0, -1.0, float("nan")])
def test_timeout_must_be_positive(timeout: float) -> None:
    with acl.Stream() as stream, pytest.raises(ValueError, match="positive"):
        stream.synchronize(timeout)


def test_closed_streams_and_events_refuse() -> None:
    with acl.Stream() as stream, acl.Event() as event:
        pass
    assert stream.closed
    assert event.closed
    for use in (stream.synchronize, event.synchronize, lambda: event.done):
        with pytest.raises(acl.ClosedError):
            use()
    with acl.Stream() as other, pytest.raises(acl.ClosedError, match="Event"):
        other.wait(event)


TWO_DEVICES = """
import sys
import numpy as np
import ascendcl as acl

path = sys.argv[1]
image = np.ones((1, 1, 8, 8), np.float32)
size = acl.query_size(path)
assert acl.Device.count() == 2
work = acl.DeviceBuffer(size.work, device=1)
weight = acl.DeviceBuffer(size.weight, device=0)
assert (work.device_id, weight.device_id) == (1, 0)
for arguments in ({"work": work, "device": 0}, {"work": work, "weight": weight}):
    try:
        acl.Model.from_file(path, **arguments)
    except acl.WrongDeviceError as error:
        assert "another device" in str(error)
    else:
        raise AssertionError(arguments)
assert not work.in_use and not weight.in_use
with acl.Model.from_file(path, work=work) as there, acl.Model.from_file(path) as here:
    assert (there.device, here.device) == (1, 0)
    assert (there(image) == here(image)).all()
"""


@pytest.mark.skipif(acl.runtime_info().kind != "host", reason="needs two devices")
def test_two_devices(digits: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", TWO_DEVICES, digits],
        env={**os.environ, "ASCENDCL_HOST_DEVICES": "2"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
