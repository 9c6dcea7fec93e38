# SPDX-License-Identifier: Apache-2.0
"""Nothing grows: neither objects of the runtime, nor references to arrays."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

import ascendcl as acl

IMAGE = np.ones((1, 1, 8, 8), np.float32)


def test_many_loads(digits: Path) -> None:
    """The fixture compares the runtime's own counts before and after."""
    size = acl.query_size(digits)
    for _ in range(20):
        with (
            acl.DeviceBuffer(size.work) as work,
            acl.DeviceBuffer(size.weight) as weight,
            acl.Model.from_file(digits, work=work, weight=weight) as model,
        ):
            model(IMAGE)


def test_failed_loads(digits: Path, tmp_path: Path) -> None:
    valid = digits.read_bytes()
    bad = tmp_path / "bad.om"
    for length in range(0, len(valid), len(valid) // 40):
        bad.write_bytes(valid[:length])
        with pytest.raises(acl.AclError):
            acl.Model.from_file(bad)
        with pytest.raises(acl.AclError):
            acl.Model.from_bytes(valid[:length])


def test_references_to_arrays(digits: Path) -> None:
    out = np.zeros((1, 10), np.float32)
    image = IMAGE.copy()
    with acl.Model.from_file(digits) as model:
        before = sys.getrefcount(image), sys.getrefcount(out)
        for _ in range(10):
            model(image, out=[out])
            model({"image": image})
            with pytest.raises(TypeError):
                model(image, image)
            with pytest.raises(TypeError):
                model(image, out=[out, out])
        assert (sys.getrefcount(image), sys.getrefcount(out)) == before
    with pytest.raises(acl.ModelClosedError):
        model(image, out=[out])
    assert (sys.getrefcount(image), sys.getrefcount(out)) == before


def test_references_to_model_bytes(digits: Path) -> None:
    data = bytearray(digits.read_bytes())
    before = sys.getrefcount(data)
    with acl.Model.from_bytes(data):
        data.extend(b"no export is left that would forbid this")
    with pytest.raises(acl.AclError):
        acl.Model.from_bytes(data)
    assert sys.getrefcount(data) == before


def test_streams_and_events() -> None:
    with acl.Device(0) as device:
        for _ in range(50):
            with acl.Stream(device) as stream, acl.Event(device) as start, acl.Event(device) as end:
                start.record(stream)
                end.record(stream)
                end.synchronize()
                assert end.done
                assert end.elapsed_since(start) >= 0
