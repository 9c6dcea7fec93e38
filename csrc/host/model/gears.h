// Gears: the batch sizes, image sizes or dims that a model was compiled for. A gear is chosen by
// writing its values into a hidden input of the data set.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "acl/acl.h"
#include "host/model/description.h"
#include "host/runtime/data_set.h"

namespace ascendcl::host::model {

// The buffer at `index`, large enough for `count` values. Throws Failure: 100000 when there is
// none, 145012 when it is too short.
aclDataBuffer &gear_buffer(const aclmdlDataset &data_set, size_t index, size_t count);

// Throws Failure(145013) when `values` is not one of the model's gears of that kind.
void require_gear(const Description &description, om::GearKind kind,
                  const std::vector<int64_t> &values);

// The dims that a gear decides, out of the dims of all inputs. Throws Failure(145012) when the
// count or a dim that no gear decides differs from the model's.
std::vector<int64_t> gear_values(const Description &description, const aclmdlIODims &dims);

// As 64-bit values where the buffer has room for them, else as 32-bit ones.
void write_gear(aclDataBuffer &buffer, const std::vector<int64_t> &values);

}  // namespace ascendcl::host::model
