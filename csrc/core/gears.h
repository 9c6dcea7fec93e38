// The gears of a model: the shapes that it was compiled for, and how one of them is chosen.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/status.h"

namespace ascendcl::core {

// One shape: the dims of each input that a user feeds, and of each output.
struct Gear {
    std::vector<std::vector<int64_t>> inputs;
    std::vector<std::vector<int64_t>> outputs;
    std::vector<int64_t> values;  // what the runtime calls it by
};

enum class GearKind { kNone, kBatch, kImage, kDims };

struct Gears {
    GearKind kind = GearKind::kNone;
    size_t input = static_cast<size_t>(-1);  // the hidden one that carries the choice
    std::vector<Gear> all;
};

// The hidden input's name. A model without it has no gears.
inline constexpr char kGearInput[] = "ascend_mbatch_shape_data";

// Reads all but the outputs' dims, `gears.input` being known; `inputs` are the dims of all inputs,
// -1 where gears differ.
Status read_gears(const aclmdlDesc *desc, const std::vector<std::vector<int64_t>> &inputs,
                  Gears &gears);

// Makes the next execution of `inputs` one of `gear`.
Status choose_gear(uint32_t model, const Gears &gears, const Gear &gear, aclmdlDataset *inputs);

// Asks for the outputs' dims of every gear, by choosing it; the last one remains chosen.
Status read_gear_outputs(uint32_t model, const aclmdlDesc *desc, aclmdlDataset *inputs,
                         size_t outputs, Gears &gears);

}  // namespace ascendcl::core
