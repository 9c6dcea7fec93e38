# SPDX-License-Identifier: Apache-2.0
"""What a careful program of flat functions is made of: every code looked at, every release meant.

Each function makes something and puts its release on an ExitStack, so that a failure anywhere
gives back all that was there.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import NamedTuple

import numpy as np

import acl

REPEAT_INITIALIZE = 100002
HOST_TO_DEVICE, DEVICE_TO_HOST = 1, 2


class Failed(Exception):  # noqa: N818
    """A flat function failed: its code (0 where it answers a handle), and the recent message."""

    def __init__(self, code: int) -> None:
        super().__init__(code, acl.get_recent_err_msg())
        self.code = code


def done(code: int) -> None:
    if code != 0:
        raise Failed(code)


def made(handle: int) -> int:
    if handle == 0:
        raise Failed(0)
    return handle


def released_by(stack: ExitStack, release: Callable[..., int], *arguments: int) -> None:
    stack.callback(lambda: done(release(*arguments)))


def use_device(stack: ExitStack) -> None:
    """Start up, in a context of its own."""
    code = acl.init()
    if code != REPEAT_INITIALIZE:  # somebody else has done it
        done(code)
    released_by(stack, acl.finalize)
    done(acl.rt.set_device(0))
    released_by(stack, acl.rt.reset_device, 0)
    context, code = acl.rt.create_context(0)
    done(code)
    released_by(stack, acl.rt.destroy_context, context)


def malloc(stack: ExitStack, size: int) -> int:
    address, code = acl.rt.malloc(size, 0)
    done(code)
    released_by(stack, acl.rt.free, address)
    return address


def malloc_host(stack: ExitStack, size: int) -> int:
    address, code = acl.rt.malloc_host(size)
    done(code)
    released_by(stack, acl.rt.free_host, address)
    return address


def stream(stack: ExitStack) -> int:
    handle, code = acl.rt.create_stream()
    done(code)
    released_by(stack, acl.rt.destroy_stream, handle)
    return handle


class Tensors(NamedTuple):
    """Device memory, and the data set over it."""

    dataset: int
    addresses: list[int]
    sizes: list[int]


def tensors(stack: ExitStack, sizes: list[int]) -> Tensors:
    dataset = made(acl.mdl.create_dataset())
    released_by(stack, acl.mdl.destroy_dataset, dataset)
    addresses = []
    for size in sizes:
        address = malloc(stack, size)
        buffer = made(acl.create_data_buffer(address, size))
        released_by(stack, acl.destroy_data_buffer, buffer)
        _, code = acl.mdl.add_dataset_buffer(dataset, buffer)
        done(code)
        addresses.append(address)
    return Tensors(dataset, addresses, sizes)


class Loaded(NamedTuple):
    """A loaded model and memory for its inputs and outputs."""

    model_id: int
    desc: int
    inputs: Tensors
    outputs: Tensors


def load(stack: ExitStack, path: str) -> Loaded:
    """Load a model with work and weight memory of our own."""
    work_size, weight_size, code = acl.mdl.query_size(path)
    done(code)
    work, weight = malloc(stack, work_size), malloc(stack, weight_size)
    model_id, code = acl.mdl.load_from_file_with_mem(path, work, work_size, weight, weight_size)
    done(code)
    return loaded(stack, model_id)


def load_bytes(stack: ExitStack, data: bytes) -> Loaded:
    """Load a model whose memory the system manages."""
    model_id, code = acl.mdl.load_from_mem(acl.util.bytes_to_ptr(data), len(data))
    done(code)
    return loaded(stack, model_id)


def loaded(stack: ExitStack, model_id: int) -> Loaded:
    released_by(stack, acl.mdl.unload, model_id)
    desc = made(acl.mdl.create_desc())
    released_by(stack, acl.mdl.destroy_desc, desc)
    done(acl.mdl.get_desc(desc, model_id))
    inputs = range(acl.mdl.get_num_inputs(desc))
    outputs = range(acl.mdl.get_num_outputs(desc))
    return Loaded(
        model_id,
        desc,
        tensors(stack, [acl.mdl.get_input_size_by_index(desc, i) for i in inputs]),
        tensors(stack, [acl.mdl.get_output_size_by_index(desc, i) for i in outputs]),
    )


def address_of(array: np.ndarray) -> int:
    return int(array.ctypes.data)
