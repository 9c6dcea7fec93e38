# SPDX-License-Identifier: Apache-2.0
"""The grammar of fault rules, and what a call that is made to fail does."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from faults import fault_calls, fault_counts, faults, library, set_faults

import ascendcl as acl

INVALID_PARAM = 100000
NO_DEVICE_MEMORY = 207001
INTERNAL_ERROR = 500000


@pytest.fixture(autouse=True)
def device() -> Iterator[acl.Device]:
    """A device in use, and no rules afterwards."""
    with acl.Device(0) as device:
        device.set_current()
        yield device
        set_faults(None)


def codes_of_mallocs(count: int) -> list[int]:
    """What so many calls of aclrtMalloc answer."""
    codes = []
    for _ in range(count):
        address, code = acl.rt.malloc(64, 0)
        codes.append(code)
        if code == 0:
            acl.rt.free(address)
        else:
            assert address == 0
    return codes


@pytest.mark.parametrize(
    ("when", "failing"),
    [
        ("0", []),
        ("3", [3]),
        ("3+", [3, 4, 5, 6, 7]),
        ("%3", [3, 6]),
        ("%1", [1, 2, 3, 4, 5, 6, 7]),
        ("p1", [1, 2, 3, 4, 5, 6, 7]),
        ("p0@7", []),
    ],
)
def test_which_calls_fail(when: str, failing: list[int]) -> None:
    expected = [NO_DEVICE_MEMORY if n in failing else 0 for n in range(1, 8)]
    with faults(f"aclrtMalloc:{when}:{NO_DEVICE_MEMORY}") as counts:
        assert codes_of_mallocs(7) == expected
    assert (counts.calls, counts.faults) == (7, len(failing))
    assert counts.last == (b"aclrtMalloc" if failing else None)
    assert codes_of_mallocs(1) == [0]


def test_random_is_decided_by_the_seed() -> None:
    def failing(seed: int) -> list[int]:
        with faults(f"aclrtMalloc:p0.2@{seed}:{NO_DEVICE_MEMORY}"):
            return codes_of_mallocs(1000)

    first = failing(42)
    assert failing(42) == first
    assert failing(43) != first
    # Binomial(1000, 0.2): six standard deviations either side.
    assert 124 < sum(code != 0 for code in first) < 276


def test_code_has_a_default() -> None:
    with faults("aclrtMalloc:1"):
        assert codes_of_mallocs(2) == [INTERNAL_ERROR, 0]


def test_message_tells_of_the_fault() -> None:
    with faults("aclrt*:2:507000"):
        assert codes_of_mallocs(1) == [0]
        assert acl.rt.free(0) != 0
        acl.get_recent_err_msg()
        assert codes_of_mallocs(1) == [0]
    with faults("aclrtM*oc:1:507000"):
        assert codes_of_mallocs(1) == [507000]
        message = acl.get_recent_err_msg()
    assert "aclrtMalloc: made to fail by the fault rule" in message
    assert "aclrtM*oc:1:507000" in message


def test_a_failing_pointer_is_null() -> None:
    with faults("aclmdlCreateDataset:1"):
        assert acl.mdl.create_dataset() == 0
        assert "aclmdlCreateDataset: made to fail" in acl.get_recent_err_msg()
        dataset = acl.mdl.create_dataset()
        assert dataset != 0
    assert acl.mdl.destroy_dataset(dataset) == 0


def test_patterns() -> None:
    with faults("acl*Malloc*:2:207001") as counts:
        host, code = acl.rt.malloc_host(16)
        assert code == 0
        assert codes_of_mallocs(2) == [NO_DEVICE_MEMORY, 0]
        assert acl.rt.free_host(host) == 0
    assert (counts.calls, counts.faults, counts.last) == (3, 1, b"aclrtMalloc")


@pytest.mark.parametrize("separator", [",", ";", " , "])
def test_rules_count_by_themselves(separator: str) -> None:
    rules = ["aclrtMalloc:2:1111", "aclrt*:3:2222", "aclrtFree:1:3333"]
    with faults(separator.join(rules)) as counts:
        pointer, code = acl.rt.malloc(16, 0)  # both count 1
        assert code == 0
        assert acl.rt.free(pointer) == 3333  # aclrt* counts 2
        assert acl.rt.malloc(16, 0) == (0, 1111)  # both fire: the first in the list answers
        assert acl.rt.free(pointer) == 0
    assert (counts.calls, counts.faults) == (4, 2)


def test_a_failed_call_has_no_effect() -> None:
    pointer, code = acl.rt.malloc(16, 0)
    assert code == 0
    with faults("aclrtFree:1:507000"):
        assert acl.rt.free(pointer) == 507000
        assert acl.rt.free(pointer) == 0


def test_what_cannot_fail_is_not_counted() -> None:
    with faults("acl*:1+:507000") as counts:
        acl.get_recent_err_msg()
        acl.rt.get_last_error(0)
        acl.data_type_size(0)
    assert (counts.calls, counts.faults) == (0, 0)


def test_python_sees_the_exception_of_the_code(device: acl.Device) -> None:
    with (
        faults(f"aclrtMalloc:1:{NO_DEVICE_MEMORY}"),
        pytest.raises(acl.AclMemoryError, match="made to fail") as caught,
    ):
        acl.DeviceBuffer(64, device=device)
    assert (caught.value.code, caught.value.function) == (NO_DEVICE_MEMORY, "aclrtMalloc")


BAD_RULES = {
    "aclrtMallok:1": "no function that can fail is called aclrtMallok",
    "rtMalloc:1": "no function that can fail is called rtMalloc",
    "aclrtmalloc:1": "no function that can fail is called aclrtmalloc",
    "aclDataTypeSize:1": "no function that can fail is called aclDataTypeSize",
    "aclrtGetLastError:1": "no function that can fail is called aclrtGetLastError",
    ":1": "no function that can fail",
    ",": "no function that can fail",
    "aclrtMalloc:1,,aclrtFree:1": "no function that can fail",
    "aclrtMalloc": "which calls",
    "aclrtMalloc:": "which calls",
    "aclrtMalloc::207001": "which calls",
    "aclrtMalloc:first": "which calls",
    "aclrtMalloc:-1": "which calls",
    "aclrtMalloc:1.5": "which calls",
    "aclrtMalloc:99999999999999999999": "which calls",
    "aclrtMalloc:%": "which calls",
    "aclrtMalloc:%3+": "which calls",
    "aclrtMalloc:%0": "counted from 1",
    "aclrtMalloc:0+": "counted from 1",
    "aclrtMalloc:p": "probability",
    "aclrtMalloc:p1.5": "probability",
    "aclrtMalloc:p-0.5": "probability",
    "aclrtMalloc:pnan": "probability",
    "aclrtMalloc:p0.5@x": "probability",
    "aclrtMalloc:1:0": "the code must be a positive number",
    "aclrtMalloc:1:-5": "the code must be a positive number",
    "aclrtMalloc:1:ACL_ERROR": "the code must be a positive number",
    "aclrtMalloc:1:207001:": "the code must be a positive number",
    "aclrtMalloc:1:207001 5": "the code must be a positive number",
    "aclrtMalloc:1:99999999999": "the code must be a positive number",
}


@pytest.mark.parametrize("rules", BAD_RULES)
def test_bad_rules_are_refused(rules: str) -> None:
    assert set_faults(rules) == INVALID_PARAM
    message = acl.get_recent_err_msg()
    assert message is not None
    assert "ascendclSetFaults: fault rule" in message
    assert BAD_RULES[rules] in message
    assert codes_of_mallocs(1) == [0]


def test_refused_rules_leave_the_old_ones() -> None:
    with faults("aclrtMalloc:2:507000"):
        assert codes_of_mallocs(1) == [0]
        assert set_faults("nonsense") == INVALID_PARAM
        assert fault_counts().calls == 1
        assert codes_of_mallocs(1) == [507000]


@pytest.mark.parametrize("rules", [None, "", "  "])
def test_no_rules(rules: str | None) -> None:
    assert set_faults("aclrtMalloc:1+:507000") == 0
    assert set_faults(rules) == 0
    assert codes_of_mallocs(2) == [0, 0]
    assert fault_counts().calls == 0


def test_calls_of_each_function() -> None:
    assert set_faults("aclrt*:0") == 0
    assert codes_of_mallocs(2) == [0, 0]
    assert acl.mdl.destroy_dataset(acl.mdl.create_dataset()) == 0
    names = ["aclrtMalloc", "aclrtFree", "aclrtMemset", "aclmdlCreateDataset"]
    assert [fault_calls(name) for name in names] == [2, 2, 0, 0]
    assert set_faults("aclrt*:0") == 0
    assert fault_calls("aclrtMalloc") == 0
    with pytest.raises(ValueError, match="no such function"):
        fault_calls("aclrtMallok")


def test_counts_want_a_place() -> None:
    assert library().ascendclGetFaultCounts(ctypes.c_void_p()) == INVALID_PARAM


MALLOCS = """
import ascendcl as acl
acl.init(), acl.rt.set_device(0)
print([acl.rt.malloc(16, 0)[1] for _ in range(3)])
"""


def run_with(rules: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", MALLOCS],
        env={**os.environ, "ASCENDCL_FAULT": rules},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_environment() -> None:
    result = run_with("aclrtMalloc:2:207001")
    assert (result.returncode, result.stdout) == (0, "[0, 207001, 0]\n")


def test_environment_that_is_not_understood_ends_the_process() -> None:
    """A run that was to have faults must not pass without them."""
    result = run_with("aclrtMallok:3:207001")
    assert (result.returncode, result.stdout) == (1, "")
    assert "ascendcl: [100000] ASCENDCL_FAULT: fault rule" in result.stderr
    assert "aclrtMallok" in result.stderr
