// Reads descriptions off the graph, and answers what aclmdlDesc is asked.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/description.h"

#include <algorithm>

#include "om/graph.h"
#include "om/host_ir.h"

namespace ascendcl::host::model {
namespace {

constexpr char kOriginalOpNames[] = "_datadump_original_op_names";
constexpr uint8_t kFlowModel = 3;  // here partition 6 is something else than in/out info

// The documented form: the length of each name in brackets, then the name.
std::string joined(const std::vector<std::string_view> &names) {
    std::string text;
    for (std::string_view name : names) {
        text += '[' + std::to_string(name.size()) + ']';
        text += name;
    }
    return text;
}

bool is_name_of_any(const Description &description, std::string_view name) {
    const auto has_it = [&](const om::IoDescriptor &tensor) { return tensor.name == name; };
    return std::any_of(description.io.inputs.begin(), description.io.inputs.end(), has_it) ||
           std::any_of(description.io.outputs.begin(), description.io.outputs.end(), has_it);
}

void keep_larger(om::IoDescriptor &tensor, const om::IoDescriptor &in_gear) noexcept {
    tensor.size = std::max(tensor.size, in_gear.size);
}

// Files may leave sizes open, or state less than a gear needs.
void fit_largest_gear(Description &description) {
    om::Descriptors &io = description.io;
    if (io.gear_kind == om::GearKind::kNone) return;
    uint64_t most = 0;
    for (size_t index = 0; index < io.gears.size(); ++index) {
        const om::Descriptors gear = om::descriptors_of_gear(io, index);
        uint64_t bytes = 0;
        auto in_gear = gear.inputs.begin();
        for (size_t i = 0; i < io.inputs.size(); ++i) {
            if (io.inputs[i].name == om::kGearInput) continue;
            bytes += in_gear->size;
            // The bytes of a picture are not those of the image that AIPP makes of it.
            if (description.aipp[i].type == ACL_DATA_WITHOUT_AIPP)
                keep_larger(io.inputs[i], *in_gear);
            ++in_gear;
        }
        for (size_t i = 0; i < io.outputs.size(); ++i) keep_larger(io.outputs[i], gear.outputs[i]);
        if (bytes > most) {
            most = bytes;
            description.largest_gear = index;
        }
    }
}

}  // namespace

std::shared_ptr<const Description> Description::read(const om::Container &container) {
    auto description = std::make_shared<Description>();
    const om::ModelPartitions &model = container.models().front();
    if (!model.has(om::PartitionType::kModelDef)) {
        throw om::Error(om::ErrorCode::kMissingModelDef, "the file holds no graph");
    }
    const auto def = om::ModelDef::parse(model.find(om::PartitionType::kModelDef));
    const bool may_be_old = container.header().model_type != kFlowModel;
    description->io = om::describe(model, def, may_be_old);
    description->name = def.name;
    description->is_dynamic = container.header().is_dynamic;
    description->carries_ir = om::has_ir(def) && !model.has(om::PartitionType::kHostWeights);
    const auto ops = def.attrs.texts(om::kLikeOps);
    const auto originals = def.attrs.texts(om::kLikeOriginalOps);
    for (size_t i = 0; i < std::min(ops.size(), originals.size()); ++i) {
        description->original_op_names.emplace(ops[i], originals[i]);
    }
    description->aipp = read_aipp(def, description->io);
    fit_largest_gear(*description);
    if (def.graphs.empty()) return description;
    for (const om::Node &node : def.graphs.front().nodes) {
        const auto names = node.attrs.texts(kOriginalOpNames);
        if (!names.empty()) {
            description->original_op_names.emplace(std::string(node.name), joined(names));
        }
    }
    return description;
}

const std::vector<om::IoDescriptor> &tensors(const Description &description, Side side) noexcept {
    return side == Side::kInput ? description.io.inputs : description.io.outputs;
}

std::vector<om::IoDescriptor> fed_inputs(const Description &description,
                                         std::vector<om::IoDescriptor> inputs) {
    const auto carries_parameters = [&](const om::IoDescriptor &input) {
        for (size_t i = 0; i < description.aipp.size(); ++i) {
            if (description.aipp[i].type == ACL_DYNAMIC_AIPP_NODE &&
                description.io.inputs[i].name == input.name)
                return true;
        }
        return false;
    };
    inputs.erase(std::remove_if(inputs.begin(), inputs.end(), carries_parameters), inputs.end());
    return inputs;
}

bool has_dynamic_aipp(const Description &description) noexcept {
    return std::any_of(
        description.aipp.begin(), description.aipp.end(),
        [](const AippInput &input) { return input.type == ACL_DATA_WITH_DYNAMIC_AIPP; });
}

uint64_t largest_batch(const AippInput &input) noexcept {
    int64_t largest = 0;
    for (const om::IoDescriptor &taken : input.taken)
        largest = std::max(largest, taken.dims.empty() ? 0 : taken.dims[0]);
    return static_cast<uint64_t>(largest);
}

uint64_t largest_size(const om::IoDescriptor &tensor) noexcept {
    if (tensor.size != 0) return tensor.size;
    uint64_t bytes = om::element_size(tensor.dtype);
    for (size_t i = 0; i < tensor.dims.size(); ++i) {
        int64_t extent = tensor.dims[i];
        if (extent < 0) extent = i < tensor.ranges.size() ? tensor.ranges[i].second : -1;
        if (extent < 0) return 0;
        if (__builtin_mul_overflow(bytes, static_cast<uint64_t>(extent), &bytes)) return 0;
    }
    return bytes;
}

std::vector<int64_t> concatenated_input_dims(const Description &description) {
    std::vector<int64_t> dims;
    for (const size_t index : om::gear_input_order(description.io)) {
        const std::vector<int64_t> &own = description.io.inputs[index].dims;
        dims.insert(dims.end(), own.begin(), own.end());
    }
    return dims;
}

std::vector<int64_t> gear_dims(const Description &description, size_t index) {
    std::vector<int64_t> dims = concatenated_input_dims(description);
    const std::vector<int64_t> &gear = description.io.gears[index];
    size_t next = 0;
    for (int64_t &dim : dims) {
        if (dim < 0 && next < gear.size()) dim = gear[next++];
    }
    return dims;
}

std::string short_name(const Description &description, uint32_t model_id, Side side, size_t index) {
    const std::string &own = tensors(description, side)[index].name;
    if (own.size() < ACL_MAX_TENSOR_NAME_LEN) return own;
    std::string name = "acl_modelId_" + std::to_string(model_id) +
                       (side == Side::kInput ? "_input_" : "_output_") + std::to_string(index);
    while (is_name_of_any(description, name)) name += 'a';
    return name;
}

const std::string *real_name(const Description &description, uint32_t model_id,
                             std::string_view name) {
    for (const Side side : {Side::kInput, Side::kOutput}) {
        const auto &all = tensors(description, side);
        for (size_t i = 0; i < all.size(); ++i) {
            if (all[i].name == name || short_name(description, model_id, side, i) == name) {
                return &all[i].name;
            }
        }
    }
    return nullptr;
}

}  // namespace ascendcl::host::model
