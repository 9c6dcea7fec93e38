# SPDX-License-Identifier: Apache-2.0
"""The pytest plugin: its fixtures pass, fail and skip where they should, and are free unused."""

from __future__ import annotations

import pytest

import ascendcl as acl

pytestmark = pytest.mark.skipif(
    acl.runtime_info().kind != "host", reason="the fixtures are about the host runtime"
)

SERVICE = """
    import numpy as np
    import pytest
    import acl
    from acl.data import DIGITS_MODEL
    image = np.ones((1, 1, 8, 8), np.float32)
"""


def outcomes(pytester: pytest.Pytester, tests: str, *options: str) -> pytest.RunResult:
    pytester.makepyfile(SERVICE + tests)
    return pytester.runpytest_subprocess("-W", "error", "-p", "no:cacheprovider", *options)


def test_device_and_what_is_left_on_it(pytester: pytest.Pytester) -> None:
    result = outcomes(
        pytester,
        """
    def test_closes(acl_device):
        with acl.ModelPool(DIGITS_MODEL) as pool:
            assert pool.submit(image).result().shape == (1, 10)

    def test_drops(acl_device):
        acl.Model.from_file(DIGITS_MODEL)(image)

    kept = []
    def test_keeps(acl_device):
        kept.append(acl.DeviceBuffer(64, acl_device))

    def test_is_not_blamed_for_it(acl_no_leaks):
        assert kept

    def test_fails(acl_device):
        buffer = acl.DeviceBuffer(64)
        assert False
    """,
    )
    result.assert_outcomes(passed=4, failed=1, errors=1)
    result.stdout.fnmatch_lines(["*left at the end of the test: 1 buffer*"])


def test_strict_mode(pytester: pytest.Pytester) -> None:
    result = outcomes(
        pytester,
        """
    def free_twice():
        acl.Device(0).set_current()
        pointer, _ = acl.rt.malloc(64, 0)
        return acl.rt.free(pointer), acl.rt.free(pointer)

    def test_on(acl_device, acl_strict):
        assert acl.strict("fail").before == "fail"
        first, second = free_twice()
        assert first == 0 and second != 0
        assert "free" in acl.get_recent_err_msg()

    def test_off():
        assert acl.strict("off").before == "off"
    """,
    )
    result.assert_outcomes(passed=2)


def test_faults(pytester: pytest.Pytester) -> None:
    result = outcomes(
        pytester,
        """
    def test_rules_in_a_block(acl_device, acl_faults):
        with acl_faults("aclrtMalloc:1:207001") as counts, pytest.raises(acl.AclMemoryError):
            acl.DeviceBuffer(64)
        assert (counts.faults, counts.last) == (1, b"aclrtMalloc")
        acl.DeviceBuffer(64).close()

    @pytest.mark.acl_faults("aclrtMalloc:1+:207001")
    def test_rules_of_a_marker(acl_device):
        with pytest.raises(acl.AclMemoryError):
            acl.DeviceBuffer(64)

    def test_afterwards(acl_device):
        acl.DeviceBuffer(64).close()

    @pytest.mark.acl_faults("no such rule")
    def test_nonsense():
        pass
    """,
        "--strict-markers",
    )
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(["*ValueError: *fault rule*"])


def test_modules_are_left_as_they_are(pytester: pytest.Pytester) -> None:
    """pytest rewrites the assertions of plugins, but not of the package that the plugin is for."""
    result = outcomes(
        pytester,
        """
    def test_it(acl_device):
        import ascendcl
        for module in (ascendcl, ascendcl.util, ascendcl.model, acl):
            assert not [name for name in vars(module) if name.startswith("@")], module
    """,
    )
    result.assert_outcomes(passed=1)


def test_runtime_by_a_setting(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASCENDCL_RUNTIME")
    pytester.makeini("[pytest]\nacl_runtime = host")
    result = outcomes(
        pytester, "\n    def test_it(acl_device): assert acl.runtime_info().kind == 'host'"
    )
    result.assert_outcomes(passed=1)


def test_unused_it_imports_nothing(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No runtime, no numpy, no change of the environment."""
    monkeypatch.delenv("ASCENDCL_RUNTIME")
    pytester.makepyfile(
        """
        import os, sys

        def test_it(request):
            assert request.config.pluginmanager.has_plugin("ascendcl")
            assert not {"ascendcl", "acl", "numpy"} & set(sys.modules)
            assert "ASCENDCL_RUNTIME" not in os.environ
        """
    )
    result = pytester.runpytest_subprocess("-W", "error", "-p", "no:hypothesispytest")
    result.assert_outcomes(passed=1)
