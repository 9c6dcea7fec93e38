# SPDX-License-Identifier: Apache-2.0
"""What pyACL has and this package has not, and what is said of names that are not there."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final, NoReturn

from ascendcl.errors import MissingNameError

__all__ = ["MISSING", "REASONS", "attribute_errors_of"]

MISSING: Final = {
    "acl.himpi": frozenset(
        [
            "dvpp_free",
            "dvpp_get_image_info",
            "dvpp_get_version",
            "dvpp_malloc",
            "png_get_image_info",
            "pngd_create_chn",
            "pngd_destroy_chn",
            "pngd_get_image_data",
            "pngd_send_stream",
            "sys_close_epoll",
            "sys_create_epoll",
            "sys_ctl_epoll",
            "sys_exit",
            "sys_get_chn_csc_matrix",
            "sys_get_image_align_info",
            "sys_init",
            "sys_set_chn_csc_matrix",
            "sys_wait_epoll",
            "vdec_close_fd",
            "vdec_create_chn",
            "vdec_destroy_chn",
            "vdec_get_chn_attr",
            "vdec_get_chn_param",
            "vdec_get_display_mode",
            "vdec_get_fd",
            "vdec_get_frame",
            "vdec_get_jpegd_output_info",
            "vdec_get_pic_buf_size",
            "vdec_get_protocol_param",
            "vdec_get_tmv_buf_size",
            "vdec_query_status",
            "vdec_release_frame",
            "vdec_reset_chn",
            "vdec_send_stream",
            "vdec_set_chn_attr",
            "vdec_set_chn_param",
            "vdec_set_display_mode",
            "vdec_set_jpegd_precision_mode",
            "vdec_set_protocol_param",
            "vdec_start_recv_stream",
            "vdec_stop_recv_stream",
            "venc_close_fd",
            "venc_compact_jpeg_tables",
            "venc_create_chn",
            "venc_destroy_chn",
            "venc_get_chn_attr",
            "venc_get_chn_param",
            "venc_get_cu_pred",
            "venc_get_fd",
            "venc_get_h264_vui",
            "venc_get_h265_vui",
            "venc_get_intra_refresh",
            "venc_get_jpeg_huffman_param",
            "venc_get_jpeg_param",
            "venc_get_jpege_predicted_size",
            "venc_get_mod_param",
            "venc_get_qpmap_size",
            "venc_get_qpmap_stride",
            "venc_get_rc_param",
            "venc_get_ref_param",
            "venc_get_roi_attr",
            "venc_get_scene_mode",
            "venc_get_slice_split",
            "venc_get_stream",
            "venc_get_streamcopy_param",
            "venc_query_status",
            "venc_release_stream",
            "venc_request_idr",
            "venc_send_frame",
            "venc_send_frame_ex",
            "venc_send_jpege_frame",
            "venc_set_chn_attr",
            "venc_set_chn_param",
            "venc_set_cu_pred",
            "venc_set_h264_vui",
            "venc_set_h265_vui",
            "venc_set_intra_refresh",
            "venc_set_jpeg_huffman_param",
            "venc_set_jpeg_param",
            "venc_set_mod_param",
            "venc_set_rc_param",
            "venc_set_ref_param",
            "venc_set_roi_attr",
            "venc_set_scene_mode",
            "venc_set_slice_split",
            "venc_set_streamcopy_param",
            "venc_start_chn",
            "venc_stop_chn",
            "vpc_batch_crop_resize_make_border",
            "vpc_batch_crop_resize_paste",
            "vpc_blur",
            "vpc_calc_hist",
            "vpc_calc_hist_v2",
            "vpc_convert_color",
            "vpc_convert_color_to_yuv420",
            "vpc_convert_color_v2",
            "vpc_copy_make_border",
            "vpc_create_chn",
            "vpc_crop",
            "vpc_crop_resize",
            "vpc_crop_resize_make_border",
            "vpc_crop_resize_paste",
            "vpc_crop_resize_resize_paste",
            "vpc_destroy_chn",
            "vpc_dilate",
            "vpc_draw_cover",
            "vpc_draw_line",
            "vpc_draw_mosaic",
            "vpc_draw_osd",
            "vpc_equalize_hist",
            "vpc_erode",
            "vpc_filter2d",
            "vpc_flip",
            "vpc_gaussian_blur",
            "vpc_get_affine_lut",
            "vpc_get_affine_transform",
            "vpc_get_lut_mem_size",
            "vpc_get_perspective_lut",
            "vpc_get_process_result",
            "vpc_get_remap_lut",
            "vpc_get_rotation_matrix",
            "vpc_lut_remap",
            "vpc_median_blur",
            "vpc_pyrdown",
            "vpc_resize",
            "vpc_rotate",
            "vpc_set_chn_opt_attr",
            "vpc_set_chn_workspace",
            "vpc_sys_create_chn",
            "vpc_warp_affine",
        ]
    ),
    "acl.media": frozenset(
        [
            "dvpp_clear_hist",
            "dvpp_create_hist",
            "dvpp_create_lut_map",
            "dvpp_destroy_hist",
            "dvpp_destroy_lut_map",
            "dvpp_get_hist_data",
            "dvpp_get_hist_dims",
            "dvpp_get_hist_ret_code",
            "dvpp_get_lut_map_data",
            "dvpp_get_lut_map_dims",
            "dvpp_malloc_with_cfg",
            "dvpp_vpc_calc_hist_async",
            "dvpp_vpc_equalize_hist_async",
            "vdec_get_channel_desc_param",
            "vdec_set_channel_desc_param",
        ]
    ),
}
# Why, and what to do.
REASONS: Final = {
    "acl.himpi": "it is of the second version of the media units. Use acl.media, or CANN's own acl",
    "acl.media": "what it takes in C is documented nowhere. Use CANN's own acl for it",
}


def attribute_errors_of(module: str) -> Callable[[str], NoReturn]:
    """The ``__getattr__`` of a module that users know as `module`."""
    missing = MISSING.get(module, frozenset())
    own_name = module.replace("acl", "ascendcl", 1)

    def raise_error(name: str) -> NoReturn:
        if name in missing:
            raise MissingNameError(
                f"{module}.{name} is part of pyACL, and not of ascendcl: {REASONS[module]}"
            )
        # With the module, Python says which name may have been meant.
        raise AttributeError(
            f"module {module!r} has no attribute {name!r}", name=name, obj=sys.modules[own_name]
        )

    return raise_error
