# SPDX-License-Identifier: Apache-2.0
"""acl.media: pictures and video.

Handles, addresses and sizes are ints, taken modulo 2^64; 0 is NULL. `ret` is 0 on success. What
ends in `_async` is done in the stream's order; what goes wrong later is told by waiting for it.
"""

from collections.abc import Callable, Sequence
from typing import Any, SupportsIndex

def dvpp_malloc(size: SupportsIndex) -> tuple[int, int]:
    """Allocate `size` bytes that the media units can reach. Returns (dev_ptr, ret)."""

def dvpp_free(dev_ptr: SupportsIndex) -> int:
    """Free what `dvpp_malloc` gave."""

def dvpp_create_channel(channel_desc: SupportsIndex) -> int:
    """Create the channel that a description describes, in the current context."""

def dvpp_destroy_channel(channel_desc: SupportsIndex) -> int:
    """Destroy the channel; the description stays."""

def dvpp_set_channel_desc_param(
    channel_desc: SupportsIndex, param_type: SupportsIndex, param: SupportsIndex
) -> int:
    """Set one `acldvppChannelDescParamType` before the channel is created."""

def dvpp_get_channel_desc_param(
    channel_desc: SupportsIndex, param_type: SupportsIndex
) -> tuple[int, int]:
    """Read one `acldvppChannelDescParamType`. Returns (value, ret)."""

def dvpp_create_channel_desc(*args: object) -> int:
    """Create a description of a channel; 0 where memory runs short."""

def dvpp_destroy_channel_desc(channel_desc: SupportsIndex) -> int:
    """Destroy a description of a channel."""

def dvpp_get_channel_desc_channel_id(channel_desc: SupportsIndex) -> int:
    """Return the number of the channel; 0 where there is none."""

def dvpp_set_channel_desc_mode(channel_desc: SupportsIndex, mode: SupportsIndex) -> int:
    """Say what the channel is for: a sum of 1 (VPC), 2 (JPEGD), 4 (JPEGE), 8 (PNGD)."""

def dvpp_create_pic_desc(*args: object) -> int:
    """Create a description of a picture; all of it is 0."""

def dvpp_destroy_pic_desc(pic_desc: SupportsIndex) -> int:
    """Destroy a description of a picture; its memory stays."""

def dvpp_set_pic_desc_data(pic_desc: SupportsIndex, data_dev: SupportsIndex) -> int:
    """Set the address in device memory."""

def dvpp_set_pic_desc_size(pic_desc: SupportsIndex, size: SupportsIndex) -> int:
    """Set the size in bytes."""

def dvpp_set_pic_desc_format(pic_desc: SupportsIndex, format: SupportsIndex) -> int:
    """Set the pixel format."""

def dvpp_set_pic_desc_width(pic_desc: SupportsIndex, width: SupportsIndex) -> int:
    """Set the width in pixels."""

def dvpp_set_pic_desc_height(pic_desc: SupportsIndex, height: SupportsIndex) -> int:
    """Set the height in rows."""

def dvpp_set_pic_desc_width_stride(pic_desc: SupportsIndex, width_stride: SupportsIndex) -> int:
    """Set the stride: bytes of packed formats, samples of others."""

def dvpp_set_pic_desc_height_stride(pic_desc: SupportsIndex, height_stride: SupportsIndex) -> int:
    """Set the rows of the first plane."""

def dvpp_set_pic_desc_ret_code(pic_desc: SupportsIndex, ret_code: SupportsIndex) -> int:
    """Set the code of the last task that wrote it."""

def dvpp_get_pic_desc_data(pic_desc: SupportsIndex) -> int:
    """Return the address in device memory."""

def dvpp_get_pic_desc_size(pic_desc: SupportsIndex) -> int:
    """Return the size in bytes."""

def dvpp_get_pic_desc_format(pic_desc: SupportsIndex) -> int:
    """Return the pixel format."""

def dvpp_get_pic_desc_width(pic_desc: SupportsIndex) -> int:
    """Return the width in pixels."""

def dvpp_get_pic_desc_height(pic_desc: SupportsIndex) -> int:
    """Return the height in rows."""

def dvpp_get_pic_desc_width_stride(pic_desc: SupportsIndex) -> int:
    """Return the stride: bytes of packed formats, samples of others."""

def dvpp_get_pic_desc_height_stride(pic_desc: SupportsIndex) -> int:
    """Return the rows of the first plane."""

def dvpp_get_pic_desc_ret_code(pic_desc: SupportsIndex) -> int:
    """Return the code of the last task that wrote it."""

def dvpp_create_stream_desc(*args: object) -> int:
    """Create a description of a piece of a stream; all of it is 0."""

def dvpp_destroy_stream_desc(stream_desc: SupportsIndex) -> int:
    """Destroy a description of a piece of a stream; its memory stays."""

def dvpp_set_stream_desc_data(stream_desc: SupportsIndex, data_dev: SupportsIndex) -> int:
    """Set the address."""

def dvpp_set_stream_desc_size(stream_desc: SupportsIndex, size: SupportsIndex) -> int:
    """Set the size in bytes."""

def dvpp_set_stream_desc_format(stream_desc: SupportsIndex, format: SupportsIndex) -> int:
    """Set the stream format (0 H.265, 1 to 3 H.264)."""

def dvpp_set_stream_desc_timestamp(stream_desc: SupportsIndex, timestamp: SupportsIndex) -> int:
    """Set the timestamp."""

def dvpp_set_stream_desc_ret_code(stream_desc: SupportsIndex, ret_code: SupportsIndex) -> int:
    """Set the code of its task."""

def dvpp_set_stream_desc_eos(stream_desc: SupportsIndex, eos: SupportsIndex) -> int:
    """Set whether it is the end of the stream."""

def dvpp_get_stream_desc_data(stream_desc: SupportsIndex) -> int:
    """Return the address."""

def dvpp_get_stream_desc_size(stream_desc: SupportsIndex) -> int:
    """Return the size in bytes."""

def dvpp_get_stream_desc_format(stream_desc: SupportsIndex) -> int:
    """Return the stream format (0 H.265, 1 to 3 H.264)."""

def dvpp_get_stream_desc_timestamp(stream_desc: SupportsIndex) -> int:
    """Return the timestamp."""

def dvpp_get_stream_desc_ret_code(stream_desc: SupportsIndex) -> int:
    """Return the code of its task."""

def dvpp_get_stream_desc_eos(stream_desc: SupportsIndex) -> int:
    """Return whether it is the end of the stream."""

def dvpp_create_batch_pic_desc(batch_size: SupportsIndex) -> int:
    """Create descriptions of 1 to 256 pictures; 0 for another number."""

def dvpp_destroy_batch_pic_desc(batch_pic_desc: SupportsIndex) -> int:
    """Destroy a batch with all its descriptions."""

def dvpp_get_pic_desc(batch_pic_desc: SupportsIndex, index: SupportsIndex) -> int:
    """Return a description that the batch owns; 0 beyond its end."""

def dvpp_create_border_config(*args: object) -> int:
    """Create settings of a border; all of it is 0."""

def dvpp_destroy_border_config(border_config: SupportsIndex) -> int:
    """Destroy settings of a border."""

def dvpp_get_border_config_value(border_config: SupportsIndex, index: SupportsIndex) -> float:
    """Return a value: 0 is R or Y, 1 G or U, 2 B or V."""

def dvpp_get_border_config_border_type(border_config: SupportsIndex) -> int:
    """Return the `acldvppBorderType`."""

def dvpp_get_border_config_top(border_config: SupportsIndex) -> int:
    """Return the pixels at the top."""

def dvpp_get_border_config_bottom(border_config: SupportsIndex) -> int:
    """Return the pixels at the bottom."""

def dvpp_get_border_config_left(border_config: SupportsIndex) -> int:
    """Return the pixels at the left."""

def dvpp_get_border_config_right(border_config: SupportsIndex) -> int:
    """Return the pixels at the right."""

def dvpp_set_border_config_value(
    border_config: SupportsIndex, index: SupportsIndex, value: float
) -> int:
    """Set a value: 0 is R or Y, 1 G or U, 2 B or V."""

def dvpp_set_border_config_border_type(
    border_config: SupportsIndex, border_type: SupportsIndex
) -> int:
    """Set the `acldvppBorderType`."""

def dvpp_set_border_config_top(border_config: SupportsIndex, top: SupportsIndex) -> int:
    """Set the pixels at the top."""

def dvpp_set_border_config_bottom(border_config: SupportsIndex, bottom: SupportsIndex) -> int:
    """Set the pixels at the bottom."""

def dvpp_set_border_config_left(border_config: SupportsIndex, left: SupportsIndex) -> int:
    """Set the pixels at the left."""

def dvpp_set_border_config_right(border_config: SupportsIndex, right: SupportsIndex) -> int:
    """Set the pixels at the right."""

def dvpp_create_roi_config(
    left: SupportsIndex, right: SupportsIndex, top: SupportsIndex, bottom: SupportsIndex
) -> int:
    """Create an area; all four edges are inside of it."""

def dvpp_destroy_roi_config(roi_config: SupportsIndex) -> int:
    """Destroy an area."""

def dvpp_set_roi_config(
    config: SupportsIndex,
    left: SupportsIndex,
    right: SupportsIndex,
    top: SupportsIndex,
    bottom: SupportsIndex,
) -> int:
    """Set all four edges, which are inside."""

def dvpp_set_roi_config_left(config: SupportsIndex, left: SupportsIndex) -> int:
    """Set the left edge, which is inside."""

def dvpp_set_roi_config_right(config: SupportsIndex, right: SupportsIndex) -> int:
    """Set the right edge, which is inside."""

def dvpp_set_roi_config_top(config: SupportsIndex, top: SupportsIndex) -> int:
    """Set the top edge, which is inside."""

def dvpp_set_roi_config_bottom(config: SupportsIndex, bottom: SupportsIndex) -> int:
    """Set the bottom edge, which is inside."""

def dvpp_create_resize_config(*args: object) -> int:
    """Create settings of a resize."""

def dvpp_destroy_resize_config(resize_config: SupportsIndex) -> int:
    """Destroy settings of a resize."""

def dvpp_set_resize_config_interpolation(
    resize_config: SupportsIndex, interpolation: SupportsIndex
) -> int:
    """Set the interpolation: 0 default, 1 bilinear, 2 nearest, 3 and 4 as TensorFlow."""

def dvpp_get_resize_config_interpolation(resize_config: SupportsIndex) -> int:
    """Return the interpolation."""

def dvpp_create_jpege_config(*args: object) -> int:
    """Create settings of JPEG encoding."""

def dvpp_destroy_jpege_config(jpege_config: SupportsIndex) -> int:
    """Destroy settings of JPEG encoding."""

def dvpp_set_jpege_config_level(jpege_config: SupportsIndex, level: SupportsIndex) -> int:
    """Set the quality, 0 to 100."""

def dvpp_png_decode_async(
    channel_desc: SupportsIndex,
    data: SupportsIndex,
    size: SupportsIndex,
    output_desc: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """Decode `size` bytes of PNG into the picture, in the stream."""

def dvpp_png_get_image_info(
    data: SupportsIndex, data_size: SupportsIndex
) -> tuple[int, int, int, int]:
    """Read a PNG header. Returns (width, height, components, ret)."""

def dvpp_png_predict_dec_size(
    data: SupportsIndex, data_size: SupportsIndex, output_pixel_format: SupportsIndex
) -> tuple[int, int]:
    """Return (bytes of the decoded picture, ret)."""

def dvpp_vpc_resize_async(
    channel_desc: SupportsIndex,
    input_desc: SupportsIndex,
    output_desc: SupportsIndex,
    resize_config: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """Scale one picture to the size of another, in the stream."""

def dvpp_vpc_crop_async(
    channel_desc: SupportsIndex,
    input_desc: SupportsIndex,
    output_desc: SupportsIndex,
    crop_area: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """Copy an area to a picture, scaled to its size, in the stream."""

def dvpp_vpc_batch_crop_async(
    channel_desc: SupportsIndex,
    src_batch_pic_descs: SupportsIndex,
    roi_nums: Sequence[SupportsIndex],
    dst_batch_pic_descs: SupportsIndex,
    crop_areas: Sequence[SupportsIndex],
    stream: SupportsIndex,
) -> tuple[list[int], int]:
    """Crop several areas of several pictures. Returns (roi_nums, ret)."""

def dvpp_vpc_crop_and_paste_async(
    channel_desc: SupportsIndex,
    input_desc: SupportsIndex,
    output_desc: SupportsIndex,
    crop_area: SupportsIndex,
    paste_area: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """Place an area of one picture in an area of another, in the stream."""

def dvpp_vpc_batch_crop_and_paste_async(
    channel_desc: SupportsIndex,
    src_batch_pic_descs: SupportsIndex,
    roi_nums: Sequence[SupportsIndex],
    dst_batch_pic_descs: SupportsIndex,
    crop_areas: Sequence[SupportsIndex],
    paste_areas: Sequence[SupportsIndex],
    stream: SupportsIndex,
) -> tuple[list[int], int]:
    """Crop and paste for several pictures. Returns (roi_nums, ret)."""

def dvpp_vpc_convert_color_async(
    channel_desc: SupportsIndex,
    input_desc: SupportsIndex,
    output_desc: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """Convert a picture to the format of another, in the stream."""

def dvpp_vpc_pyr_down_async(
    channel_desc: SupportsIndex,
    input_desc: SupportsIndex,
    output_desc: SupportsIndex,
    reserve: SupportsIndex | None,
    stream: SupportsIndex,
) -> int:
    """Halve a gray picture, in the stream; `reserve` is 0 or None."""

def dvpp_vpc_make_border_async(
    channel_desc: SupportsIndex,
    input_desc: SupportsIndex,
    output_desc: SupportsIndex,
    border_config: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """Copy a picture into a greater one and draw a border, in the stream."""

def dvpp_vpc_crop_resize_async(
    channel_desc: SupportsIndex,
    input_desc: SupportsIndex,
    output_desc: SupportsIndex,
    crop_area: SupportsIndex,
    resize_config: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """Crop and scale with settings, in the stream."""

def dvpp_vpc_batch_crop_resize_async(
    channel_desc: SupportsIndex,
    src_batch_pic_descs: SupportsIndex,
    roi_nums: Sequence[SupportsIndex],
    dst_batch_pic_descs: SupportsIndex,
    crop_areas: Sequence[SupportsIndex],
    resize_config: SupportsIndex,
    stream: SupportsIndex,
) -> tuple[list[int], int]:
    """Crop and scale for several pictures. Returns (roi_nums, ret)."""

def dvpp_vpc_crop_resize_paste_async(
    channel_desc: SupportsIndex,
    input_desc: SupportsIndex,
    output_desc: SupportsIndex,
    crop_area: SupportsIndex,
    paste_area: SupportsIndex,
    resize_config: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """Crop, scale with settings and paste, in the stream."""

def dvpp_vpc_batch_crop_resize_paste_async(
    channel_desc: SupportsIndex,
    src_batch_pic_descs: SupportsIndex,
    roi_nums: Sequence[SupportsIndex],
    dst_batch_pic_descs: SupportsIndex,
    crop_areas: Sequence[SupportsIndex],
    paste_areas: Sequence[SupportsIndex],
    resize_config: SupportsIndex,
    stream: SupportsIndex,
) -> tuple[list[int], int]:
    """The same for several pictures. Returns (roi_nums, ret)."""

def dvpp_vpc_batch_crop_resize_make_border_async(
    channel_desc: SupportsIndex,
    src_batch_pic_descs: SupportsIndex,
    roi_nums: Sequence[SupportsIndex],
    dst_batch_pic_descs: SupportsIndex,
    crop_areas: Sequence[SupportsIndex],
    border_cfgs: Sequence[SupportsIndex],
    resize_config: SupportsIndex,
    stream: SupportsIndex,
) -> tuple[list[int], int]:
    """Crop, scale and draw borders for several. Returns (roi_nums, ret)."""

def dvpp_jpeg_decode_async(
    channel_desc: SupportsIndex,
    data: SupportsIndex,
    size: SupportsIndex,
    output_desc: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """Decode `size` bytes of JPEG into the picture, in the stream."""

def dvpp_jpeg_encode_async(
    channel_desc: SupportsIndex,
    input_desc: SupportsIndex,
    data: SupportsIndex,
    size: SupportsIndex,
    config: SupportsIndex,
    stream: SupportsIndex,
) -> int:
    """Encode a picture to `data`, in the stream.

    At the address `size` are four bytes: how much room there is, and afterwards the length.
    """

def dvpp_jpeg_get_image_info(data: SupportsIndex, size: SupportsIndex) -> tuple[int, int, int, int]:
    """Read a JPEG header. Returns (width, height, components, ret)."""

def dvpp_jpeg_predict_dec_size(
    data: SupportsIndex, data_size: SupportsIndex, output_pixel_format: SupportsIndex
) -> tuple[int, int]:
    """Return (bytes of the decoded picture, ret)."""

def dvpp_jpeg_predict_enc_size(input_desc: SupportsIndex, config: SupportsIndex) -> tuple[int, int]:
    """Return (bytes that the encoded picture fits in, ret)."""

# Video: VDEC and VENC

def vdec_create_channel_desc(*args: object) -> int:
    """Make the description of a channel of VDEC; 0 on failure."""

def vdec_destroy_channel_desc(channel_desc: SupportsIndex) -> int:
    """Destroy a description whose channel was destroyed."""

def vdec_create_channel(channel_desc: SupportsIndex) -> int:
    """Create the channel with the settings of its description."""

def vdec_destroy_channel(channel_desc: SupportsIndex) -> int:
    """Wait until the callbacks of all frames have run, and destroy the channel."""

def vdec_set_channel_desc_callback(
    channel_desc: SupportsIndex, callback: Callable[[int, int, Any], object]
) -> int:
    """Set what is called with (input, output, user_data) for each frame."""

def vdec_get_channel_desc_callback(channel_desc: SupportsIndex) -> Any:
    """Get the callable; None where none is set."""

def vdec_set_channel_desc_channel_id(channel_desc: SupportsIndex, channel_id: SupportsIndex) -> int:
    """Set the channel's id, 0 to 255."""

def vdec_get_channel_desc_channel_id(channel_desc: SupportsIndex) -> int:
    """Get the channel's id."""

def vdec_set_channel_desc_thread_id(channel_desc: SupportsIndex, thread_id: SupportsIndex) -> int:
    """Set the thread that runs the callbacks, in acl.rt.process_report."""

def vdec_get_channel_desc_thread_id(channel_desc: SupportsIndex) -> int:
    """Get the thread that runs the callbacks (its lower 32 bits)."""

def vdec_set_channel_desc_entype(channel_desc: SupportsIndex, entype: SupportsIndex) -> int:
    """Set the stream's format: 0 is H.265, 1 to 3 are H.264 (baseline, main, high)."""

def vdec_get_channel_desc_entype(channel_desc: SupportsIndex) -> int:
    """Get the stream's format."""

def vdec_set_channel_desc_out_pic_format(
    channel_desc: SupportsIndex, out_pic_format: SupportsIndex
) -> int:
    """Set the pictures' format: 1 is NV12, 2 is NV21, 12 is RGB, 13 is BGR."""

def vdec_get_channel_desc_out_pic_format(channel_desc: SupportsIndex) -> int:
    """Get the pictures' format."""

def vdec_set_channel_desc_out_pic_width(
    channel_desc: SupportsIndex, out_pic_width: SupportsIndex
) -> int:
    """Set the pictures' width in pixels; 0 is the stream's."""

def vdec_get_channel_desc_out_pic_width(channel_desc: SupportsIndex) -> int:
    """Get the pictures' width in pixels."""

def vdec_set_channel_desc_out_pic_height(
    channel_desc: SupportsIndex, out_pic_height: SupportsIndex
) -> int:
    """Set the pictures' height in rows; 0 is the stream's."""

def vdec_get_channel_desc_out_pic_height(channel_desc: SupportsIndex) -> int:
    """Get the pictures' height in rows."""

def vdec_set_channel_desc_ref_frame_num(
    channel_desc: SupportsIndex, ref_frame_num: SupportsIndex
) -> int:
    """Set the number of reference frames."""

def vdec_get_channel_desc_ref_frame_num(channel_desc: SupportsIndex) -> int:
    """Get the number of reference frames."""

def vdec_set_channel_desc_out_mode(channel_desc: SupportsIndex, out_mode: SupportsIndex) -> int:
    """Set when pictures come: 0 delayed, 1 one with each packet."""

def vdec_get_channel_desc_out_mode(channel_desc: SupportsIndex) -> int:
    """Get when pictures come."""

def vdec_set_channel_desc_bit_depth(channel_desc: SupportsIndex, bit_depth: SupportsIndex) -> int:
    """Set the bits of a sample."""

def vdec_get_channel_desc_bit_depth(channel_desc: SupportsIndex) -> int:
    """Get the bits of a sample."""

def vdec_create_frame_config(*args: object) -> int:
    """Make a configuration, which has no settings; 0 on failure."""

def vdec_destroy_frame_config(frame_config: SupportsIndex) -> int:
    """Destroy a configuration."""

def vdec_send_frame(
    channel_desc: SupportsIndex,
    input: SupportsIndex,
    output: SupportsIndex,
    frame_config: SupportsIndex,
    user_data: Any,
) -> int:
    """Decode a packet into a picture; with eos, returns when all callbacks have run."""

def vdec_send_skipped_frame(
    channel_desc: SupportsIndex, input: SupportsIndex, frame_config: SupportsIndex, user_data: Any
) -> int:
    """Decode a packet of which no picture is wanted: the callback's output is 0."""

def venc_create_channel_desc(*args: object) -> int:
    """Make the description of a channel of VENC; 0 on failure."""

def venc_destroy_channel_desc(channel_desc: SupportsIndex) -> int:
    """Destroy a description whose channel was destroyed."""

def venc_create_channel(channel_desc: SupportsIndex) -> int:
    """Create the channel with the settings of its description."""

def venc_destroy_channel(channel_desc: SupportsIndex) -> int:
    """Wait until the callbacks of all frames have run, and destroy the channel."""

def venc_get_channel_desc_channel_id(channel_desc: SupportsIndex) -> int:
    """Get the channel's id, which is always 0."""

def venc_set_channel_desc_callback(
    channel_desc: SupportsIndex, callback: Callable[[int, int, Any], object]
) -> int:
    """Set what is called with (input, output, user_data) for each frame."""

def venc_get_channel_desc_callback(channel_desc: SupportsIndex) -> Any:
    """Get the callable; None where none is set."""

def venc_set_channel_desc_thread_id(channel_desc: SupportsIndex, thread_id: SupportsIndex) -> int:
    """Set the thread that runs the callbacks, in acl.rt.process_report."""

def venc_get_channel_desc_thread_id(channel_desc: SupportsIndex) -> int:
    """Get the thread that runs the callbacks."""

def venc_set_channel_desc_entype(channel_desc: SupportsIndex, entype: SupportsIndex) -> int:
    """Set the stream's format: 0 is H.265, 1 to 3 are H.264 (baseline, main, high)."""

def venc_get_channel_desc_entype(channel_desc: SupportsIndex) -> int:
    """Get the stream's format."""

def venc_set_channel_desc_pic_format(channel_desc: SupportsIndex, pic_format: SupportsIndex) -> int:
    """Set the pictures' format: 1 is NV12, 2 is NV21."""

def venc_get_channel_desc_pic_format(channel_desc: SupportsIndex) -> int:
    """Get the pictures' format."""

def venc_set_channel_desc_pic_width(channel_desc: SupportsIndex, pic_width: SupportsIndex) -> int:
    """Set the pictures' width in pixels, 128 to 4096."""

def venc_get_channel_desc_pic_width(channel_desc: SupportsIndex) -> int:
    """Get the pictures' width in pixels."""

def venc_set_channel_desc_pic_height(channel_desc: SupportsIndex, pic_height: SupportsIndex) -> int:
    """Set the pictures' height in rows, 128 to 4096."""

def venc_get_channel_desc_pic_height(channel_desc: SupportsIndex) -> int:
    """Get the pictures' height in rows."""

def venc_set_channel_desc_key_frame_interval(
    channel_desc: SupportsIndex, key_frame_interval: SupportsIndex
) -> int:
    """Set how many frames there are from one key frame to the next, 1 to 65536."""

def venc_get_channel_desc_key_frame_interval(channel_desc: SupportsIndex) -> int:
    """Get how many frames there are from one key frame to the next."""

def venc_set_channel_desc_buf_addr(channel_desc: SupportsIndex, buf_addr: SupportsIndex) -> int:
    """Set the memory for packets."""

def venc_get_channel_desc_buf_addr(channel_desc: SupportsIndex) -> int:
    """Get the memory for packets."""

def venc_set_channel_desc_buf_size(channel_desc: SupportsIndex, buf_size: SupportsIndex) -> int:
    """Set the bytes of the memory for packets, 5 MiB or more."""

def venc_get_channel_desc_buf_size(channel_desc: SupportsIndex) -> int:
    """Get the bytes of the memory for packets."""

def venc_set_channel_desc_rc_mode(channel_desc: SupportsIndex, rc_mode: SupportsIndex) -> int:
    """Set the rate control: 0 and 1 are variable, 2 is constant."""

def venc_get_channel_desc_rc_mode(channel_desc: SupportsIndex) -> int:
    """Get the rate control."""

def venc_set_channel_desc_src_rate(channel_desc: SupportsIndex, src_rate: SupportsIndex) -> int:
    """Set the frames per second."""

def venc_get_channel_desc_src_rate(channel_desc: SupportsIndex) -> int:
    """Get the frames per second."""

def venc_set_channel_desc_max_bit_rate(
    channel_desc: SupportsIndex, max_bit_rate: SupportsIndex
) -> int:
    """Set the highest rate in kbit/s."""

def venc_get_channel_desc_max_bit_rate(channel_desc: SupportsIndex) -> int:
    """Get the highest rate in kbit/s."""

def venc_set_channel_desc_param(
    channel_desc: SupportsIndex, param_type: SupportsIndex, param: Any
) -> int:
    """Set a setting by its number; of the callback `param` is a callable."""

def venc_get_channel_desc_param(
    channel_desc: SupportsIndex, param_type: SupportsIndex
) -> tuple[Any, int]:
    """Get a setting by its number. Returns (param, ret)."""

def venc_create_frame_config(*args: object) -> int:
    """Make the configuration of a frame; 0 on failure."""

def venc_destroy_frame_config(frame_config: SupportsIndex) -> int:
    """Destroy a configuration."""

def venc_set_frame_config_force_i_frame(
    frame_config: SupportsIndex, force_i_frame: SupportsIndex
) -> int:
    """Set whether the frame is a key frame, 0 or 1."""

def venc_get_frame_config_force_i_frame(frame_config: SupportsIndex) -> int:
    """Get whether the frame is a key frame, 0 or 1."""

def venc_set_frame_config_eos(frame_config: SupportsIndex, eos: SupportsIndex) -> int:
    """Set whether the stream ends, 0 or 1."""

def venc_get_frame_config_eos(frame_config: SupportsIndex) -> int:
    """Get whether the stream ends, 0 or 1."""

def venc_send_frame(
    channel_desc: SupportsIndex,
    input: SupportsIndex,
    reserve: Any,
    frame_config: SupportsIndex,
    user_data: Any,
) -> int:
    """Encode a picture; with eos, `input` may be 0, and all callbacks have run then."""
