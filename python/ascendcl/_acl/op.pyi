# SPDX-License-Identifier: Apache-2.0
"""acl.op: single operators.

Handles, addresses and sizes are ints, taken modulo 2^64; 0 is NULL. `ret` is 0 on success.
"""

from collections.abc import Callable, Sequence
from os import PathLike
from typing import SupportsIndex, TypeAlias

_StrPath: TypeAlias = str | PathLike[str]

def set_model_dir(dir: _StrPath) -> int:
    """Load the operators of a folder."""

def load(model_ptr: SupportsIndex, size: SupportsIndex) -> int:
    """Load an operator from memory."""

def execute(
    op_type: str,
    in_desc: Sequence[SupportsIndex],
    inputs: Sequence[SupportsIndex],
    out_desc: Sequence[SupportsIndex],
    outputs: Sequence[SupportsIndex],
    attr: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """Run an operator on a stream."""

def execute_v2(
    op_type: str,
    in_desc: Sequence[SupportsIndex],
    inputs: Sequence[SupportsIndex],
    out_desc: Sequence[SupportsIndex],
    outputs: Sequence[SupportsIndex],
    attr: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """Run an operator on a stream; output descriptors are updated."""

def execute_with_handle(
    handle: SupportsIndex,
    inputs: Sequence[SupportsIndex],
    outputs: Sequence[SupportsIndex],
    stream: SupportsIndex,
) -> int:
    """Run the operator of a handle on a stream."""

def create_handle(
    op_type: str,
    in_desc: Sequence[SupportsIndex],
    out_desc: Sequence[SupportsIndex],
    attr: SupportsIndex,
) -> tuple[int, int]:
    """A handle to an operator, which saves the search at each run. Returns (handle, ret)."""

def destroy_handle(handle: SupportsIndex) -> None:
    """Destroy a handle."""

def cast(
    src_desc: SupportsIndex,
    src_buf: SupportsIndex,
    dst_desc: SupportsIndex,
    dst_buf: SupportsIndex,
    truncate: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """Convert the type of a tensor on a stream."""

def create_handle_for_cast(
    src_desc: SupportsIndex, dst_desc: SupportsIndex, truncate: SupportsIndex
) -> tuple[int, int]:
    """A handle to a conversion. Returns (handle, ret)."""

def create_attr(*args: object) -> int:
    """An empty set of attributes; 0 on failure."""

def destroy_attr(attr: SupportsIndex) -> None:
    """Destroy attributes."""

def set_attr_bool(attr: SupportsIndex, name: str, value: SupportsIndex) -> int:
    """Set an attribute: 0 or 1."""

def set_attr_int(attr: SupportsIndex, name: str, value: SupportsIndex) -> int:
    """Set an attribute."""

def set_attr_float(attr: SupportsIndex, name: str, value: float) -> int:
    """Set an attribute."""

def set_attr_string(attr: SupportsIndex, name: str, value: str) -> int:
    """Set an attribute."""

def set_attr_data_type(attr: SupportsIndex, name: str, data_type: SupportsIndex) -> tuple[int, int]:
    """Set an attribute. Returns (attr, ret)."""

def set_attr_list_bool(attr: SupportsIndex, name: str, values: Sequence[SupportsIndex]) -> int:
    """Set an attribute: list of 0 or 1."""

def set_attr_list_int(attr: SupportsIndex, name: str, values: Sequence[SupportsIndex]) -> int:
    """Set an attribute."""

def set_attr_list_float(attr: SupportsIndex, name: str, values: Sequence[float]) -> int:
    """Set an attribute."""

def set_attr_list_string(attr: SupportsIndex, name: str, values: Sequence[str]) -> int:
    """Set an attribute."""

def set_attr_list_data_type(
    attr: SupportsIndex, name: str, values: Sequence[SupportsIndex]
) -> tuple[int, int]:
    """Set an attribute. Returns (attr, ret)."""

def set_attr_list_list_int(
    attr: SupportsIndex, name: str, values: Sequence[Sequence[SupportsIndex]]
) -> int:
    """Set an attribute."""

def infer_shape(
    op_type: str,
    in_desc: Sequence[SupportsIndex],
    inputs: Sequence[SupportsIndex],
    num_outputs: SupportsIndex,
    out_desc: Sequence[SupportsIndex],
    attr: SupportsIndex,
) -> int:
    """Fill in the output descriptors of an operator."""

def update_params(
    op_type: str,
    in_desc: Sequence[SupportsIndex],
    out_desc: Sequence[SupportsIndex],
    attr: SupportsIndex,
) -> int:
    """Update the parameters of an operator."""

def register_compile_func(
    op_type: str, fn: Callable[[int, list[int], int, list[int], int, int], int | None]
) -> int:
    """`fn(num_in, in_list, num_out, out_list, attr, kernel_desc)` chooses the kernel of an
    operator; None or 0 for success.
    """

def unregister_compile_func(op_type: str) -> int:
    """Undo `register_compile_func`."""

def create_kernel(
    op_type: str,
    kernel_id: str,
    kernel_name: str,
    bin_ptr: SupportsIndex,
    bin_size: SupportsIndex,
    engine_type: SupportsIndex,
    deallocator_flag: SupportsIndex,
) -> int:
    """Register a kernel; `deallocator_flag` must be 0, the caller keeps the memory."""

def set_kernel_args(
    kernel_desc: SupportsIndex,
    kernel_id: str,
    block_dim: SupportsIndex,
    args_ptr: SupportsIndex,
    args_size: SupportsIndex,
) -> int:
    """Set a kernel's arguments."""

def set_kernel_workspace_sizes(
    kernel_desc: SupportsIndex, num: SupportsIndex, sizes_ptr: SupportsIndex
) -> int:
    """Set the sizes of workspaces; `sizes_ptr` is the address of `num` 64-bit numbers."""

def set_max_op_queue_num(num: SupportsIndex) -> int:
    """How many operators are kept loaded."""

def start_dump_args(dump_type: SupportsIndex, path: _StrPath) -> int:
    """Dump the arguments of operators to a folder."""

def stop_dump_args(dump_type: SupportsIndex) -> int:
    """Stop dumping arguments."""
