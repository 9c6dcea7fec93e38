# SPDX-License-Identifier: Apache-2.0
"""A buffer of weights that the caller gives: for several pools, for several processes."""

from __future__ import annotations

import logging
import multiprocessing
from pathlib import Path

import numpy as np
import pytest
from faults import faults

import ascendcl as acl
from lifetime.weight_processes import answer_of_pool

Arrays = list[np.ndarray]


def test_two_pools_have_one_copy(digits: Path, images: Arrays, expected: Arrays) -> None:
    need = acl.query_size(digits)
    with (
        acl.DeviceBuffer(need.weight) as weights,
        acl.ModelPool(digits, workers=2, share_weights=weights) as first,
        acl.Batcher(digits, share_weights=weights) as second,
    ):
        for service in (first, second):
            np.testing.assert_array_equal(service.submit(images[3]).result(), expected[3])
        with pytest.raises(acl.BufferInUse):
            weights.close()


def test_it_must_fit(digits: Path) -> None:
    with acl.DeviceBuffer(64) as small, pytest.raises(ValueError, match="64"):
        acl.ModelPool(digits, share_weights=small)
    with pytest.raises(TypeError, match="share_weights must be"):
        acl.ModelPool(digits, share_weights="yes")  # type: ignore[arg-type]
    with (
        acl.DeviceBuffer(acl.query_size(digits).weight) as weights,
        pytest.raises(ValueError, match=r"on device 0, and devices are \[1\]"),
    ):
        acl.ModelPool(digits, devices=[1], share_weights=weights)


@pytest.mark.skipif(acl.runtime_info().kind != "host", reason="only the host runtime has faults")
def test_a_reset_takes_it(
    digits: Path, images: Arrays, expected: Arrays, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="ascendcl")
    weights = acl.DeviceBuffer(acl.query_size(digits).weight)
    with acl.ModelPool(digits, share_weights=weights) as pool:
        with faults("aclmdlExecute:1:507015"), pytest.raises(acl.DeviceFaultError):
            pool.submit(images[0]).result()
        np.testing.assert_array_equal(pool.submit(images[0]).result(), expected[0])
    assert "the weights it was given went with the reset" in caplog.text
    assert weights.closed
    weights.close()


def test_another_process_has_it(digits: Path, images: Arrays, expected: Arrays) -> None:
    need = acl.query_size(digits)
    with (
        acl.DeviceBuffer(need.weight, shareable=True) as weights,
        acl.ModelPool(digits, share_weights=weights),
        multiprocessing.get_context("spawn").Pool(1) as processes,
    ):
        found = processes.apply_async(answer_of_pool, (digits, weights, images[5])).get(120)
    np.testing.assert_array_equal(found, expected[5])
