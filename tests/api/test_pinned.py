# SPDX-License-Identifier: Apache-2.0
"""acl.pinned_empty: arrays like any other, in memory that the runtime knows as page-locked."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import pytest

import ascendcl as acl
from lifetime.conftest import runtime_counts


@pytest.mark.parametrize("shape", [(), 5, (2, 3), (0, 4)])
@pytest.mark.parametrize("dtype", ["f4", "u1", "c16", "?"])
def test_it_is_an_array(shape: int | tuple[int, ...], dtype: str) -> None:
    array = acl.pinned_empty(shape, dtype)
    assert (array.shape, array.dtype) == (np.empty(shape).shape, np.dtype(dtype))
    array[...] = 1
    assert (array == 1).all()
    assert array.flags.writeable
    assert array.flags.c_contiguous


def test_the_memory_goes_with_the_last_array() -> None:
    gc.collect()
    before = runtime_counts()
    array = acl.pinned_empty((100, 100))
    part = array[3:, ::2]
    part[...] = 7
    location = acl.rt.pointer_get_attributes(array.ctypes.data)[0]["location"]
    assert location["type"] == 0  # of the host, page-locked
    assert runtime_counts()["pinned memory"] == before["pinned memory"] + 1
    del array
    gc.collect()
    assert (part == 7).all()
    del part
    gc.collect()
    assert runtime_counts() == before


def test_models_are_bound_to_it(digits: Path) -> None:
    image, found = acl.pinned_empty((1, 1, 8, 8)), acl.pinned_empty((1, 10))
    with acl.Model.from_file(digits) as model, model.bind([image], [found]) as bound:
        for value in range(3):
            image[...] = value
            bound()
            np.testing.assert_array_equal(found, model(image))


def test_refusals() -> None:
    with pytest.raises(TypeError, match="objects"):
        acl.pinned_empty(3, object)
    with pytest.raises(ValueError, match="below 0"):
        acl.pinned_empty((2, -1))
    with pytest.raises(TypeError, match="shape must be ints"):
        acl.pinned_empty("ab")  # type: ignore[arg-type]
    with pytest.raises(acl.AclMemoryError):
        acl.pinned_empty(1 << 50)


def test_the_threads_context_stays_as_it_was() -> None:
    with acl.Context(0) as mine, acl.Context(0) as other:
        mine.set_current()
        array = acl.pinned_empty((10,), device=other)
        assert acl.rt.get_context() == (mine.handle, 0)
        del array
        gc.collect()
        assert acl.rt.get_context() == (mine.handle, 0)
