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

// Throws Failure(500002) when the model has gears and lacks what chooses one of them.
void require_choosable_gears(const Description &description);

// Number of the gear that `values` are. Throws Failure(145013) when the model has none of that kind
// and values.
size_t find_gear(const Description &description, om::GearKind kind,
                 const std::vector<int64_t> &values);

// Index of the hidden input that carries the gear; as many as there are inputs when there is none.
size_t gear_input(const Description &description) noexcept;

// Number of the gear in the hidden input's memory. Throws Failure(145013) when it holds none, as
// when none was ever set.
size_t read_gear(const Description &description, const void *data, size_t size);

// The dims that a gear decides, out of the dims of all inputs. Throws Failure(145012) when the
// count or a dim that no gear decides differs from the model's.
std::vector<int64_t> gear_values(const Description &description, const aclmdlIODims &dims);

// As 64-bit values where the buffer has room for them, else as 32-bit ones.
void write_gear(aclDataBuffer &buffer, const std::vector<int64_t> &values);

}  // namespace ascendcl::host::model
