# SPDX-License-Identifier: Apache-2.0
"""Programs that break a rule about models, and the same done right.

One that breaks a rule answers what the call at fault answered.
"""

from __future__ import annotations

import ctypes
import mmap
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from model_objects import (
    DataSet,
    IODims,
    data_sets,
    describe,
    load,
    query_size,
    started,
    succeed,
)
from owned import finish, load_own, release

from abi import Library, held_up
from abi import callback as callback_of
from written_models import DENSE, dynamic_dense, model_with_gears


def free_work_of_a_loaded_model(acl: Library, om: Path) -> int:
    return acl.aclrtFree(load_own(started(acl), om).work)


def free_after_unload(acl: Library, om: Path) -> None:
    loaded = load_own(started(acl), om)
    release(acl, loaded, loaded.work, loaded.weight)
    finish(acl)


def _two_streams(acl: Library, om: Path, ordered: bool, same_model: bool) -> int:
    """Two executions on two streams: with one work memory, or of one model."""
    first = load_own(started(acl), om)
    second = first if same_model else load_own(acl, om, work=first.work)
    inputs, outputs = data_sets(acl, first.model)
    streams = [acl.create_stream(), acl.create_stream()]
    event = acl.create_event()
    with held_up(acl, streams[0]):
        arguments = inputs.handle, outputs.handle
        succeed(acl, "aclmdlExecuteAsync", first.model, *arguments, streams[0])
        if ordered:
            succeed(acl, "aclrtRecordEvent", event, streams[0])
            succeed(acl, "aclrtStreamWaitEvent", streams[1], event)
        code = acl.aclmdlExecuteAsync(second.model, *arguments, streams[1])
    succeed(acl, "aclrtSynchronizeDevice")
    if ordered:
        succeed(acl, "aclrtDestroyEvent", event)
        for stream in streams:
            succeed(acl, "aclrtDestroyStream", stream)
        release(acl, inputs, outputs, *{first, second}, first.work, *{first.weight, second.weight})
        finish(acl)
    return code


def share_work_on_two_streams(acl: Library, om: Path) -> int:
    return _two_streams(acl, om, ordered=False, same_model=False)


def share_work_in_order(acl: Library, om: Path) -> None:
    assert _two_streams(acl, om, ordered=True, same_model=False) == 0


def _after_an_execution(
    acl: Library, om: Path, on_stream: bool, between: Callable[[int], None]
) -> int:
    """Execute a model on a stream, and once that is over another one with the same work memory."""
    first = load_own(started(acl), om)
    second = load_own(acl, om, work=first.work)
    inputs, outputs = data_sets(acl, first.model)
    streams = [acl.create_stream(), acl.create_stream()]
    arguments = inputs.handle, outputs.handle
    ctypes.memset(outputs.addresses[0], 0xFF, outputs.sizes[0])
    succeed(acl, "aclmdlExecuteAsync", first.model, *arguments, streams[0])
    # No call may tell of the end: device memory is host memory here, and NaN until then.
    while ctypes.c_uint32.from_address(outputs.addresses[0]).value == 0xFFFFFFFF:
        time.sleep(0.01)
    time.sleep(0.05)
    between(streams[0])
    if on_stream:
        code = acl.aclmdlExecuteAsync(second.model, *arguments, streams[1])
    else:
        code = acl.aclmdlExecute(second.model, *arguments)
    succeed(acl, "aclrtSynchronizeDevice")
    return code


def share_work_on_streams_nobody_waits_for(acl: Library, om: Path) -> int:
    return _after_an_execution(acl, om, on_stream=True, between=lambda stream: None)


def share_work_with_a_stream_nobody_waits_for(acl: Library, om: Path) -> int:
    return _after_an_execution(acl, om, on_stream=False, between=lambda stream: None)


def share_work_after(acl: Library, om: Path, wait: str, on_stream: bool) -> int:
    def asks(stream: int) -> None:
        status = ctypes.c_int32()
        succeed(acl, "aclrtStreamQuery", stream, ctypes.byref(status))

    def event(stream: int) -> None:
        waited = acl.create_event()
        succeed(acl, "aclrtRecordEvent", waited, stream)
        succeed(acl, "aclrtSynchronizeEvent", waited)

    def callback(stream: int) -> None:
        over = threading.Event()
        run = callback_of(over.set)
        succeed(acl, "aclrtLaunchHostFunc", stream, run, None)
        assert over.wait(60)

    ways: dict[str, Callable[[int], None]] = {
        "stream": lambda stream: succeed(acl, "aclrtSynchronizeStream", stream),
        "query": asks,
        "event": event,
        "callback": callback,
    }
    return _after_an_execution(acl, om, on_stream, ways[wait])


def share_work_within(acl: Library, om: Path) -> int:
    """aclmdlExecuteV2 waits for what it submits."""
    first = load_own(started(acl), om)
    second = load_own(acl, om, work=first.work)
    inputs, outputs = data_sets(acl, first.model)
    arguments = inputs.handle, outputs.handle
    handle = acl.aclmdlCreateExecConfigHandle()
    succeed(acl, "aclmdlExecuteV2", first.model, *arguments, acl.create_stream(), handle)
    return acl.aclmdlExecute(second.model, *arguments)


def one_model_on_two_streams(acl: Library, om: Path) -> int:
    return _two_streams(acl, om, ordered=False, same_model=True)


def one_model_in_order(acl: Library, om: Path) -> None:
    assert _two_streams(acl, om, ordered=True, same_model=True) == 0


def unload_in_another_context(acl: Library, om: Path) -> int:
    model = load(started(acl), om)
    acl.create_context()
    return acl.aclmdlUnload(model)


def execute_in_another_context(acl: Library, om: Path) -> int:
    model = load(started(acl), om)
    inputs, outputs = data_sets(acl, model)
    acl.create_context()
    return acl.aclmdlExecute(model, inputs.handle, outputs.handle)


def return_to_the_context_of_the_load(acl: Library, om: Path) -> None:
    model = load(started(acl), om)
    home = acl.current_context()
    other = acl.create_context()
    succeed(acl, "aclrtSetCurrentContext", home)
    inputs, outputs = data_sets(acl, model)
    succeed(acl, "aclmdlExecute", model, inputs.handle, outputs.handle)
    release(acl, inputs, outputs)
    succeed(acl, "aclmdlUnload", model)
    succeed(acl, "aclrtDestroyContext", other)
    finish(acl)


def write_weights_in_use(acl: Library, om: Path) -> int:
    weight = load_own(started(acl), om).weight
    data = ctypes.create_string_buffer(64)
    return acl.aclrtMemcpy(weight, 64, data, 64, acl.ACL_MEMCPY_HOST_TO_DEVICE)


def load_another_model_into_weights(acl: Library, om: Path) -> int:
    """The other model: the same with one weight changed."""
    loaded = load_own(started(acl), om)
    data = bytearray(om.read_bytes())
    _, weight_size = query_size(acl, om)
    weights = acl.read(loaded.weight, weight_size)
    data[data.index(weights) + weight_size // 2] ^= 1
    model, copy = ctypes.c_uint32(), ctypes.create_string_buffer(bytes(data), len(data))
    return acl.aclmdlLoadFromMemWithMem(
        copy, len(data), ctypes.byref(model), None, 0, loaded.weight, weight_size
    )


def share_weights(acl: Library, om: Path) -> None:
    first = load_own(started(acl), om)
    second = load_own(acl, om, weight=first.weight)
    release(acl, first, second)
    succeed(acl, "aclrtMemset", first.weight, 64, 1, 64)
    release(acl, first.work, second.work, first.weight)
    finish(acl)


def _load_at(acl: Library, om: Path, offset: int, less: int) -> int:
    work_size, weight_size = query_size(started(acl), om)
    work, weight = acl.malloc(work_size + 64), acl.malloc(weight_size + 64)
    model = ctypes.c_uint32()
    code = acl.aclmdlLoadFromFileWithMem(
        bytes(om),
        ctypes.byref(model),
        work,
        work_size,
        weight + offset,
        weight_size - less,
    )
    if code == 0 and offset % 64 == 0:
        succeed(acl, "aclmdlUnload", model.value)
        release(acl, work, weight)
        finish(acl)
    return code


def misaligned_weights(acl: Library, om: Path) -> int:
    return _load_at(acl, om, offset=32, less=0)


def short_weights(acl: Library, om: Path) -> int:
    return _load_at(acl, om, offset=0, less=1)


def weights_in_host_memory(acl: Library, om: Path) -> int:
    _, weight_size = query_size(started(acl), om)
    host = acl.malloc_host(weight_size)
    model = ctypes.c_uint32()
    return acl.aclmdlLoadFromFileWithMem(bytes(om), ctypes.byref(model), None, 0, host, weight_size)


def weights_in_a_piece_of_a_block(acl: Library, om: Path) -> None:
    assert _load_at(acl, om, offset=64, less=0) == 0


def _configure(acl: Library, **options: int | bytes) -> int:
    """A configuration with these options set."""
    config = acl.aclmdlCreateConfigHandle()
    for name, value in options.items():
        attr = getattr(acl, f"ACL_MDL_{name}")
        holder = ctypes.c_char_p(value) if isinstance(value, bytes) else ctypes.c_size_t(value)
        if name.endswith("_PTR") and isinstance(value, int):
            holder = ctypes.c_void_p(value)
        succeed(acl, "aclmdlSetConfigOpt", config, attr, ctypes.byref(holder), 8)
    return config


def _load_configured(acl: Library, om: Path, load_type: int) -> int:
    work_size, _ = query_size(started(acl), om)
    work = acl.malloc(work_size)
    config = _configure(
        acl,
        LOAD_TYPE_SIZET=load_type,
        PATH_PTR=bytes(om),
        WORKSPACE_ADDR_PTR=work,
        WORKSPACE_SIZET=work_size,
    )
    model = ctypes.c_uint32()
    code = acl.aclmdlLoadWithConfig(config, ctypes.byref(model))
    if load_type == acl.ACL_MDL_LOAD_FROM_FILE_WITH_MEM:
        succeed(acl, "aclmdlUnload", model.value)
        succeed(acl, "aclmdlDestroyConfigHandle", config)
        release(acl, work)
        finish(acl)
    return code


def memory_for_a_load_type_without(acl: Library, om: Path) -> int:
    return _load_configured(acl, om, acl.ACL_MDL_LOAD_FROM_FILE)


def memory_for_a_load_type_with(acl: Library, om: Path) -> None:
    assert _load_configured(acl, om, acl.ACL_MDL_LOAD_FROM_FILE_WITH_MEM) == 0


def _load_bytes(acl: Library, address: int, size: int, before: Callable[[], object]) -> int:
    config = _configure(
        acl, LOAD_TYPE_SIZET=acl.ACL_MDL_LOAD_FROM_MEM, MEM_ADDR_PTR=address, MEM_SIZET=size
    )
    before()
    model = ctypes.c_uint32()
    code = acl.aclmdlLoadWithConfig(config, ctypes.byref(model))
    if code == 0:
        succeed(acl, "aclmdlUnload", model.value)
    succeed(acl, "aclmdlDestroyConfigHandle", config)
    return code


def overwrite_model_bytes(acl: Library, om: Path) -> int:
    data = om.read_bytes()
    copy = ctypes.create_string_buffer(data, len(data))
    address = ctypes.addressof(copy)
    started(acl)
    return _load_bytes(acl, address, len(data), lambda: ctypes.memset(address + 4, 0xFF, 64))


def unmap_model_bytes(acl: Library, om: Path) -> int:
    data = om.read_bytes()
    mapping = mmap.mmap(-1, len(data))
    mapping.write(data)
    view = ctypes.c_char.from_buffer(mapping)
    address = ctypes.addressof(view)
    del view
    started(acl)
    return _load_bytes(acl, address, len(data), mapping.close)


def free_model_bytes(acl: Library, om: Path) -> int:
    data = om.read_bytes()
    host = started(acl).malloc_host(len(data))
    ctypes.memmove(host, data, len(data))
    _configure(acl, MEM_ADDR_PTR=host, MEM_SIZET=len(data))
    return acl.aclrtFreeHost(host)


def free_model_bytes_after_the_load(acl: Library, om: Path) -> None:
    data = om.read_bytes()
    host = started(acl).malloc_host(len(data))
    ctypes.memmove(host, data, len(data))
    assert _load_bytes(acl, host, len(data), lambda: None) == 0
    succeed(acl, "aclrtFreeHost", host)
    finish(acl)


def _destroy_early(acl: Library, om: Path, destroy: Callable[[DataSet], int]) -> int:
    model = load(started(acl), om)
    inputs, outputs = data_sets(acl, model)
    stream = acl.create_stream()
    with held_up(acl, stream):
        arguments = inputs.handle, outputs.handle, stream
        succeed(acl, "aclmdlExecuteAsync", model, *arguments)
        return destroy(outputs)


def destroy_a_data_set_early(acl: Library, om: Path) -> int:
    return _destroy_early(acl, om, lambda outputs: acl.aclmdlDestroyDataset(outputs.handle))


def destroy_a_data_buffer_early(acl: Library, om: Path) -> int:
    return _destroy_early(
        acl,
        om,
        lambda outputs: acl.aclDestroyDataBuffer(acl.aclmdlGetDatasetBuffer(outputs.handle, 0)),
    )


def free_an_output_early(acl: Library, om: Path) -> int:
    return _destroy_early(acl, om, lambda outputs: acl.aclrtFree(outputs.addresses[0]))


def destroy_after_synchronizing(acl: Library, om: Path) -> None:
    model = load(started(acl), om)
    inputs, outputs = data_sets(acl, model)
    stream = acl.create_stream()
    succeed(acl, "aclmdlExecuteAsync", model, inputs.handle, outputs.handle, stream)
    succeed(acl, "aclrtSynchronizeStream", stream)
    release(acl, inputs, outputs)
    succeed(acl, "aclmdlUnload", model)
    succeed(acl, "aclrtDestroyStream", stream)
    finish(acl)


def execute_with_no_output(acl: Library, om: Path) -> int:
    model = load(started(acl), om)
    inputs, outputs = data_sets(acl, model)
    buffer = acl.aclmdlGetDatasetBuffer(outputs.handle, 0)
    succeed(acl, "aclUpdateDataBuffer", buffer, None, outputs.sizes[0])
    return acl.aclmdlExecute(model, inputs.handle, outputs.handle)


def execute_with_outputs(acl: Library, om: Path) -> None:
    model = load(started(acl), om)
    inputs, outputs = data_sets(acl, model)
    succeed(acl, "aclmdlExecute", model, inputs.handle, outputs.handle)
    release(acl, inputs, outputs)
    succeed(acl, "aclmdlUnload", model)
    finish(acl)


def _write(folder: Path, content: bytes) -> Path:
    path = folder / "written.om"
    path.write_bytes(content)
    return path


def _execute_without_memory(acl: Library, frees: bool) -> int:
    """A model with dynamic shapes, whose outputs the runtime allocates."""
    rows, columns = 3, DENSE.shape[0]
    with tempfile.TemporaryDirectory() as folder:
        model = load(started(acl), _write(Path(folder), dynamic_dense()))
    inputs, outputs = DataSet(acl, [rows * columns * 4]), DataSet(acl, [])
    dims = (ctypes.c_int64 * 2)(rows, columns)
    desc = acl.aclCreateTensorDesc(acl.ACL_FLOAT, 2, dims, acl.ACL_FORMAT_ND)
    succeed(acl, "aclmdlSetDatasetTensorDesc", inputs.handle, desc, 0)
    acl.aclDestroyTensorDesc(desc)
    buffers = [acl.aclCreateDataBuffer(None, 0) for _ in range(2)]
    for buffer in buffers:
        succeed(acl, "aclmdlAddDatasetBuffer", outputs.handle, buffer)
    succeed(acl, "aclmdlExecute", model, inputs.handle, outputs.handle)
    for buffer in buffers if frees else ():
        release(acl, acl.aclGetDataBufferAddr(buffer))
        succeed(acl, "aclUpdateDataBuffer", buffer, None, 0)
    release(acl, inputs, outputs)
    succeed(acl, "aclmdlUnload", model)
    succeed(acl, "aclrtResetDevice", 0)
    return acl.aclFinalize()


def leave_outputs_of_the_runtime(acl: Library, om: Path) -> int:
    del om
    return _execute_without_memory(acl, frees=False)


def free_outputs_of_the_runtime(acl: Library, om: Path) -> None:
    execute_with_outputs(acl, om)
    assert _execute_without_memory(acl, frees=True) == 0


def _execute_with_gears(acl: Library, sets: bool) -> int:
    """Either way the hidden input holds a gear: by the setter, or by chance."""
    with tempfile.TemporaryDirectory() as folder:
        model = load(started(acl), _write(Path(folder), model_with_gears("batch")))
    inputs, outputs = data_sets(acl, model)
    acl.write(inputs.addresses[1], (8).to_bytes(inputs.sizes[1], "little"))
    if sets:
        succeed(acl, "aclmdlSetDynamicBatchSize", model, inputs.handle, 1, 8)
    code = acl.aclmdlExecute(model, inputs.handle, outputs.handle)
    if sets:
        release(acl, inputs, outputs)
        succeed(acl, "aclmdlUnload", model)
        finish(acl)
    return code


def execute_without_a_gear(acl: Library, om: Path) -> int:
    del om
    return _execute_with_gears(acl, sets=False)


def execute_with_a_gear(acl: Library, om: Path) -> None:
    del om
    assert _execute_with_gears(acl, sets=True) == 0


def execute_on_host_memory(acl: Library, om: Path) -> int:
    model = load(started(acl), om)
    inputs, outputs = data_sets(acl, model)
    buffer = acl.aclmdlGetDatasetBuffer(inputs.handle, 0)
    memory = acl.malloc_host(inputs.sizes[0])
    succeed(acl, "aclUpdateDataBuffer", buffer, memory, inputs.sizes[0])
    return acl.aclmdlExecute(model, inputs.handle, outputs.handle)


def load_into_one_place(acl: Library, om: Path) -> int:
    """Work and weight memory overlap by one step."""
    work_size, weight_size = query_size(started(acl), om)
    work_size = max(work_size, 128)
    block = acl.malloc(work_size + weight_size)
    model = ctypes.c_uint32()
    start = block + work_size // 64 * 64 - 64
    return acl.aclmdlLoadFromFileWithMem(
        bytes(om), ctypes.byref(model), block, work_size, start, weight_size
    )


def execute_into_work_memory(acl: Library, om: Path) -> int:
    loaded = load_own(started(acl), om, work=acl.malloc(1 << 20))
    inputs, outputs = data_sets(acl, loaded.model)
    buffer = acl.aclmdlGetDatasetBuffer(outputs.handle, 0)
    succeed(acl, "aclUpdateDataBuffer", buffer, loaded.work, outputs.sizes[0])
    return acl.aclmdlExecute(loaded.model, inputs.handle, outputs.handle)


def execute_into_a_short_output(acl: Library, om: Path) -> int:
    """So short that the runtime takes it, and cuts."""
    model = load(started(acl), om)
    inputs, outputs = data_sets(acl, model)
    buffer = acl.aclmdlGetDatasetBuffer(outputs.handle, 0)
    succeed(acl, "aclUpdateDataBuffer", buffer, outputs.addresses[0], outputs.sizes[0] - 1)
    return acl.aclmdlExecute(model, inputs.handle, outputs.handle)


def _execute_with_shape(acl: Library, om: Path, factor: int) -> int:
    model = load(started(acl), om)
    inputs, outputs = data_sets(acl, model)
    desc, shape_of_input = describe(acl, model), IODims()
    succeed(acl, "aclmdlGetInputDims", desc, 0, ctypes.byref(shape_of_input))
    dims = shape_of_input.shape
    dims[0] *= factor
    array = (ctypes.c_int64 * len(dims))(*dims)
    shape = acl.aclCreateTensorDesc(acl.ACL_FLOAT, len(dims), array, acl.ACL_FORMAT_ND)
    succeed(acl, "aclmdlSetDatasetTensorDesc", inputs.handle, shape, 0)
    acl.aclDestroyTensorDesc(shape)
    code = acl.aclmdlExecute(model, inputs.handle, outputs.handle)
    succeed(acl, "aclmdlDestroyDesc", desc)
    if code == 0:
        release(acl, inputs, outputs)
        succeed(acl, "aclmdlUnload", model)
    return code


def execute_with_another_shape(acl: Library, om: Path) -> int:
    return _execute_with_shape(acl, om, factor=2)


def execute_with_its_own_shape(acl: Library, om: Path) -> None:
    assert _execute_with_shape(acl, om, factor=1) == 0
    finish(acl)
