# SPDX-License-Identifier: Apache-2.0
"""acl.prof: profiling.

Handles, addresses and sizes are ints, taken modulo 2^64; 0 is NULL. `ret` is 0 on success.
"""

from collections.abc import Sequence
from os import PathLike
from typing import SupportsIndex, TypeAlias

_StrPath: TypeAlias = str | PathLike[str]

def init(result_path: _StrPath) -> int:
    """Start profiling into a folder."""

def finalize(*args: object) -> int:
    """End profiling."""

def create_config(
    device_ids: Sequence[SupportsIndex],
    aicore_metrics: SupportsIndex,
    aicore_events: SupportsIndex,
    data_type_config: SupportsIndex,
) -> int:
    """What to profile; 0 on failure."""

def destroy_config(config: SupportsIndex) -> int:
    """Destroy a configuration."""

def start(config: SupportsIndex) -> int:
    """Start collecting."""

def stop(config: SupportsIndex) -> int:
    """Stop collecting."""

def set_config(config_type: SupportsIndex, value: str) -> int:
    """Set an option of profiling."""

def model_subscribe(model_id: SupportsIndex, sub_config: SupportsIndex) -> int:
    """Subscribe to the times of a model's operators."""

def model_unsubscribe(model_id: SupportsIndex) -> int:
    """End a subscription."""

model_un_subscribe = model_unsubscribe

def create_subscribe_config(
    time_info_switch: SupportsIndex, aicore_metrics: SupportsIndex, fd: SupportsIndex
) -> int:
    """What to subscribe to; `fd` is the descriptor of a pipe."""

def destroy_subscribe_config(config: SupportsIndex) -> int:
    """Destroy such a configuration."""

def get_op_desc_size(*args: object) -> tuple[int, int]:
    """Bytes of one record in the pipe. Returns (size, ret)."""

def get_op_num(op_info: SupportsIndex, len: SupportsIndex) -> tuple[int, int]:
    """How many operators a record describes. Returns (num, ret)."""

def get_op_type(
    op_info: SupportsIndex, len: SupportsIndex, index: SupportsIndex, type_len: SupportsIndex
) -> tuple[str | None, int]:
    """The type of an operator, of at most `type_len` bytes. Returns (op_type, ret)."""

def get_op_name(
    op_info: SupportsIndex, len: SupportsIndex, index: SupportsIndex, name_len: SupportsIndex
) -> tuple[str | None, int]:
    """The name of an operator, of at most `name_len` bytes. Returns (op_name, ret)."""

def get_op_type_v2(
    op_info: SupportsIndex, len: SupportsIndex, index: SupportsIndex
) -> tuple[str | None, int]:
    """The type of an operator; None on failure. Returns (op_type, ret)."""

def get_op_name_v2(
    op_info: SupportsIndex, len: SupportsIndex, index: SupportsIndex
) -> tuple[str | None, int]:
    """The name of an operator; None on failure. Returns (op_name, ret)."""

def get_op_type_len(
    op_info: SupportsIndex, len: SupportsIndex, index: SupportsIndex
) -> tuple[int, int]:
    """Bytes of an operator's type. Returns (len, ret)."""

def get_op_name_len(
    op_info: SupportsIndex, len: SupportsIndex, index: SupportsIndex
) -> tuple[int, int]:
    """Bytes of an operator's name. Returns (len, ret)."""

def get_op_start(op_info: SupportsIndex, len: SupportsIndex, index: SupportsIndex) -> int:
    """When an operator started, in ns."""

def get_op_end(op_info: SupportsIndex, len: SupportsIndex, index: SupportsIndex) -> int:
    """When an operator ended, in ns."""

def get_op_duration(op_info: SupportsIndex, len: SupportsIndex, index: SupportsIndex) -> int:
    """How long an operator took, in ns."""

def get_model_id(op_info: SupportsIndex, len: SupportsIndex, index: SupportsIndex) -> int:
    """The model that an operator belongs to."""

def create_step_info(*args: object) -> int:
    """A step; 0 on failure."""

def destroy_step_info(step_info: SupportsIndex) -> None:
    """Destroy a step."""

def get_step_timestamp(step_info: SupportsIndex, tag: SupportsIndex, stream: SupportsIndex) -> int:
    """Mark the start (0) or end (1) of a step on a stream."""

def create_stamp(*args: object) -> int:
    """A stamp; 0 on failure."""

def destroy_stamp(stamp: SupportsIndex) -> None:
    """Destroy a stamp."""

def push(stamp: SupportsIndex) -> int:
    """Open a range of this thread."""

def pop(*args: object) -> int:
    """Close the range opened last."""

def range_start(stamp: SupportsIndex) -> tuple[int, int]:
    """Open a range that another thread may close. Returns (range_id, ret)."""

def range_stop(range_id: SupportsIndex) -> int:
    """Close a range."""

def set_stamp_trace_message(stamp: SupportsIndex, msg: str, msg_len: SupportsIndex) -> int:
    """Set what a stamp says."""

def mark(stamp: SupportsIndex) -> int:
    """Mark this moment."""

def mark_ex(msg: str, stream: SupportsIndex) -> int:
    """Mark a moment on a stream."""
