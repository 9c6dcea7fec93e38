# SPDX-License-Identifier: Apache-2.0
"""A failure without a caller becomes an AclWarning: nothing is raised, nothing is silent."""

from __future__ import annotations

import gc

import pytest

import ascendcl as acl


def test_stream_destroyed_behind_our_back() -> None:
    with acl.Device(0) as device:
        stream = acl.Stream(device)
        device.set_current()
        assert acl.rt.destroy_stream(stream.handle) == 0
        with pytest.warns(acl.AclWarning, match="aclrtDestroyStream failed with 107017"):
            del stream
            gc.collect()


def test_pending_exception_survives() -> None:
    with acl.Device(0) as device:
        device.set_current()

        def fail() -> None:
            stream = acl.Stream(device)
            acl.rt.destroy_stream(stream.handle)
            raise KeyError("kept")

        with pytest.warns(acl.AclWarning):
            try:
                fail()
            except KeyError as error:
                assert error.args == ("kept",)
            gc.collect()


def test_explicit_close_raises_instead() -> None:
    with acl.Device(0) as device:
        stream = acl.Stream(device)
        device.set_current()
        assert acl.rt.destroy_stream(stream.handle) == 0
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
