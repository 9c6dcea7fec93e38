// The flat functions of acl.media that work on pictures: VPC, JPEG, PNG.
// SPDX-License-Identifier: Apache-2.0
#include "acl/ops/acl_dvpp.h"
#include "bindings/flat/function.h"
#include "bindings/flat/picture_lists.h"
#include "bindings/modules.h"

namespace ascendcl {

using namespace flat;  // a table of nothing else

void register_media_operations(pybind11::module_ &module) {
    static Function functions[] = {
        bind<&acldvppPngDecodeAsync>("dvpp_png_decode_async", "channel_desc", "data", "size",
                                     "output_desc", "stream"),
        bind<&acldvppPngGetImageInfo, kKeepsGil>("dvpp_png_get_image_info", "data", "data_size"),
        bind<&acldvppPngPredictDecSize, kKeepsGil>("dvpp_png_predict_dec_size", "data", "data_size",
                                                   "output_pixel_format"),
        bind<&acldvppVpcResizeAsync>("dvpp_vpc_resize_async", "channel_desc", "input_desc",
                                     "output_desc", "resize_config", "stream"),
        bind<&acldvppVpcCropAsync>("dvpp_vpc_crop_async", "channel_desc", "input_desc",
                                   "output_desc", "crop_area", "stream"),
        body<&batch_crop, &acldvppVpcBatchCropAsync>("dvpp_vpc_batch_crop_async", "channel_desc",
                                                     "src_batch_pic_descs", "roi_nums",
                                                     "dst_batch_pic_descs", "crop_areas", "stream"),
        bind<&acldvppVpcCropAndPasteAsync>("dvpp_vpc_crop_and_paste_async", "channel_desc",
                                           "input_desc", "output_desc", "crop_area", "paste_area",
                                           "stream"),
        body<&batch_crop_and_paste, &acldvppVpcBatchCropAndPasteAsync>(
            "dvpp_vpc_batch_crop_and_paste_async", "channel_desc", "src_batch_pic_descs",
            "roi_nums", "dst_batch_pic_descs", "crop_areas", "paste_areas", "stream"),
        bind<&acldvppVpcConvertColorAsync>("dvpp_vpc_convert_color_async", "channel_desc",
                                           "input_desc", "output_desc", "stream"),
        body<&pyr_down, &acldvppVpcPyrDownAsync>("dvpp_vpc_pyr_down_async", "channel_desc",
                                                 "input_desc", "output_desc", "reserve", "stream"),
        bind<&acldvppVpcMakeBorderAsync>("dvpp_vpc_make_border_async", "channel_desc", "input_desc",
                                         "output_desc", "border_config", "stream"),
        bind<&acldvppVpcCropResizeAsync>("dvpp_vpc_crop_resize_async", "channel_desc", "input_desc",
                                         "output_desc", "crop_area", "resize_config", "stream"),
        body<&batch_crop_resize, &acldvppVpcBatchCropResizeAsync>(
            "dvpp_vpc_batch_crop_resize_async", "channel_desc", "src_batch_pic_descs", "roi_nums",
            "dst_batch_pic_descs", "crop_areas", "resize_config", "stream"),
        bind<&acldvppVpcCropResizePasteAsync>("dvpp_vpc_crop_resize_paste_async", "channel_desc",
                                              "input_desc", "output_desc", "crop_area",
                                              "paste_area", "resize_config", "stream"),
        body<&batch_crop_resize_paste, &acldvppVpcBatchCropResizePasteAsync>(
            "dvpp_vpc_batch_crop_resize_paste_async", "channel_desc", "src_batch_pic_descs",
            "roi_nums", "dst_batch_pic_descs", "crop_areas", "paste_areas", "resize_config",
            "stream"),
        body<&batch_crop_resize_make_border, &acldvppVpcBatchCropResizeMakeBorderAsync>(
            "dvpp_vpc_batch_crop_resize_make_border_async", "channel_desc", "src_batch_pic_descs",
            "roi_nums", "dst_batch_pic_descs", "crop_areas", "border_cfgs", "resize_config",
            "stream"),
        bind<&acldvppJpegDecodeAsync>("dvpp_jpeg_decode_async", "channel_desc", "data", "size",
                                      "output_desc", "stream"),
        bind<&acldvppJpegEncodeAsync, kAddresses>("dvpp_jpeg_encode_async", "channel_desc",
                                                  "input_desc", "data", "size", "config", "stream"),
        bind<&acldvppJpegGetImageInfo, kKeepsGil>("dvpp_jpeg_get_image_info", "data", "size"),
        bind<&acldvppJpegPredictDecSize, kKeepsGil>("dvpp_jpeg_predict_dec_size", "data",
                                                    "data_size", "output_pixel_format"),
        bind<&acldvppJpegPredictEncSize, kKeepsGil>("dvpp_jpeg_predict_enc_size", "input_desc",
                                                    "config"),
    };
    add_functions(module, "acl.media", functions);
}

}  // namespace ascendcl
