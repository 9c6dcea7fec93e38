# SPDX-License-Identifier: Apache-2.0
"""What pyACL has and this package has not, and what is said of names that are not there."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final, NoReturn

from ascendcl.errors import MissingNameError

__all__ = ["MISSING", "attribute_errors_of"]

# Of acl.himpi there is nothing, so the name of the module is all that is needed.
MISSING: Final = {
    "acl": frozenset({"himpi"}),
    "acl.media": frozenset(
        [
            "dvpp_clear_hist",
            "dvpp_create_batch_pic_desc",
            "dvpp_create_border_config",
            "dvpp_create_channel",
            "dvpp_create_channel_desc",
            "dvpp_create_hist",
            "dvpp_create_jpege_config",
            "dvpp_create_lut_map",
            "dvpp_create_pic_desc",
            "dvpp_create_resize_config",
            "dvpp_create_roi_config",
            "dvpp_create_stream_desc",
            "dvpp_destroy_batch_pic_desc",
            "dvpp_destroy_border_config",
            "dvpp_destroy_channel",
            "dvpp_destroy_channel_desc",
            "dvpp_destroy_hist",
            "dvpp_destroy_jpege_config",
            "dvpp_destroy_lut_map",
            "dvpp_destroy_pic_desc",
            "dvpp_destroy_resize_config",
            "dvpp_destroy_roi_config",
            "dvpp_destroy_stream_desc",
            "dvpp_get_border_config_border_type",
            "dvpp_get_border_config_bottom",
            "dvpp_get_border_config_left",
            "dvpp_get_border_config_right",
            "dvpp_get_border_config_top",
            "dvpp_get_border_config_value",
            "dvpp_get_channel_desc_channel_id",
            "dvpp_get_channel_desc_param",
            "dvpp_get_hist_data",
            "dvpp_get_hist_dims",
            "dvpp_get_hist_ret_code",
            "dvpp_get_lut_map_data",
            "dvpp_get_lut_map_dims",
            "dvpp_get_pic_desc",
            "dvpp_get_pic_desc_data",
            "dvpp_get_pic_desc_format",
            "dvpp_get_pic_desc_height",
            "dvpp_get_pic_desc_height_stride",
            "dvpp_get_pic_desc_ret_code",
            "dvpp_get_pic_desc_size",
            "dvpp_get_pic_desc_width",
            "dvpp_get_pic_desc_width_stride",
            "dvpp_get_resize_config_interpolation",
            "dvpp_get_stream_desc_data",
            "dvpp_get_stream_desc_eos",
            "dvpp_get_stream_desc_format",
            "dvpp_get_stream_desc_ret_code",
            "dvpp_get_stream_desc_size",
            "dvpp_get_stream_desc_timestamp",
            "dvpp_jpeg_decode_async",
            "dvpp_jpeg_encode_async",
            "dvpp_jpeg_get_image_info",
            "dvpp_jpeg_predict_dec_size",
            "dvpp_jpeg_predict_enc_size",
            "dvpp_malloc_with_cfg",
            "dvpp_png_decode_async",
            "dvpp_png_get_image_info",
            "dvpp_png_predict_dec_size",
            "dvpp_set_border_config_border_type",
            "dvpp_set_border_config_bottom",
            "dvpp_set_border_config_left",
            "dvpp_set_border_config_right",
            "dvpp_set_border_config_top",
            "dvpp_set_border_config_value",
            "dvpp_set_channel_desc_mode",
            "dvpp_set_channel_desc_param",
            "dvpp_set_jpege_config_level",
            "dvpp_set_pic_desc_data",
            "dvpp_set_pic_desc_format",
            "dvpp_set_pic_desc_height",
            "dvpp_set_pic_desc_height_stride",
            "dvpp_set_pic_desc_ret_code",
            "dvpp_set_pic_desc_size",
            "dvpp_set_pic_desc_width",
            "dvpp_set_pic_desc_width_stride",
            "dvpp_set_resize_config_interpolation",
            "dvpp_set_roi_config",
            "dvpp_set_roi_config_bottom",
            "dvpp_set_roi_config_left",
            "dvpp_set_roi_config_right",
            "dvpp_set_roi_config_top",
            "dvpp_set_stream_desc_data",
            "dvpp_set_stream_desc_eos",
            "dvpp_set_stream_desc_format",
            "dvpp_set_stream_desc_ret_code",
            "dvpp_set_stream_desc_size",
            "dvpp_set_stream_desc_timestamp",
            "dvpp_vpc_batch_crop_and_paste_async",
            "dvpp_vpc_batch_crop_async",
            "dvpp_vpc_batch_crop_resize_async",
            "dvpp_vpc_batch_crop_resize_make_border_async",
            "dvpp_vpc_batch_crop_resize_paste_async",
            "dvpp_vpc_calc_hist_async",
            "dvpp_vpc_convert_color_async",
            "dvpp_vpc_crop_and_paste_async",
            "dvpp_vpc_crop_async",
            "dvpp_vpc_crop_resize_async",
            "dvpp_vpc_crop_resize_paste_async",
            "dvpp_vpc_equalize_hist_async",
            "dvpp_vpc_make_border_async",
            "dvpp_vpc_pyr_down_async",
            "dvpp_vpc_resize_async",
            "vdec_get_channel_desc_param",
            "vdec_set_channel_desc_param",
        ]
    ),
}


def attribute_errors_of(module: str) -> Callable[[str], NoReturn]:
    """The ``__getattr__`` of a module that users know as `module`."""
    missing = MISSING.get(module, frozenset())
    own_name = module.replace("acl", "ascendcl", 1)

    def raise_error(name: str) -> NoReturn:
        if name in missing:
            raise MissingNameError(
                f"{module}.{name} is part of pyACL, and not of ascendcl: it needs the media "
                "units of an NPU. Use CANN's own acl for it"
            )
        # With the module, Python says which name may have been meant.
        raise AttributeError(
            f"module {module!r} has no attribute {name!r}", name=name, obj=sys.modules[own_name]
        )

    return raise_error
