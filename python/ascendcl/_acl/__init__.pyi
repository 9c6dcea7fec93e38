# SPDX-License-Identifier: Apache-2.0
"""pyACL's functions of the top module, and the enumerations.

Handles, addresses and sizes are ints, taken modulo 2^64; 0 is NULL. `ret` is 0 on success.
"""

import enum
from collections.abc import Sequence
from os import PathLike
from typing import ClassVar, SupportsIndex, TypeAlias, TypedDict

from . import blas as blas
from . import constants as constants
from . import core as core
from . import fv as fv
from . import mdl as mdl
from . import media as media
from . import om as om
from . import op as op
from . import prof as prof
from . import rt as rt
from . import util as util

_StrPath: TypeAlias = str | PathLike[str]

class _CannVersion(TypedDict):
    version: str
    major_version: str
    minor_version: str
    release_version: str
    patch_version: str
    reserved: str

class MemcpyKind(enum.IntEnum):
    """From where to where a copy goes."""

    __pybind11_native_enum__: ClassVar[object]

    HOST_TO_HOST = 0
    HOST_TO_DEVICE = 1
    DEVICE_TO_HOST = 2
    DEVICE_TO_DEVICE = 3
    DEFAULT = 4
    HOST_TO_BUF_TO_DEVICE = 5
    INNER_DEVICE_TO_DEVICE = 6
    INTER_DEVICE_TO_DEVICE = 7

class MallocPolicy(enum.IntEnum):
    """Which pages device memory is made of."""

    __pybind11_native_enum__: ClassVar[object]

    HUGE_FIRST = 0
    HUGE_ONLY = 1
    NORMAL_ONLY = 2
    HUGE_FIRST_P2P = 3
    HUGE_ONLY_P2P = 4
    NORMAL_ONLY_P2P = 5
    HUGE1G_ONLY = 6
    HUGE1G_ONLY_P2P = 7

class DataType(enum.IntEnum):
    """Element types of tensors."""

    __pybind11_native_enum__: ClassVar[object]

    UNDEFINED = -1
    FLOAT = 0
    FLOAT16 = 1
    INT8 = 2
    INT32 = 3
    UINT8 = 4
    INT16 = 6
    UINT16 = 7
    UINT32 = 8
    INT64 = 9
    UINT64 = 10
    DOUBLE = 11
    BOOL = 12
    STRING = 13
    COMPLEX64 = 16
    COMPLEX128 = 17
    BF16 = 27
    INT4 = 29
    UINT1 = 30
    COMPLEX32 = 33
    HIFLOAT8 = 34
    FLOAT8_E5M2 = 35
    FLOAT8_E4M3FN = 36
    FLOAT8_E8M0 = 37
    FLOAT6_E3M2 = 38
    FLOAT6_E2M3 = 39
    FLOAT4_E2M1 = 40
    FLOAT4_E1M2 = 41

class Format(enum.IntEnum):
    """Memory layouts of tensors."""

    __pybind11_native_enum__: ClassVar[object]

    UNDEFINED = -1
    NCHW = 0
    NHWC = 1
    ND = 2
    NC1HWC0 = 3
    FRACTAL_Z = 4
    NC1HWC0_C04 = 12
    HWCN = 16
    NDHWC = 27
    FRACTAL_NZ = 29
    NCDHW = 30
    NDC1HWC0 = 32
    FRACTAL_Z_3D = 33
    NC = 35
    NCL = 47
    FRACTAL_NZ_C0_16 = 50
    FRACTAL_NZ_C0_32 = 51
    FRACTAL_NZ_C0_2 = 52
    FRACTAL_NZ_C0_4 = 53
    FRACTAL_NZ_C0_8 = 54

class RunMode(enum.IntEnum):
    """Where the program itself runs."""

    __pybind11_native_enum__: ClassVar[object]

    DEVICE = 0
    HOST = 1

class MemAttr(enum.IntEnum):
    """Kinds of device memory."""

    __pybind11_native_enum__: ClassVar[object]

    DDR = 0
    HBM = 1
    DDR_HUGE = 2
    DDR_NORMAL = 3
    HBM_HUGE = 4
    HBM_NORMAL = 5

class CallbackBlockType(enum.IntEnum):
    """Whether the stream waits for a callback."""

    __pybind11_native_enum__: ClassVar[object]

    NO_BLOCK = 0
    BLOCK = 1

def init(config_path: _StrPath | None = None) -> int:
    """Start ACL for this process; `config_path` names a JSON file."""

def finalize(*args: object) -> int:
    """End ACL for this process."""

def finalize_reference(*args: object) -> tuple[int, int]:
    """Undo one `init`; ACL ends when the count of references reaches 0.

    Returns (ref_count, ret).
    """

def get_version(*args: object) -> tuple[int, int, int, int]:
    """The version of the ACL interface. Returns (major, minor, patch, ret)."""

def get_soc_name(*args: object) -> str | None:
    """The chip's name ("Ascend310B4"); "Host" on the host runtime."""

def get_recent_err_msg(*args: object) -> str | None:
    """What went wrong last in this thread; asking clears it."""

def app_log(log_level: SupportsIndex, msg: str) -> None:
    """Write a line to the ACL log: level 0 debug, 1 info, 2 warning, 3 error."""

def get_cann_attribute_list(*args: object) -> tuple[list[int], int, int]:
    """The attributes that `get_cann_attribute` knows."""

def get_cann_attribute(attr: SupportsIndex) -> tuple[int, int]:
    """Whether this CANN has an attribute: 1 or 0. Returns (value, ret)."""

def get_device_capability(device_id: SupportsIndex, info_type: SupportsIndex) -> tuple[int, int]:
    """A capability of a device. Returns (value, ret)."""

def get_cann_version(pkg_name_enum: SupportsIndex) -> tuple[_CannVersion, int]:
    """The version of a CANN package; filled in even when ret is not 0."""

def get_version_str(pkg_name: str) -> tuple[str, int]:
    """The version of a package, by its name. Returns (version, ret)."""

def float16_to_float(bits: SupportsIndex) -> float:
    """The value of the 16 bits of a half."""

def float_to_float16(value: float) -> int:
    """The 16 bits of the nearest half."""

def create_data_buffer(data_ptr: SupportsIndex, size: SupportsIndex) -> int:
    """A buffer that refers to `size` bytes at `data_ptr`; it owns nothing. (0, 0): the runtime
    allocates an output.
    """

def destroy_data_buffer(buffer: SupportsIndex) -> int:
    """Destroy a buffer; the memory that it refers to stays."""

def update_data_buffer(buffer: SupportsIndex, data_ptr: SupportsIndex, size: SupportsIndex) -> int:
    """Make a buffer refer to other memory."""

def get_data_buffer_addr(buffer: SupportsIndex) -> int:
    """The address that a buffer refers to."""

def get_data_buffer_size(buffer: SupportsIndex) -> int:
    """Bytes of a buffer, modulo 2^32. Deprecated: `get_data_buffer_size_v2`."""

def get_data_buffer_size_v2(buffer: SupportsIndex) -> int:
    """Bytes of a buffer."""

def data_type_size(data_type: SupportsIndex) -> int:
    """Bytes of one element of a data type."""

def create_tensor_desc(
    data_type: SupportsIndex, dims: Sequence[SupportsIndex], format: SupportsIndex
) -> int:
    """A descriptor of a tensor of `dims`; 0 on failure."""

def destroy_tensor_desc(desc: SupportsIndex) -> None:
    """Destroy a descriptor."""

def get_tensor_desc_type(desc: SupportsIndex) -> int:
    """The data type of a descriptor."""

def get_tensor_desc_format(desc: SupportsIndex) -> int:
    """The format of a descriptor."""

def get_tensor_desc_size(desc: SupportsIndex) -> int:
    """Bytes of the tensor described."""

def get_tensor_desc_element_count(desc: SupportsIndex) -> int:
    """Elements of the tensor described."""

def get_tensor_desc_num_dims(desc: SupportsIndex) -> int:
    """How many dims a descriptor has."""

def get_tensor_desc_dim(desc: SupportsIndex, index: SupportsIndex) -> int:
    """One dim. Deprecated: `get_tensor_desc_dim_v2`."""

def get_tensor_desc_dim_v2(desc: SupportsIndex, index: SupportsIndex) -> tuple[int, int]:
    """One dim. Returns (dim, ret)."""

def get_tensor_desc_dim_range(
    desc: SupportsIndex, index: SupportsIndex, range_num: SupportsIndex
) -> tuple[list[int] | None, int]:
    """The range of a dynamic dim; None on failure."""

def get_tensor_desc_name(desc: SupportsIndex) -> str | None:
    """The name of a descriptor."""

def set_tensor_desc_name(desc: SupportsIndex, name: str) -> None:
    """Name a descriptor."""

def get_tensor_desc_address(desc: SupportsIndex) -> int:
    """The address of the tensor described."""

def get_tensor_desc_by_index(desc: SupportsIndex, index: SupportsIndex) -> int:
    """A descriptor out of an array of them."""

def trans_tensor_desc_format(src_desc: SupportsIndex, format: SupportsIndex) -> tuple[int, int]:
    """A new descriptor with another format. Returns (dst_desc, ret)."""

def set_tensor_storage_format(desc: SupportsIndex, format: SupportsIndex) -> int:
    """Deprecated: `set_tensor_format`."""

def set_tensor_storage_shape(desc: SupportsIndex, dims: Sequence[SupportsIndex]) -> int:
    """Deprecated: `set_tensor_shape`."""

def set_tensor_format(desc: SupportsIndex, format: SupportsIndex) -> int:
    """Set the format in memory."""

def set_tensor_shape(desc: SupportsIndex, dims: Sequence[SupportsIndex]) -> int:
    """Set the dims in memory."""

def set_tensor_origin_format(desc: SupportsIndex, format: SupportsIndex) -> int:
    """Set the format before it was laid out for the device."""

def set_tensor_origin_shape(desc: SupportsIndex, dims: Sequence[SupportsIndex]) -> int:
    """Set the dims before the tensor was laid out for the device."""

def set_tensor_shape_range(desc: SupportsIndex, ranges: Sequence[Sequence[SupportsIndex]]) -> int:
    """Set (low, high) of each dim."""

def set_tensor_value_range(desc: SupportsIndex, ranges: Sequence[Sequence[SupportsIndex]]) -> int:
    """Set (low, high) of each value."""

def set_tensor_dynamic_input(desc: SupportsIndex, name: str) -> int:
    """Name the dynamic input that a tensor belongs to."""

def set_tensor_const(desc: SupportsIndex, data_ptr: SupportsIndex, size: SupportsIndex) -> int:
    """Make a tensor a constant of `size` bytes at `data_ptr`."""

def set_tensor_place_ment(desc: SupportsIndex, mem_type: SupportsIndex) -> int:
    """Say where a tensor lies: 0 device, 1 host."""
