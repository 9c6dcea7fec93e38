// Sizes are checked before anything is allocated; a failed load leaves nothing behind.
// SPDX-License-Identifier: Apache-2.0
#include "host/model/load.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "host/model/model.h"
#include "host/model/om_codes.h"
#include "host/model/registry.h"
#include "host/runtime/context.h"
#include "host/runtime/memory.h"
#include "host/runtime/report.h"

namespace ascendcl::host::model {
namespace {

constexpr uint8_t kBundle = 5;  // model type of a file that holds several models

void require_single_model(const om::Container &container) {
    if (container.header().model_type == kBundle) {
        throw Failure{ACL_ERROR_GE_FAILURE, "a bundle of models is not loaded as one model"};
    }
    if (container.models().size() > 1) {
        throw Failure{ACL_ERROR_GE_FAILURE,
                      "a model of several parts, as compilers make for dynamic shapes, is not "
                      "supported"};
    }
}

void require_size(const char *what, const UserMemory &memory, uint64_t needed) {
    if (!memory.data || memory.size >= needed) return;
    throw Failure{ACL_ERROR_GE_PARAM_INVALID,
                  std::string(what) + " memory has " + std::to_string(memory.size) +
                      " bytes, the model needs " + std::to_string(needed)};
}

// Null when the user manages it or nothing is needed.
DeviceMemory system_memory(const char *what, const UserMemory &user, uint64_t size,
                           int32_t device) {
    if (user.data || size == 0) return nullptr;
    try {
        return DeviceMemory(allocate_device_memory(device, size));
    } catch (const Failure &failure) {
        throw Failure{ACL_ERROR_GE_MEMORY_ALLOCATION,
                      std::string("no ") + what + " memory: " + failure.message};
    }
}

}  // namespace

uint32_t load_model(const OmFile &file, const LoadOptions &options) {
    const om::Container container = file.container(Purpose::kLoad);
    require_single_model(container);
    const std::shared_ptr<Context> context = current_context();

    Model::Parts parts;
    const bool is_dynamic = container.header().is_dynamic;
    parts.id = is_dynamic ? next_dynamic_model_id() : next_model_id();
    parts.context = context;
    parts.device = context->device();
    uint64_t work_size = 0;
    uint64_t io_size = 0;
    reading_om(Purpose::kLoad, [&] {
        parts.description = Description::read(container);
        work_size = container.work_size();
        io_size = std::min(container.zero_copy_size(), work_size);
    });
    const om::Bytes weights = container.models().front().find(om::PartitionType::kWeights);
    require_size("work", options.work, work_size - io_size);
    require_size("weight", options.weight, weights.size);

    const uint64_t own_work_size = options.leave_out_io_memory ? work_size - io_size : work_size;
    parts.own_work = system_memory("work", options.work, own_work_size, context->device());
    parts.own_weights = system_memory("weight", options.weight, weights.size, context->device());
    void *weight_memory = options.weight.data ? options.weight.data : parts.own_weights.get();
    if (!weights.empty()) std::memcpy(weight_memory, weights.data, weights.size);

    if (is_dynamic) {
        parts.dynamic_shapes = std::make_unique<DynamicShapes>(file.bytes(), parts.description);
    } else {
        parts.shapes = std::make_unique<CompiledShapes>(
            file.bytes(), om::Bytes{static_cast<const uint8_t *>(weight_memory), weights.size},
            parts.description);
    }

    const uint32_t id = parts.id;
    register_model(std::make_shared<Model>(std::move(parts)));
    return id;
}

}  // namespace ascendcl::host::model
