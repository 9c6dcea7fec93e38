# SPDX-License-Identifier: Apache-2.0
"""acl.statistics: what is allocated in a block."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np

import ascendcl as acl
from ascendcl.memory_use import watchers


def test_what_a_model_needs(digits: Path) -> None:
    size = acl.query_size(digits)
    with acl.DeviceBuffer(12345), acl.statistics() as found:
        with (
            acl.DeviceBuffer(size.weight) as weight,
            acl.Model.from_file(digits, weight=weight) as model,
        ):
            io = sum(info.nbytes for info in (*model.inputs, *model.outputs))
        assert found.count == 3
    assert found.by_kind["weight"] == acl.MemoryStatistics(1, size.weight, size.weight)
    assert found.by_kind["work"] == acl.MemoryStatistics(1, size.work, size.work)
    assert found.by_kind["io"] == acl.MemoryStatistics(1, io, io)
    # It was not known yet what for.
    assert found.by_kind["other"] == acl.MemoryStatistics(0, 0, size.weight)
    assert set(found.by_kind) == {"work", "weight", "io", "other"}
    assert (found.count, found.nbytes) == (3, size.work + size.weight + io)
    assert found.peak == found.nbytes


def test_the_peak_is_of_what_there_is_at_a_time() -> None:
    with acl.statistics() as found:
        for _ in range(3):
            with acl.DeviceBuffer(1000), acl.DeviceArray((125,), np.float64):
                pass
        with acl.DeviceBuffer(500):
            assert (found.count, found.nbytes, found.peak) == (7, 6500, 2000)
    assert found.by_kind["other"] == acl.MemoryStatistics(4, 3500, 1000)
    assert found.by_kind["io"] == acl.MemoryStatistics(3, 3000, 1000)
    acl.DeviceBuffer(5000).close()
    assert (found.count, found.nbytes, found.peak) == (7, 6500, 2000)
    assert "7 allocations, 6500 bytes, peak 2000" in repr(found)


def test_memory_of_a_pool_counts_when_it_is_lent() -> None:
    with acl.Pool(1 << 20) as pool, acl.statistics() as found:
        for _ in range(3):
            acl.DeviceBuffer(1000, memory=pool).close()
    assert (found.count, found.nbytes, found.peak) == (3, 3000, 1000)


def test_blocks_within_blocks_and_threads() -> None:
    def allocate() -> None:
        for _ in range(50):
            acl.DeviceBuffer(10).close()

    with acl.statistics() as outer:
        acl.DeviceBuffer(100).close()
        with acl.statistics() as inner:
            threads = [threading.Thread(target=allocate) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    assert (inner.count, inner.nbytes) == (200, 2000)
    assert (outer.count, outer.nbytes) == (201, 2100)
    assert 10 <= inner.peak <= 40


def test_nothing_is_left_of_a_block_that_fails() -> None:
    try:
        with acl.statistics():
            raise KeyError
    except KeyError:
        pass
    assert watchers == []
