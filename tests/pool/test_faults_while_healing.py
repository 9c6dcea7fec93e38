# SPDX-License-Identifier: Apache-2.0
"""Every call that healing makes fails once: the pool serves again all the same.

But for calls that release something, and those that go before a release: what these were to release
is left when they fail (tests/fault looks at them).
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
from enumerator import calls_by_function
from faults import faults
from gate import SECONDS

import ascendcl as acl
from ascendcl.pool import healing

Arrays = list[np.ndarray]

STICKY = 507014
CODE = 507000

pytestmark = pytest.mark.skipif(
    acl.runtime_info().kind != "host", reason="only the host runtime injects faults"
)


RELEASES = ("aclrtFree", "Destroy", "Unload", "aclrtResetDevice:", "CurrentContext", "Synchronize")


def ask_until_healed(pool: acl.ModelPool, image: np.ndarray, rules: str) -> dict[str, int]:
    """One request by which the device fails, and others until one is answered: the calls made."""
    with faults(rules):
        error = pool.submit(image).exception(SECONDS)
        assert isinstance(error, acl.AclError)
        for _ in range(3):  # one may be the request that the second fault hits
            if pool.submit(image).exception(SECONDS) is None:
                break
        else:
            raise AssertionError(f"{rules}: no request is answered")
        return calls_by_function()


def test_every_call_of_healing_fails_once(
    digits: Path,
    images: Arrays,
    expected: Arrays,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL, "ascendcl")
    monkeypatch.setattr(healing, "FIRST_PAUSE", 0.001)
    with acl.ModelPool(digits, workers=2) as pool:
        calls = ask_until_healed(pool, images[0], f"acl*:0,aclmdlExecute:1:{STICKY}")
        rules = [
            f"{name}:{call}:{CODE}"
            for name, count in calls.items()
            for call in range(1, count + 1)
            if not any(word in f"{name}:" for word in RELEASES)
        ]
        assert len(rules) > 40
        for rule in rules:
            ask_until_healed(pool, images[0], f"aclmdlExecute:1:{STICKY},{rule}")
            np.testing.assert_array_equal(pool.submit(images[1]).result(SECONDS), expected[1])
        pool.drain(SECONDS)
        stats = pool.stats()
    assert stats["heals_num"] == len(rules) + 1
    answered = stats["requests_ok"] + stats["requests_error"]
    assert stats["requests_num"] == answered
