# SPDX-License-Identifier: Apache-2.0
"""Objects may go in any order: what is needed lives on, and all is gone in the end."""

from __future__ import annotations

import gc
import itertools
from pathlib import Path

import numpy as np
import pytest

import ascendcl as acl

IMAGE = np.ones((1, 1, 8, 8), np.float32)


def orders(*names: str) -> list[tuple[str, ...]]:
    return list(itertools.permutations(names))


@pytest.mark.parametrize("order", orders("model", "work", "weight", "context"), ids=" ".join)
def test_dropped_in_any_order(order: tuple[str, ...], digits: Path) -> None:
    size = acl.query_size(digits)
    context = acl.Context(0)
    held: dict[str, object] = {
        "context": context,
        "work": acl.DeviceBuffer(size.work, context),
        "weight": acl.DeviceBuffer(size.weight, context),
    }
    model = acl.Model.from_file(digits, work=held["work"], weight=held["weight"])  # type: ignore[arg-type]
    held["model"] = model
    expected = model(IMAGE)
    del context, model
    for name in order:
        if "model" in held:
            np.testing.assert_array_equal(held["model"](IMAGE), expected)  # type: ignore[operator]
        del held[name]
        gc.collect()


@pytest.mark.parametrize("order", orders("first", "second", "work", "weight"), ids=" ".join)
def test_shared_buffers_dropped_in_any_order(order: tuple[str, ...], digits: Path) -> None:
    size = acl.query_size(digits)
    work, weight = acl.DeviceBuffer(size.work), acl.DeviceBuffer(size.weight)
    held: dict[str, object] = {"work": work, "weight": weight}
    for name in ("first", "second"):
        held[name] = acl.Model.from_file(digits, work=work, weight=weight)
    expected = held["first"](IMAGE)  # type: ignore[operator]
    del work, weight
    for name in order:
        del held[name]
        gc.collect()
        for model in held.values():
            if isinstance(model, acl.Model):
                np.testing.assert_array_equal(model(IMAGE), expected)


@pytest.mark.parametrize("order", orders("stream", "event", "context", "buffer"), ids=" ".join)
def test_streams_dropped_in_any_order(order: tuple[str, ...]) -> None:
    context = acl.Context(0)
    held: dict[str, object] = {
        "context": context,
        "stream": acl.Stream(context),
        "event": acl.Event(context),
        "buffer": acl.DeviceBuffer(64, context),
    }
    held["event"].record(held["stream"])  # type: ignore[attr-defined]
    del context
    for name in order:
        del held[name]
        gc.collect()


@pytest.mark.parametrize("order", orders("model", "work", "weight", "device"), ids=" ".join)
def test_closed_in_any_order(order: tuple[str, ...], digits: Path) -> None:
    """Buffers refuse to close before the model, and say why; nothing else minds."""
    size = acl.query_size(digits)
    device = acl.Device(0)
    work, weight = acl.DeviceBuffer(size.work, device), acl.DeviceBuffer(size.weight, device)
    model = acl.Model.from_file(digits, work=work, weight=weight)
    objects = {"model": model, "work": work, "weight": weight, "device": device}
    closed: list[str] = []
    for name in order:
        if name in ("work", "weight") and "model" not in closed:
            with pytest.raises(acl.BufferInUse, match="close the model first"):
                objects[name].close()
        else:
            objects[name].close()
        closed.append(name)
    work.close()
    weight.close()
    assert all(thing.closed for thing in objects.values())


def test_gone_in_a_cycle(digits: Path) -> None:
    size = acl.query_size(digits)
    cycle: list[object] = []
    work = acl.DeviceBuffer(size.work)
    cycle += [cycle, acl.Model.from_file(digits, work=work), work, acl.Stream()]
    del cycle, work
    gc.collect()


def test_closed_object_holds_no_device(digits: Path) -> None:
    """The default context goes with the last thing that is open, not with the last object."""
    from ascendcl import _acl

    model = acl.Model.from_file(digits)
    stream = acl.Stream()
    assert _acl.core.live_counts()["contexts"] == 1
    model.close()
    stream.close()
    assert _acl.core.live_counts()["contexts"] == 0
    assert model.device == 0


def test_exception_in_with_block(digits: Path) -> None:
    opened: list[acl.DeviceBuffer | acl.Model] = []

    def fail() -> None:
        with (
            acl.DeviceBuffer(acl.query_size(digits).work) as work,
            acl.Model.from_file(digits, work=work) as model,
        ):
            opened.extend((work, model))
            model(IMAGE)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert [thing.closed for thing in opened] == [True, True]


def test_with_blocks_the_wrong_way_round(digits: Path) -> None:
    """The buffer's block ends first: an error, and the model still works."""
    model = None
    with pytest.raises(acl.BufferInUse), acl.DeviceBuffer(acl.query_size(digits).work) as work:
        model = acl.Model.from_file(digits, work=work)
    assert model is not None
    assert model(IMAGE).shape == (1, 10)
    model.close()
    work.close()
