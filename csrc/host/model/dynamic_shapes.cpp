// Checking shapes against what the model declares, and the list of compiled ones.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/dynamic_shapes.h"

#include <algorithm>
#include <string>
#include <utility>

#include "host/report/report.h"

namespace ascendcl::host::model {
namespace {

using Dims = std::vector<int64_t>;

constexpr size_t kKept = 8;

[[noreturn]] void refuse(const om::IoDescriptor &input, const std::string &why) {
    throw Failure{ACL_ERROR_INVALID_PARAM, "input '" + input.name + "': " + why};
}

bool is_open(const Dims &dims) noexcept {
    return std::any_of(dims.begin(), dims.end(), [](int64_t dim) { return dim < 0; });
}

void require_declared(const om::IoDescriptor &input, const Dims &dims) {
    if (dims.size() != input.dims.size()) {
        refuse(input, std::to_string(dims.size()) + " dims are set, the model declares " +
                          std::to_string(input.dims.size()));
    }
    for (size_t i = 0; i < dims.size(); ++i) {
        int64_t low = input.dims[i];
        int64_t high = input.dims[i];
        if (input.dims[i] < 0) {
            const bool ranged = i < input.ranges.size();
            // The engine does not compute on empty tensors.
            low = ranged ? std::max<int64_t>(1, input.ranges[i].first) : 1;
            high = ranged ? input.ranges[i].second : -1;  // -1: no limit
        }
        if (dims[i] < low || (high >= 0 && dims[i] > high)) {
            refuse(input, "dim " + std::to_string(i) + " is set to " + std::to_string(dims[i]) +
                              ", the model declares " + std::to_string(low) + " to " +
                              (high < 0 ? "any" : std::to_string(high)));
        }
    }
}

// Dims that only a run tells leave the size at 0.
void set_dims(om::IoDescriptor &io, const Dims &dims) {
    io.dims = dims;
    io.dims_v2 = dims;
    io.ranges.clear();
    io.size = is_open(dims) ? 0 : om::element_size(io.dtype);
    for (const int64_t dim : dims) {
        if (__builtin_mul_overflow(io.size, static_cast<uint64_t>(dim), &io.size)) {
            throw Failure{ACL_ERROR_INVALID_PARAM,
                          "'" + io.name + "' would be larger than any memory"};
        }
    }
}

bool has_inputs(const CompiledShape &shape, const std::vector<Dims> &input_dims) noexcept {
    for (size_t i = 0; i < input_dims.size(); ++i) {
        if (shape.io.inputs[i].dims != input_dims[i]) return false;
    }
    return true;
}

}  // namespace

std::vector<Dims> shapes_of(const Description &description, const aclmdlDataset &inputs) {
    const auto &declared = description.io.inputs;
    if (inputs.entries.size() < declared.size()) {
        throw Failure{ACL_ERROR_INVALID_PARAM, "the model has " + std::to_string(declared.size()) +
                                                   " inputs, the data set " +
                                                   std::to_string(inputs.entries.size())};
    }
    std::vector<Dims> shapes;
    for (size_t i = 0; i < declared.size(); ++i) {
        const aclTensorDesc *set = inputs.entries[i].desc.get();
        if (!set && is_open(declared[i].dims)) {
            refuse(declared[i],
                   "its shape is dynamic and was not set; see "
                   "aclmdlSetDatasetTensorDesc");
        }
        shapes.push_back(set ? set->dims : declared[i].dims);
        require_declared(declared[i], shapes.back());
    }
    return shapes;
}

void describe_outputs(const om::Descriptors &io, aclmdlDataset &outputs) {
    for (size_t i = 0; i < io.outputs.size(); ++i) {
        // In place where there is one: the caller may hold its address.
        aclmdlDataset::Desc &desc = outputs.entries[i].desc;
        if (!desc) desc.reset(std::make_unique<aclTensorDesc>().release());
        desc->dtype = static_cast<aclDataType>(io.outputs[i].dtype);
        desc->format = static_cast<aclFormat>(io.outputs[i].format);
        desc->dims = io.outputs[i].dims;
    }
}

DynamicShapes::DynamicShapes(om::Bytes file, om::Bytes weights,
                             std::shared_ptr<const Description> description)
    : description_(std::move(description)),
      key_(content_key(file)),
      weights_(description_->carries_ir ? weights : om::Bytes{}),
      kept_(kept_file(key_, file, *description_)) {}

std::shared_ptr<CompiledShape> DynamicShapes::at(const std::vector<Dims> &input_dims) {
    std::lock_guard lock(mutex_);
    const auto found = std::find_if(recent_.begin(), recent_.end(), [&](const auto &shape) {
        return has_inputs(*shape, input_dims);
    });
    if (found != recent_.end()) {
        recent_.splice(recent_.begin(), recent_, found);
        return recent_.front();
    }
    om::Descriptors io = description_->io;
    for (size_t i = 0; i < input_dims.size(); ++i) set_dims(io.inputs[i], input_dims[i]);
    auto shape = compile_shape(
        {key_, kept_->bytes(), weights_, -1, input_dims, description_->carries_ir}, std::move(io));
    const auto &output_dims = shape->program.program().output_dims();
    for (size_t i = 0; i < output_dims.size(); ++i) set_dims(shape->io.outputs[i], output_dims[i]);
    recent_.push_front(std::move(shape));
    if (recent_.size() > kKept) recent_.pop_back();
    return recent_.front();
}

}  // namespace ascendcl::host::model
