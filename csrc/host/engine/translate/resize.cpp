// Image resizing with the coordinates that the OM's attributes name.
// SPDX-License-Identifier: Apache-2.0
#include <openvino/opsets/opset13.hpp>

#include "host/engine/translate/emit.h"

namespace ascendcl::host::engine {
namespace {

using Interpolate = ov::op::v11::Interpolate;

Interpolate::CoordinateTransformMode coordinates_of(op::ResizeCoordinates coordinates) {
    using Mode = Interpolate::CoordinateTransformMode;
    switch (coordinates) {
        case op::ResizeCoordinates::kAlignCorners:
            return Mode::ALIGN_CORNERS;
        case op::ResizeCoordinates::kHalfPixel:
            return Mode::HALF_PIXEL;
        case op::ResizeCoordinates::kPytorchHalfPixel:
            return Mode::PYTORCH_HALF_PIXEL;
        case op::ResizeCoordinates::kTensorFlowHalfPixel:
            return Mode::TF_HALF_PIXEL_FOR_NN;
        case op::ResizeCoordinates::kAsymmetric:
            break;
    }
    return Mode::ASYMMETRIC;
}

Interpolate::NearestMode rounding_of(op::NearestRounding rounding) {
    using Mode = Interpolate::NearestMode;
    switch (rounding) {
        case op::NearestRounding::kCeil:
            return Mode::CEIL;
        case op::NearestRounding::kHalfDown:
            return Mode::ROUND_PREFER_FLOOR;
        case op::NearestRounding::kHalfUp:
            return Mode::ROUND_PREFER_CEIL;
        case op::NearestRounding::kFloor:
            break;
    }
    return Mode::FLOOR;
}

}  // namespace

Outputs emit(const op::Resize &resize, const Outputs &inputs) {
    Interpolate::InterpolateAttrs attrs;
    attrs.shape_calculation_mode =
        resize.scales ? Interpolate::ShapeCalcMode::SCALES : Interpolate::ShapeCalcMode::SIZES;
    attrs.antialias = false;
    attrs.mode = resize.mode == op::ResizeMode::kLinear ? Interpolate::InterpolateMode::LINEAR_ONNX
                                                        : Interpolate::InterpolateMode::NEAREST;
    attrs.coordinate_transformation_mode = coordinates_of(resize.coordinates);
    attrs.nearest_mode = rounding_of(resize.rounding);
    const ov::Output<ov::Node> x = to_channels_first(inputs[0], resize.channels_last);
    ov::Output<ov::Node> sizes = integer_constant({resize.height, resize.width});
    if (resize.scales)
        sizes = std::make_shared<ov::op::v0::Constant>(ov::element::f32, ov::Shape{2},
                                                       resize.scales->data());
    const auto y = std::make_shared<Interpolate>(x, sizes, integer_constant({2, 3}), attrs);
    return {from_channels_first(y, resize.channels_last)};
}

}  // namespace ascendcl::host::engine
