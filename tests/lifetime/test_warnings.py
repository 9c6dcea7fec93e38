# SPDX-License-Identifier: Apache-2.0
"""A failure without a caller becomes an AclWarning: nothing is raised, nothing is silent."""

from __future__ import annotations

import pytest

import ascendcl as acl


def orphan(device: acl.Device) -> acl.Stream:
    """A stream that somebody else has destroyed."""
    stream = acl.Stream(device)
    device.set_current()
    assert acl.rt.destroy_stream(stream.handle) == 0
    return stream


def test_stream_destroyed_behind_our_back() -> None:
    with acl.Device(0) as device:
        held = [orphan(device)]
        with pytest.warns(acl.AclWarning, match="aclrtDestroyStream failed with 107017"):
            held.clear()


def test_exception_on_its_way_survives() -> None:
    def fail(held: list[acl.Stream]) -> None:
        try:
            raise KeyError("kept")
        finally:
            held.clear()

    with (
        acl.Device(0) as device,
        pytest.warns(acl.AclWarning, match="107017"),
        pytest.raises(KeyError, match="kept"),
    ):
        fail([orphan(device)])


def test_explicit_close_raises_instead() -> None:
    with acl.Device(0) as device:
        stream = orphan(device)
        with pytest.raises(acl.AclError, match="107017"):
            stream.close()
        assert stream.closed


def test_warning_made_an_error_is_unraisable(run_script) -> None:
    result = run_script(
        """
        stream = acl.Stream()
        acl.Device(0).set_current()
        acl.rt.destroy_stream(stream.handle)
        del stream
        print("alive")
        """,
        "-Werror::RuntimeWarning",
    )
    assert result.returncode == 0
    assert result.stdout == "alive\n"
    assert "107017" in result.stderr
