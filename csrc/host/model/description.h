// What a model tells about itself: inputs, outputs, gears, AIPP, the names of fused operators.
// Immutable and shared: a model and every aclmdlDesc of it hold the same one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "acl/acl.h"
#include "host/model/aipp_file.h"
#include "host/runtime/live_counts.h"
#include "om/descriptors.h"
#include "om/gears.h"

namespace ascendcl::host::model {

struct Description {
    std::string name;             // of the model, as the compiler was told
    om::Descriptors io;           // sizes are those of the largest gear
    size_t largest_gear = 0;      // the one with the most bytes of input
    std::vector<AippInput> aipp;  // one per input
    bool is_dynamic = false;      // shapes known only when executed
    bool carries_ir = false;      // that computes on weight memory (om/host_ir.h)
    // Operator name -> "[5]conv1[4]relu", of those that were fused.
    std::unordered_map<std::string, std::string> original_op_names;

    // Decodes what `container` holds. Throws om::Error.
    static std::shared_ptr<const Description> read(const om::Container &container);
};

enum class Side { kInput, kOutput };

const std::vector<om::IoDescriptor> &tensors(const Description &description, Side side) noexcept;

// The inputs that a caller feeds, out of `inputs` of one shape: without those that carry the
// parameters of AIPP. The input that carries the gear is none of `inputs` any more.
std::vector<om::IoDescriptor> fed_inputs(const Description &description,
                                         std::vector<om::IoDescriptor> inputs);

bool has_dynamic_aipp(const Description &description) noexcept;
// The most images that a gear has, of one input with AIPP.
uint64_t largest_batch(const AippInput &input) noexcept;

// Bytes of a tensor at its largest, 0 when unbounded.
uint64_t largest_size(const om::IoDescriptor &tensor) noexcept;

// The dims of all inputs that a caller feeds, one after another in the order in which the model
// was compiled for them, -1 where a gear decides.
std::vector<int64_t> concatenated_input_dims(const Description &description);

// The same with the values of gear `index` put in.
std::vector<int64_t> gear_dims(const Description &description, size_t index);

// The name that aclmdlIODims can hold: the tensor's own, or a generated one when it is too long.
std::string short_name(const Description &description, uint32_t model_id, Side side, size_t index);

// The tensor whose own or short name this is, or null.
const std::string *real_name(const Description &description, uint32_t model_id,
                             std::string_view name);

}  // namespace ascendcl::host::model

// The object behind aclmdlCreateDesc.
struct aclmdlDesc {
    std::shared_ptr<const ascendcl::host::model::Description> description;  // null while empty
    uint32_t model_id = 0;  // 0 when it came from a file and no model is loaded
    ascendcl::host::LiveCount<ascendcl::host::LiveKind::kModelDesc> live;
};
