# SPDX-License-Identifier: Apache-2.0
"""acl.mdl: models.

Handles, addresses and sizes are ints, taken modulo 2^64; 0 is NULL. `ret` is 0 on success.
"""

from collections.abc import Callable
from os import PathLike
from typing import Any, SupportsIndex, TypeAlias, TypedDict

_StrPath: TypeAlias = str | PathLike[str]

class _Dims(TypedDict, total=False):
    name: str
    dimCount: int
    dims: list[int]

class _DimsRange(TypedDict, total=False):
    rangeCount: int
    range: list[list[int]]

class _Batch(TypedDict, total=False):
    batchCount: int
    batch: list[int]

class _HW(TypedDict, total=False):
    hwCount: int
    hw: list[list[int]]

class _AippShape(TypedDict):
    srcDims: _Dims
    srcSize: int
    aippOutdims: _Dims
    aippOutSize: int

class _AippInfo(TypedDict):
    inputFormat: int
    srcImageSizeW: int
    srcImageSizeH: int
    cropSwitch: int
    loadStartPosW: int
    loadStartPosH: int
    cropSizeW: int
    cropSizeH: int
    resizeSwitch: int
    resizeOutputW: int
    resizeOutputH: int
    paddingSwitch: int
    leftPaddingSize: int
    rightPaddingSize: int
    topPaddingSize: int
    bottomPaddingSize: int
    cscSwitch: int
    rbuvSwapSwitch: int
    axSwapSwitch: int
    singleLineMode: int
    matrixR0C0: int
    matrixR0C1: int
    matrixR0C2: int
    matrixR1C0: int
    matrixR1C1: int
    matrixR1C2: int
    matrixR2C0: int
    matrixR2C1: int
    matrixR2C2: int
    outputBias0: int
    outputBias1: int
    outputBias2: int
    inputBias0: int
    inputBias1: int
    inputBias2: int
    meanChn0: int
    meanChn1: int
    meanChn2: int
    meanChn3: int
    minChn0: float
    minChn1: float
    minChn2: float
    minChn3: float
    varReciChn0: float
    varReciChn1: float
    varReciChn2: float
    varReciChn3: float
    srcFormat: int
    srcDatatype: int
    srcDimNum: int
    shapeCount: int
    aippExtend: int
    outDims: list[_AippShape]

class _DumpChunk(TypedDict):
    file_name: str
    data_buf: int
    buf_len: int
    is_last_chunk: int
    offset: int
    flag: int

def load_from_file(model_path: _StrPath) -> tuple[int, int]:
    """Load a model; the system manages its memory. Returns (model_id, ret)."""

def load_from_mem(model_ptr: SupportsIndex, model_size: SupportsIndex) -> tuple[int, int]:
    """Load a model from its image; the system manages its memory. Returns (model_id, ret)."""

def load_from_file_with_mem(
    model_path: _StrPath,
    work_ptr: SupportsIndex,
    work_size: SupportsIndex,
    weight_ptr: SupportsIndex,
    weight_size: SupportsIndex,
) -> tuple[int, int]:
    """Load a model into work and weight memory of the caller, sized by `query_size`; 0 = by the
    system.

    Returns (model_id, ret).
    """

def load_from_mem_with_mem(
    model_ptr: SupportsIndex,
    model_size: SupportsIndex,
    work_ptr: SupportsIndex,
    work_size: SupportsIndex,
    weight_ptr: SupportsIndex,
    weight_size: SupportsIndex,
) -> tuple[int, int]:
    """Load a model image into work and weight memory of the caller; 0 = by the system.

    Returns (model_id, ret).
    """

def load_from_file_with_q(
    model_path: _StrPath,
    inputq_ptr: SupportsIndex,
    inputq_num: SupportsIndex,
    outputq_ptr: SupportsIndex,
    outputq_num: SupportsIndex,
) -> tuple[int, int]:
    """Load a model fed by queues. Returns (model_id, ret)."""

def load_from_mem_with_q(
    model_ptr: SupportsIndex,
    model_size: SupportsIndex,
    inputq_ptr: SupportsIndex,
    inputq_num: SupportsIndex,
    outputq_ptr: SupportsIndex,
    outputq_num: SupportsIndex,
) -> tuple[int, int]:
    """Load a model image fed by queues. Returns (model_id, ret)."""

def create_config_handle(*args: object) -> int:
    """A load configuration; 0 on failure."""

def set_config_opt(
    handle: SupportsIndex, attr: SupportsIndex, value: SupportsIndex | _StrPath
) -> int:
    """Set an option (ACL_MDL_*) of a load configuration; paths are str, everything else int."""

def load_with_config(handle: SupportsIndex) -> tuple[int, int]:
    """Load a model as configured. Returns (model_id, ret)."""

def destroy_config_handle(handle: SupportsIndex) -> int:
    """Destroy a load configuration."""

def unload(model_id: SupportsIndex) -> int:
    """Unload a model."""

def query_size(model_path: _StrPath) -> tuple[int, int, int]:
    """Bytes of work and weight memory that a model file needs.

    Returns (work_size, weight_size, ret).
    """

def query_size_from_mem(
    model_ptr: SupportsIndex, model_size: SupportsIndex
) -> tuple[int, int, int]:
    """Bytes of work and weight memory that a model image needs.

    Returns (work_size, weight_size, ret).
    """

def execute(
    model_id: SupportsIndex, input_dataset: SupportsIndex, output_dataset: SupportsIndex
) -> int:
    """Run a model and wait for it."""

def execute_async(
    model_id: SupportsIndex,
    input_dataset: SupportsIndex,
    output_dataset: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """Run a model on a stream."""

def execute_v2(
    model_id: SupportsIndex,
    input_dataset: SupportsIndex,
    output_dataset: SupportsIndex,
    stream: SupportsIndex,
    handle: SupportsIndex,
) -> int:
    """Run a model with an execution configuration."""

def create_exec_config_handle(*args: object) -> int:
    """An execution configuration; 0 on failure."""

def set_exec_config_opt(handle: SupportsIndex, attr: SupportsIndex, value: SupportsIndex) -> int:
    """Set an option of an execution configuration: 0 stream timeout, 1 event timeout, in ms."""

def destroy_exec_config_handle(handle: SupportsIndex) -> int:
    """Destroy an execution configuration."""

def create_dataset(*args: object) -> int:
    """An empty data set; 0 on failure."""

def destroy_dataset(dataset: SupportsIndex) -> int:
    """Destroy a data set, not its buffers."""

def add_dataset_buffer(dataset: SupportsIndex, buffer: SupportsIndex) -> tuple[int, int]:
    """Append a buffer. Returns (dataset, ret)."""

def get_dataset_buffer(dataset: SupportsIndex, index: SupportsIndex) -> int:
    """A buffer of a data set."""

def get_dataset_num_buffers(dataset: SupportsIndex) -> int:
    """How many buffers a data set has."""

def set_dataset_tensor_desc(
    dataset: SupportsIndex, tensor_desc: SupportsIndex, index: SupportsIndex
) -> tuple[int, int]:
    """Set the shape of an input of a dynamic-shape model. Returns (dataset, ret)."""

def get_dataset_tensor_desc(dataset: SupportsIndex, index: SupportsIndex) -> int:
    """The descriptor of an output of a dynamic-shape model."""

def create_desc(*args: object) -> int:
    """An empty model description; 0 on failure."""

def get_desc(desc: SupportsIndex, model_id: SupportsIndex) -> int:
    """Fill in the description of a loaded model."""

def get_desc_from_file(desc: SupportsIndex, model_path: _StrPath) -> int:
    """Fill in the description of a model file."""

def get_desc_from_mem(
    desc: SupportsIndex, model_ptr: SupportsIndex, model_size: SupportsIndex
) -> int:
    """Fill in the description of a model image."""

def destroy_desc(desc: SupportsIndex) -> int:
    """Destroy a description."""

def get_num_inputs(desc: SupportsIndex) -> int:
    """How many inputs a model has."""

def get_num_outputs(desc: SupportsIndex) -> int:
    """How many outputs a model has."""

def get_input_size_by_index(desc: SupportsIndex, index: SupportsIndex) -> int:
    """Bytes of an input."""

def get_output_size_by_index(desc: SupportsIndex, index: SupportsIndex) -> int:
    """Bytes of an output; 0 where they depend on the input."""

def get_input_dims(desc: SupportsIndex, index: SupportsIndex) -> tuple[_Dims, int]:
    """Name and dims of an input; -1 for a dim that can change; {} on failure."""

def get_input_dims_v2(desc: SupportsIndex, index: SupportsIndex) -> tuple[_Dims, int]:
    """Dims of an input before static AIPP; {} on failure."""

def get_input_dims_range(desc: SupportsIndex, index: SupportsIndex) -> tuple[_DimsRange, int]:
    """[low, high] of each dim of an input; {} on failure."""

def get_output_dims(desc: SupportsIndex, index: SupportsIndex) -> tuple[_Dims, int]:
    """Name and dims of an output; {} on failure."""

def get_cur_output_dims(desc: SupportsIndex, index: SupportsIndex) -> tuple[_Dims, int]:
    """Dims of an output for the gear that was set last; {} on failure."""

def get_input_name_by_index(desc: SupportsIndex, index: SupportsIndex) -> str | None:
    """The name of an input."""

def get_output_name_by_index(desc: SupportsIndex, index: SupportsIndex) -> str | None:
    """The name of an output."""

def get_input_index_by_name(desc: SupportsIndex, name: str) -> tuple[int, int]:
    """Which input has a name. Returns (index, ret)."""

def get_output_index_by_name(desc: SupportsIndex, name: str) -> tuple[int, int]:
    """Which output has a name. Returns (index, ret)."""

def get_input_format(desc: SupportsIndex, index: SupportsIndex) -> int:
    """The format of an input."""

def get_output_format(desc: SupportsIndex, index: SupportsIndex) -> int:
    """The format of an output."""

def get_input_data_type(desc: SupportsIndex, index: SupportsIndex) -> int:
    """The data type of an input."""

def get_output_data_type(desc: SupportsIndex, index: SupportsIndex) -> int:
    """The data type of an output."""

def get_tensor_real_name(desc: SupportsIndex, name: str) -> str | None:
    """The real name of a tensor."""

def get_op_attr(desc: SupportsIndex, op_name: str, attr: str) -> str | None:
    """An attribute of an operator of a model."""

def get_dynamic_batch(desc: SupportsIndex) -> tuple[_Batch, int]:
    """The batch sizes that a model was built for; {} on failure."""

def get_dynamic_hw(desc: SupportsIndex, index: SupportsIndex) -> tuple[_HW, int]:
    """The [height, width] pairs that a model was built for; {} on failure; pass -1 as `index`."""

def get_input_dynamic_gear_count(desc: SupportsIndex, index: SupportsIndex) -> tuple[int, int]:
    """How many gears a model was built for; pass -1 as `index`. Returns (gear_count, ret)."""

def get_input_dynamic_dims(
    desc: SupportsIndex, index: SupportsIndex, gear_count: SupportsIndex
) -> tuple[list[_Dims] | None, int]:
    """Dims of all inputs per gear; pass -1 as `index`; None over 4096 gears."""

def set_dynamic_batch_size(
    model_id: SupportsIndex, dataset: SupportsIndex, index: SupportsIndex, batch_size: SupportsIndex
) -> int:
    """Choose the batch size of the next execution."""

def set_dynamic_hw_size(
    model_id: SupportsIndex,
    dataset: SupportsIndex,
    index: SupportsIndex,
    height: SupportsIndex,
    width: SupportsIndex,
) -> int:
    """Choose height and width of the next execution."""

def set_input_dynamic_dims(
    model_id: SupportsIndex,
    dataset: SupportsIndex,
    index: SupportsIndex,
    dims: _Dims | dict[str, Any],
) -> int:
    """Choose the dims of the next execution."""

def get_first_aipp_info(
    model_id: SupportsIndex, index: SupportsIndex
) -> tuple[_AippInfo | None, int]:
    """The static AIPP of an input; None on failure. Returns (dict of AIPP fields, ret)."""

def get_aipp_type(model_id: SupportsIndex, index: SupportsIndex) -> tuple[int, int, int]:
    """Which AIPP an input has, and the index of the input that carries its parameters.

    Returns (type, dynamic_attached_index, ret).
    """

def get_aipp_data_size(batch_size: SupportsIndex) -> tuple[int, int]:
    """Bytes of AIPP parameters. Returns (size, ret)."""

def create_aipp(batch_size: SupportsIndex) -> int:
    """AIPP parameters for a batch; 0 on failure."""

def destroy_aipp(aipp: SupportsIndex) -> int:
    """Destroy AIPP parameters."""

def set_input_aipp(
    model_id: SupportsIndex, dataset: SupportsIndex, index: SupportsIndex, aipp: SupportsIndex
) -> int:
    """Give AIPP parameters to the input of that name."""

def set_aipp_by_input_index(
    model_id: SupportsIndex, dataset: SupportsIndex, index: SupportsIndex, aipp: SupportsIndex
) -> int:
    """Give AIPP parameters to an input."""

def set_aipp_input_format(aipp: SupportsIndex, format: SupportsIndex) -> int:
    """Set the pixel format of the source."""

def set_aipp_csc_params(
    aipp: SupportsIndex,
    switch: SupportsIndex,
    r0c0: SupportsIndex,
    r0c1: SupportsIndex,
    r0c2: SupportsIndex,
    r1c0: SupportsIndex,
    r1c1: SupportsIndex,
    r1c2: SupportsIndex,
    r2c0: SupportsIndex,
    r2c1: SupportsIndex,
    r2c2: SupportsIndex,
    out_bias_0: SupportsIndex,
    out_bias_1: SupportsIndex,
    out_bias_2: SupportsIndex,
    in_bias_0: SupportsIndex,
    in_bias_1: SupportsIndex,
    in_bias_2: SupportsIndex,
) -> int:
    """Set colour conversion: matrix, output bias, input bias."""

def set_aipp_rbuv_swap_switch(aipp: SupportsIndex, switch: SupportsIndex) -> int:
    """Swap R and B (or U and V)."""

def set_aipp_ax_swap_switch(aipp: SupportsIndex, switch: SupportsIndex) -> int:
    """Move A or X to the front."""

def set_aipp_src_image_size(
    aipp: SupportsIndex, width: SupportsIndex, height: SupportsIndex
) -> int:
    """Set width and height of the source."""

def set_aipp_crop_params(
    aipp: SupportsIndex,
    switch: SupportsIndex,
    start_w: SupportsIndex,
    start_h: SupportsIndex,
    size_w: SupportsIndex,
    size_h: SupportsIndex,
    batch_index: SupportsIndex,
) -> int:
    """Set the crop of one image of the batch."""

def set_aipp_padding_params(
    aipp: SupportsIndex,
    switch: SupportsIndex,
    top: SupportsIndex,
    bottom: SupportsIndex,
    left: SupportsIndex,
    right: SupportsIndex,
    batch_index: SupportsIndex,
) -> int:
    """Set the padding of one image of the batch."""

def set_aipp_scf_params(
    aipp: SupportsIndex,
    switch: SupportsIndex,
    in_w: SupportsIndex,
    in_h: SupportsIndex,
    out_w: SupportsIndex,
    out_h: SupportsIndex,
    batch_index: SupportsIndex,
) -> int:
    """Set the scaling of one image of the batch."""

def set_aipp_dtc_pixel_mean(
    aipp: SupportsIndex,
    c0: SupportsIndex,
    c1: SupportsIndex,
    c2: SupportsIndex,
    c3: SupportsIndex,
    batch_index: SupportsIndex,
) -> int:
    """Set the mean per channel of one image of the batch."""

def set_aipp_dtc_pixel_min(
    aipp: SupportsIndex, c0: float, c1: float, c2: float, c3: float, batch_index: SupportsIndex
) -> int:
    """Set the minimum per channel of one image of the batch."""

def set_aipp_pixel_var_reci(
    aipp: SupportsIndex, c0: float, c1: float, c2: float, c3: float, batch_index: SupportsIndex
) -> int:
    """Set 1/variance per channel of one image of the batch."""

def create_and_get_op_desc(
    device_id: SupportsIndex,
    stream_id: SupportsIndex,
    task_id: SupportsIndex,
    op_name_len: SupportsIndex,
) -> tuple[str, int, int, int, int, int]:
    """Describe the operator behind a task.

    Returns (op_name, input_desc, num_inputs, output_desc, num_outputs, ret).
    """

def init_dump(*args: object) -> int:
    """Start dumping."""

def set_dump(cfg_path: _StrPath | None = None) -> int:
    """Configure dumping by a JSON file."""

def finalize_dump(*args: object) -> int:
    """End dumping."""

def dump_reg_callback(fn: Callable[[_DumpChunk], int | None], flag: SupportsIndex) -> int:
    """Hand dumped data to `fn(chunk)`; `data_buf` is an address that is valid during the call."""

def dump_unreg_callback(*args: object) -> None:
    """End `dump_reg_callback`."""

def bundle_load_from_file(model_path: _StrPath) -> tuple[int, int]:
    """Load a file with several models. Returns (bundle_id, ret)."""

def bundle_load_from_mem(model_ptr: SupportsIndex, model_size: SupportsIndex) -> tuple[int, int]:
    """Load an image with several models. Returns (bundle_id, ret)."""

def bundle_get_model_num(bundle_id: SupportsIndex) -> tuple[int, int]:
    """How many models a bundle has. Returns (num, ret)."""

def bundle_get_model_id(bundle_id: SupportsIndex, index: SupportsIndex) -> tuple[int, int]:
    """The id of a model of a bundle. Returns (model_id, ret)."""

def bundle_unload(bundle_id: SupportsIndex) -> int:
    """Unload a bundle."""
