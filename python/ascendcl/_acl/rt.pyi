# SPDX-License-Identifier: Apache-2.0
"""acl.rt: devices, contexts, streams, events, memory, kernels.

Handles, addresses and sizes are ints, taken modulo 2^64; 0 is NULL. `ret` is 0 on success.
"""

from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any, SupportsIndex, TypeAlias, TypedDict

_StrPath: TypeAlias = str | PathLike[str]

class _Utilization(TypedDict):
    cube_utilization: int
    vector_utilization: int
    aicpu_utilization: int
    memory_utilization: int
    utilization_extend: int

class _UceInfo(TypedDict):
    addr: int
    len: int
    reserved: list[int]

class _Location(TypedDict):
    id: int
    type: int

class _PointerAttributes(TypedDict):
    location: _Location
    page_size: int
    rsv: list[int]

def set_device(device_id: SupportsIndex) -> int:
    """Open a device and make its default context current in this thread."""

def reset_device(device_id: SupportsIndex) -> int:
    """Close a device."""

def reset_device_force(device_id: SupportsIndex) -> int:
    """Close a device even where others in this process have opened it."""

def get_device(*args: object) -> tuple[int, int]:
    """The device of this thread. Returns (device_id, ret)."""

def get_device_count(*args: object) -> tuple[int, int]:
    """How many devices there are. Returns (count, ret)."""

def get_run_mode(*args: object) -> tuple[int, int]:
    """Where this program runs: 0 on the device, 1 on the host. Returns (run_mode, ret)."""

def set_ts_device(ts_id: SupportsIndex) -> int:
    """Choose the task scheduler."""

def set_device_sat_mode(mode: SupportsIndex) -> int:
    """What overflowing floats become: 0 saturation, 1 inf or NaN."""

def get_device_sat_mode(*args: object) -> tuple[int, int]:
    """What overflowing floats become: 0 saturation, 1 inf or NaN. Returns (mode, ret)."""

def get_device_utilization_rate(device_id: SupportsIndex) -> tuple[_Utilization, int]:
    """How busy a device is, in per cent."""

def query_device_status(device_id: SupportsIndex) -> tuple[int, int]:
    """Whether a device works. Returns (status, ret)."""

def device_task_abort(device_id: SupportsIndex, timeout: SupportsIndex) -> int:
    """Abort all tasks of a device; `timeout` in ms."""

def get_device_info(device_id: SupportsIndex, attr: SupportsIndex) -> tuple[int, int]:
    """A property of a device. Returns (value, ret)."""

def device_get_stream_priority_range(*args: object) -> tuple[int, int, int]:
    """The priorities that streams can have. Returns (least, greatest, ret)."""

def get_device_capability(device_id: SupportsIndex, feature_type: SupportsIndex) -> tuple[int, int]:
    """Whether a device has a feature. Returns (value, ret)."""

def get_device_res_limit(device_id: SupportsIndex, type: SupportsIndex) -> tuple[int, int]:
    """A resource limit of a device. Returns (value, ret)."""

def set_device_res_limit(
    device_id: SupportsIndex, type: SupportsIndex, value: SupportsIndex
) -> int:
    """Limit a resource of a device for this process."""

def reset_device_res_limit(device_id: SupportsIndex) -> int:
    """Lift the limits of a device."""

def get_devices_topo(device_id: SupportsIndex, other_device_id: SupportsIndex) -> tuple[int, int]:
    """How two devices are connected. Returns (value, ret)."""

def get_logic_dev_id_by_user_dev_id(user_id: SupportsIndex) -> tuple[int, int]:
    """The logical id of a device by the user's id. Returns (logic_id, ret)."""

def get_user_dev_id_by_logic_dev_id(logic_id: SupportsIndex) -> tuple[int, int]:
    """The user's id of a device by its logical id. Returns (user_id, ret)."""

def get_logic_dev_id_by_phy_dev_id(phy_id: SupportsIndex) -> tuple[int, int]:
    """The logical id of a device by its physical id. Returns (logic_id, ret)."""

def get_phy_dev_id_by_logic_dev_id(logic_id: SupportsIndex) -> tuple[int, int]:
    """The physical id of a device by its logical id. Returns (phy_id, ret)."""

def device_get_uuid(device_id: SupportsIndex) -> tuple[dict[str, list[int]], int]:
    """The UUID of a device."""

def device_peer_access_status(device_id: SupportsIndex, peer_id: SupportsIndex) -> tuple[int, int]:
    """Whether one device may access another's memory. Returns (status, ret)."""

def device_can_access_peer(device_id: SupportsIndex, peer_id: SupportsIndex) -> tuple[int, int]:
    """Whether one device could access another's memory. Returns (can_access, ret)."""

def device_enable_peer_access(peer_id: SupportsIndex, flags: SupportsIndex) -> int:
    """Allow the current device to access another's memory."""

def device_disable_peer_access(peer_id: SupportsIndex) -> int:
    """Forbid the current device to access another's memory."""

def device_get_bare_tgid(*args: object) -> tuple[int, int]:
    """The process id as the device knows it, also inside a container. Returns (pid, ret)."""

def create_context(device_id: SupportsIndex) -> tuple[int, int]:
    """A context on a device, made current in this thread. Returns (context, ret)."""

def destroy_context(context: SupportsIndex) -> int:
    """Destroy a context and what was made in it."""

def set_context(context: SupportsIndex) -> int:
    """Make a context current in this thread."""

def get_context(*args: object) -> tuple[int, int]:
    """The current context of this thread. Returns (context, ret)."""

def get_primary_ctx_state(device_id: SupportsIndex) -> tuple[int, int, int]:
    """Whether the default context of a device is active. Returns (active, flags, ret)."""

def ctx_get_current_default_stream(*args: object) -> tuple[int, int]:
    """The default stream of the current context. Returns (stream, ret)."""

def ctx_set_sys_param_opt(opt: SupportsIndex, value: SupportsIndex) -> int:
    """Set an option of the current context."""

def ctx_get_sys_param_opt(opt: SupportsIndex) -> tuple[int, int]:
    """An option of the current context. Returns (value, ret)."""

def set_sys_param_opt(opt: SupportsIndex, value: SupportsIndex) -> int:
    """Set an option of the process."""

def get_sys_param_opt(opt: SupportsIndex) -> tuple[int, int]:
    """An option of the process. Returns (value, ret)."""

def get_overflow_status(
    out_ptr: SupportsIndex, out_size: SupportsIndex, stream: SupportsIndex
) -> int:
    """Copy the overflow status to device memory."""

def reset_overflow_status(stream: SupportsIndex) -> int:
    """Clear the overflow status."""

def create_stream(*args: object) -> tuple[int, int]:
    """A stream in the current context. Returns (stream, ret)."""

def create_stream_with_config(priority: SupportsIndex, flag: SupportsIndex) -> tuple[int, int]:
    """A stream with a priority and flags. Returns (stream, ret)."""

def destroy_stream(stream: SupportsIndex) -> int:
    """Wait for a stream's tasks and destroy it."""

def destroy_stream_force(stream: SupportsIndex) -> int:
    """Destroy a stream without waiting for its tasks."""

def set_stream_overflow_switch(stream: SupportsIndex, flag: SupportsIndex) -> int:
    """Switch overflow detection of a stream."""

def get_stream_overflow_switch(stream: SupportsIndex) -> tuple[int, int]:
    """Whether a stream detects overflows. Returns (flag, ret)."""

def set_stream_failure_mode(stream: SupportsIndex, mode: SupportsIndex) -> int:
    """What a stream does after a failed task: 0 goes on, 1 stops."""

def stream_query(stream: SupportsIndex) -> tuple[int, int]:
    """Whether a stream has finished: 0 finished, 1 not yet. Returns (status, ret)."""

def stream_abort(stream: SupportsIndex) -> int:
    """Drop the tasks of a stream."""

def stream_get_id(stream: SupportsIndex) -> tuple[int, int]:
    """The number of a stream. Returns (stream_id, ret)."""

def get_stream_available_num(*args: object) -> tuple[int, int]:
    """How many more streams can be made. Returns (count, ret)."""

def set_stream_attribute(stream: SupportsIndex, attr: SupportsIndex, value: dict[str, Any]) -> int:
    """Set an attribute of a stream."""

def get_stream_attribute(
    stream: SupportsIndex, attr: SupportsIndex
) -> tuple[dict[str, int | list[int]], int]:
    """An attribute of a stream. Returns (dict with the key matching attr, ret)."""

def get_stream_res_limit(stream: SupportsIndex, type: SupportsIndex) -> tuple[int, int]:
    """A resource limit of a stream. Returns (value, ret)."""

def set_stream_res_limit(stream: SupportsIndex, type: SupportsIndex, value: SupportsIndex) -> int:
    """Limit a resource of a stream."""

def reset_stream_res_limit(stream: SupportsIndex) -> int:
    """Lift the limits of a stream."""

def use_stream_res_in_current_thread(stream: SupportsIndex) -> int:
    """Apply a stream's limits to this thread."""

def unuse_stream_res_in_current_thread(stream: SupportsIndex) -> int:
    """Stop applying a stream's limits to this thread."""

def get_res_in_current_thread(type: SupportsIndex) -> tuple[int, int]:
    """The resource limit in this thread. Returns (value, ret)."""

def create_event(*args: object) -> tuple[int, int]:
    """An event. Returns (event, ret)."""

def create_event_with_flag(flag: SupportsIndex) -> tuple[int, int]:
    """An event for what the flags say. Returns (event, ret)."""

def create_event_ex_with_flag(flag: SupportsIndex) -> tuple[int, int]:
    """An event for what the flags say, from the larger supply. Returns (event, ret)."""

def destroy_event(event: SupportsIndex) -> int:
    """Destroy an event."""

def record_event(event: SupportsIndex, stream: SupportsIndex) -> int:
    """Record an event behind what the stream has to do."""

def reset_event(event: SupportsIndex, stream: SupportsIndex) -> int:
    """Make an event recordable again."""

def query_event(event: SupportsIndex) -> tuple[int, int]:
    """Whether an event has happened: 0 yes, 1 no. Deprecated: `query_event_status`.

    Returns (status, ret).
    """

def query_event_status(event: SupportsIndex) -> tuple[int, int]:
    """Whether an event has happened: 1 yes, 0 no. Returns (status, ret)."""

def query_event_wait_status(event: SupportsIndex) -> tuple[int, int]:
    """Whether all waits for an event are over: 0 yes, 1 no. Returns (status, ret)."""

def synchronize_event(event: SupportsIndex) -> int:
    """Wait until an event has happened."""

def synchronize_event_with_timeout(event: SupportsIndex, timeout_ms: SupportsIndex) -> int:
    """Wait until an event has happened, at most `timeout_ms`."""

def event_elapsed_time(start: SupportsIndex, end: SupportsIndex) -> tuple[float, int]:
    """Milliseconds between two events. Returns (ms, ret)."""

def event_get_timestamp(event: SupportsIndex) -> tuple[int, int]:
    """When an event happened, in microseconds. Returns (timestamp, ret)."""

def get_event_id(event: SupportsIndex) -> tuple[int, int]:
    """The number of an event. Returns (event_id, ret)."""

def get_event_avail_num(*args: object) -> tuple[int, int]:
    """How many more events can be made. Returns (count, ret)."""

def stream_wait_event(stream: SupportsIndex, event: SupportsIndex) -> int:
    """Make a stream wait for an event."""

def synchronize_stream(stream: SupportsIndex) -> int:
    """Wait until a stream has done everything; 0 is the default stream."""

def synchronize_stream_with_timeout(stream: SupportsIndex, timeout_ms: SupportsIndex) -> int:
    """Wait for a stream, at most `timeout_ms` (-1: for ever)."""

def synchronize_device(*args: object) -> int:
    """Wait until the current device has done everything."""

def synchronize_device_with_timeout(timeout_ms: SupportsIndex) -> int:
    """Wait for the current device, at most `timeout_ms`."""

def process_report(timeout_ms: SupportsIndex) -> int:
    """Run the callbacks that are due in this thread; not 0 when none came within `timeout_ms`."""

def subscribe_report(thread_id: SupportsIndex, stream: SupportsIndex) -> int:
    """Let callbacks of a stream run in the thread `thread_id`."""

def unsubscribe_report(thread_id: SupportsIndex, stream: SupportsIndex) -> int:
    """End a `subscribe_report`."""

def launch_callback(
    fn: Callable[[Any], object], user_data: object, block_type: SupportsIndex, stream: SupportsIndex
) -> int:
    """Call `fn(user_data)` when the stream gets there; block_type 1 makes the stream wait."""

def set_exception_info_callback(fn: Callable[[int], object] | None = None) -> int:
    """Call `fn(info)` when a task fails; None clears."""

def get_error_code_from_exception_info(info: SupportsIndex) -> int:
    """The error code of a failed task."""

def get_task_id_from_exception_info(info: SupportsIndex) -> int:
    """The task's number of a failed task."""

def get_stream_id_from_exception_info(info: SupportsIndex) -> int:
    """The stream's number of a failed task."""

def get_thread_id_from_exception_info(info: SupportsIndex) -> int:
    """The thread that submitted a failed task."""

def get_device_id_from_exception_info(info: SupportsIndex) -> int:
    """The device of a failed task."""

def get_thread_last_task_id(*args: object) -> tuple[int, int]:
    """The number of the task that this thread submitted last. Returns (task_id, ret)."""

def set_op_wait_timeout(timeout: SupportsIndex) -> int:
    """How long a wait for an operator may take, in seconds."""

def set_op_execute_timeout(timeout: SupportsIndex) -> int:
    """How long an operator may take, in seconds."""

def set_op_execute_timeout_v2(timeout: SupportsIndex) -> tuple[int, int]:
    """How long an operator may take, in microseconds. Returns (actual_timeout, ret)."""

def get_op_timeout_interval(*args: object) -> tuple[int, int]:
    """The step of operator timeouts, in microseconds. Returns (interval, ret)."""

def get_op_execute_timeout(*args: object) -> tuple[int, int]:
    """How long an operator may take, in milliseconds. Returns (timeout_ms, ret)."""

def peek_at_last_error(level: SupportsIndex) -> int:
    """The last error of this thread."""

def get_last_error(level: SupportsIndex) -> int:
    """The last error of this thread, which is then cleared."""

def reduce_async(
    dst: SupportsIndex,
    src: SupportsIndex,
    count: SupportsIndex,
    kind: SupportsIndex,
    data_type: SupportsIndex,
    stream: SupportsIndex,
    reserve: SupportsIndex,
) -> int:
    """Reduce `src` into `dst` on a stream; `count` in bytes."""

def cmo_async(
    src: SupportsIndex, size: SupportsIndex, cmo_type: SupportsIndex, stream: SupportsIndex
) -> int:
    """Ask for a cache operation on a stream."""

def malloc(size: SupportsIndex, policy: SupportsIndex) -> tuple[int, int]:
    """Allocate `size` bytes of device memory; `policy` is a MallocPolicy.

    Returns (dev_ptr, ret).
    """

def malloc_align32(size: SupportsIndex, policy: SupportsIndex) -> tuple[int, int]:
    """Like `malloc`, but without the 32 bytes that it adds. Returns (dev_ptr, ret)."""

def malloc_cached(size: SupportsIndex, policy: SupportsIndex) -> tuple[int, int]:
    """Allocate cached device memory; see `mem_flush` and `mem_invalidate`.

    Returns (dev_ptr, ret).
    """

def malloc_with_cfg(
    size: SupportsIndex, policy: SupportsIndex, cfg: dict[str, Any]
) -> tuple[int, int]:
    """Allocate device memory with attributes. Returns (dev_ptr, ret)."""

def malloc_for_task_scheduler(
    size: SupportsIndex, policy: SupportsIndex, cfg: dict[str, Any]
) -> tuple[int, int]:
    """Allocate memory that the task scheduler can reach. Returns (dev_ptr, ret)."""

def free(dev_ptr: SupportsIndex) -> int:
    """Free device memory."""

def malloc_host(size: SupportsIndex) -> tuple[int, int]:
    """Allocate `size` bytes of pinned host memory. Returns (host_ptr, ret)."""

def malloc_host_with_cfg(size: SupportsIndex, cfg: dict[str, Any]) -> tuple[int, int]:
    """Allocate pinned host memory with attributes. Returns (host_ptr, ret)."""

def free_host(host_ptr: SupportsIndex) -> int:
    """Free pinned host memory."""

def memset(
    ptr: SupportsIndex, max_count: SupportsIndex, value: SupportsIndex, count: SupportsIndex
) -> int:
    """Fill `count` bytes with `value`; there must be room for `max_count`."""

def memset_async(
    ptr: SupportsIndex,
    max_count: SupportsIndex,
    value: SupportsIndex,
    count: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """Fill memory on a stream."""

def memcpy(
    dst: SupportsIndex,
    dest_max: SupportsIndex,
    src: SupportsIndex,
    count: SupportsIndex,
    kind: SupportsIndex,
) -> int:
    """Copy `count` bytes; there must be room for `dest_max`; `kind` is a MemcpyKind."""

def memcpy_async(
    dst: SupportsIndex,
    dest_max: SupportsIndex,
    src: SupportsIndex,
    count: SupportsIndex,
    kind: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """Copy on a stream; host memory has to be pinned to make it asynchronous."""

def memcpy_async_with_condition(
    dst: SupportsIndex,
    dest_max: SupportsIndex,
    src: SupportsIndex,
    count: SupportsIndex,
    kind: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """Copy on a stream; host memory that is not pinned is refused."""

def memcpy2d(
    dst: SupportsIndex,
    dpitch: SupportsIndex,
    src: SupportsIndex,
    spitch: SupportsIndex,
    width: SupportsIndex,
    height: SupportsIndex,
    kind: SupportsIndex,
) -> int:
    """Copy `height` rows of `width` bytes; pitches in bytes."""

def memcpy2d_async(
    dst: SupportsIndex,
    dpitch: SupportsIndex,
    src: SupportsIndex,
    spitch: SupportsIndex,
    width: SupportsIndex,
    height: SupportsIndex,
    kind: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """Copy rows on a stream."""

def mem_flush(dev_ptr: SupportsIndex, size: SupportsIndex) -> int:
    """Write cached memory back."""

def mem_invalidate(dev_ptr: SupportsIndex, size: SupportsIndex) -> int:
    """Drop what the cache holds of memory."""

def get_mem_info(attr: SupportsIndex) -> tuple[int, int, int]:
    """Bytes of device memory, free and in all; `attr` is a MemAttr. Returns (free, total, ret)."""

def get_memcpy_desc_size(kind: SupportsIndex) -> tuple[int, int]:
    """Bytes that a copy descriptor needs. Returns (size, ret)."""

def set_memcpy_desc(
    desc: SupportsIndex,
    kind: SupportsIndex,
    src: SupportsIndex,
    dst: SupportsIndex,
    count: SupportsIndex,
    config: SupportsIndex,
) -> tuple[int, int]:
    """Write a copy descriptor. Returns (desc, ret)."""

def memcpy_async_with_desc(desc: SupportsIndex, kind: SupportsIndex, stream: SupportsIndex) -> int:
    """Copy as a descriptor in device memory says."""

def reserve_mem_address(
    size: SupportsIndex, alignment: SupportsIndex, expect_ptr: SupportsIndex, flags: SupportsIndex
) -> tuple[int, int]:
    """Reserve a range of device addresses. Returns (vir_ptr, ret)."""

def release_mem_address(vir_ptr: SupportsIndex) -> int:
    """Give back a reserved range."""

def malloc_physical(
    size: SupportsIndex, prop: dict[str, Any], flags: SupportsIndex
) -> tuple[int, int]:
    """Allocate physical memory for a reserved range. Returns (handle, ret)."""

def free_physical(handle: SupportsIndex) -> int:
    """Free physical memory."""

def map_mem(
    vir_ptr: SupportsIndex,
    size: SupportsIndex,
    offset: SupportsIndex,
    handle: SupportsIndex,
    flags: SupportsIndex,
) -> int:
    """Put physical memory behind a reserved range."""

def unmap_mem(vir_ptr: SupportsIndex) -> int:
    """Take the physical memory away from a range."""

def mem_export_to_shareable_handle(
    handle: SupportsIndex, handle_type: SupportsIndex, flags: SupportsIndex
) -> tuple[int, int]:
    """A number by which another process can import physical memory.

    Returns (shareable_handle, ret).
    """

def mem_set_pid_to_shareable_handle(
    shareable_handle: SupportsIndex, pids: Sequence[SupportsIndex]
) -> int:
    """Name the processes that may import."""

def mem_import_from_shareable_handle(
    shareable_handle: SupportsIndex, device_id: SupportsIndex
) -> tuple[int, int]:
    """Import physical memory of another process. Returns (handle, ret)."""

def mem_get_allocation_granularity(prop: dict[str, Any], option: SupportsIndex) -> tuple[int, int]:
    """The step of sizes of physical memory. Returns (granularity, ret)."""

def get_mem_uce_info(
    device_id: SupportsIndex, array_size: SupportsIndex
) -> tuple[list[_UceInfo], int]:
    """Where memory has errors that were not corrected."""

def mem_uce_repair(device_id: SupportsIndex, infos: Sequence[dict[str, Any]]) -> int:
    """Repair memory errors."""

def pointer_get_attributes(ptr: SupportsIndex) -> tuple[_PointerAttributes, int]:
    """Where an address lies: location type 0 host, 1 device, 2 unregistered."""

def host_register(
    host_ptr: SupportsIndex, size: SupportsIndex, type: SupportsIndex
) -> tuple[int, int]:
    """Pin host memory and map it for the device. Returns (dev_ptr, ret)."""

def host_register_v2(host_ptr: SupportsIndex, size: SupportsIndex, flag: SupportsIndex) -> int:
    """Pin host memory."""

def host_unregister(host_ptr: SupportsIndex) -> int:
    """Undo `host_register`."""

def host_get_device_pointer(host_ptr: SupportsIndex, flag: SupportsIndex) -> tuple[int, int]:
    """The device's address of registered host memory. Returns (dev_ptr, ret)."""

def ipc_mem_get_export_key(
    dev_ptr: SupportsIndex, size: SupportsIndex, key_len: SupportsIndex, flag: SupportsIndex
) -> tuple[str, int]:
    """A key by which another process can open memory. Returns (key, ret)."""

def ipc_mem_set_import_pid(key: str, pids: Sequence[SupportsIndex]) -> int:
    """Name the processes that may open a key."""

def ipc_mem_import_by_key(key: str, flag: SupportsIndex) -> tuple[int, int]:
    """Open memory of another process. Returns (dev_ptr, ret)."""

def ipc_mem_close(key: str) -> int:
    """Close a key."""

def value_write(
    dev_addr: SupportsIndex, value: SupportsIndex, flag: SupportsIndex, stream: SupportsIndex
) -> int:
    """Write a value to device memory on a stream."""

def value_wait(
    dev_addr: SupportsIndex, value: SupportsIndex, flag: SupportsIndex, stream: SupportsIndex
) -> int:
    """Make a stream wait for a value in device memory."""

def create_notify(flag: SupportsIndex) -> tuple[int, int]:
    """A notify. Returns (notify, ret)."""

def destroy_notify(notify: SupportsIndex) -> int:
    """Destroy a notify."""

def record_notify(notify: SupportsIndex, stream: SupportsIndex) -> int:
    """Record a notify on a stream."""

def wait_and_reset_notify(
    notify: SupportsIndex, stream: SupportsIndex, timeout: SupportsIndex
) -> int:
    """Make a stream wait for a notify, at most `timeout` ms (0: for ever)."""

def get_notify_id(notify: SupportsIndex) -> tuple[int, int]:
    """The number of a notify. Returns (id, ret)."""

def notify_batch_reset(notifies: Sequence[SupportsIndex]) -> int:
    """Reset notifies."""

def notify_get_export_key(
    notify: SupportsIndex, key_len: SupportsIndex, flag: SupportsIndex
) -> tuple[str, int]:
    """A key by which another process can open a notify. Returns (key, ret)."""

def notify_set_import_pid(notify: SupportsIndex, pids: Sequence[SupportsIndex]) -> int:
    """Name the processes that may open a notify."""

def notify_import_by_key(key: str, flag: SupportsIndex) -> tuple[int, int]:
    """Open a notify of another process. Returns (notify, ret)."""

def binary_load_from_file(path: _StrPath, options: Sequence[dict[str, Any]]) -> tuple[int, int]:
    """Load a file of kernels. Returns (bin_handle, ret)."""

def binary_load_from_data(
    data: SupportsIndex, length: SupportsIndex, options: Sequence[dict[str, Any]]
) -> tuple[int, int]:
    """Load kernels from memory. Returns (bin_handle, ret)."""

def create_binary(data: SupportsIndex, size: SupportsIndex) -> int:
    """A binary of `size` bytes at `data`."""

def destroy_binary(binary: SupportsIndex) -> int:
    """Destroy a binary."""

def binary_load(binary: SupportsIndex) -> tuple[int, int]:
    """Load a binary. Returns (bin_handle, ret)."""

def binary_unload(bin_handle: SupportsIndex) -> int:
    """Unload a binary."""

def binary_get_function(bin_handle: SupportsIndex, kernel_name: str) -> tuple[int, int]:
    """A kernel of a loaded binary. Returns (func_handle, ret)."""

def get_function_addr(func_handle: SupportsIndex) -> tuple[int, int, int]:
    """Where a kernel starts on the cube and the vector cores. Returns (aic_addr, aiv_addr, ret)."""

def get_function_name(func_handle: SupportsIndex, max_len: SupportsIndex) -> tuple[str, int]:
    """The name of a kernel. Returns (name, ret)."""

def register_cpu_func(
    bin_handle: SupportsIndex, func_name: str, kernel_name: str
) -> tuple[int, int]:
    """Register a kernel for the device's CPU. Returns (func_handle, ret)."""

def launch_kernel(
    func_handle: SupportsIndex,
    num_blocks: SupportsIndex,
    args_ptr: SupportsIndex,
    args_size: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """Launch a kernel with its arguments in device memory."""

def launch_kernel_with_config(
    func_handle: SupportsIndex,
    num_blocks: SupportsIndex,
    stream: SupportsIndex,
    cfg: Sequence[dict[str, Any]],
    args_handle: SupportsIndex,
    reserve: SupportsIndex,
) -> int:
    """Launch a kernel with arguments made by `kernel_args_init`."""

def launch_kernel_with_host_args(
    func_handle: SupportsIndex,
    num_blocks: SupportsIndex,
    stream: SupportsIndex,
    cfg: Sequence[dict[str, Any]],
    host_args_ptr: SupportsIndex,
    host_args_size: SupportsIndex,
    place_holder_list: Sequence[dict[str, Any]],
    place_holder_num: SupportsIndex,
) -> int:
    """Launch a kernel with its arguments in host memory."""

def kernel_args_init(func_handle: SupportsIndex) -> tuple[int, int]:
    """An empty list of kernel arguments. Returns (args_handle, ret)."""

def kernel_args_init_by_user_mem(
    func_handle: SupportsIndex,
    args_handle: SupportsIndex,
    host_mem: SupportsIndex,
    size: SupportsIndex,
) -> int:
    """A list of kernel arguments in the caller's memory."""

def kernel_args_get_mem_size(
    func_handle: SupportsIndex, user_args_size: SupportsIndex
) -> tuple[int, int]:
    """Bytes that arguments of `user_args_size` need. Returns (actual_size, ret)."""

def kernel_args_get_handle_mem_size(func_handle: SupportsIndex) -> tuple[int, int]:
    """Bytes that a list of arguments needs. Returns (size, ret)."""

def kernel_args_append(
    args_handle: SupportsIndex, param: SupportsIndex, param_size: SupportsIndex
) -> tuple[int, int]:
    """Append an argument. Returns (param_handle, ret)."""

def kernel_args_append_place_holder(args_handle: SupportsIndex) -> tuple[int, int]:
    """Append a place to be filled later. Returns (param_handle, ret)."""

def kernel_args_get_place_holder_buffer(
    args_handle: SupportsIndex, param_handle: SupportsIndex, size: SupportsIndex
) -> tuple[int, int]:
    """The memory of a place holder. Returns (buffer, ret)."""

def kernel_args_para_update(
    args_handle: SupportsIndex,
    param_handle: SupportsIndex,
    param: SupportsIndex,
    size: SupportsIndex,
) -> int:
    """Change an argument."""

def kernel_args_finalize(args_handle: SupportsIndex) -> int:
    """End a list of arguments."""

def allocator_create_desc(*args: object) -> int:
    """A descriptor of an allocator."""

def allocator_destroy_desc(desc: SupportsIndex) -> int:
    """Destroy a descriptor."""

def allocator_set_obj_to_desc(desc: SupportsIndex, allocator: SupportsIndex) -> int:
    """Set what the functions get as first argument."""

def allocator_set_alloc_func_to_desc(
    desc: SupportsIndex, fn: Callable[[int, int], int | None]
) -> int:
    """`fn(allocator, size)` answers a block's address. One for the process."""

def allocator_set_free_func_to_desc(desc: SupportsIndex, fn: Callable[[int, int], object]) -> int:
    """`fn(allocator, block)` frees a block. One for the process."""

def allocator_set_alloc_advise_func_to_desc(
    desc: SupportsIndex, fn: Callable[[int, int, int], int | None]
) -> int:
    """`fn(allocator, size, addr)` answers a block, at `addr` if it can. One for the process."""

def allocator_set_get_addr_from_block_func_to_desc(
    desc: SupportsIndex, fn: Callable[[int], int | None]
) -> int:
    """`fn(block)` answers a block's memory. One for the process."""

def allocator_register(stream: SupportsIndex, desc: SupportsIndex) -> int:
    """Let a stream allocate by a descriptor."""

def allocator_unregister(stream: SupportsIndex) -> int:
    """Let a stream allocate as before."""

def set_group(group_id: SupportsIndex) -> int:
    """Compute in a group of cores."""

def get_group_count(dummy: SupportsIndex) -> tuple[int, int]:
    """How many groups there are; `dummy` is ignored. Returns (count, ret)."""

def create_group_info(*args: object) -> int:
    """A place for the descriptions of all groups."""

def destroy_group_info(info: SupportsIndex) -> int:
    """Destroy what `create_group_info` made."""

def get_all_group_info(info: SupportsIndex) -> int:
    """Describe all groups."""

def get_group_info_detail(
    info: SupportsIndex, group_id: SupportsIndex, attr: SupportsIndex
) -> tuple[list[int], int]:
    """One property of a group; RuntimeError on failure."""
