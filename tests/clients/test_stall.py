# SPDX-License-Identifier: Apache-2.0
"""Another Python thread goes on while flat functions load, execute and copy.

Nothing here is timed. The interpreter is told never to take the GIL from a thread that does not
give it up, so that the other thread can tick only while a call has released it.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

import acl
from ascendcl.data import DIGITS_MODEL

NEVER = 1e6  # seconds
PATIENCE = 60  # seconds in which one of the calls must have let the other thread run
COPY_SIZE = 256 << 20


class Ticker(threading.Thread):
    """Counts, and offers the GIL after each step."""

    def __init__(self) -> None:
        super().__init__()
        self.ticks = 0
        self.running = True

    def run(self) -> None:
        while self.running:
            self.ticks += 1
            time.sleep(1e-5)

    def during(self, call: Callable[[], object]) -> int:
        """How often it ticked during the call."""
        before = self.ticks
        call()
        return self.ticks - before


@pytest.fixture
def ticker() -> Iterator[Ticker]:
    interval = sys.getswitchinterval()
    one = Ticker()
    one.start()
    sys.setswitchinterval(NEVER)
    seen = one.ticks
    while one.ticks == seen:  # what it waits for already, it waits for with the old interval
        time.sleep(1e-4)
    try:
        yield one
    finally:
        sys.setswitchinterval(interval)
        one.running = False
        one.join()


@pytest.fixture
def device() -> Iterator[None]:
    ret = acl.init()
    assert acl.rt.set_device(0) == 0
    yield
    assert acl.rt.reset_device(0) == 0
    if ret == 0:
        assert acl.finalize() == 0


def lets_others_run(ticker: Ticker, call: Callable[[], object]) -> bool:
    """Whether the ticker gets on in some call; a short one may be over before it wakes up."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if ticker.during(call):
            return True
    return False


def test_a_call_that_keeps_the_gil_is_noticed(ticker: Ticker) -> None:
    assert ticker.during(lambda: sum(range(5_000_000))) == 0


@pytest.mark.usefixtures("device")
def test_load(ticker: Ticker) -> None:
    loaded = []

    def load() -> None:
        model_id, ret = acl.mdl.load_from_file(str(DIGITS_MODEL))
        assert ret == 0
        loaded.append(model_id)

    assert lets_others_run(ticker, load)
    assert [acl.mdl.unload(model_id) for model_id in loaded] == [0] * len(loaded)


@pytest.mark.usefixtures("device")
def test_execute(ticker: Ticker) -> None:
    model_id, ret = acl.mdl.load_from_file(str(DIGITS_MODEL))
    assert ret == 0
    addresses, buffers, datasets = [], [], []
    for size in (8 * 8 * 4, 10 * 4):
        address, ret = acl.rt.malloc(size, 0)
        assert ret == 0
        addresses.append(address)
        buffers.append(acl.create_data_buffer(address, size))
        datasets.append(acl.mdl.create_dataset())
        assert acl.mdl.add_dataset_buffer(datasets[-1], buffers[-1])[1] == 0

    assert lets_others_run(ticker, lambda: acl.mdl.execute(model_id, *datasets))
    assert acl.mdl.execute(model_id, *datasets) == 0
    for address, buffer, dataset in zip(addresses, buffers, datasets, strict=True):
        assert acl.mdl.destroy_dataset(dataset) == 0
        assert acl.destroy_data_buffer(buffer) == 0
        assert acl.rt.free(address) == 0
    assert acl.mdl.unload(model_id) == 0


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize("kind", [1, 2])
def test_copy(ticker: Ticker, kind: int) -> None:
    on_device, ret = acl.rt.malloc(COPY_SIZE, 0)
    assert ret == 0
    on_host = acl.util.numpy_to_ptr(array := np.zeros(COPY_SIZE, np.uint8))
    to, of = (on_device, on_host) if kind == 1 else (on_host, on_device)
    assert lets_others_run(ticker, lambda: acl.rt.memcpy(to, array.nbytes, of, array.nbytes, kind))
    assert acl.rt.memcpy(to, array.nbytes, of, array.nbytes, kind) == 0
    assert acl.rt.free(on_device) == 0
