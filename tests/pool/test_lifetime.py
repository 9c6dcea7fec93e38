# SPDX-License-Identifier: Apache-2.0
"""Pools that nobody closes, at the end of the program and of the last reference, and forks."""

from __future__ import annotations

import gc
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gate import SECONDS

import ascendcl as acl
from lifetime.conftest import runtime_counts

Arrays = list[np.ndarray]

FORKED = """
import asyncio, os
pool = acl.ModelPool(DIGITS)
batcher = acl.Batcher(pool)
expected = pool.submit(image).result(60)
waiting = pool.submit(image)
child = os.fork()
if child == 0:
    assert not pool.ready and not batcher.ready
    for one in (pool, batcher):
        for use in (
            lambda: one.submit(image),
            lambda: one.try_submit(image),
            lambda: asyncio.run(one.run(image)),
            lambda: one.map([image]),
            lambda: one.drain(),
            lambda: one.stats(),
            lambda: acl.Batcher(pool),
            lambda: acl.ModelPool(DIGITS),
        ):
            try: use()
            except acl.ForkedError as error: assert "each worker" in str(error)
            else: os._exit(3)
    waiting.cancel()
    batcher.close()
    pool.close()
    del batcher, pool, one, use
    import sys
    sys.exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
assert (pool.submit(image).result(60) == expected).all()
batcher.close()
pool.close()
"""


def test_fork(run_script) -> None:
    result = run_script(
        "import warnings; warnings.simplefilter('ignore', DeprecationWarning)\n" + FORKED
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_pool_that_is_open_at_exit(run_script) -> None:
    """What runs is answered, what waits is told, and the program ends."""
    result = run_script(
        """
        pool = acl.ModelPool(DIGITS, workers=2)
        batcher = acl.Batcher(pool)
        futures = [pool.submit(image) for _ in range(100)]
        print(futures[0].result().shape)
        import atexit
        def tell():
            errors = [future.exception() for future in futures if future.done()]
            print(len(errors), {type(error).__name__ for error in errors} <= TOLD)
        TOLD = {"NoneType", "PoolClosed"}
        # What is registered before the first pool comes after the pools' end; this is another one.
        for one in (pool, batcher): assert one.ready
        atexit._run_exitfuncs(); tell()
        """,
        *("-W", "error"),
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "(1, 10)\n100 True\n", "")


def test_pool_that_is_dropped(digits: Path, images: Arrays, expected: Arrays) -> None:
    """What it has taken is answered; then everything goes."""
    before = runtime_counts() if acl.runtime_info().kind == "host" else {}
    threads = threading.active_count()
    futures = [acl.ModelPool(digits, workers=2).submit(image) for image in images[:2]]
    pool = acl.ModelPool(digits)
    futures += [acl.Batcher(pool).submit(images[2])]
    del pool
    for future, right in zip(futures, expected, strict=False):
        np.testing.assert_array_equal(future.result(SECONDS), right)
    end = time.monotonic() + SECONDS
    while threading.active_count() > threads or (before and runtime_counts() != before):
        assert time.monotonic() < end
        gc.collect()
        time.sleep(0.001)


def test_nothing_is_left_of_a_failed_start(digits: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[threading.Thread] = []
    start = threading.Thread.start

    def start_two(self: threading.Thread) -> None:
        if len(started) == 2:
            raise RuntimeError("can't start new thread")
        started.append(self)
        start(self)

    monkeypatch.setattr(threading.Thread, "start", start_two)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        acl.ModelPool(digits, workers=3)
    assert len(started) == 2
    assert not any(thread.is_alive() for thread in started)


def test_answered_requests_keep_nothing(digits: Path, images: Arrays) -> None:
    """Neither the idle worker nor the future has the inputs any more."""
    import weakref

    with acl.ModelPool(digits) as pool:
        array = images[0].copy()
        gone = weakref.ref(array)
        future = pool.submit(array, timeout=SECONDS)
        del array
        future.result(SECONDS)
        end = time.monotonic() + SECONDS
        while gone() is not None:
            assert time.monotonic() < end
            time.sleep(0.001)


def test_memory_is_one_buffer_of_weights(digits: Path) -> None:
    if acl.runtime_info().kind != "host":
        pytest.skip("counted by the host runtime")
    size = acl.query_size(digits)

    def bytes_of_pool(**options: Any) -> int:
        before = runtime_counts()["bytes"]
        with acl.ModelPool(digits, **options):
            return runtime_counts()["bytes"] - before

    def bytes_by_hand(loads: int, workspaces: int) -> int:
        before = runtime_counts()["bytes"]
        with ExitStack() as stack:
            weight = stack.enter_context(acl.DeviceBuffer(size.weight))
            works = [stack.enter_context(acl.DeviceBuffer(size.work)) for _ in range(workspaces)]
            for i in range(loads):
                work = works[i % workspaces]
                stack.enter_context(acl.Model.from_file(digits, work=work, weight=weight))
            return runtime_counts()["bytes"] - before

    assert bytes_of_pool(workers=4) == bytes_by_hand(4, 4)
    assert bytes_of_pool(workers=4, workspace="shared") == bytes_by_hand(4, 1)
