// Inputs and outputs of a model as aclmdlGetDesc reports them, from the graph and, where present,
// from the in/out TLV (partition 8, or 6 in old files). Reference: om_format.md part 3.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "om/container.h"
#include "om/graph.h"
#include "om/types.h"

namespace ascendcl::om {

struct IoDescriptor {
    std::string name;
    DataType dtype = DataType::kUndefined;
    Format format = Format::kUndefined;
    uint64_t size = 0;  // bytes; 0 where unknown
    std::vector<int64_t> dims;
    std::vector<int64_t> dims_v2;                     // before static AIPP, else dims
    std::vector<std::pair<int64_t, int64_t>> ranges;  // empty for static dims
};

enum class GearKind { kNone = -1, kBatch = 1, kImage = 2, kDims = 3 };

struct Descriptors {
    std::vector<IoDescriptor> inputs;
    std::vector<IoDescriptor> outputs;
    GearKind gear_kind = GearKind::kNone;
    std::vector<std::vector<int64_t>> gears;  // one list per gear: 1, 2 or all dynamic dims
    std::vector<std::vector<std::vector<int64_t>>> gear_output_dims;  // [gear][output]
    std::vector<std::string> user_input_order;
};

// From Data and NetOutput nodes of the main graph. Throws Error(kBadModelDef).
Descriptors descriptors_from_graph(const ModelDef &model);

// From the TLV. Throws Error(kBadInOutInfo).
Descriptors descriptors_from_tlv(Bytes partition);

// What the runtime reports: the graph's, cross-checked against the TLV when the file has one.
// Throws Error(kInconsistent) naming the first field that differs.
Descriptors describe(const ModelPartitions &model, const ModelDef &def, bool is_old_inout_type);

}  // namespace ascendcl::om
