// Image resizing with the coordinates that the OM's attributes name.
// SPDX-License-Identifier: Apache-2.0
#include <openvino/opsets/opset13.hpp>

#include "host/engine/translate/emit.h"

namespace ascendcl::host::engine {

namespace ops = ov::opset13;

Outputs emit(const op::Resize &resize, const Outputs &inputs) {
    using Interpolate = ov::op::v11::Interpolate;
    Interpolate::InterpolateAttrs attrs;
    attrs.shape_calculation_mode = Interpolate::ShapeCalcMode::SIZES;
    attrs.antialias = false;
    if (resize.mode == op::ResizeMode::kLinear) {
        attrs.mode = Interpolate::InterpolateMode::LINEAR_ONNX;
        attrs.coordinate_transformation_mode =
            resize.align_corners        ? Interpolate::CoordinateTransformMode::ALIGN_CORNERS
            : resize.half_pixel_centers ? Interpolate::CoordinateTransformMode::HALF_PIXEL
                                        : Interpolate::CoordinateTransformMode::ASYMMETRIC;
    } else {
        // TensorFlow's nearest: floor, except that aligned corners round halves up.
        attrs.mode = Interpolate::InterpolateMode::NEAREST;
        attrs.nearest_mode = resize.align_corners ? Interpolate::NearestMode::ROUND_PREFER_CEIL
                                                  : Interpolate::NearestMode::FLOOR;
        attrs.coordinate_transformation_mode =
            resize.align_corners        ? Interpolate::CoordinateTransformMode::ALIGN_CORNERS
            : resize.half_pixel_centers ? Interpolate::CoordinateTransformMode::TF_HALF_PIXEL_FOR_NN
                                        : Interpolate::CoordinateTransformMode::ASYMMETRIC;
    }
    const ov::Output<ov::Node> x = to_channels_first(inputs[0], resize.channels_last);
    const auto y = std::make_shared<Interpolate>(x, integer_constant({resize.height, resize.width}),
                                                 integer_constant({2, 3}), attrs);
    return {from_channels_first(y, resize.channels_last)};
}

}  // namespace ascendcl::host::engine
