// SPDX-License-Identifier: Apache-2.0
#include "host/engine/passed_through.h"

#include <openvino/opsets/opset13.hpp>

namespace ascendcl::host::engine {

namespace ops = ov::opset13;

bool is_passed_through(ov::Output<ov::Node> value) {
    while (ov::is_type<ops::Reshape>(value.get_node()) ||
           ov::is_type<ops::Squeeze>(value.get_node()) ||
           ov::is_type<ops::Unsqueeze>(value.get_node()) ||
           ov::is_type<ops::Convert>(value.get_node()))
        value = value.get_node()->input_value(0);
    return ov::is_type<ops::Parameter>(value.get_node());
}

}  // namespace ascendcl::host::engine
