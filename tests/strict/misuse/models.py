# SPDX-License-Identifier: Apache-2.0
"""Executions, loads and operators whose memory is not what it is said to be."""

from __future__ import annotations

import ctypes

import numpy as np
from program import GARBAGE, Model, breaks, device, got, host, started, stream

import acl
from ascendcl.data import DIGITS_MODEL


@breaks("ACL-018", None)
def make_a_buffer_longer_than_its_memory() -> int:
    started()
    return acl.create_data_buffer(device(64), 1 << 20)


@breaks("ACL-018", None)
def make_a_buffer_of_garbage() -> int:
    started()
    return acl.create_data_buffer(GARBAGE, 64)


@breaks("ACL-018", 100000)
def update_a_buffer_beyond_its_memory() -> int:
    model = Model()
    return acl.update_data_buffer(model.buffers[0], model.memory[0], 1 << 20)


def _lie(model: Model, side: int, address: int, size: int) -> None:
    """As a program in C would that keeps the structure to itself: nobody sees it."""
    raw = (ctypes.c_uint64 * 2).from_address(model.buffers[side])
    raw[0], raw[1] = address, size


@breaks("ACL-018", 100000)
def execute_with_an_input_longer_than_its_memory() -> int:
    model = Model()
    _lie(model, 0, device(64), model.sizes[0])
    return model.execute()


@breaks("ACL-018", 100000)
def execute_with_an_output_longer_than_its_memory() -> int:
    model = Model()
    _lie(model, 1, device(8), model.sizes[1])
    return model.execute()


@breaks("ACL-018", 100000)
def execute_with_garbage_as_input() -> int:
    model = Model()
    _lie(model, 0, GARBAGE, model.sizes[0])
    return model.execute()


@breaks("ACL-018", 100000)
def execute_in_a_stream_with_garbage_as_output() -> int:
    model = Model()
    _lie(model, 1, GARBAGE, model.sizes[1])
    return model.execute_async()


@breaks("ACL-020", 500002)
def execute_with_numpy_as_input() -> int:
    model = Model()
    array = np.zeros(model.sizes[0], np.uint8)
    return model.with_memory(0, acl.util.numpy_to_ptr(array)).execute()


@breaks("ACL-020", 500002)
def execute_with_numpy_as_output() -> int:
    model = Model()
    array = np.zeros(model.sizes[1], np.uint8)
    return model.with_memory(1, acl.util.numpy_to_ptr(array)).execute()


@breaks("ACL-020", 500002)
def execute_with_page_locked_memory_as_input() -> int:
    model = Model()
    return model.with_memory(0, host(model.sizes[0])).execute()


@breaks("ACL-020", 500002)
def execute_in_a_stream_with_page_locked_memory_as_output() -> int:
    model = Model()
    return model.with_memory(1, host(model.sizes[1])).execute_async()


@breaks("ACL-020", 500002)
def execute_with_dead_bytes_as_input() -> int:
    model = Model()
    address = acl.util.bytes_to_ptr(bytes(model.sizes[0]))  # keeps nothing alive
    return model.with_memory(0, address).execute()


@breaks("ACL-022", 500002)
def execute_with_an_output_that_is_short() -> int:
    model = Model()
    return model.with_memory(1, model.memory[1], model.sizes[1] - 4).execute()


@breaks("ACL-022", 500002)
def execute_in_a_stream_with_an_output_that_is_short() -> int:
    model = Model()
    return model.with_memory(1, model.memory[1], model.sizes[1] - 4).execute_async()


@breaks("ACL-023", 500002)
def set_another_shape_of_a_static_model() -> int:
    model = Model()
    desc = acl.create_tensor_desc(0, [7, 1, 8, 8], 0)
    got(acl.mdl.set_dataset_tensor_desc(model.sets[0], desc, 0))
    return model.execute()


def _load(offset: int, both: bool) -> tuple[int, int, tuple[int, int]]:
    """One block; the weights start so far into it."""
    started()
    work, weight = got(acl.mdl.query_size(DIGITS_MODEL))
    block = device(2 * (work + weight) + 4096)
    model, ret = acl.mdl.load_from_file_with_mem(
        DIGITS_MODEL, block, max(work, 4096), block + offset, weight if both else 0
    )
    return ret, block, (work, weight)


@breaks("ACL-021", 145000)
def load_with_weights_inside_the_work_memory() -> int:
    return _load(0, True)[0]


@breaks("ACL-021", 145000)
def load_with_weights_that_reach_into_the_work_memory() -> int:
    return _load(64, True)[0]


def _model_in_own_memory() -> tuple[Model, int, int]:
    model = Model()
    work, weight = got(acl.mdl.query_size(DIGITS_MODEL))
    work = max(work, 4096)
    own_work, own_weight = device(work), device(weight)
    model.id = got(
        acl.mdl.load_from_file_with_mem(DIGITS_MODEL, own_work, work, own_weight, weight)
    )
    return model, own_work, own_weight


@breaks("ACL-021", 145000)
def execute_with_an_input_in_the_work_memory() -> int:
    model, work, _ = _model_in_own_memory()
    return model.with_memory(0, work).execute()


@breaks("ACL-021", 145000)
def execute_with_an_output_in_the_work_memory() -> int:
    model, work, _ = _model_in_own_memory()
    return model.with_memory(1, work).execute_async()


@breaks("ACL-005", 148051)
def execute_with_an_output_in_the_weights() -> int:
    model, _, weight = _model_in_own_memory()
    return model.with_memory(1, weight).execute()


@breaks("ACL-005", 148051)
def load_with_work_memory_in_the_weights_of_another() -> int:
    _, _, weights = _model_in_own_memory()
    work, weight = got(acl.mdl.query_size(DIGITS_MODEL))
    _, ret = acl.mdl.load_from_file_with_mem(
        DIGITS_MODEL, weights, max(work, 64), device(weight), weight
    )
    return ret


@breaks("ACL-006", 145000)
def load_with_garbage_as_weights() -> int:
    started()
    _, weight = got(acl.mdl.query_size(DIGITS_MODEL))
    _, ret = acl.mdl.load_from_file_with_mem(DIGITS_MODEL, 0, 0, 0x100000000, weight)
    return ret


@breaks("ACL-018", 100000)
def load_from_garbage() -> int:
    started()
    _, ret = acl.mdl.load_from_mem(GARBAGE, 4096)
    return ret


@breaks("ACL-018", 100000)
def ask_garbage_for_sizes() -> int:
    started()
    _, _, ret = acl.mdl.query_size_from_mem(GARBAGE, 4096)
    return ret


@breaks("ACL-018", 100000)
def load_from_more_bytes_than_there_are() -> int:
    started()
    size = 1 << 12
    _, ret = acl.mdl.load_from_mem(device(size), 1 << 20)
    return ret


def _cast(change: str) -> int:
    started()
    descs = [acl.create_tensor_desc(kind, [16], 2) for kind in (0, 1)]
    sizes = [acl.get_tensor_desc_size(desc) for desc in descs]
    buffers = [acl.create_data_buffer(device(size), size) for size in sizes]
    if change == "input":
        raw = (ctypes.c_uint64 * 2).from_address(buffers[0])
        raw[0] = GARBAGE
    elif change == "numpy":
        array = np.zeros(64, np.uint8)
        assert acl.update_data_buffer(buffers[1], acl.util.numpy_to_ptr(array), sizes[1]) == 0
    elif change == "handle":
        buffers[1] = descs[0]
    queue = stream()
    ret = acl.op.cast(descs[0], buffers[0], descs[1], buffers[1], 0, queue)
    acl.rt.synchronize_stream(queue)
    return ret


@breaks("ACL-018", 100000)
def run_an_operator_on_garbage() -> int:
    return _cast("input")


@breaks("ACL-020", 500002)
def run_an_operator_into_numpy() -> int:
    return _cast("numpy")


@breaks("ACL-019", 100000)
def run_an_operator_on_a_desc() -> int:
    return _cast("handle")
