# SPDX-License-Identifier: Apache-2.0
"""Execution and data sets: cases 138-140, 142-148, 152-153, 167, and what threads may do."""

from __future__ import annotations

import ctypes
import threading
from pathlib import Path

import numpy as np
import pytest
from model_objects import (
    WRONG_DATA_SET,
    DataSet,
    data_sets,
    execute,
    load,
    sizes,
    started,
    succeed,
)

import abi


@pytest.mark.case(138, "DOC+SRC")
def test_execute_null(acl: abi.Library, om: Path) -> None:
    started(acl)
    model_id = load(acl, om)
    inputs, outputs = data_sets(acl, model_id)
    assert acl.aclmdlExecute(model_id, None, outputs.handle) == 100000
    assert acl.aclmdlExecute(model_id, inputs.handle, None) == 100000
    assert acl.aclmdlExecuteAsync(model_id, None, outputs.handle, None) == 100000
    assert acl.aclmdlExecuteAsync(model_id, inputs.handle, None, None) == 100000


@pytest.mark.case(139, "DOC+SRC")
def test_execute_unknown_id(acl: abi.Library) -> None:
    started(acl)
    empty = acl.aclmdlCreateDataset()
    assert acl.aclmdlExecute(999, empty, empty) == 145003
    assert acl.aclmdlExecuteAsync(999, empty, empty, None) == 145003
    assert acl.aclmdlExecute(0, empty, empty) == 145003


@pytest.mark.case(140, "DOC+SRC")
def test_execute_after_unload(acl: abi.Library, om: Path) -> None:
    started(acl)
    model_id = load(acl, om)
    inputs, outputs = data_sets(acl, model_id)
    succeed(acl, "aclmdlUnload", model_id)
    assert acl.aclmdlExecute(model_id, inputs.handle, outputs.handle) == 145003


@pytest.mark.case("142-143", "SRC")
@pytest.mark.parametrize("side", ["inputs", "outputs"])
@pytest.mark.parametrize("change", [-1, 1], ids=["too few", "too many"])
def test_wrong_number_of_buffers(acl: abi.Library, om: Path, side: str, change: int) -> None:
    started(acl)
    model_id = load(acl, om)
    input_sizes, output_sizes = sizes(acl, model_id)
    changed = input_sizes if side == "inputs" else output_sizes
    changed[:] = changed[:-1] if change < 0 else [*changed, 64]
    inputs, outputs = DataSet(acl, input_sizes), DataSet(acl, output_sizes)
    assert acl.aclmdlExecute(model_id, inputs.handle, outputs.handle) in WRONG_DATA_SET
    assert acl.aclmdlExecuteAsync(model_id, inputs.handle, outputs.handle, None) in WRONG_DATA_SET


@pytest.mark.case("144-145", "SRC")
@pytest.mark.parametrize("change", [-64, -1, 0, 100])
def test_sizes_that_are_accepted(acl: abi.Library, om: Path, change: int) -> None:
    started(acl)
    model_id = load(acl, om)
    input_sizes, output_sizes = sizes(acl, model_id)
    if input_sizes[0] + change <= 0:
        pytest.skip("the first input is too small for this case")
    inputs, outputs = DataSet(acl, input_sizes), DataSet(acl, output_sizes)
    # The memory is as large as it should be; only what the data buffer says of it changes.
    buffer = acl.aclmdlGetDatasetBuffer(inputs.handle, 0)
    succeed(acl, "aclUpdateDataBuffer", buffer, inputs.addresses[0], input_sizes[0] + change)
    assert acl.aclmdlExecute(model_id, inputs.handle, outputs.handle) == 0, acl.message()


@pytest.mark.case(144, "SRC")
def test_input_too_small(acl: abi.Library, om: Path) -> None:
    started(acl)
    model_id = load(acl, om)
    input_sizes, output_sizes = sizes(acl, model_id)
    needed = input_sizes[0]
    if needed <= 65:
        pytest.skip("the first input is too small for this case")
    inputs, outputs = DataSet(acl, [needed - 65, *input_sizes[1:]]), DataSet(acl, output_sizes)
    assert acl.aclmdlExecute(model_id, inputs.handle, outputs.handle) in WRONG_DATA_SET
    message = acl.message()
    assert str(needed) in message
    assert str(needed - 65) in message


@pytest.mark.case("144 outputs", "SRC")
def test_short_output_is_not_overrun(acl: abi.Library, om: Path) -> None:
    started(acl)
    model_id = load(acl, om)
    input_sizes, output_sizes = sizes(acl, model_id)
    inputs, outputs = DataSet(acl, input_sizes), DataSet(acl, output_sizes)
    short = output_sizes[0] - 4
    outputs.clear()
    buffer = acl.aclmdlGetDatasetBuffer(outputs.handle, 0)
    succeed(acl, "aclUpdateDataBuffer", buffer, outputs.addresses[0], short)
    assert acl.aclmdlExecute(model_id, inputs.handle, outputs.handle) == 0, acl.message()
    assert outputs.contents()[0][:short] == execute(acl, load(acl, om))[0][:short]


@pytest.mark.case(146, "DOC+SRC")
def test_execute_in_another_context(acl: abi.Library, om: Path) -> None:
    started(acl)
    acl.create_context()
    model_id = load(acl, om)
    inputs, outputs = data_sets(acl, model_id)
    acl.create_context()
    assert acl.aclmdlExecute(model_id, inputs.handle, outputs.handle) == 107004
    assert acl.aclmdlExecuteAsync(model_id, inputs.handle, outputs.handle, None) == 107004


@pytest.mark.case(147, "DOC+SRC")
def test_execute_on_another_thread(acl: abi.Library, om: Path) -> None:
    started(acl)
    context = acl.current_context()
    model_id = load(acl, om)
    inputs, outputs = data_sets(acl, model_id)
    codes: list[int] = []

    def work() -> None:
        codes.append(acl.aclmdlExecute(model_id, inputs.handle, outputs.handle))
        succeed(acl, "aclrtSetCurrentContext", context)
        codes.append(acl.aclmdlExecute(model_id, inputs.handle, outputs.handle))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert codes == [107002, 0]


@pytest.mark.case(148, "SRC")
@pytest.mark.parametrize("first", ["sync", "async"])
def test_sync_and_async_do_not_mix(acl: abi.Library, om: Path, first: str) -> None:
    started(acl)
    model_id = load(acl, om)
    inputs, outputs = data_sets(acl, model_id)

    def run(how: str) -> int:
        if how == "sync":
            return int(acl.aclmdlExecute(model_id, inputs.handle, outputs.handle))
        return int(acl.aclmdlExecuteAsync(model_id, inputs.handle, outputs.handle, None))

    assert run(first) == 0
    assert run("async" if first == "sync" else "sync") == 500002
    succeed(acl, "aclrtSynchronizeDevice")
    assert run(first) == 0


@pytest.mark.case(152, "SRC")
def test_data_sets_may_be_rebuilt(acl: abi.Library, om: Path) -> None:
    started(acl)
    model_id = load(acl, om)
    assert execute(acl, model_id) == execute(acl, model_id)


@pytest.mark.case("3.4 async", "DOC+SRC")
@pytest.mark.parametrize("default_stream", [True, False])
def test_async_gives_what_sync_gives(acl: abi.Library, om: Path, default_stream: bool) -> None:
    started(acl)
    expected = execute(acl, load(acl, om))
    model_id = load(acl, om)
    inputs, outputs = data_sets(acl, model_id)
    outputs.clear()
    stream = None if default_stream else acl.create_stream()
    for _ in range(5):
        succeed(acl, "aclmdlExecuteAsync", model_id, inputs.handle, outputs.handle, stream)
    succeed(acl, "aclrtSynchronizeStream", stream)
    assert outputs.contents() == expected


@pytest.mark.case("3.4 async", "N/E")
def test_async_takes_addresses_when_submitted(acl: abi.Library, om: Path) -> None:
    started(acl)
    expected = execute(acl, load(acl, om))
    model_id = load(acl, om)
    inputs, outputs = data_sets(acl, model_id)
    outputs.clear()
    succeed(acl, "aclmdlExecuteAsync", model_id, inputs.handle, outputs.handle, None)
    buffer = acl.aclmdlGetDatasetBuffer(outputs.handle, 0)
    elsewhere = acl.malloc(outputs.sizes[0])
    succeed(acl, "aclUpdateDataBuffer", buffer, elsewhere, outputs.sizes[0])
    succeed(acl, "aclrtSynchronizeStream", None)
    assert outputs.contents() == expected


@pytest.mark.case("3.4 async", "SRC")
def test_async_on_a_stream_of_another_context(acl: abi.Library, om: Path) -> None:
    started(acl)
    default = acl.current_context()
    acl.create_context()
    stream = acl.create_stream()
    succeed(acl, "aclrtSetCurrentContext", default)
    model_id = load(acl, om)
    inputs, outputs = data_sets(acl, model_id)
    code = acl.aclmdlExecuteAsync(model_id, inputs.handle, outputs.handle, stream)
    assert code == 107003


@pytest.mark.case("3.4 unload", "N/E")
def test_unload_waits_for_what_is_queued(acl: abi.Library, om: Path) -> None:
    started(acl)
    expected = execute(acl, load(acl, om))
    model_id = load(acl, om)
    inputs, outputs = data_sets(acl, model_id)
    outputs.clear()
    for _ in range(20):
        succeed(acl, "aclmdlExecuteAsync", model_id, inputs.handle, outputs.handle, None)
    succeed(acl, "aclmdlUnload", model_id)
    assert outputs.contents() == expected
    succeed(acl, "aclrtSynchronizeStream", None)


@pytest.mark.case("part 6", "N/E")
def test_one_id_on_many_threads_does_not_crash(acl: abi.Library, om: Path) -> None:
    started(acl)
    context = acl.current_context()
    expected = execute(acl, load(acl, om))
    model_id = load(acl, om)
    results: list[list[bytes]] = []

    def work() -> None:
        succeed(acl, "aclrtSetCurrentContext", context)
        for _ in range(10):
            results.append(execute(acl, model_id))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 40


@pytest.mark.case(153, "SRC")
def test_exec_config(acl: abi.Library) -> None:
    started(acl)
    handle = acl.aclmdlCreateExecConfigHandle()

    def code(attr: int, value: int, size: int = 4) -> int:
        return int(
            acl.aclmdlSetExecConfigOpt(handle, attr, ctypes.byref(ctypes.c_int32(value)), size)
        )

    assert [code(0, -2), code(0, -1), code(0, 0), code(1, 1000)] == [100000, 0, 0, 0]
    assert code(2, 1) == 100000
    assert code(0, 1, size=8) == 100000
    assert acl.aclmdlSetExecConfigOpt(None, 0, ctypes.byref(ctypes.c_int32()), 4) == 100000
    assert acl.aclmdlSetExecConfigOpt(handle, 0, None, 4) == 100000
    assert acl.aclmdlDestroyExecConfigHandle(handle) == 0
    assert acl.aclmdlDestroyExecConfigHandle(None) == 100000


@pytest.mark.case("3.4 V2", "DOC")
@pytest.mark.parametrize("own_stream", [True, False])
def test_execute_v2(acl: abi.Library, om: Path, own_stream: bool) -> None:
    started(acl)
    expected = execute(acl, load(acl, om))
    model_id = load(acl, om)
    inputs, outputs = data_sets(acl, model_id)
    outputs.clear()
    handle = acl.aclmdlCreateExecConfigHandle()
    timeout = ctypes.byref(ctypes.c_int32(60_000))
    succeed(acl, "aclmdlSetExecConfigOpt", handle, acl.ACL_MDL_STREAM_SYNC_TIMEOUT, timeout, 4)
    stream = acl.create_stream() if own_stream else None
    succeed(acl, "aclmdlExecuteV2", model_id, inputs.handle, outputs.handle, stream, handle)
    assert outputs.contents() == expected
    assert acl.aclmdlExecuteV2(model_id, None, outputs.handle, stream, handle) == 100000
    assert acl.aclmdlExecuteV2(999, inputs.handle, outputs.handle, stream, handle) == 145003


@pytest.mark.case("3.4 V2 timeout", "SRC")
@pytest.mark.parametrize(("own_stream", "expected"), [(True, 507046), (False, 500002)])
def test_execute_v2_past_its_limit(
    acl: abi.Library, om: Path, own_stream: bool, expected: int
) -> None:
    started(acl)
    model_id = load(acl, om)
    inputs, outputs = data_sets(acl, model_id)
    handle = acl.aclmdlCreateExecConfigHandle()
    timeout = ctypes.byref(ctypes.c_int32(20))
    succeed(acl, "aclmdlSetExecConfigOpt", handle, acl.ACL_MDL_STREAM_SYNC_TIMEOUT, timeout, 4)
    stream = acl.create_stream() if own_stream else None
    release = threading.Event()
    hold = abi.callback(lambda: release.wait(30))
    if acl.aclrtLaunchHostFunc(stream, ctypes.cast(hold, ctypes.c_void_p), None) != 0:
        pytest.skip(f"nothing holds this stream up: {acl.message()}")
    code = acl.aclmdlExecuteV2(model_id, inputs.handle, outputs.handle, stream, handle)
    release.set()
    succeed(acl, "aclrtSynchronizeStream", stream)
    if stream is None and code == 0:
        pytest.skip("the internal stream of this library is not the default stream")
    assert code == expected


@pytest.mark.case("3.4", "DOC")
def test_digits_are_told_as_numpy_tells_them(acl: abi.Library, om: Path) -> None:
    known = om.with_name("digits_held_out.npz")
    if om.name != "digits.om" or not known.is_file():
        pytest.skip("the results of this model are not known")
    with np.load(known) as arrays:
        images = arrays["images"].astype(np.float32)
        expected = arrays["probabilities"]
    started(acl)
    model_id = load(acl, om)
    inputs, outputs = data_sets(acl, model_id)
    found = []
    for image in images:
        acl.write(inputs.addresses[0], image.tobytes())
        succeed(acl, "aclmdlExecute", model_id, inputs.handle, outputs.handle)
        found.append(np.frombuffer(outputs.contents()[0], np.float32))
    np.testing.assert_allclose(np.stack(found), expected, atol=1e-3)


# --- data sets ---


@pytest.mark.case(167, "SRC")
def test_data_set_tensor_desc(acl: abi.Library) -> None:
    data_set = acl.aclmdlCreateDataset()
    succeed(acl, "aclmdlAddDatasetBuffer", data_set, acl.aclCreateDataBuffer(None, 0))
    dims = (ctypes.c_int64 * 2)(2, 3)
    desc = acl.aclCreateTensorDesc(acl.ACL_FLOAT, 2, dims, acl.ACL_FORMAT_ND)
    assert acl.aclmdlSetDatasetTensorDesc(data_set, desc, 1) == 100000
    assert acl.aclmdlSetDatasetTensorDesc(None, desc, 0) == 100000
    assert acl.aclmdlSetDatasetTensorDesc(data_set, desc, 0) == 0
    acl.aclDestroyTensorDesc(desc)  # it was copied
    copy = acl.aclmdlGetDatasetTensorDesc(data_set, 0)
    extents = [ctypes.c_int64(), ctypes.c_int64()]
    for index, extent in enumerate(extents):
        succeed(acl, "aclGetTensorDescDimV2", copy, index, ctypes.byref(extent))
    assert [extent.value for extent in extents] == [2, 3]
    assert acl.aclmdlSetDatasetTensorDesc(data_set, None, 0) == 0
    assert acl.aclmdlGetDatasetTensorDesc(data_set, 0) is None
    succeed(acl, "aclmdlDestroyDataset", data_set)
