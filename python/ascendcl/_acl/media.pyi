# SPDX-License-Identifier: Apache-2.0
"""acl.media: memory for the media units.

Handles, addresses and sizes are ints, taken modulo 2^64; 0 is NULL. `ret` is 0 on success.
"""

from collections.abc import Callable
from typing import Any, SupportsIndex

def dvpp_malloc(size: SupportsIndex) -> tuple[int, int]:
    """Allocate `size` bytes that the media units can reach. Returns (dev_ptr, ret)."""

def dvpp_free(dev_ptr: SupportsIndex) -> int:
    """Free what `dvpp_malloc` gave."""

# Video: VDEC and VENC

def vdec_create_channel_desc() -> int:
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

def vdec_create_frame_config() -> int:
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

def venc_create_channel_desc() -> int:
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

def venc_create_frame_config() -> int:
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
