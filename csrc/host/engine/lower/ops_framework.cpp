// FrameworkOp: a TensorFlow op that the device runs on its AI CPU. Only ops without attributes can
// be read; those sit in TensorFlow's own message.
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "host/engine/lower/elementwise_names.h"
#include "host/engine/lower/ops.h"

namespace ascendcl::host::engine {
namespace {

// Not reproducible on any other device: it draws numbers of its own.
Values random_standard_normal(NodeView &view) {
    view.assumed("random numbers", "those of the host",
                 "the device's own sequence cannot be had elsewhere");
    return {view.add(op::RandomNormal{view.output_shape(), view.integer("seed", 0)}, {})};
}

// Ops whose TensorFlow form has attributes that decide what they compute.
bool has_tensorflow_attributes(std::string_view type) noexcept {
    return type == "LeakyRelu" || type == "Gelu";
}

Values framework_op(NodeView &view) {
    const auto type = view.attrs().text("original_type");
    if (!type) view.refuse("attribute 'original_type' is missing");
    if (*type == "RandomStandardNormal") return random_standard_normal(view);
    if (*type == "Identity" || *type == "Reshape" || *type == "StopGradient" ||
        *type == "ExpandDims" || *type == "Squeeze")
        return lower_pass(view);
    if (elementwise_by_type(*type) == nullptr || has_tensorflow_attributes(*type))
        view.refuse("TensorFlow's op '" + std::string(*type) + "' is not supported");
    return lower_elementwise(view, *type);
}

constexpr std::array kEntries = {
    OpEntry{"FrameworkOp", framework_op},
    OpEntry{"RandomStandardNormal", random_standard_normal},
};

}  // namespace

OpFamily framework_ops() noexcept { return {kEntries.data(), kEntries.size()}; }

}  // namespace ascendcl::host::engine
