# SPDX-License-Identifier: Apache-2.0
"""Models with gears: cases 164-166 on models that have them, and what 3.4-3.6 say of them."""

from __future__ import annotations

import ctypes
import math
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from model_objects import (
    HW,
    WRONG_DATA_SET,
    Batch,
    DataSet,
    IODims,
    IODimsRange,
    data_sets,
    describe,
    load,
    sizes,
    started,
    succeed,
)

import abi
from written_models import GEARS, model_with_gears

ALL_INPUTS = ctypes.c_size_t(-1).value
GEAR_INPUT = 1  # of these models: x comes first
FLOAT = 4

Values = Sequence[int]


@pytest.fixture(params=list(GEARS))
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def path(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Path:
    """A model written here, which no NPU runs: it has no kernels."""
    if request.config.getoption("--acl-library", default=None):
        pytest.skip("the model is for the host runtime")
    path = tmp_path / f"{kind}.om"
    path.write_bytes(model_with_gears(kind))
    return path


def choose(acl: abi.Library, kind: str, model_id: int, inputs: DataSet, values: Values) -> int:
    arguments = (model_id, inputs.handle, GEAR_INPUT)
    if kind == "batch":
        return int(acl.aclmdlSetDynamicBatchSize(*arguments, *values))
    if kind == "image":
        return int(acl.aclmdlSetDynamicHWSize(*arguments, *values))
    dims = IODims(dim_count=len(values))
    dims.dims[: len(values)] = values
    return int(acl.aclmdlSetInputDynamicDims(*arguments, ctypes.byref(dims)))


def current_dims(acl: abi.Library, desc: int) -> list[int]:
    dims = IODims()
    succeed(acl, "aclmdlGetCurOutputDims", desc, 0, ctypes.byref(dims))
    return dims.shape


def relu_of(acl: abi.Library, inputs: DataSet, shape: tuple[int, ...]) -> bytes:
    """Put numbers for that shape into the input; answer what they must become."""
    count = math.prod(shape)
    x = np.random.default_rng(count).standard_normal(count).astype(np.float32)
    acl.write(inputs.addresses[0], x.tobytes())
    return np.maximum(x, 0).tobytes()


def result(acl: abi.Library, outputs: DataSet, size: int) -> bytes:
    return acl.read(outputs.addresses[0], size)


@pytest.mark.case("3.5 gears", "DOC+SRC")
def test_sizes_are_those_of_the_largest(acl: abi.Library, kind: str, path: Path) -> None:
    shapes, values, told = GEARS[kind]
    started(acl)
    model_id = load(acl, path)
    desc = describe(acl, model_id)
    index = ctypes.c_size_t()
    succeed(
        acl, "aclmdlGetInputIndexByName", desc, b"ascend_mbatch_shape_data", ctypes.byref(index)
    )
    assert index.value == GEAR_INPUT
    largest = max(math.prod(shape) for shape in shapes) * FLOAT
    input_sizes, output_sizes = sizes(acl, model_id)
    assert input_sizes[0] == largest
    assert output_sizes == [largest]
    assert input_sizes[1] >= len(values[0] if kind != "dims" else [d for d in told if d < 0]) * 4
    dims, ranges = IODims(), IODimsRange(range_count=99)
    succeed(acl, "aclmdlGetInputDims", desc, 0, ctypes.byref(dims))
    assert dims.shape == told
    succeed(acl, "aclmdlGetInputDimsRange", desc, 0, ctypes.byref(ranges))
    assert ranges.range_count == 0


@pytest.mark.case("3.5 gears", "DOC+SRC")
def test_gears_are_told(acl: abi.Library, kind: str, path: Path) -> None:
    _, values, _ = GEARS[kind]
    started(acl)
    desc = describe(acl, load(acl, path))
    batch, image, count = Batch(), HW(), ctypes.c_size_t()
    succeed(acl, "aclmdlGetDynamicBatch", desc, ctypes.byref(batch))
    succeed(acl, "aclmdlGetDynamicHW", desc, 99, ctypes.byref(image))
    succeed(acl, "aclmdlGetInputDynamicGearCount", desc, ALL_INPUTS, ctypes.byref(count))
    told = {
        "batch": [(batch.batch[i],) for i in range(batch.batch_count)],
        "image": [tuple(image.hw[i]) for i in range(image.hw_count)],
    }
    gears = (IODims * count.value)()
    assert acl.aclmdlGetInputDynamicDims(desc, ALL_INPUTS, gears, count.value) in (0, 100000)
    told["dims"] = [tuple(gear.shape) for gear in gears]
    assert told == {name: values if name == kind else [] for name in GEARS}
    if kind == "dims":
        few = count.value - 1
        assert acl.aclmdlGetInputDynamicDims(desc, ALL_INPUTS, gears, few) == 100000


@pytest.mark.case("3.5-3.6 gears", "DOC+SRC")
def test_execute_in_every_gear(acl: abi.Library, kind: str, path: Path) -> None:
    shapes, values, _ = GEARS[kind]
    started(acl)
    model_id = load(acl, path)
    desc = describe(acl, model_id)
    inputs, outputs = data_sets(acl, model_id)
    assert current_dims(acl, desc) == list(max(shapes, key=math.prod))
    for shape, gear in [*zip(shapes, values, strict=True)] * 2:
        assert choose(acl, kind, model_id, inputs, gear) == 0, acl.message()
        assert current_dims(acl, desc) == list(shape)
        expected = relu_of(acl, inputs, shape)
        outputs.clear()
        succeed(acl, "aclmdlExecute", model_id, inputs.handle, outputs.handle)
        size = len(expected)
        assert result(acl, outputs, size) == expected
        assert not any(result(acl, outputs, outputs.sizes[0])[size:]), "written behind the gear"


@pytest.mark.case("164-166 gears", "DOC+SRC")
def test_a_value_that_is_no_gear(acl: abi.Library, kind: str, path: Path) -> None:
    shapes, values, _ = GEARS[kind]
    started(acl)
    model_id = load(acl, path)
    desc = describe(acl, model_id)
    inputs, outputs = data_sets(acl, model_id)
    assert choose(acl, kind, model_id, inputs, values[0]) == 0
    no_gear = [*values[0][:-1], values[0][-1] + 100]
    assert choose(acl, kind, model_id, inputs, no_gear) == 145013
    # What was chosen before holds.
    assert current_dims(acl, desc) == list(shapes[0])
    expected = relu_of(acl, inputs, shapes[0])
    succeed(acl, "aclmdlExecute", model_id, inputs.handle, outputs.handle)
    assert result(acl, outputs, len(expected)) == expected
    others = {"batch": (2,), "image": (4, 6), "dims": (2, 5, 1)}
    for other in GEARS.keys() - {kind}:
        wrong = choose(acl, other, model_id, inputs, others[other])
        assert wrong in ((145012, 145013) if other == "dims" else (145013,)), other


@pytest.mark.case("166 gears", "SRC")
@pytest.mark.parametrize("kind", ["dims"], indirect=True)
def test_dims_that_no_gear_decides(acl: abi.Library, kind: str, path: Path) -> None:
    started(acl)
    model_id = load(acl, path)
    inputs, _ = data_sets(acl, model_id)
    assert choose(acl, kind, model_id, inputs, (2, 6, 1)) == 145012
    assert choose(acl, kind, model_id, inputs, (2, 5)) == 145012


@pytest.mark.case("164-166 gears", "SRC")
def test_gear_memory_of_32_bit_numbers(acl: abi.Library, kind: str, path: Path) -> None:
    shapes, values, told = GEARS[kind]
    open_dims = len(values[0]) if kind != "dims" else sum(d < 0 for d in told)
    started(acl)
    model_id = load(acl, path)
    inputs, outputs = data_sets(acl, model_id)
    buffer = acl.aclmdlGetDatasetBuffer(inputs.handle, GEAR_INPUT)
    address = inputs.addresses[GEAR_INPUT]
    succeed(acl, "aclUpdateDataBuffer", buffer, address, 4 * open_dims - 1)
    assert choose(acl, kind, model_id, inputs, values[1]) == 145012
    succeed(acl, "aclUpdateDataBuffer", buffer, address, 4 * open_dims)
    assert choose(acl, kind, model_id, inputs, values[1]) == 0
    expected = relu_of(acl, inputs, shapes[1])
    succeed(acl, "aclmdlExecute", model_id, inputs.handle, outputs.handle)
    assert result(acl, outputs, len(expected)) == expected


@pytest.mark.case("3.4 no gear set", "N/E")
@pytest.mark.parametrize("how", ["sync", "async"])
def test_execute_without_a_gear(acl: abi.Library, kind: str, path: Path, how: str) -> None:
    """Not established for a device; here it is told, with the code for a value that is no gear."""
    started(acl)
    model_id = load(acl, path)
    inputs, outputs = data_sets(acl, model_id)
    inputs.clear()
    if how == "sync":
        assert acl.aclmdlExecute(model_id, inputs.handle, outputs.handle) == 145013
        assert b"choose one" in acl.message().encode()
        return
    succeed(acl, "aclmdlExecuteAsync", model_id, inputs.handle, outputs.handle, None)
    assert acl.aclrtSynchronizeStream(None) == 145013


@pytest.mark.case("3.6 gears", "SRC")
def test_a_gear_is_of_the_data_set(acl: abi.Library, kind: str, path: Path) -> None:
    """It lasts as long as the contents of the hidden input's memory."""
    shapes, values, _ = GEARS[kind]
    started(acl)
    model_id = load(acl, path)
    pairs = [data_sets(acl, model_id) for _ in shapes]
    for (inputs, _), gear in zip(pairs, values, strict=True):
        assert choose(acl, kind, model_id, inputs, gear) == 0
    for (inputs, outputs), shape in zip(pairs, shapes, strict=True):
        expected = relu_of(acl, inputs, shape)
        outputs.clear()
        succeed(acl, "aclmdlExecute", model_id, inputs.handle, outputs.handle)
        assert result(acl, outputs, outputs.sizes[0]).rstrip(b"\0") == expected.rstrip(b"\0")


@pytest.mark.case("3.4 gears", "SRC")
@pytest.mark.parametrize("short", ["input", "output"])
def test_buffers_of_the_gears_size(acl: abi.Library, kind: str, path: Path, short: str) -> None:
    """Sizes are not compared with the largest gear's. Too small for the gear itself is undefined
    on a device; here it is told."""
    shapes, values, _ = GEARS[kind]
    started(acl)
    model_id = load(acl, path)
    inputs, outputs = data_sets(acl, model_id)
    assert choose(acl, kind, model_id, inputs, values[0]) == 0
    expected = relu_of(acl, inputs, shapes[0])
    for side in (inputs, outputs):
        buffer = acl.aclmdlGetDatasetBuffer(side.handle, 0)
        succeed(acl, "aclUpdateDataBuffer", buffer, side.addresses[0], len(expected))
    succeed(acl, "aclmdlExecute", model_id, inputs.handle, outputs.handle)
    assert result(acl, outputs, len(expected)) == expected
    side = inputs if short == "input" else outputs
    largest = shapes.index(max(shapes, key=math.prod))
    assert choose(acl, kind, model_id, inputs, values[largest]) == 0
    buffer = acl.aclmdlGetDatasetBuffer(side.handle, 0)
    needed = math.prod(shapes[largest]) * FLOAT
    for each in (inputs, outputs):
        other = acl.aclmdlGetDatasetBuffer(each.handle, 0)
        succeed(acl, "aclUpdateDataBuffer", other, each.addresses[0], needed)
    succeed(acl, "aclUpdateDataBuffer", buffer, side.addresses[0], needed - 65)
    assert acl.aclmdlExecute(model_id, inputs.handle, outputs.handle) in WRONG_DATA_SET
    assert str(needed - 65) in acl.message()


@pytest.mark.case("142-143 gears", "SRC")
@pytest.mark.parametrize("change", [-1, 1], ids=["too few", "too many"])
def test_number_of_buffers(acl: abi.Library, kind: str, path: Path, change: int) -> None:
    started(acl)
    model_id = load(acl, path)
    input_sizes, output_sizes = sizes(acl, model_id)
    input_sizes = input_sizes[:-1] if change < 0 else [*input_sizes, 64]
    inputs, outputs = DataSet(acl, input_sizes), DataSet(acl, output_sizes)
    assert acl.aclmdlExecute(model_id, inputs.handle, outputs.handle) in WRONG_DATA_SET


@pytest.mark.case("3.4 gears", "DOC+SRC")
def test_async_in_every_gear(acl: abi.Library, kind: str, path: Path) -> None:
    shapes, values, _ = GEARS[kind]
    started(acl)
    model_id = load(acl, path)
    stream = acl.create_stream()
    pairs = [data_sets(acl, model_id) for _ in shapes]
    expected = []
    for (inputs, outputs), shape, gear in zip(pairs, shapes, values, strict=True):
        assert choose(acl, kind, model_id, inputs, gear) == 0
        expected.append(relu_of(acl, inputs, shape))
        succeed(acl, "aclmdlExecuteAsync", model_id, inputs.handle, outputs.handle, stream)
    succeed(acl, "aclrtSynchronizeStream", stream)
    for (_, outputs), relu in zip(pairs, expected, strict=True):
        assert result(acl, outputs, len(relu)) == relu


@pytest.mark.case("3.4 gears", "N/E")
@pytest.mark.parametrize("kind", ["batch"], indirect=True)
def test_async_reads_the_gear_in_its_turn(acl: abi.Library, kind: str, path: Path) -> None:
    """Like all device memory: what is changed before the stream comes to it is seen."""
    shapes, values, _ = GEARS[kind]
    started(acl)
    model_id = load(acl, path)
    inputs, outputs = data_sets(acl, model_id)
    stream = acl.create_stream()
    with abi.held_up(acl, stream):
        assert choose(acl, kind, model_id, inputs, values[1]) == 0
        expected = relu_of(acl, inputs, shapes[1])
        succeed(acl, "aclmdlExecuteAsync", model_id, inputs.handle, outputs.handle, stream)
        outputs.clear()
        assert choose(acl, kind, model_id, inputs, values[0]) == 0
    small = math.prod(shapes[0]) * FLOAT
    found = result(acl, outputs, len(expected))
    assert found[:small] == expected[:small]
    assert not any(found[small:])


@pytest.mark.case("3.1 gears", "DOC+SRC")
def test_memory_of_the_file_may_go_after_the_load(acl: abi.Library, kind: str, path: Path) -> None:
    shapes, values, _ = GEARS[kind]
    started(acl)
    content = path.read_bytes()
    memory = ctypes.create_string_buffer(content, len(content))
    model_id = acl.out("aclmdlLoadFromMem", ctypes.c_uint32, memory, len(content), first=False)
    ctypes.memset(memory, 0xFF, len(content))
    inputs, outputs = data_sets(acl, model_id)
    for shape, gear in zip(shapes, values, strict=True):
        assert choose(acl, kind, model_id, inputs, gear) == 0
        expected = relu_of(acl, inputs, shape)
        succeed(acl, "aclmdlExecute", model_id, inputs.handle, outputs.handle)
        assert result(acl, outputs, len(expected)) == expected


@pytest.mark.case("part 6 gears", "N/E")
def test_loads_of_one_model_on_many_threads(acl: abi.Library, kind: str, path: Path) -> None:
    """All compile the same gears at the same time."""
    shapes, values, _ = GEARS[kind]
    started(acl)
    context = acl.current_context()
    wrong: list[tuple[int, ...]] = []

    def work() -> None:
        succeed(acl, "aclrtSetCurrentContext", context)
        model_id = load(acl, path)
        inputs, outputs = data_sets(acl, model_id)
        for shape, gear in zip(shapes, values, strict=True):
            assert choose(acl, kind, model_id, inputs, gear) == 0
            expected = relu_of(acl, inputs, shape)
            succeed(acl, "aclmdlExecute", model_id, inputs.handle, outputs.handle)
            if result(acl, outputs, len(expected)) != expected:
                wrong.append(shape)
        done.append(model_id)

    done: list[int] = []
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 4
    assert wrong == []
