# SPDX-License-Identifier: Apache-2.0
"""One model, one input: the same bits through acl.Model and through the flat functions, from file
and from memory, whoever manages the memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

import ascendcl as acl

HOST_TO_DEVICE, DEVICE_TO_HOST = 1, 2


class Case(NamedTuple):
    """A model, an input for it, and what the plainest way to run it gives."""

    path: Path
    inputs: list[np.ndarray]
    expected: list[bytes]


@pytest.fixture(scope="module")
def case(any_model: Path, random_inputs) -> Case:
    with acl.Model.from_file(any_model) as model:
        inputs = random_inputs(model)
        return Case(any_model, inputs, [array.tobytes() for array in model.run(*inputs)])


@pytest.fixture(params=["system work", "user work"])
def user_work(request: pytest.FixtureRequest) -> bool:
    return request.param == "user work"


@pytest.fixture(params=["system weights", "user weights"])
def user_weight(request: pytest.FixtureRequest) -> bool:
    return request.param == "user weights"


@pytest.fixture
def memory(
    case: Case, user_work: bool, user_weight: bool
) -> Iterator[tuple[acl.DeviceBuffer | None, acl.DeviceBuffer | None]]:
    size = acl.query_size(case.path)
    with ExitStack() as stack:
        yield (
            stack.enter_context(acl.DeviceBuffer(size.work)) if user_work else None,
            stack.enter_context(acl.DeviceBuffer(size.weight)) if user_weight else None,
        )


@pytest.fixture
def device() -> Iterator[acl.Device]:
    with acl.Device(0) as opened:
        yield opened


@pytest.mark.parametrize("source", ["file", "memory"])
def test_through_model(case: Case, memory, source: str) -> None:
    work, weight = memory
    if source == "file":
        model = acl.Model.from_file(case.path, work=work, weight=weight)
    else:
        model = acl.Model.from_bytes(case.path.read_bytes(), work=work, weight=weight)
    with model:
        for _ in range(2):
            assert [array.tobytes() for array in model.run(*case.inputs)] == case.expected


@pytest.mark.parametrize("source", ["file", "memory", "config file", "config memory"])
def test_through_flat_functions(case: Case, memory, device: acl.Device, source: str) -> None:
    acl.Device(0).set_current()
    sizes = [
        part for buffer in memory for part in ((buffer.ptr, buffer.size) if buffer else (0, 0))
    ]
    data = case.path.read_bytes()
    if source == "file" and not any(sizes):
        model_id, ret = acl.mdl.load_from_file(str(case.path))
    elif source == "file":
        model_id, ret = acl.mdl.load_from_file_with_mem(str(case.path), *sizes)
    elif source == "memory" and not any(sizes):
        model_id, ret = acl.mdl.load_from_mem(acl.util.bytes_to_ptr(data), len(data))
    elif source == "memory":
        pointer = acl.util.bytes_to_ptr(data)
        model_id, ret = acl.mdl.load_from_mem_with_mem(pointer, len(data), *sizes)
    else:
        model_id, ret = load_with_config(case.path, data, sizes, source == "config file")
    assert ret == 0
    try:
        assert run_flat(model_id, case.inputs) == case.expected
    finally:
        assert acl.mdl.unload(model_id) == 0


def load_with_config(path: Path, data: bytes, sizes: list[int], from_file: bool) -> tuple[int, int]:
    work, work_size, weight, weight_size = sizes
    config = acl.mdl.create_config_handle()
    options = [(5, weight), (6, weight_size), (7, work), (8, work_size)] if any(sizes) else []
    if from_file:
        options += [(1, 2 if any(sizes) else 1), (2, str(path))]
    else:
        options += [(1, 4 if any(sizes) else 3), (3, acl.util.bytes_to_ptr(data)), (4, len(data))]
    for attribute, value in options:
        assert acl.mdl.set_config_opt(config, attribute, value) == 0
    loaded = acl.mdl.load_with_config(config)
    assert acl.mdl.destroy_config_handle(config) == 0
    return loaded


def run_flat(model_id: int, inputs: list[np.ndarray]) -> list[bytes]:
    """What a pyACL program does, line by line."""
    desc = acl.mdl.create_desc()
    assert acl.mdl.get_desc(desc, model_id) == 0
    datasets, pieces = [], []
    for count, size_of in (
        (acl.mdl.get_num_inputs(desc), acl.mdl.get_input_size_by_index),
        (acl.mdl.get_num_outputs(desc), acl.mdl.get_output_size_by_index),
    ):
        dataset = acl.mdl.create_dataset()
        datasets.append(dataset)
        pieces.append([])
        for index in range(count):
            size = size_of(desc, index)
            pointer, ret = acl.rt.malloc(size, 0)
            assert ret == 0
            buffer = acl.create_data_buffer(pointer, size)
            assert acl.mdl.add_dataset_buffer(dataset, buffer) == (dataset, 0)
            pieces[-1].append((pointer, size, buffer))
    for (pointer, size, _), array in zip(pieces[0], inputs, strict=True):
        data = array.tobytes()
        source = acl.util.bytes_to_ptr(data)
        assert acl.rt.memcpy(pointer, size, source, len(data), HOST_TO_DEVICE) == 0
    assert acl.mdl.execute(model_id, *datasets) == 0
    results = []
    for pointer, size, _ in pieces[1]:
        result = bytes(bytearray(size))
        target = acl.util.bytes_to_ptr(result)
        assert acl.rt.memcpy(target, size, pointer, size, DEVICE_TO_HOST) == 0
        results.append(result)
    for dataset, buffers in zip(datasets, pieces, strict=True):
        for pointer, _, buffer in buffers:
            assert acl.rt.free(pointer) == 0
            assert acl.destroy_data_buffer(buffer) == 0
        assert acl.mdl.destroy_dataset(dataset) == 0
    assert acl.mdl.destroy_desc(desc) == 0
    return results
