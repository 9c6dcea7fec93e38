# SPDX-License-Identifier: Apache-2.0
"""Ascend inference from Python: pyACL's flat functions, and objects that own what they need.

``import acl`` and ``import ascendcl`` are the same thing; CANN's own ``acl`` may shadow the first.
"""

from ascendcl._own_command import end_on_interrupt

end_on_interrupt()

# ruff: noqa: E402
from ascendcl._interpreter import refuse_subinterpreter

refuse_subinterpreter()

from ascendcl import _runtime

# Before the extension: it calls whichever libascendcl.so is loaded by then.
_runtime.load()

import atexit
import importlib.util
import sys
from types import ModuleType
from typing import TYPE_CHECKING

from ascendcl import _acl

# The extension is made once per process: after somebody has emptied sys.modules it is the same, and
# does not put its submodules there again.
for _module in [one for one in vars(_acl).values() if isinstance(one, ModuleType)]:
    sys.modules.setdefault(_module.__name__, _module)

from ascendcl import blas, fv, himpi, mdl, media, op, prof, rt, util
from ascendcl._acl import (
    CallbackBlockType,
    DataType,
    Format,
    MallocPolicy,
    MemAttr,
    MemcpyKind,
    RunMode,
    app_log,
    create_data_buffer,
    create_tensor_desc,
    data_type_size,
    destroy_data_buffer,
    destroy_tensor_desc,
    finalize,
    finalize_reference,
    float16_to_float,
    float_to_float16,
    get_cann_attribute,
    get_cann_attribute_list,
    get_cann_version,
    get_data_buffer_addr,
    get_data_buffer_size,
    get_data_buffer_size_v2,
    get_device_capability,
    get_recent_err_msg,
    get_soc_name,
    get_tensor_desc_address,
    get_tensor_desc_by_index,
    get_tensor_desc_dim,
    get_tensor_desc_dim_range,
    get_tensor_desc_dim_v2,
    get_tensor_desc_element_count,
    get_tensor_desc_format,
    get_tensor_desc_name,
    get_tensor_desc_num_dims,
    get_tensor_desc_size,
    get_tensor_desc_type,
    get_version,
    get_version_str,
    init,
    set_tensor_const,
    set_tensor_desc_name,
    set_tensor_dynamic_input,
    set_tensor_format,
    set_tensor_origin_format,
    set_tensor_origin_shape,
    set_tensor_place_ment,
    set_tensor_shape,
    set_tensor_shape_range,
    set_tensor_storage_format,
    set_tensor_storage_shape,
    set_tensor_value_range,
    trans_tensor_desc_format,
    update_data_buffer,
)
from ascendcl._acl.constants import *  # noqa: F403  ACL_*: the numbers of the headers
from ascendcl._missing import attribute_errors_of
from ascendcl._runtime import HostRuntimeWarning
from ascendcl.aipp import AippConfig, AippImage
from ascendcl.array import DeviceArray
from ascendcl.batcher import Batcher
from ascendcl.bound_model import BoundModel
from ascendcl.device import Context, Device, MemoryInfo
from ascendcl.errors import (
    AclError,
    AclFileNotFoundError,
    AclMemoryError,
    AclPermissionError,
    AclTimeoutError,
    AclValueError,
    AclWarning,
    BufferInUse,
    ClosedError,
    ContextError,
    DeviceFaultError,
    ForkedError,
    HostAssumption,
    HostSubstitution,
    MissingNameError,
    ModelClosedError,
    NotSupportedError,
    PoolClosed,
    QueueFull,
    StrictWarning,
    WrongDeviceError,
)
from ascendcl.findings import Finding
from ascendcl.info import RuntimeInfo, get_include, get_library_dir, runtime_info
from ascendcl.memory import DeviceBuffer, MemorySize, query_size
from ascendcl.memory_pool import Pool
from ascendcl.memory_resource import MemoryResource, RuntimeMemory
from ascendcl.memory_statistics import MemoryStatistics, statistics
from ascendcl.memory_tracking import Allocation, Tracking
from ascendcl.memory_use import MemoryHolder, MemoryUse, memory_info
from ascendcl.model import Model
from ascendcl.pinned import pinned_empty
from ascendcl.pool import ModelPool
from ascendcl.stream import Event, Stream
from ascendcl.strictness import StrictMode, strict
from ascendcl.tensor_info import Gear, TensorInfo
from ascendcl.workspace import Workspace

__version__ = "0.1.0"

if importlib.util.find_spec("av") is not None:  # else a program may register another
    _acl.core.register_codec()

# Threads that are no daemons have ended by then; what is still alive is released in order.
atexit.register(_acl.core.shut_down)

if not TYPE_CHECKING:  # to a type checker it would mean that every name is there
    __getattr__ = attribute_errors_of("acl")

__all__ = [
    "AclError",
    "AclFileNotFoundError",
    "AclMemoryError",
    "AclPermissionError",
    "AclTimeoutError",
    "AclValueError",
    "AclWarning",
    "AippConfig",
    "AippImage",
    "Allocation",
    "Batcher",
    "BoundModel",
    "BufferInUse",
    "CallbackBlockType",
    "ClosedError",
    "Context",
    "ContextError",
    "DataType",
    "Device",
    "DeviceArray",
    "DeviceBuffer",
    "DeviceFaultError",
    "Event",
    "Finding",
    "ForkedError",
    "Format",
    "Gear",
    "HostAssumption",
    "HostRuntimeWarning",
    "HostSubstitution",
    "MallocPolicy",
    "MemAttr",
    "MemcpyKind",
    "MemoryHolder",
    "MemoryInfo",
    "MemoryResource",
    "MemorySize",
    "MemoryStatistics",
    "MemoryUse",
    "MissingNameError",
    "Model",
    "ModelClosedError",
    "ModelPool",
    "NotSupportedError",
    "Pool",
    "PoolClosed",
    "QueueFull",
    "RunMode",
    "RuntimeInfo",
    "RuntimeMemory",
    "Stream",
    "StrictMode",
    "StrictWarning",
    "TensorInfo",
    "Tracking",
    "Workspace",
    "WrongDeviceError",
    "__version__",
    "app_log",
    "blas",
    "create_data_buffer",
    "create_tensor_desc",
    "data_type_size",
    "destroy_data_buffer",
    "destroy_tensor_desc",
    "finalize",
    "finalize_reference",
    "float16_to_float",
    "float_to_float16",
    "fv",
    "get_cann_attribute",
    "get_cann_attribute_list",
    "get_cann_version",
    "get_data_buffer_addr",
    "get_data_buffer_size",
    "get_data_buffer_size_v2",
    "get_device_capability",
    "get_include",
    "get_library_dir",
    "get_recent_err_msg",
    "get_soc_name",
    "get_tensor_desc_address",
    "get_tensor_desc_by_index",
    "get_tensor_desc_dim",
    "get_tensor_desc_dim_range",
    "get_tensor_desc_dim_v2",
    "get_tensor_desc_element_count",
    "get_tensor_desc_format",
    "get_tensor_desc_name",
    "get_tensor_desc_num_dims",
    "get_tensor_desc_size",
    "get_tensor_desc_type",
    "get_version",
    "get_version_str",
    "himpi",
    "init",
    "mdl",
    "media",
    "memory_info",
    "op",
    "pinned_empty",
    "prof",
    "query_size",
    "rt",
    "runtime_info",
    "set_tensor_const",
    "set_tensor_desc_name",
    "set_tensor_dynamic_input",
    "set_tensor_format",
    "set_tensor_origin_format",
    "set_tensor_origin_shape",
    "set_tensor_place_ment",
    "set_tensor_shape",
    "set_tensor_shape_range",
    "set_tensor_storage_format",
    "set_tensor_storage_shape",
    "set_tensor_value_range",
    "statistics",
    "strict",
    "trans_tensor_desc_format",
    "update_data_buffer",
    "util",
]
