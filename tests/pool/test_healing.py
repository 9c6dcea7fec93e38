# SPDX-License-Identifier: Apache-2.0
"""A device that fails under a pool: what runs fails, what waits is served after the reset."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from faults import faults
from gate import SECONDS, Gate

import ascendcl as acl
from ascendcl.pool import healing

Arrays = list[np.ndarray]

TIMEOUT = 507014  # ACL_ERROR_RT_AICORE_TIMEOUT
MODEL_FAILED = 507011  # ACL_ERROR_RT_MODEL_EXECUTE
NO_DEVICE_MEMORY = 207001

pytestmark = pytest.mark.skipif(
    acl.runtime_info().kind != "host", reason="only the host runtime injects faults"
)


def wait_until_ready(pool: acl.ModelPool) -> None:
    end = time.monotonic() + SECONDS
    while not pool.ready:
        assert time.monotonic() < end
        time.sleep(0.001)


def test_a_sticky_fault(
    digits: Path, images: Arrays, expected: Arrays, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "ascendcl")
    with acl.ModelPool(digits, workers=2) as pool:
        with faults(f"aclmdlExecute:5:{TIMEOUT}") as counts:
            futures = [pool.submit(image) for image in images]
            errors = [future.exception(SECONDS) for future in futures]
        assert counts.faults == 1
        failed = [error for error in errors if error is not None]
        # The one that failed, and the other that ran then, if it did not end before the reset.
        assert 1 <= len(failed) <= 2
        assert all(isinstance(each, acl.DeviceFaultError) for each in failed)
        assert {each.code for each in failed} == {TIMEOUT}
        for future, error, right in zip(futures, errors, expected, strict=True):
            if error is None:
                np.testing.assert_array_equal(future.result(), right)
        wait_until_ready(pool)
        stats = pool.stats()
    assert (stats["faults_num"], stats["heals_num"], stats["heals_failed"]) == (1, 1, 0)
    assert stats["requests_ok"] + stats["requests_error"] == len(images)
    told = [record.getMessage() for record in caplog.records if record.name == "ascendcl"]
    assert "2 workers on devices [0]" in told[0]
    assert told[-1].endswith("closed")
    assert sum("device 0: failed: aclmdlExecute failed with 507014" in each for each in told) == 1
    assert sum("serves again" in each for each in told) == 1


def test_memory_of_a_resource(digits: Path, images: Arrays, expected: Arrays) -> None:
    """What the reset took is not lent again, and no more is held than before."""
    with acl.Pool(1 << 20) as memory:
        with acl.ModelPool(digits, workers=2, memory=memory) as pool:
            held = memory.used
            for image, right in zip(images[:3], expected, strict=False):
                with faults(f"aclmdlExecute:1:{TIMEOUT}"):
                    error = pool.submit(image).exception(SECONDS)
                assert isinstance(error, acl.DeviceFaultError)
                np.testing.assert_array_equal(pool.submit(image).result(SECONDS), right)
                assert (memory.used, memory.free) == (held, 0)
        assert memory.used == 0


def test_not_ready_while_it_heals(
    digits: Path, images: Arrays, expected: Arrays, monkeypatch: pytest.MonkeyPatch
) -> None:
    reset = threading.Event()
    go_on = threading.Event()
    heal = healing._reset

    def stopped(*arguments: Any) -> bool:
        reset.set()
        assert go_on.wait(SECONDS)
        return heal(*arguments)

    monkeypatch.setattr(healing, "_reset", stopped)
    with acl.ModelPool(digits, workers=2) as pool:
        with faults(f"aclmdlExecute:1:{TIMEOUT}"):
            assert isinstance(pool.submit(images[0]).exception(SECONDS), acl.DeviceFaultError)
        assert not pool.ready
        assert reset.wait(SECONDS)
        waiting = pool.submit(images[1])
        impatient = pool.submit(images[2], timeout=0.01)
        assert isinstance(impatient.exception(SECONDS), acl.AclTimeoutError)
        stats = pool.stats()
        assert (stats["workers_healing"], stats["requests_waiting"]) == (2, 1)
        go_on.set()
        np.testing.assert_array_equal(waiting.result(SECONDS), expected[1])
        assert pool.ready


def test_requests_that_run_when_the_device_fails(digits: Path, images: Arrays, gate: Gate) -> None:
    """Each fails once, with the failure of the device, and keeps its own as the cause."""
    with acl.ModelPool(digits, workers=3) as pool:
        gate.close()
        running = [pool.submit(image) for image in images[:2]]
        gate.wait_for(2)
        gate_of_the_third = threading.Event()
        run = type(gate).pass_through

        def let_through(self: Gate, *arguments: object) -> None:
            if not gate_of_the_third.is_set():
                gate_of_the_third.set()
                return
            run(self, *arguments)

        type(gate).pass_through = let_through  # type: ignore[method-assign]
        try:
            with faults(f"aclmdlExecute:1:{TIMEOUT}"):
                first = pool.submit(images[2])
                assert isinstance(first.exception(SECONDS), acl.DeviceFaultError)
        finally:
            type(gate).pass_through = run  # type: ignore[method-assign]
        # The reset comes before the wait for them: they find their model gone.
        model_was_reset = pool._engine.groups[0].replicas
        end = time.monotonic() + SECONDS
        while not model_was_reset.is_lost:
            assert time.monotonic() < end
            time.sleep(0.001)
        gate.open()
        for future in running:
            error = future.exception(SECONDS)
            assert isinstance(error, acl.DeviceFaultError)
            assert (error.code, "of another request" in str(error)) == (TIMEOUT, True)
            assert isinstance(error.__cause__, acl.ModelClosedError)
        assert pool.submit(images[0]).exception(SECONDS) is None


def test_data_is_no_fault(digits: Path, images: Arrays) -> None:
    """507011 may be the request's: the model runs what it ran at the load, and goes on."""
    with acl.ModelPool(digits) as pool:
        with faults(f"aclmdlExecute:1:{MODEL_FAILED}"):
            error = pool.submit(images[0]).exception(SECONDS)
        assert isinstance(error, acl.DeviceFaultError)
        assert pool.ready
        assert pool.submit(images[0]).exception(SECONDS) is None
        assert pool.stats()["faults_num"] == 0
        with faults(f"aclmdlExecute:1:{MODEL_FAILED},aclmdlExecute:2:{MODEL_FAILED}"):
            assert pool.submit(images[0]).exception(SECONDS) is not None
        assert pool.submit(images[0]).exception(SECONDS) is None
        assert pool.stats()["faults_num"] == 1


def test_other_failures_are_the_request_s(digits: Path, images: Arrays) -> None:
    with acl.ModelPool(digits) as pool:
        with faults("aclrtMemcpy:1:507000"):
            error = pool.submit(images[0]).exception(SECONDS)
        assert isinstance(error, acl.AclError)
        assert (error.code, pool.ready, pool.stats()["faults_num"]) == (507000, True, 0)


def test_other_code_resets_the_device(digits: Path, images: Arrays, expected: Arrays) -> None:
    with acl.ModelPool(digits, workers=2) as pool:
        assert acl.rt.reset_device_force(0) == 0
        assert isinstance(pool.submit(images[0]).exception(SECONDS), acl.ModelClosedError)
        found = [pool.submit(image).result(SECONDS) for image in images]
        np.testing.assert_array_equal(found, expected)
        assert pool.stats()["heals_num"] == 1


def test_two_pools_on_a_device(digits: Path, images: Arrays, expected: Arrays) -> None:
    """The reset of one is the other's loss: both come back."""
    with acl.ModelPool(digits) as one, acl.ModelPool(digits) as other:
        with faults(f"aclmdlExecute:1:{TIMEOUT}"):
            assert one.submit(images[0]).exception(SECONDS) is not None
            np.testing.assert_array_equal(one.submit(images[0]).result(SECONDS), expected[0])
        assert isinstance(other.submit(images[0]).exception(SECONDS), acl.ModelClosedError)
        for pool in (one, other):
            np.testing.assert_array_equal(pool.submit(images[1]).result(SECONDS), expected[1])


def test_loads_that_fail_are_repeated(
    digits: Path, images: Arrays, expected: Arrays, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(healing, "FIRST_PAUSE", 0.001)
    rules = [
        f"aclmdlExecute:1:{TIMEOUT}",
        "aclrtResetDeviceForce:1:507000",  # what is loaded then is on a device that was not reset
        f"aclmdlLoadFromFileWithMem:1:{NO_DEVICE_MEMORY}",
        f"aclmdlLoadFromFileWithMem:3:{TIMEOUT}",
    ]
    with acl.ModelPool(digits, workers=2) as pool:
        with faults(",".join(rules)) as counts:
            assert pool.submit(images[0]).exception(SECONDS) is not None
            np.testing.assert_array_equal(pool.submit(images[1]).result(SECONDS), expected[1])
        assert counts.faults == 4
        assert pool.stats()["heals_failed"] == 2


def test_giving_up_and_coming_back(
    digits: Path, images: Arrays, expected: Arrays, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(healing, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(healing, "LONGEST_PAUSE", 0.01)
    path = tmp_path / "model.om"
    shutil.copy(digits, path)
    with acl.ModelPool(path, heal_timeout=0) as pool:
        path.rename(tmp_path / "away.om")
        with faults(f"aclmdlExecute:1:{TIMEOUT}"):
            assert pool.submit(images[0]).exception(SECONDS) is not None
        # What waits is answered, and what comes afterwards is refused, by the reason.
        end = time.monotonic() + SECONDS
        while True:
            try:
                error = pool.submit(images[1]).exception(SECONDS)
            except acl.AclError as refused:
                error = refused
                break
            assert error is not None
            assert time.monotonic() < end
        assert "no device of the pool can be loaded" in str(error)
        assert error.code == 145002
        assert not pool.ready
        (tmp_path / "away.om").rename(path)
        wait_until_ready(pool)
        np.testing.assert_array_equal(pool.submit(images[2]).result(SECONDS), expected[2])


def test_another_model_in_the_file(  # noqa: PLR0917
    digits: Path,
    geared: Path,
    images: Arrays,
    expected: Arrays,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = tmp_path / "model.om"
    shutil.copy(digits, path)
    with acl.ModelPool(path) as pool:
        shutil.copy(geared, tmp_path / "new.om")
        (tmp_path / "new.om").rename(path)
        with faults(f"aclmdlExecute:1:{TIMEOUT}"):
            assert pool.submit(images[0]).exception(SECONDS) is not None
        end = time.monotonic() + SECONDS
        while pool.stats()["heals_failed"] < 1:
            assert time.monotonic() < end
            time.sleep(0.001)
        shutil.copy(digits, tmp_path / "new.om")
        (tmp_path / "new.om").rename(path)
        np.testing.assert_array_equal(pool.submit(images[1]).result(SECONDS), expected[1])
    assert "another model than the pool was opened with" in caplog.text


def test_close_while_it_heals(digits: Path, images: Arrays, tmp_path: Path) -> None:
    path = tmp_path / "model.om"
    shutil.copy(digits, path)
    pool = acl.ModelPool(path, workers=2)
    path.unlink()
    with faults(f"aclmdlExecute:1:{TIMEOUT}"):
        assert pool.submit(images[0]).exception(SECONDS) is not None
    waiting = pool.submit(images[1])
    pool.close()
    assert isinstance(waiting.exception(SECONDS), acl.PoolClosed)


def test_workspace_of_the_client_is_lost(
    digits: Path, images: Arrays, expected: Arrays, caplog: pytest.LogCaptureFixture
) -> None:
    with acl.DeviceBuffer(acl.query_size(digits).work) as work:
        with (
            acl.ModelPool(digits, workspace=work) as pool,
            faults(f"aclmdlExecute:1:{TIMEOUT}"),
        ):
            assert pool.submit(images[0]).exception(SECONDS) is not None
            np.testing.assert_array_equal(pool.submit(images[1]).result(SECONDS), expected[1])
        assert work.closed
    assert "the workspace it was given went with the reset" in caplog.text


def test_many_faults_under_load(digits: Path, images: Arrays, expected: Arrays) -> None:
    """Each request is answered exactly once. benchmarks/heal.py does it a hundred times."""
    answers = [0] * len(images)
    wrong: list[int] = []

    def count(index: int, future: Future[np.ndarray]) -> None:
        answers[index] += 1
        is_right = future.exception() or np.array_equal(future.result(), expected[index])
        if not is_right:
            wrong.append(index)

    with acl.ModelPool(digits, workers=2) as pool:
        for _ in range(5):
            answers[:] = [0] * len(images)
            with faults(f"aclmdlExecute:20:{TIMEOUT}") as counts:
                for i, image in enumerate(images):
                    pool.submit(image).add_done_callback(lambda f, i=i: count(i, f))
                end = time.monotonic() + SECONDS
                while pool.stats()["requests_waiting"] + pool.stats()["requests_running"]:
                    assert time.monotonic() < end
                    time.sleep(0.001)
            assert counts.faults == 1
            assert answers == [1] * len(images)
        assert pool.stats()["heals_num"] == 5
    assert wrong == []


DEVICES = """
import sys, time
sys.path[:0] = TESTS
from faults import faults
from gate import Gate
gate = Gate()
run = acl.Model.run
def gated(self, *inputs, **options):
    gate.pass_through(self, inputs)
    return run(self, *inputs, **options)
acl.Model.run = gated
with acl.Model.from_file(DIGITS) as model: expected = model(image)
with acl.ModelPool(DIGITS, devices=[0, 1], workers=4) as pool:
    weights = {model.device: model.weight.ptr for model in pool._engine.models}
    assert len(weights) == 2
    assert all(model.weight.ptr == weights[model.device] for model in pool._engine.models)
    # Least loaded first: no device has two requests before the other has one.
    gate.close()
    for count in range(1, 5):
        futures = [pool.submit(image)]
        gate.wait_for(count)
    assert sorted(gate.devices[:2]) == sorted(gate.devices[2:]) == [0, 1], gate.devices
    gate.open()
    pool._engine.lock.acquire(); pool._engine.changed.wait_for(lambda: pool._queue.is_done)
    pool._engine.lock.release()
    # One fails, the other serves, and the pool is ready all the time.
    with faults("aclmdlExecute:1:507014"):
        assert pool.submit(image).exception(60) is not None
        assert pool.ready
    assert all((pool.submit(image).result(60) == expected).all() for _ in range(20))
    while pool.stats()["workers_healing"]: time.sleep(0.001)
    assert all((pool.submit(image).result(60) == expected).all() for _ in range(20))
"""


def test_two_devices(run_script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASCENDCL_HOST_DEVICES", "2")
    folders = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "fault")]
    result = run_script(f"TESTS = {folders!r}\n" + DEVICES)
    assert (result.returncode, result.stdout) == (0, ""), result.stderr
    # Logged without a handler: warnings go to standard error.
    assert "device 1: failed" in result.stderr or "device 0: failed" in result.stderr
