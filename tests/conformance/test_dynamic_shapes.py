# SPDX-License-Identifier: Apache-2.0
"""Models with dynamic shapes: cases 149, 150 and 162, and what part 3 says of them."""

from __future__ import annotations

import ctypes
import math
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from model_objects import (
    WRONG_DATA_SET,
    DataSet,
    IODims,
    IODimsRange,
    describe,
    load,
    query_size,
    started,
    succeed,
)

import abi
from written_models import (
    BIAS,
    DENSE,
    dynamic_dense,
    dynamic_layouts,
    dynamic_pooling,
    dynamic_reshape,
    static_dense,
)

FLOAT = 4
MOST_ROWS = 40  # that the model declares
COLUMNS = DENSE.shape[0]
CLASSES = DENSE.shape[1]


@pytest.fixture
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A model written here, which no NPU runs: it has no kernels."""
    if request.config.getoption("--acl-library", default=None):
        pytest.skip("the model is for the host runtime")
    path = tmp_path / "dynamic.om"
    path.write_bytes(dynamic_dense())
    return path


def set_shape(acl: abi.Library, data_set: DataSet, index: int, shape: Sequence[int]) -> None:
    dims = (ctypes.c_int64 * len(shape))(*shape)
    desc = acl.aclCreateTensorDesc(acl.ACL_FLOAT, len(shape), dims, acl.ACL_FORMAT_ND)
    succeed(acl, "aclmdlSetDatasetTensorDesc", data_set.handle, desc, index)
    acl.aclDestroyTensorDesc(desc)  # it was copied


def shape_of(acl: abi.Library, data_set: DataSet, index: int) -> list[int]:
    desc = acl.aclmdlGetDatasetTensorDesc(data_set.handle, index)
    assert desc
    return [
        acl.out("aclGetTensorDescDimV2", ctypes.c_int64, desc, i, first=False)
        for i in range(acl.aclGetTensorDescNumDims(desc))
    ]


def inputs_of(acl: abi.Library, rows: int, further: int = 0) -> tuple[DataSet, np.ndarray]:
    inputs = DataSet(acl, [rows * COLUMNS * FLOAT, *[64] * further])
    x = np.random.default_rng(rows).standard_normal((rows, COLUMNS)).astype(np.float32)
    acl.write(inputs.addresses[0], x.tobytes())
    set_shape(acl, inputs, 0, x.shape)
    return inputs, x


def outputs_of(acl: abi.Library, rows: int) -> DataSet:
    return DataSet(acl, [rows * CLASSES * FLOAT, rows * COLUMNS * FLOAT])


def without_memory(acl: abi.Library, count: int) -> DataSet:
    outputs = DataSet(acl, [])
    for _ in range(count):
        buffer = acl.aclCreateDataBuffer(None, 0)
        succeed(acl, "aclmdlAddDatasetBuffer", outputs.handle, buffer)
    return outputs


def assert_computed(acl: abi.Library, outputs: DataSet, x: np.ndarray) -> None:
    raw = x.astype(np.float64) @ DENSE + BIAS
    powers = np.exp(raw - raw.max(axis=1, keepdims=True))
    softmax, double = (np.frombuffer(content, np.float32) for content in outputs.contents())
    expected = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(softmax.reshape(-1, CLASSES), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(double.reshape(x.shape), 2 * x)


@pytest.mark.case("3.1 ids", "SRC")
def test_ids(acl: abi.Library, om: Path, path: Path) -> None:
    started(acl)
    assert load(acl, path) == 0x80000000
    assert load(acl, om) == 1
    assert load(acl, path) == 0x80000001


@pytest.mark.case("3.3 dynamic", "SRC")
def test_query_size(acl: abi.Library, path: Path) -> None:
    started(acl)
    work, weight = query_size(acl, path)
    assert work == 0
    assert weight > 0


@pytest.mark.case("3.5 dynamic", "DOC+SRC")
def test_description(acl: abi.Library, path: Path) -> None:
    started(acl)
    desc = describe(acl, load(acl, path))
    dims, ranges = IODims(), IODimsRange()
    succeed(acl, "aclmdlGetInputDims", desc, 0, ctypes.byref(dims))
    assert dims.shape == [-1, COLUMNS]
    succeed(acl, "aclmdlGetOutputDims", desc, 0, ctypes.byref(dims))
    assert dims.shape == [-1, CLASSES]
    succeed(acl, "aclmdlGetInputDimsRange", desc, 0, ctypes.byref(ranges))
    found = [list(ranges.range[i]) for i in range(ranges.range_count)]
    assert found == [[1, MOST_ROWS], [COLUMNS, COLUMNS]]
    assert acl.aclmdlGetInputSizeByIndex(desc, 0) == MOST_ROWS * COLUMNS * FLOAT
    assert acl.aclmdlGetOutputSizeByIndex(desc, 0) == MOST_ROWS * CLASSES * FLOAT


@pytest.mark.case(162, "SRC")
def test_current_output_dims(acl: abi.Library, path: Path) -> None:
    started(acl)
    desc = describe(acl, load(acl, path))
    dims = IODims()
    assert acl.aclmdlGetCurOutputDims(desc, 0, ctypes.byref(dims)) == 200001
    assert acl.aclmdlGetCurOutputDims(desc, 99, ctypes.byref(dims)) == 100000


@pytest.mark.case("3.4 dynamic", "DOC+SRC")
def test_many_shapes(acl: abi.Library, path: Path) -> None:
    started(acl)
    model_id = load(acl, path)
    # More than are kept compiled, and the first ones again.
    for rows in [*range(1, 12), MOST_ROWS, 1, 2]:
        inputs, x = inputs_of(acl, rows)
        outputs = outputs_of(acl, rows)
        succeed(acl, "aclmdlExecute", model_id, inputs.handle, outputs.handle)
        assert_computed(acl, outputs, x)
        assert shape_of(acl, outputs, 0) == [rows, CLASSES]
        assert shape_of(acl, outputs, 1) == [rows, COLUMNS]
        inputs.destroy()
        outputs.destroy()


@pytest.mark.case("3.4 dynamic", "DOC+SRC")
@pytest.mark.parametrize("rows", [1, 7])
def test_bits_of_the_static_model(acl: abi.Library, path: Path, rows: int) -> None:
    static = path.with_name("static.om")
    static.write_bytes(static_dense(rows))
    started(acl)
    inputs, _ = inputs_of(acl, rows)
    found = []
    for file in (path, static):
        outputs = outputs_of(acl, rows)
        succeed(acl, "aclmdlExecute", load(acl, file), inputs.handle, outputs.handle)
        found.append(outputs.contents())
    assert found[0] == found[1]


@pytest.mark.case("3.4 dynamic", "DOC+SRC")
@pytest.mark.parametrize("rows", [1, 5, MOST_ROWS])
def test_shapes_that_ops_change(acl: abi.Library, path: Path, rows: int) -> None:
    path.write_bytes(dynamic_layouts())
    started(acl)
    model_id = load(acl, path)
    inputs, x = inputs_of(acl, rows)
    expected = [np.hstack([x, x]), x.mean(axis=1), 2 * x.T]
    outputs = DataSet(acl, [array.nbytes for array in expected])
    succeed(acl, "aclmdlExecute", model_id, inputs.handle, outputs.handle)
    for index, (array, content) in enumerate(zip(expected, outputs.contents(), strict=True)):
        assert shape_of(acl, outputs, index) == list(array.shape)
        got = np.frombuffer(content, np.float32).reshape(array.shape)
        np.testing.assert_allclose(got, array, rtol=1e-5, atol=1e-6)


@pytest.mark.case("3.4 dynamic", "N/E")
@pytest.mark.parametrize(
    ("content", "shape", "culprit"),
    [
        (dynamic_pooling, (1, 2, 8, 8), "node 'pool' (MaxPoolV3)"),
        (dynamic_reshape, (4, 6), "was removed before it: node 'softmax' (SoftmaxV2)"),
    ],
    ids=["op", "reshape"],
)
def test_what_cannot_be_told_is_named(
    acl: abi.Library,
    path: Path,
    content: Callable[[], bytes],
    shape: tuple[int, ...],
    culprit: str,
) -> None:
    path.write_bytes(content())
    started(acl)
    model_id = load(acl, path)
    size = math.prod(shape) * FLOAT
    inputs, outputs = DataSet(acl, [size]), DataSet(acl, [size])
    set_shape(acl, inputs, 0, shape)
    assert acl.aclmdlExecute(model_id, inputs.handle, outputs.handle) == 200006
    assert culprit in acl.message()


@pytest.mark.case(149, "SRC")
def test_number_of_inputs(acl: abi.Library, path: Path) -> None:
    started(acl)
    model_id = load(acl, path)
    outputs = outputs_of(acl, 3)
    none = DataSet(acl, [])
    assert acl.aclmdlExecute(model_id, none.handle, outputs.handle) == 100000
    inputs, x = inputs_of(acl, 3, further=1)
    succeed(acl, "aclmdlExecute", model_id, inputs.handle, outputs.handle)
    assert_computed(acl, outputs, x)


@pytest.mark.case("3.4 dynamic", "SRC")
def test_too_many_outputs(acl: abi.Library, path: Path) -> None:
    started(acl)
    model_id = load(acl, path)
    inputs, _ = inputs_of(acl, 3)
    outputs = DataSet(acl, [512, 512, 512])
    assert acl.aclmdlExecute(model_id, inputs.handle, outputs.handle) == 100000


@pytest.mark.case("3.4 dynamic", "SRC")
@pytest.mark.parametrize(
    "shape",
    [
        (0, COLUMNS),
        (MOST_ROWS + 1, COLUMNS),
        (-1, COLUMNS),
        (3, COLUMNS + 1),
        (3,),
        (3, COLUMNS, 1),
    ],
    ids=str,
)
def test_shape_outside_of_the_declared(
    acl: abi.Library, path: Path, shape: tuple[int, ...]
) -> None:
    started(acl)
    model_id = load(acl, path)
    inputs, _ = inputs_of(acl, MOST_ROWS)
    set_shape(acl, inputs, 0, shape)
    outputs = outputs_of(acl, MOST_ROWS)
    assert acl.aclmdlExecute(model_id, inputs.handle, outputs.handle) == 100000
    assert "input 'x'" in acl.message()
    assert acl.aclmdlExecuteAsync(model_id, inputs.handle, outputs.handle, None) == 100000


@pytest.mark.case("3.4 dynamic", "N/E")
def test_shape_that_was_not_set(acl: abi.Library, path: Path) -> None:
    started(acl)
    model_id = load(acl, path)
    inputs, _ = inputs_of(acl, 3)
    succeed(acl, "aclmdlSetDatasetTensorDesc", inputs.handle, None, 0)
    assert acl.aclmdlExecute(model_id, inputs.handle, outputs_of(acl, 3).handle) == 100000


@pytest.mark.case("3.4 dynamic", "N/E")
@pytest.mark.parametrize("side", ["input", "output"])
def test_buffer_too_small_for_its_shape(acl: abi.Library, path: Path, side: str) -> None:
    started(acl)
    model_id = load(acl, path)
    inputs, _ = inputs_of(acl, MOST_ROWS)
    outputs = outputs_of(acl, MOST_ROWS)
    changed = inputs if side == "input" else outputs
    buffer = acl.aclmdlGetDatasetBuffer(changed.handle, 0)
    size = changed.sizes[0] - 65
    succeed(acl, "aclUpdateDataBuffer", buffer, changed.addresses[0], size)
    assert acl.aclmdlExecute(model_id, inputs.handle, outputs.handle) in WRONG_DATA_SET


@pytest.mark.case(150, "DOC+SRC")
def test_outputs_that_the_runtime_allocates(acl: abi.Library, path: Path) -> None:
    started(acl)
    model_id = load(acl, path)
    inputs, x = inputs_of(acl, 5)
    outputs = without_memory(acl, 2)
    succeed(acl, "aclmdlExecute", model_id, inputs.handle, outputs.handle)
    for index in range(2):
        buffer = acl.aclmdlGetDatasetBuffer(outputs.handle, index)
        outputs.addresses.append(acl.aclGetDataBufferAddr(buffer))
        outputs.sizes.append(acl.aclGetDataBufferSizeV2(buffer))
    assert all(outputs.addresses)
    assert outputs.sizes == [5 * CLASSES * FLOAT, 5 * COLUMNS * FLOAT]
    assert [shape_of(acl, outputs, i) for i in range(2)] == [[5, CLASSES], [5, COLUMNS]]
    assert_computed(acl, outputs, x)
    succeed(acl, "aclmdlUnload", model_id)
    assert_computed(acl, outputs, x)
    outputs.destroy()  # they are the caller's to free


@pytest.mark.case("3.4 dynamic", "DOC")
def test_async_does_not_allocate(acl: abi.Library, path: Path) -> None:
    started(acl)
    model_id = load(acl, path)
    inputs, _ = inputs_of(acl, 5)
    outputs = without_memory(acl, 2)
    assert acl.aclmdlExecuteAsync(model_id, inputs.handle, outputs.handle, None) != 0
    buffer = acl.aclmdlGetDatasetBuffer(outputs.handle, 0)
    assert acl.aclGetDataBufferAddr(buffer) is None


@pytest.mark.case("3.4 dynamic", "SRC")
def test_sync_and_async_mix(acl: abi.Library, path: Path) -> None:
    """What a static model refuses (case 148)."""
    started(acl)
    model_id = load(acl, path)
    stream = acl.create_stream()
    pairs = [(*inputs_of(acl, rows), outputs_of(acl, rows)) for rows in (2, 9, 2)]
    for inputs, _, outputs in pairs:
        succeed(acl, "aclmdlExecuteAsync", model_id, inputs.handle, outputs.handle, stream)
    inputs, x = inputs_of(acl, 4)
    outputs = outputs_of(acl, 4)
    succeed(acl, "aclmdlExecute", model_id, inputs.handle, outputs.handle)
    assert_computed(acl, outputs, x)
    succeed(acl, "aclrtSynchronizeStream", stream)
    for _, given, computed in pairs:
        assert_computed(acl, computed, given)


@pytest.mark.case("part 6 dynamic", "N/E")
def test_one_id_on_many_threads(acl: abi.Library, path: Path) -> None:
    started(acl)
    context = acl.current_context()
    model_id = load(acl, path)
    done: list[int] = []

    def work(first: int) -> None:
        succeed(acl, "aclrtSetCurrentContext", context)
        for rows in range(first, first + 12):
            inputs, x = inputs_of(acl, rows)
            outputs = outputs_of(acl, rows)
            succeed(acl, "aclmdlExecute", model_id, inputs.handle, outputs.handle)
            assert_computed(acl, outputs, x)
        done.append(first)

    threads = [threading.Thread(target=work, args=(first,)) for first in (1, 5, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [1, 5, 9]
