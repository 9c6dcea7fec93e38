// Graphs that OpenVINO's CPU plugin is known to compile to wrong code, and how they are kept right.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openvino/core/any.hpp>
#include <openvino/core/model.hpp>

namespace ascendcl::host::engine {

// What must be set for the model to be compiled right; mostly nothing.
ov::AnyMap settings_against_miscompilation(const ov::Model &model);

}  // namespace ascendcl::host::engine
