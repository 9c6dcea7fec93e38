// Normal deviates from uniform ones (Box and Muller): OpenVINO has only the latter.
// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <openvino/opsets/opset13.hpp>

#include "host/engine/translate/emit.h"

namespace ascendcl::host::engine {

namespace ops = ov::opset13;

Outputs emit(const op::RandomNormal &random, const Outputs &) {
    constexpr float kTwoPi = 6.283185307179586f;
    const auto number = [](float value) {
        return std::make_shared<ops::Constant>(ov::element::f32, ov::Shape{},
                                               std::vector<float>{value});
    };
    const auto shape = integer_constant(random.shape);
    const auto seed = static_cast<uint64_t>(random.seed);
    // The logarithm needs more than zero.
    const auto radius_source = std::make_shared<ops::RandomUniform>(
        shape, number(std::numeric_limits<float>::min()), number(1), ov::element::f32, 0, seed);
    const auto angle = std::make_shared<ops::RandomUniform>(shape, number(0), number(kTwoPi),
                                                            ov::element::f32, 0, seed);
    const auto radius = std::make_shared<ops::Sqrt>(
        std::make_shared<ops::Multiply>(std::make_shared<ops::Log>(radius_source), number(-2)));
    return {std::make_shared<ops::Multiply>(radius, std::make_shared<ops::Cos>(angle))};
}

}  // namespace ascendcl::host::engine
