// A model file as loading would understand it, all that is refused of it included. Needs no device,
// no aclInit and no memory for the model.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "host/engine/engine.h"

namespace ascendcl::host::model {

// `gear`: its index, -1 for a model without. `input_dims`: of a model with dynamic shapes, or none:
// only the types of its ops are looked at then. What is wrong with the whole file throws Failure,
// as loading it does.
engine::Examined examine(const char *model_path, int32_t gear,
                         std::vector<std::vector<int64_t>> input_dims);

}  // namespace ascendcl::host::model
