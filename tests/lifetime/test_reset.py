# SPDX-License-Identifier: Apache-2.0
"""Other code resets the device, or finalizes, under live objects: they are closed then, their
memory goes, and new ones work."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path

import numpy as np
import pytest

import ascendcl as acl

IMAGE = np.ones((1, 1, 8, 8), np.float32)
NAMES = ("model", "work", "stream", "event")

RESETS = {
    "reset_device": lambda: acl.rt.reset_device(0),
    "reset_device_force": lambda: acl.rt.reset_device_force(0),
}


def make(digits: Path, where: acl.Context | None = None) -> dict[str, object]:
    size = acl.query_size(digits)
    work = acl.DeviceBuffer(size.work, where)
    weight = acl.DeviceBuffer(size.weight, where)
    return {
        "model": acl.Model.from_file(digits, work=work, weight=weight),
        "work": work,
        "weight": weight,
        "stream": acl.Stream(where),
        "event": acl.Event(where),
    }


def uses(objects: dict[str, object]) -> dict[str, object]:
    model, work, stream, event = (objects[name] for name in NAMES)
    return {
        "model": lambda: model(IMAGE),
        "work": lambda: work.copy_to(bytearray(4)),
        "weight": lambda: objects["weight"].fill(0),
        "stream": stream.synchronize,
        "event": lambda: event.record(stream),
    }


def check_closed(objects: dict[str, object]) -> None:
    for name, use in uses(objects).items():
        with pytest.raises(acl.ClosedError, match="other code has reset the device"):
            use()
        assert objects[name].closed, name


@pytest.mark.parametrize("reset", RESETS)
@pytest.mark.parametrize("order", list(itertools.permutations(NAMES)), ids=" ".join)
def test_reset(reset: str, order: tuple[str, ...], digits: Path) -> None:
    objects = make(digits)
    expected = objects["model"](IMAGE)
    assert RESETS[reset]() == 0
    check_closed(objects)
    again = make(digits)  # while the old ones are still there
    for name in (*order, "weight"):
        objects[name].close()
        assert objects[name].closed
    np.testing.assert_array_equal(again["model"](IMAGE), expected)
    for name in NAMES[::-1]:
        if name != "work":
            again[name].close()
    again["work"].close()
    again["weight"].close()


@pytest.mark.parametrize("reset", RESETS)
@pytest.mark.parametrize("order", list(itertools.permutations(NAMES)), ids=" ".join)
def test_reset_and_dropped_unseen(reset: str, order: tuple[str, ...], digits: Path) -> None:
    """Nothing was used between the reset and the end of the objects."""
    objects = make(digits)
    assert RESETS[reset]() == 0
    assert all(thing.closed for thing in objects.values())
    for name in (*order, "weight"):
        del objects[name]
    with acl.Model.from_file(digits) as model:
        assert model(IMAGE).shape == (1, 10)


def test_only_one_count_of_the_reset_is_ours(digits: Path) -> None:
    """A program's set and reset take nothing from the objects, nor they from it."""
    assert acl.rt.set_device(0) == 0
    objects = make(digits)
    assert acl.rt.reset_device(0) == 0
    assert objects["model"](IMAGE).shape == (1, 10)
    assert acl.rt.reset_device_force(0) == 0
    assert acl.rt.set_device(0) == 0
    objects.clear()  # their device was reset: they owe none
    assert acl.rt.synchronize_device() == 0
    assert acl.rt.reset_device(0) == 0


def test_destroyed_context(digits: Path) -> None:
    context = acl.Context(0)
    objects = make(digits, context)
    assert acl.rt.destroy_context(context.handle) == 0
    check_closed(objects)
    with pytest.raises(acl.ClosedError):
        acl.Stream(context)
    objects.clear()
    acl.Stream().close()


@pytest.mark.parametrize("reset", RESETS)
def test_pinned_memory_and_adopted_memory(reset: str) -> None:
    buffer = acl.DeviceBuffer(64)
    acl.Device(0).set_current()
    pinned, ret = acl.rt.malloc_host(64)
    assert ret == 0
    adopted = acl.DeviceBuffer.from_handle(buffer.ptr, 64, owner=buffer)
    assert RESETS[reset]() == 0
    with pytest.raises(acl.ClosedError):
        adopted.fill(0)
    adopted.close()
    buffer.close()
    assert acl.rt.free_host(pinned) == 0


def run_until_closed(model: acl.Model, runs: threading.Semaphore, ends: list[str]) -> None:
    try:
        while True:
            model(IMAGE)
            runs.release()
    except acl.ModelClosedError as error:
        ends.append(str(error))


@pytest.mark.parametrize("reset", RESETS)
def test_reset_under_a_run(reset: str, digits: Path) -> None:
    """Each run succeeds or says that the model was closed, and its successor runs."""
    for _ in range(5):
        objects = make(digits)
        ends: list[str] = []
        runs = threading.Semaphore(0)
        arguments = (objects["model"], runs, ends)
        threads = [threading.Thread(target=run_until_closed, args=arguments) for _ in range(2)]
        for thread in threads:
            thread.start()
        for _ in range(20):
            runs.acquire()
        assert RESETS[reset]() == 0
        for thread in threads:
            thread.join()
        assert len(ends) == 2
        for name in ("work", "model", "weight", "stream", "event"):
            objects[name].close()


def test_finalize(run_script) -> None:
    result = run_script(
        """
        work = acl.DeviceBuffer(acl.query_size(DIGITS).work)
        weight = acl.DeviceBuffer(acl.query_size(DIGITS).weight)
        model = acl.Model.from_file(DIGITS, work=work, weight=weight)
        expected = model(image)
        assert acl.finalize() == 0
        try: model(image)
        except acl.ModelClosedError as error: assert "finalized" in str(error)
        else: raise AssertionError
        assert model.closed
        model.close()
        again = acl.Model.from_file(DIGITS, work=work, weight=weight)
        assert (again(image) == expected).all()
        again.close(); work.close(); weight.close()
        """
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize("end", ["reset_device(0)", "reset_device_force(0)"])
def test_exit_after_a_reset(end: str, run_script) -> None:
    """A program that ends as pyACL's samples do, with our objects still about."""
    result = run_script(
        f"""
        model, stream = acl.Model.from_file(DIGITS), acl.Stream()
        model(image)
        assert acl.rt.{end} == 0 and acl.finalize() == 0
        """
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
